"""The periods' own figures of a flow, from what is published of them and of the totals since the new year.

Offices publish January and February in one, and some indicators as totals only.
"""

from __future__ import annotations

import pandas as pd

from macroeconomy.periods import PER_YEAR, period_at

#: So many periods share what a total says of them together; of more it says too little of each.
LONGEST_SHARED = 3
#: So many missing figures in a row are bridged by a straight line.
LONGEST_BRIDGE = 2


def own_figures(own: pd.Series, totals: pd.Series, frequency: str) -> tuple[pd.Series, pd.Index]:
    """Own figures of consecutive periods, NaN where nothing is known, and which were shared out.

    own, totals: published figures and totals since the new year, by `periods.ordinal`. A missing figure is
    the total less the total before and the figures between; several missing in a row share that by their days.
    """
    per_year = PER_YEAR[frequency]
    known = own.index.union(totals.index)
    # From the first period of the first year: its total is the sum of all of them.
    numbers = pd.RangeIndex((known.min() - 1) // per_year * per_year + 1, known.max() + 1)
    own, totals = own.reindex(numbers).astype(float), totals.reindex(numbers).astype(float)
    year = pd.Series((numbers - 1) // per_year, numbers)
    # A span ends with a published total and starts after the one before, or with the year.
    end = pd.Series(numbers, numbers).where(totals.notna()).groupby(year).bfill()
    before = totals.groupby(year).ffill().groupby(year).shift(1).fillna(0.0)
    rest = (totals - before - own.fillna(0.0).groupby(end).transform("sum")).groupby(end).transform("last")
    missing = own.isna() & end.notna()
    count = missing.groupby(end).transform("sum")
    days = pd.Series([_days(frequency, number) for number in numbers], numbers).where(missing)
    found = (rest * days / days.groupby(end).transform("sum")).where(count <= LONGEST_SHARED)
    return own.fillna(found), numbers[missing & (count > 1) & (count <= LONGEST_SHARED)]


def bridged(values: pd.Series) -> tuple[pd.Series, pd.Index]:
    """The values after the last long gap, short ones bridged by straight lines, and which those are."""
    known = values.loc[values.first_valid_index() : values.last_valid_index()]
    gap = known.isna()
    length = gap.groupby((~gap).cumsum()).transform("sum")
    long = gap & (length > LONGEST_BRIDGE)
    if long.any():
        known = known.loc[long[long].index[-1] + 1 :]
    return known.interpolate("linear"), known.index[known.isna()]


def _days(frequency: str, number: int) -> int:
    return (period_at(frequency, number).end - period_at(frequency, number - 1).end).days
