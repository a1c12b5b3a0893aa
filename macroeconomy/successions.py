"""Which divisions became which others, and when: from the national list and from the base of space."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import duckdb

from basedb.standards import divisions

_CODE = 12


@dataclass(frozen=True, order=True)
class Succession:
    """A division's ground, or part of it, came to another one (twelve-digit codes).

    existed: the one that took it was there before; continues: the one that gave it is there after.
    """

    effective: date
    before: str
    after: str
    existed: bool
    continues: bool


@dataclass(frozen=True)
class Change:
    """Divisions whose ground was dealt out anew on a day: all those before and all those after.

    A code in both is there before and after, with another extent.
    """

    effective: date
    before: tuple[str, ...]
    after: tuple[str, ...]


def successions(engine: duckdb.DuckDBPyConnection, told: str, speaking_of: Iterable[str]) -> list[Succession]:
    """What is known of the divisions figures speak of.

    told: see `basedb.domain.NightEnd`; it counts before the national list, which knows years only: what became
    what in a year is taken to have become it on its first day.
    """
    cities = {code[:4] for code in speaking_of}
    rows = engine.execute(
        f"SELECT effective, before, after, existed, continues FROM ({told}) WHERE before <> after ORDER BY ALL"
    ).fetchall()
    found = [Succession(*row) for row in rows if len(row[1]) == len(row[2]) == _CODE]
    pairs = {(item.before, item.after) for item in found}
    found += [item for item in _listed() if (item.before, item.after) not in pairs]
    return sorted(item for item in found if cities & {item.before[:4], item.after[:4]})


def _listed() -> Iterator[Succession]:
    """Successions of the national list."""
    for item in divisions.records():
        for code, year in item.successors:
            if code != item.code:
                yield Succession(
                    date(year, 1, 1), _full(item.code), _full(code),
                    existed=any(one.valid_from < year for one in divisions.by_code(code)),
                    continues=any(one.valid_to > year for one in divisions.by_code(item.code)),
                )  # fmt: skip


def _full(code: str) -> str:
    return code.ljust(_CODE, "0")


def changes(found: Iterable[Succession]) -> list[Change]:
    """Successions as changes, the oldest first: those of a day that share a division are one."""
    result = []
    for effective, items in groupby(sorted(found), key=lambda item: item.effective):
        groups: list[tuple[set[str], set[str]]] = []
        for item in items:
            before = {item.before} | ({item.after} if item.existed else set())
            after = {item.after} | ({item.before} if item.continues else set())
            for group in [group for group in groups if group[0] & before or group[1] & after]:
                groups.remove(group)
                before, after = before | group[0], after | group[1]
            groups.append((before, after))
        result += [
            Change(effective, tuple(sorted(before)), tuple(sorted(after)))
            for before, after in sorted(groups, key=lambda group: sorted(group[0]))
        ]
    return result
