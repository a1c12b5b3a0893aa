"""Series of several frequencies as changes a factor model can take: growth without seasons, gaps as gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from macroeconomy.analysis.seasonal import SHORTEST, Adjusted, adjust, factors
from macroeconomy.forecast.history import History
from macroeconomy.indicators import indicators
from macroeconomy.periods import period_at

#: Two columns that agree so far say the same (figures in yuan and in dollars).
_SAME = 0.95


@dataclass(frozen=True)
class Taken:
    """How a series becomes changes: differences of rates, growth in per cent of other adjusted values."""

    history: History
    adjusted: Adjusted | None

    @property
    def grows(self) -> bool:
        """Whether changes are growth in per cent."""
        return self.adjusted is not None

    def changes(self, history: History) -> pd.Series:
        """Changes of a vintage of the series by PeriodIndex; those from or to estimated periods are missing.

        The seasons are those of `adjusted`, whatever the vintage.
        """
        values = history.values
        if self.adjusted is not None:
            at_end = history.basis == "stock"
            plain = values / factors(self.adjusted, history.frequency, values.index, at_end)
            change = 100 * plain.map(np.log).diff()
        else:
            change = values.diff()
        unseen = values.index.isin(list(history.estimated))
        change[unseen | np.r_[False, unseen[:-1]]] = np.nan
        return change.set_axis(periods(history.frequency, values.index)).iloc[1:]


@dataclass(frozen=True)
class Panel:
    """Monthly changes, one column per indicator, and those of a quarterly target; how each was taken."""

    monthly: pd.DataFrame = field(repr=False)
    quarterly: pd.DataFrame = field(repr=False)
    target: Taken
    columns: dict[str, Taken]

    def of(self, found: Sequence[History]) -> Panel:
        """The same panel of another vintage."""
        series = {item.series_id: item for item in found}
        monthly = {
            name: taken.changes(series[taken.history.series_id])
            for name, taken in self.columns.items()
            if taken.history.series_id in series
        }
        target = series.get(self.target.history.series_id)
        if target is None or not monthly:
            raise ValueError("the earlier vintage lacks the target or all indicators")
        frame = pd.DataFrame(monthly).reindex(columns=list(self.columns))
        return Panel(frame, _quarterly(self.target, target), self.target, self.columns)


def build(target: History, others: Sequence[History]) -> Panel:
    """The panel of a quarterly target and of the monthly series beside it.

    Series of less than `SHORTEST` years or without variation are left out, and those that only say again what
    another says: parts beside their whole, figures in dollars, and what moves as one before does.
    ValueError if the target is not quarterly and positive or no monthly series is left.
    """
    if target.frequency != "Q" or target.values.min() <= 0:
        raise ValueError("the target must be a quarterly series of positive values")
    aim = Taken(target, adjust(target.values, "Q", True, target.basis == "stock", target.estimated))
    columns: dict[str, Taken] = {}
    monthly: dict[str, pd.Series] = {}
    there = {item.indicator for item in others}
    for item in sorted(others, key=lambda item: item.indicator):
        listed = indicators()[item.indicator]
        if item.frequency != "M" or len(item.values) < SHORTEST * 12:
            continue
        if listed.parent in there or listed.dimension == "money.usd":
            continue
        taken = _take(item)
        change = taken.changes(item)
        if not change.std() > 0 or any(abs(change.corr(other)) > _SAME for other in monthly.values()):
            continue
        columns[item.indicator], monthly[item.indicator] = taken, change
    if not monthly:
        raise ValueError("no monthly series is long enough")
    return Panel(pd.DataFrame(monthly), _quarterly(aim, target), aim, columns)


def periods(frequency: str, numbers: pd.Index) -> pd.PeriodIndex:
    """Consecutive ordinals as a PeriodIndex."""
    pandas_frequency = {"A": "Y"}.get(frequency, frequency)
    first = pd.Period(period_at(frequency, int(numbers[0])).end, freq=pandas_frequency)
    return pd.period_range(first, periods=len(numbers), freq=pandas_frequency)


def _take(item: History) -> Taken:
    grows = item.basis in ("cur", "ytd", "stock") and item.values.min() > 0
    if not grows:
        return Taken(item, None)
    return Taken(item, adjust(item.values, item.frequency, True, item.basis == "stock", item.estimated))


def _quarterly(taken: Taken, history: History) -> pd.DataFrame:
    return taken.changes(history).rename(history.indicator).to_frame()
