"""The list of indicators, and which of them a department's name stands for.

The list is data (`data/indicators.csv`): code, name, kind (flow, stock, index), unit, frequency, how
divisions add up, price bases, the parent it is part of, aliases, and short names that mean the indicator
only beside or below its parent (``第一产业`` under the gross product).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from basedb.standards.labels import fold_label
from macroeconomy.units import Unit, parse_unit, without_unit

_LIST = Path(__file__).parent / "data" / "indicators.csv"
#: Below this similarity (0 to 100) a name is not worth suggesting.
_SUGGESTED_FROM = 60


@dataclass(frozen=True)
class Indicator:
    """One indicator of the list.

    price: basis of its values (current, constant or none); growth_price: that of its growth rates.
    revised: whether first figures are preliminary.
    """

    code: str
    name: str
    kind: str
    unit: str
    frequency: str
    aggregation: str
    price: str
    growth_price: str
    parent: str
    sign: str
    revised: bool
    direction: str
    department: str
    definition: str
    aliases: tuple[str, ...]
    short: tuple[str, ...]

    @property
    def dimension(self) -> str:
        """The dimension of its values (`macroeconomy.units`)."""
        unit = parse_unit(self.unit)
        return unit.dimension if unit else ""


@cache
def indicators() -> dict[str, Indicator]:
    """Every indicator of the list by code, in the order of the list."""
    with _LIST.open(encoding="utf-8", newline="") as file:
        return {row["code"]: _indicator(row) for row in csv.DictReader(file)}


def _indicator(row: dict[str, str]) -> Indicator:
    typed: dict[str, Any] = dict(row)
    for name in ("aliases", "short"):
        typed[name] = tuple(filter(None, row[name].split("|")))
    typed["revised"] = row["revised"] == "yes"
    return Indicator(**typed)


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Folded full names and aliases → codes."""
    return _index(
        (name, item.code) for item in indicators().values() for name in (item.code, item.name, *item.aliases)
    )


@cache
def _short_names() -> dict[str, tuple[str, ...]]:
    return _index((name, item.code) for item in indicators().values() for name in item.short)


def _index(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, code in pairs:
        folded = fold_label(name)
        if code not in found.get(folded, ()):
            found[folded] = (*found.get(folded, ()), code)
    return found


@dataclass(frozen=True)
class Match:
    """What a department's name stands for; `code` is empty if that is not certain.

    candidates: codes of indicators that bear the name. nearest: the list's most similar name.
    """

    code: str
    candidates: tuple[str, ...] = ()
    nearest: str = ""


def match(label: str, unit: Unit | None = None, decided: dict[str, str] | None = None) -> Match:
    """The indicator that a label stands for.

    label: as printed, with those it stands under before it (``货物进出口总额/出口``). unit: that of its
    values, which tells totals in dollars from those in yuan. decided: further names → codes (a contract's).
    Only names of the list, its aliases and decided ones match; a similar name is a suggestion.
    """
    path = [fold_label(part) for part in label.split("/")]
    found = _decided(path, decided or {}) or _named(path, unit)
    fitting = _of_dimension(found, unit)
    if len(fitting) == 1:
        return Match(fitting[0], found)
    return Match("", found, "" if found else _nearest(path[-1]))


def _decided(path: list[str], decided: dict[str, str]) -> tuple[str, ...]:
    for text in ("/".join(path), path[-1]):
        for name, code in decided.items():
            if "/".join(map(fold_label, name.split("/"))) == text:
                return (code,)
    return ()


def _named(path: list[str], unit: Unit | None) -> tuple[str, ...]:
    for leaf in (path[-1], without_unit(path[-1])):
        if codes := _names().get(leaf):
            return codes
        if codes := _short_names().get(leaf):
            return _under(codes, path[:-1], unit)
    return ()


def _under(codes: tuple[str, ...], above: list[str], unit: Unit | None) -> tuple[str, ...]:
    """Those whose parent stands above the short name; all of them if nothing does."""
    if not above:
        return codes
    parents = set(_of_dimension(_named(above, unit), unit))
    return tuple(code for code in codes if indicators()[code].parent in parents)


def _of_dimension(codes: tuple[str, ...], unit: Unit | None) -> tuple[str, ...]:
    """Those whose values have the unit's dimension; a rate or an index says nothing about it."""
    if unit is None or unit.dimension in ("ratio", "index"):
        return codes
    fitting = tuple(code for code in codes if indicators()[code].dimension in ("", unit.dimension))
    return fitting


def _nearest(name: str) -> str:
    found = process.extractOne(
        name, list(_names()), scorer=fuzz.WRatio, processor=None, score_cutoff=_SUGGESTED_FROM
    )
    return indicators()[_names()[found[0]][0]].name if found else ""
