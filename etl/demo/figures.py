"""The offices of a synthetic city deliver their figures: added to what the other departments delivered."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from etl.demo.delivery import DELTA, FULL, HEADER
from etl.demo.economy import Economy
from etl.demo.offices import Offices
from etl.demo.spec import read_city

_ARRIVAL = time(3, 1)
#: How many past bulletins come with the first night.
_BULLETINS = 4
_DEFECTS = "macro_defects.csv"


@dataclass(frozen=True)
class _File:
    """A file of a night: who sends it, under which name, how, and how many rows of data it holds."""

    source: str
    department: str
    name: str
    mode: str
    content: bytes
    rows: int


def publish_figures(
    directory: Path,
    people: int,
    nights: int,
    seed: int,
    start: date = date(2026, 11, 1),
    city: str | Path = "luohe",
) -> tuple[str, ...]:
    """Add the figures of an invented economy to the inbox of a synthetic city; returns the files' names.

    The first night brings history up to the month before the last, the nights after it the last month, with a
    revision. One total has its point misplaced: `truth/macro_defects.csv` says which.
    """
    economy = Economy(read_city(city), people, seed, start)
    offices = Offices(economy)
    written: list[str] = []
    for night in range(min(nights, 3)):
        day = start + timedelta(days=night)
        lines = []
        for number, item in enumerate(_files(offices, night, nights)):
            name = f"{item.source}/{day:%Y%m%d}/{item.name}"
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(item.content)
            arrived = datetime.combine(day + timedelta(days=1), _ARRIVAL) + timedelta(minutes=number)
            digest = hashlib.sha256(item.content).hexdigest()
            lines.append(
                f"{name},{item.department},{day:%Y%m%d},{item.mode},{arrived:%Y-%m-%d %H:%M:%S},{item.rows},"
                f"{len(item.content)},{digest}\n"
            )
            written.append(name)
        _list(directory / "_delivery" / f"{day:%Y%m%d}" / "delivery.csv", lines)
    _tell_defect(directory / "truth" / _DEFECTS, offices, [name for name in written if "cz_budget" in name])
    return tuple(written)


def _files(offices: Offices, night: int, nights: int) -> Iterator[_File]:
    """What comes on a night; of a city of one night, all that is known by then."""
    last = len(offices.economy.months) - 1
    held_back = 1 if night == 0 and nights > 1 else 0
    if night == 0:
        year = offices.economy.months[last][0] - 1
        yield _File("tj_stats", "统计局", f"tj_yearbook_{year + 1}.xlsx", DELTA, *offices.yearbook(year))
        for at in range(last - _BULLETINS, last - held_back + 1):
            yield _bulletin(offices, at)
    if night == 0 or night == 1:
        electricity = offices.electricity(held_back)
        yield _File("dl_power", "供电公司", "dl_power.json", FULL, *electricity)
        yield _File("rh_bank", "人民银行", "rh_finance.xlsx", FULL, *offices.bank(held_back))
        yield _File("hg_customs", "海关", "hg_trade.csv", FULL, *offices.customs(held_back))
    if night == 1:
        yield _bulletin(offices, last)
    if night == 0 or night == min(2, nights - 1):
        budget = offices.finance(held_back, revised=night > 0, slip=True)
        yield _File("cz_finance", "财政局", "cz_budget.csv", FULL, *budget)


def _bulletin(offices: Offices, at: int) -> _File:
    year, month = offices.economy.months[at]
    name = f"tj_monthly_{year}{month + 1:02d}.xlsx"
    return _File("tj_stats", "统计局", name, DELTA, *offices.bulletin(at))


def _list(path: Path, lines: list[str]) -> None:
    """Put files on a night's delivery list, behind those that are on it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    told = path.read_text("utf-8") if path.exists() else HEADER
    path.write_text(told + "".join(lines), encoding="utf-8", newline="")


def _tell_defect(path: Path, offices: Offices, files: list[str]) -> None:
    """The truth of the misplaced point, in every file that prints it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    year, month = offices.economy.months[offices.slipped]
    division = str(offices.economy.city.counties[0].code).ljust(12, "0")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "indicator", "division", "period", "basis", "code"])
        for name in files:
            writer.writerow(
                [name, "BUDGET", division, f"{year}-{month + 1:02d}", "ytd", "macro.decimal_shift"]
            )
