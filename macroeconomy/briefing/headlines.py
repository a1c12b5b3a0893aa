"""The headline figures of a city: level so far, growth, and whether growth quickened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from basedb.store.native import Reader
from macroeconomy.indicators import Indicator, indicators
from macroeconomy.periods import parse_period

#: A quarter's figures are news until the next quarter ends.
_FRESH = timedelta(days=92)
#: Which level and which growth an indicator of a kind is told by, the first that is published.
_TOLD = {
    "flow": (("ytd", "ytd_yoy"), ("cur", "cur_yoy")),
    "stock": (("stock", "stock_yoy"),),
    "index": (("index", ""),),
}


@dataclass(frozen=True)
class Level:
    """A figure as printed, with its places, status and whether it is doubted."""

    value: float
    unit: str
    decimals: int
    status: str
    is_doubted: bool

    def __str__(self) -> str:
        return f"{self.value:,.{max(self.decimals, 0)}f}"


@dataclass(frozen=True)
class Headline:
    """What is told of an indicator: its last period, level, growth (%), and growth in the period before.

    basis: what the level measures.
    """

    indicator: Indicator
    period: str
    level: Level | None
    growth: Level | None
    before: Level | None
    basis: str = "ytd"

    @property
    def change(self) -> float | None:
        """By how many points growth moved from the period before; an index by its own points."""
        now = self.growth or (self.level if self.indicator.kind == "index" else None)
        return None if now is None or self.before is None else round(now.value - self.before.value, 6)


def headlines(reader: Reader, figures: str, city: str, month: str) -> list[Headline]:
    """The headline figures of a month, in the list's order; an indicator that is silent is left out.

    figures: the relation of the figures to quote. city: its 12-digit code.
    """
    end = month_end(month)
    rows = reader.ask(
        "SELECT o.indicator, o.frequency, o.period, o.period_end, o.basis, o.value, o.unit, o.decimals, o.status,"
        " EXISTS (SELECT 1 FROM macroeconomy.observation_issue i WHERE i.observation_id = o.observation_id) AS doubted"
        f" FROM {figures} o WHERE o.division = ? AND o.frequency IN ('M', 'Q') AND o.period_end <= ?"
        " AND o.period_end > ? ORDER BY o.period_end, o.unit",
        [city, end, end - timedelta(days=400)],
    ).records()
    by_indicator: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_indicator.setdefault(row["indicator"], []).append(row)
    found = (_headline(item, by_indicator.get(code, []), end) for code, item in indicators().items())
    return [headline for headline in found if headline is not None]


def _headline(item: Indicator, rows: Sequence[dict[str, Any]], end: date) -> Headline | None:
    for level_basis, growth_basis in _TOLD[item.kind]:
        told = [row for row in rows if row["basis"] in (level_basis, growth_basis) and _is_usual(item, row)]
        if not told or told[-1]["period_end"] <= end - _FRESH:
            continue
        last = told[-1]["period_end"]
        lead = growth_basis or level_basis
        earlier = [row for row in told if row["basis"] == lead and row["period_end"] < last]
        return Headline(
            item,
            told[-1]["period"],
            _level(row for row in told if row["basis"] == level_basis and row["period_end"] == last),
            _level(row for row in told if row["basis"] == growth_basis and row["period_end"] == last),
            _level(reversed(earlier)),
            level_basis,
        )
    return None


def _is_usual(item: Indicator, row: dict[str, Any]) -> bool:
    """Of an index the one against the same period a year earlier; of others the list's frequency."""
    return row["unit"] == "上年同月=100" if item.kind == "index" else row["frequency"] == item.frequency


def _level(rows: Iterable[dict[str, Any]]) -> Level | None:
    row = next(iter(rows), None)
    if row is None or row["value"] is None:
        return None
    return Level(row["value"], row["unit"], row["decimals"], row["status"], bool(row["doubted"]))


def month_end(month: str) -> date:
    """The last day of a month written ``2026-10``; ValueError if it is none."""
    period = parse_period(month)
    if period is None or period.frequency != "M":
        raise ValueError(month)
    return period.end
