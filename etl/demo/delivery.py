"""Files as departments drop them: one folder per source and day, and the night's delivery list."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pyarrow as pa

FULL, DELTA = "全量", "增量"
HEADER = "文件名,来源部门,数据日期,方式,送达时间,行数,字节数,SHA256\n"
_FIRST_ARRIVAL = time(1, 3)
_LATE_ARRIVAL = time(5, 3)
_MINUTES_APART = 7


@dataclass
class Extract:
    """What a source has to say on one night: the bytes of the file, and the truth of its rows."""

    source: str
    department: str
    suffix: str
    mode: str
    parts: list[bytes | memoryview]
    rows: int
    truth: dict[str, pa.Array]  # key, person_id, …, tags


@dataclass
class Delivered:
    """One file as delivered."""

    file: str
    extract: str
    dept: str
    data_night: int
    delivered_night: int
    data_date: str
    mode: str
    rows: int
    bytes: int
    sha256: str
    arrived: str
    kind: str


@dataclass
class Inbox:
    """The directory that receives, and the list of what it received."""

    directory: Path
    start: date
    delivered: list[Delivered] = field(default_factory=list)

    def day(self, night: int) -> str:
        """The day of a night, as folders are named."""
        return (self.start + timedelta(days=night)).strftime("%Y%m%d")

    def deliver(self, extract: Extract, data_night: int, delivered_night: int, kind: str = "") -> Delivered:
        """Write a file and enter it in the night's list."""
        name = f"{extract.source}_{self.day(data_night)}.{extract.suffix}"
        file = f"{extract.source}/{self.day(delivered_night)}/{name}"
        path = self.directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        size, digest = _write(path, extract.parts)
        entry = Delivered(
            file,
            extract.source,
            extract.department,
            data_night,
            delivered_night,
            self.day(data_night),
            extract.mode,
            extract.rows,
            size,
            digest,
            self._arrival(delivered_night, kind),
            kind,
        )
        self.delivered.append(entry)
        return entry

    def close(self, night: int) -> Path:
        """Write the delivery list of a night."""
        path = self.directory / "_delivery" / self.day(night) / "delivery.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [
            f"{d.file},{d.dept},{d.data_date},{d.mode},{d.arrived},{d.rows},{d.bytes},{d.sha256}\n"
            for d in self.delivered
            if d.delivered_night == night
        ]
        path.write_text(HEADER + "".join(rows), encoding="utf-8", newline="")
        return path

    def _arrival(self, night: int, kind: str) -> str:
        """Files come in the early morning after; irregular ones later."""
        before = sum(1 for d in self.delivered if d.delivered_night == night and bool(d.kind) == bool(kind))
        first = datetime.combine(
            self.start + timedelta(days=night + 1), _LATE_ARRIVAL if kind else _FIRST_ARRIVAL
        )
        return (first + timedelta(minutes=_MINUTES_APART * before)).strftime("%Y-%m-%d %H:%M:%S")


def _write(path: Path, parts: Iterable[bytes | memoryview]) -> tuple[int, str]:
    digest = hashlib.sha256()
    size = 0
    with path.open("wb") as out:
        for part in parts:
            out.write(part)
            digest.update(part)
            size += len(part)
    return size, digest.hexdigest()
