"""Growth, cumulation, index chains, contributions and deflating.

Series are pandas Series indexed by consecutive periods (a PeriodIndex, or integers); values missing are NaN.
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def year_on_year(series: pd.Series, period: int) -> pd.Series:
    """Growth over the same period a year earlier (同比), in per cent; `period` periods make a year."""
    return 100 * (series / series.shift(period) - 1)


def period_on_period(series: pd.Series) -> pd.Series:
    """Growth over the period before (环比), in per cent."""
    return 100 * (series / series.shift(1) - 1)


def cumulate(series: pd.Series) -> pd.Series:
    """Totals from the start of each year (累计) of a flow with a PeriodIndex; NaN from the first gap on."""
    return series.groupby(_years(series)).cumsum(skipna=False)


def chain(rates: pd.Series, lag: int = 1, start: float = 100.0) -> pd.Series:
    """An index from growth over `lag` periods before, in per cent; the `lag` periods before the first are `start`.

    With the periods of a year for `lag` this chains growth over the same period a year earlier. NaN from the
    first gap on, for its place in the lag.
    """
    place = np.arange(len(rates)) % lag
    return start * (1 + rates / 100).groupby(place).cumprod(skipna=False)


def rebase(index: pd.Series, base: str | slice) -> pd.Series:
    """An index with the mean of `base` (a label or slice of labels) set to 100. KeyError if it is not there."""
    return 100 * index / float(np.mean(index.loc[base]))


def contributions(parts: pd.DataFrame, period: int) -> pd.DataFrame:
    """Percentage points that each part adds to the growth of their sum over `period` periods."""
    before = parts.sum(axis=1, skipna=False).shift(period)
    return 100 * parts.diff(period).div(before, axis=0)


def deflate(nominal: pd.Series, prices: pd.Series) -> pd.Series:
    """Values at the prices of the base of `prices` (an index, base = 100)."""
    return 100 * nominal / prices


def real_growth(nominal_growth: pd.Series, price_growth: pd.Series) -> pd.Series:
    """Growth at constant prices from nominal growth and price growth, all in per cent."""
    return 100 * ((1 + nominal_growth / 100) / (1 + price_growth / 100) - 1)


def _years(series: pd.Series) -> pd.Index:
    if not isinstance(series.index, pd.PeriodIndex):
        raise TypeError("cumulating needs a PeriodIndex")
    return pd.Index(series.index.year)
