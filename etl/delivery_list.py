"""The list a night's files come with: what was sent, when, how many rows, and its fingerprint."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

_HEADERS = {
    "文件名": "file", "文件": "file",
    "来源部门": "department", "数据日期": "as_of", "方式": "mode", "送达时间": "received",
    "行数": "rows", "字节数": "bytes", "SHA256": "sha256", "SHA-256": "sha256",
}  # fmt: skip
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y%m%d%H%M%S")
_DAYS = ("%Y%m%d", "%Y-%m-%d", "%Y/%m/%d")


@dataclass(frozen=True)
class Listed:
    """One line of a delivery list; what it leaves out or garbles is None."""

    file_name: str
    position: int
    department: str = ""
    as_of: date | None = None
    received_at: datetime | None = None
    rows: int | None = None
    size: int | None = None
    sha256: str | None = None


class ListUnreadable(ValueError):
    """A delivery list that cannot be used; the message says why. Its files count as unlisted."""


def read_list(path: Path, zone: ZoneInfo) -> list[Listed]:
    """The lines of a delivery list in UTF-8 (with or without BOM) or GB18030; times are in `zone`.

    Raises ListUnreadable if it cannot be opened or decoded, or has no column of file names.
    """
    try:
        rows = list(csv.reader(io.StringIO(_decoded(path), newline="")))
    except OSError as error:
        raise ListUnreadable(f"打不开 {path.name}：{error.strerror} / cannot be opened") from error
    except csv.Error as error:
        raise ListUnreadable(f"{path.name} 无法解析：{error} / cannot be parsed") from error
    header = [_HEADERS.get(cell.strip().upper(), "") for cell in rows[0]] if rows else []
    if "file" not in header:
        raise ListUnreadable(f"{path.name} 没有“文件名”列 / no column of file names")
    listed = []
    for position, row in enumerate(rows[1:]):
        cells = {name: cell.strip() for name, cell in zip(header, row, strict=False) if name}
        if cells.get("file"):
            listed.append(_line(cells, position, zone))
    return listed


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ListUnreadable(f"{path.name} 既不是 UTF-8 也不是 GB18030 / neither UTF-8 nor GB18030")


def _line(cells: dict[str, str], position: int, zone: ZoneInfo) -> Listed:
    digest = cells.get("sha256", "").lower()
    received = _moment(cells.get("received", ""), _TIMES)
    as_of = _moment(cells.get("as_of", ""), _DAYS)
    return Listed(
        file_name=str(PurePosixPath(cells["file"].replace("\\", "/"))),
        position=position,
        department=cells.get("department", ""),
        as_of=as_of.date() if as_of else None,
        received_at=received.replace(tzinfo=zone).astimezone(UTC) if received else None,
        rows=_count(cells.get("rows", "")),
        size=_count(cells.get("bytes", "")),
        sha256=digest if re.fullmatch(r"[0-9a-f]{64}", digest) else None,
    )


def _moment(text: str, forms: tuple[str, ...]) -> datetime | None:
    for form in forms:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def _count(text: str) -> int | None:
    digits = text.replace(",", "").replace("，", "")
    return int(digits) if digits.isdecimal() else None
