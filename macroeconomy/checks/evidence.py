"""What other figures say a figure should be.

Every relation takes prints with the cube of reference values and gives evidence: which print it is about,
its kind, what it predicts (in the indicator's unit), with what tolerance, whether it is tight (binding) or
loose (what is usual), and whether it is exact (an identity, up to rounding and revisions).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from macroeconomy.checks.context import Array, Context, Prints
from macroeconomy.checks.cube import Cube

#: Share of a month's figure by which departments revise it in the next cumulative total.
_REVISED = 0.02
#: Percentage points between published growth and that of the published totals: scope and revisions.
GROWTH_SLACK = 1.5
#: Between vintages of one figure.
_VINTAGE_SLACK = 0.025
_CENSUS_SLACK = 0.08
#: Cumulative growth moves by no more than this many points, divided by the month's number.
_DRIFT = 18.0
_SEASON_SLACK = 0.45
GROWTHS = ("ytd_yoy", "cur_yoy", "stock_yoy")
#: How kinds of evidence from other prints of one figure begin.
PRINT = "print "
#: Binding, but no identities: growth may turn.
_INEXACT = ("drift", "next drift", "stock before", "stock after", "members")


@dataclass(frozen=True)
class Evidence:
    """Pieces of evidence as arrays; `at` is the place of the print a piece is about."""

    at: Array
    kind: Array
    predicted: Array
    tolerance: Array
    tight: Array
    exact: Array

    @classmethod
    def joined(cls, parts: list[Evidence]) -> Evidence:
        """All pieces that predict a number."""
        columns = ("at", "kind", "predicted", "tolerance", "tight", "exact")
        whole = cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in columns))
        return whole.only(np.isfinite(whole.predicted) & np.isfinite(whole.tolerance))

    def only(self, chosen: Array) -> Evidence:
        """Those a mask or an array of places chooses."""
        return Evidence(
            self.at[chosen], self.kind[chosen], self.predicted[chosen], self.tolerance[chosen], self.tight[chosen],
            self.exact[chosen],
        )  # fmt: skip


class Own:
    """The prints of one measure with the figures around them. `at`: their places among all prints."""

    def __init__(self, prints: Prints, cube: Cube, chosen: Array):
        self.at = np.flatnonzero(chosen)
        self.prints = prints.only(self.at)
        self.cube = cube
        self.x = cube.x(self.prints)
        self.per_year = cube.names.per_year[self.prints.pair]

    def value(self, measure: str, lag: int | Array = 0) -> Array:
        """The group's reference value of a measure, `lag` periods later."""
        return self._read(self.cube.values, measure, lag)

    def step(self, measure: str, lag: int | Array = 0) -> Array:
        """The place that value is printed to."""
        return self._read(self.cube.steps, measure, lag)

    def _read(self, layers: Array, measure: str, lag: int | Array) -> Array:
        number = self.cube.names.measure(measure)
        if number < 0:
            return np.full(len(self.at), np.nan)
        found: Array = layers[number, self.prints.pair, self.prints.division, self.x + lag]
        return found

    def year_ago(self, measure: str) -> Array:
        """The value of a measure a year earlier."""
        return self.value(measure, -self.per_year)

    def rounding(self, *steps: Array) -> Array:
        """Half the places that take part in a sum: what rounding can amount to."""
        total: Array = self.prints.step * 0.55
        for step in steps:
            total = total + np.nan_to_num(step) * 0.55
        return total

    def evidence(
        self, kind: str, predicted: Array, tolerance: Array | float, tight: bool, where: Array | None = None
    ) -> Evidence:
        """A piece about each print, or about those where a mask holds."""
        size = len(self.at)
        whole = Evidence(
            self.at, np.full(size, kind, object), np.asarray(predicted, float) * np.ones(size),
            np.asarray(tolerance, float) * np.ones(size), np.full(size, tight),
            np.full(size, tight and kind not in _INEXACT),
        )  # fmt: skip
        return whole if where is None else whole.only(where)


def of_series(prints: Prints, cube: Cube) -> Iterator[Evidence]:
    """Evidence from the other figures of the same indicator and division."""
    names = cube.names
    for measure, relations in (
        ("cur", _flows), ("ytd", _totals), ("ytd_yoy", _growth), ("stock", _stocks), ("stock_yoy", _stock_growth),
    ):  # fmt: skip
        chosen = prints.measure == names.measure(measure)
        if chosen.any():
            yield from relations(Own(prints, cube, chosen))
    for number, measure in enumerate(names.measures):
        if measure.startswith("index:") and (prints.measure == number).any():
            yield from _indices(Own(prints, cube, prints.measure == number), measure)


def _flows(own: Own) -> Iterator[Evidence]:
    """The period's own figure: difference of totals; the year before times growth."""
    earlier = np.where(own.prints.place == 1, 0.0, own.value("ytd", -1))
    increase = own.value("ytd") - earlier
    rounding = own.rounding(own.step("ytd"), own.step("ytd", -1))
    yield own.evidence("cumulative", increase, rounding + _REVISED * np.abs(increase), True)
    grown = own.year_ago("cur") * (1 + np.nan_to_num(own.value("ytd_yoy")) / 100)
    yield own.evidence("season", grown, rounding + _SEASON_SLACK * np.abs(grown), False)
    usual = own.value("cur", -1)
    yield own.evidence("neighbour", usual, rounding + 0.75 * np.abs(usual), False)


