"""Administrative divisions at county level and above: names, times in force and successors.

The list (`data/divisions.csv`, GB/T 2260 and its changes since 1981, one row per code and name in force)
can be replaced by a site: see `codes.directory`. Codes are data: nothing here knows a place by name.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from basedb.standards import codelists

FIRST_YEAR = 1981
OPEN_YEAR = 9999
_SUCCESSOR = re.compile(r"(\d{6})(?:\[(\d{4})\])?")

On = datetime.date | str | int | None


@dataclass(frozen=True)
class Division:
    """One code under one name: in force from the year `valid_from` until the year `valid_to` (exclusive)."""

    code: str
    name: str
    level: str
    province: str
    prefecture: str
    valid_from: int
    valid_to: int
    successors: tuple[tuple[str, int], ...]

    @property
    def full_name(self) -> str:
        """Name with province and prefecture before it, each once."""
        middle = "" if self.prefecture in ("", "直辖", "省直辖", self.name) else self.prefecture
        return ("" if self.province == self.name else self.province) + middle + self.name


def records() -> tuple[Division, ...]:
    """Every division record, by code and time."""
    return _read(codelists.directory())


@lru_cache(maxsize=4)
def _read(directory: str) -> tuple[Division, ...]:
    table = codelists.read_csv("divisions.csv", directory)
    found = []
    for row in table.to_dict("records"):
        valid_to = int(row["valid_to"] or OPEN_YEAR)
        successors = tuple(
            (code, int(year) if year else valid_to) for code, year in _SUCCESSOR.findall(row["successors"])
        )
        found.append(
            Division(
                row["code"], row["name"], row["level"], row["province"], row["prefecture"],
                int(row["valid_from"]), valid_to, successors,
            )
        )  # fmt: skip
    return tuple(found)


def _year(on: On) -> int | None:
    if on is None:
        return None
    if isinstance(on, datetime.date):
        return on.year
    return int(str(on)[:4])


def by_code(code: str) -> tuple[Division, ...]:
    """All records of a six-digit code, oldest first; empty if there never was such a code."""
    return _by_code(codelists.directory()).get(code, ())


@lru_cache(maxsize=4)
def _by_code(directory: str) -> dict[str, tuple[Division, ...]]:
    found: dict[str, list[Division]] = {}
    for division in sorted(_read(directory), key=lambda d: (d.code, d.valid_from)):
        found.setdefault(division.code, []).append(division)
    return {code: tuple(many) for code, many in found.items()}


def at(code: str, on: On = None) -> Division | None:
    """The record of a code in force on a date or in a year; without one, the latest record.

    In the year of a change both the old and the new record count as in force; the newer one is given.
    """
    many = by_code(code[:6])
    year = _year(on)
    if year is None:
        return many[-1] if many else None
    year = max(year, FIRST_YEAR)
    fitting = [d for d in many if d.valid_from <= year <= d.valid_to]
    return fitting[-1] if fitting else None


def name(code: str, on: On = None) -> str | None:
    """Name of a division, or None if the code was not in force then (ever, without `on`)."""
    division = at(code, on)
    return division.name if division else None


def is_valid(code: str, on: On = None) -> bool:
    """Whether a six-digit code was in force on a date; without one, whether it is in force today."""
    division = at(code, on)
    return division is not None and (on is not None or division.valid_to == OPEN_YEAR)


def successors(code: str, on: On = None) -> list[str]:
    """Codes in force on a date (today without one) that took over from `code`; [code] if it is in force.

    Empty if the code is unknown or the list names nobody who took over.
    """
    year = _year(on)
    target = OPEN_YEAR if year is None else year
    result: list[str] = []
    seen: set[str] = set()
    queue = [code[:6]]
    while queue:
        current = queue.pop(0)
        if current in seen:
            continue
        seen.add(current)
        many = by_code(current)
        if any(d.valid_from <= target and (target < d.valid_to or d.valid_to == OPEN_YEAR) for d in many):
            result.append(current)
            continue
        for division in many:
            if division.valid_to != OPEN_YEAR:
                queue += [after for after, since in division.successors if since <= target]
    return sorted(result)


def codes_named(wanted: str, on: On = None) -> list[str]:
    """Codes whose division had this name (full form, 漯河市 not 漯河), in force on a date if one is given."""
    year = _year(on)
    many = _by_name(codelists.directory()).get(wanted, ())
    return sorted({d.code for d in many if year is None or d.valid_from <= year <= d.valid_to})


@lru_cache(maxsize=4)
def _by_name(directory: str) -> dict[str, tuple[Division, ...]]:
    found: dict[str, list[Division]] = {}
    for division in _read(directory):
        found.setdefault(division.name, []).append(division)
    return {key: tuple(many) for key, many in found.items()}


def last_years() -> np.ndarray:
    """For each number 0-999999 the last year its code was in force: 0 never, 9999 still."""
    return _last_years(codelists.directory())


@lru_cache(maxsize=4)
def _last_years(directory: str) -> np.ndarray:
    table = np.zeros(1_000_000, dtype=np.int16)
    for division in _read(directory):
        code = int(division.code)
        table[code] = max(table[code], division.valid_to)
        if division.level == "prefecture":  # 市辖区, which ID numbers carry though the list leaves it out
            table[code + 1] = max(table[code + 1], division.valid_to)
        elif division.level == "province":
            for part in (100, 101):
                table[code + part] = max(table[code + part], division.valid_to)
    return table
