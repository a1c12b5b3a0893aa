"""What an office prints beside a figure: growth in every sense, totals, constant prices, parts of growth."""

from __future__ import annotations

import pandas as pd

from macroeconomy.analysis.growth import (
    chain,
    contributions,
    cumulate,
    deflate,
    period_on_period,
    real_growth,
    rebase,
    year_on_year,
)


def measures(values: pd.Series, per_year: int, flow: bool) -> pd.DataFrame:
    """A figure's growth by the same PeriodIndex: value, change (环比), growth (同比), both in per cent.

    Of a flow also total (累计, from the new year on) and total_growth. Where a period is missing, so is what
    follows from it.
    """
    found = pd.DataFrame(
        {"value": values, "change": period_on_period(values), "growth": year_on_year(values, per_year)}
    )
    if flow:
        found["total"] = cumulate(values)
        found["total_growth"] = year_on_year(found["total"], per_year)
    return found


def price_level(growth: pd.Series, per_year: int, base: str) -> pd.Series:
    """A price index with the year `base` at 100, from growth over the same period a year earlier in per cent.

    The year before the first figure is the start of every chain, so it counts as one level. ValueError if
    not all of the base year is known.
    """
    first = _periods(growth)[0] - per_year
    before = pd.Series(100.0, pd.period_range(first, periods=per_year))
    level = pd.concat([before, chain(growth, per_year)])
    known = level[_periods(level).year.astype(str) == base].dropna()
    if len(known) < per_year:
        raise ValueError(f"prices are not known for all of {base}, but from {first} on")
    return rebase(level, slice(known.index[0], known.index[-1]))


def at_constant_prices(
    found: pd.DataFrame, prices: pd.Series, base: str | None, per_year: int
) -> pd.DataFrame:
    """The frame of `measures` with real_growth, and with real, the value at the prices of `base` if that is given.

    prices: growth over the same period a year earlier in per cent, by PeriodIndex of the same frequency.
    """
    real = found.assign(real_growth=real_growth(found["growth"], prices.reindex(found.index)))
    if base is not None:
        real["real"] = deflate(found["value"], price_level(prices, per_year, base).reindex(found.index))
    return real


def by_quarter(monthly: pd.Series) -> pd.Series:
    """Quarterly means of a monthly series, from its first whole quarter to its last; NaN where a month is missing."""
    quarters = monthly.groupby(_periods(monthly).asfreq("Q"))
    means = quarters.mean().where(quarters.count() == 3)
    return means.loc[means.first_valid_index() : means.last_valid_index()]


def parts_of_growth(whole: pd.Series, parts: pd.DataFrame, per_year: int) -> pd.DataFrame:
    """What every part adds to the growth of the whole in the last period that all of them have.

    A row per part and one, ``rest``, for what they leave: value, share of the whole, growth, all in per cent but
    the value, and points, which add up to the growth of the whole. What is left has no growth. ValueError if no
    period has all of them a year apart.
    """
    together = parts.assign(rest=whole - parts.sum(axis=1, skipna=False)).dropna()
    points = contributions(together, per_year).dropna()
    if points.empty:
        raise ValueError("no period has the whole and all parts, and the year before")
    at = points.index[-1]
    return pd.DataFrame(
        {
            "value": together.loc[at],
            "share": 100 * together.loc[at] / whole.loc[at],
            "growth": parts.apply(year_on_year, period=per_year).loc[at],
            "points": points.loc[at],
        },
        index=together.columns,
    ).rename_axis(at)


def _periods(series: pd.Series) -> pd.PeriodIndex:
    assert isinstance(series.index, pd.PeriodIndex)
    return series.index