def _totals(own: Own) -> Iterator[Evidence]:
    """The total so far: last month's and this month's; the next one's less its month; growth."""
    place = own.prints.place
    month = own.value("cur")
    summed = np.where(place == 1, 0.0, own.value("ytd", -1)) + month
    rounding = own.rounding(own.step("cur"), own.step("ytd", -1))
    yield own.evidence("cumulative", summed, rounding + _REVISED * np.abs(month), True)
    coming = own.value("cur", 1)
    later = np.where(place == own.per_year, np.nan, own.value("ytd", 1) - coming)
    yield own.evidence("next", later, rounding + _REVISED * np.abs(coming), True)
    usual = own.year_ago("ytd")
    grown = usual * (1 + own.value("ytd_yoy") / 100)
    nominal = own.cube.names.nominal[own.prints.pair]
    slack = np.abs(usual) * GROWTH_SLACK / 100 + rounding * 2
    yield own.evidence("growth", grown, slack, True, nominal)
    yield own.evidence("real growth", grown, 0.12 * np.abs(grown), False, ~nominal)
    yield own.evidence("season", usual, rounding + _SEASON_SLACK * np.abs(usual), False)
    pace = own.value("ytd", -1) * place / np.maximum(place - 1, 1)
    pace = np.where(place == 1, np.nan, pace)
    yield own.evidence("pace", pace, rounding + 0.4 * np.abs(pace), False)


def _growth(own: Own) -> Iterator[Evidence]:
    """Published growth: that of the totals; last month's, which a cumulative rate leaves slowly."""
    usual = own.year_ago("ytd")
    ratio = 100 * (own.value("ytd") / np.where(usual > 0, usual, np.nan) - 1)
    blur = 100 * 0.55 * (own.step("ytd") + own.step("ytd", -own.per_year)) / np.abs(usual)
    nominal = own.cube.names.nominal[own.prints.pair]
    yield own.evidence("growth", ratio, blur + GROWTH_SLACK + 0.06, True, nominal)
    yield own.evidence("real growth", ratio, blur + 10.0, False, ~nominal)
    place = own.prints.place
    lively = _liveliness(own.cube)[own.prints.pair]
    reach = np.maximum(4.5 * lively, _DRIFT) / place * np.where(own.per_year == 4, 0.6, 1.0)
    yield own.evidence("drift", np.where(place > 1, own.value("ytd_yoy", -1), np.nan), reach, True)
    coming = np.where(place < own.per_year, own.value("ytd_yoy", 1), np.nan)
    yield own.evidence("next drift", coming, reach, True)


def _liveliness(cube: Cube) -> Array:
    """By pair, the indicator's usual movement of cumulative monthly growth times the month's number."""
    place = cube.places()[:, None, 1:]
    moved = np.abs(np.diff(cube.layer("ytd_yoy"), axis=2)) * place
    usual: dict[str, float] = {}
    for pair, (code, frequency) in enumerate(cube.names.pairs):
        steps = moved[pair][(place[pair] > 2) & ~np.isnan(moved[pair])]
        if frequency == "M" and len(steps):
            usual[code] = float(np.median(steps))
    return np.array([usual.get(code, 0.0) for code, _ in cube.names.pairs])


def _stocks(own: Own) -> Iterator[Evidence]:
    """Balances and counts move little from one end of a period to the next."""
    step = own.prints.step
    for kind, lag in (("before", -1), ("after", 1)):
        near = own.value("stock", lag)
        slack = np.maximum(0.15 * np.abs(near), 2.5 * step)
        yield own.evidence(f"stock {kind}", near, slack, kind == "before")
    usual = own.year_ago("stock") * (1 + np.nan_to_num(own.value("stock_yoy")) / 100)
    yield own.evidence("season", usual, np.maximum(0.35 * np.abs(usual), 3 * step), False)


def _stock_growth(own: Own) -> Iterator[Evidence]:
    """The published growth of a balance: that of the balances; the month's before."""
    usual = own.year_ago("stock")
    ratio = 100 * (own.value("stock") / np.where(usual > 0, usual, np.nan) - 1)
    yield own.evidence("growth", ratio, GROWTH_SLACK + 0.1, True)
    yield own.evidence("drift", own.value("stock_yoy", -1), 4.0, True)


def _indices(own: Own, measure: str) -> Iterator[Evidence]:
    """Price indices stay within a few points of the month before, and of 100."""
    yield own.evidence("stock before", own.value(measure, -1), 3.0, True)
    yield own.evidence("level", np.full(len(own.at), 100.0), 15.0, False)


def of_other_prints(context: Context, prints: Prints, every: Prints, cube: Cube) -> Evidence:
    """The same figure printed elsewhere: on another sheet, in another table, by another department."""
    shape = cube.values.shape
    keys, all_keys = (
        np.ravel_multi_index((part.measure, part.pair, part.division, cube.x(part)), shape)
        for part in (prints, every)
    )
    order = np.argsort(all_keys, kind="stable")
    first, last = (np.searchsorted(all_keys[order], keys, side) for side in ("left", "right"))
    counts = last - first
    at = np.repeat(np.arange(len(prints)), counts)
    within = np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
    other = order[np.repeat(first, counts) + within]
    apart = (prints.observation_id[at] != every.observation_id[other]) & (
        (prints.record[at] != every.record[other]) | (prints.slot[at] != every.slot[other])
    )
    at, other = at[apart], other[apart]
    is_rate = np.array([name in GROWTHS or name.startswith("index:") for name in context.names.measures])
    same = prints.status[at] == every.status[other]
    value = every.value[other]
    level = np.abs(value) * np.where(same, _VINTAGE_SLACK, _CENSUS_SLACK)
    rounding = 0.55 * (prints.step[at] + every.step[other])
    tolerance = rounding + np.where(is_rate[prints.measure[at]], np.where(same, 0.3, 1.0), level)
    kinds = np.array([f"{PRINT}{status}" for status in context.names.statuses], object)
    return Evidence(at, kinds[every.status[other]], value, tolerance, same, same)
