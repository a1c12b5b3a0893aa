"""What the calendar does to a period: working days, and the Spring Festival that moves between two months.

Each regressor is the deviation from its long-run mean for the same month (or quarter), so that it says nothing
of the seasons (Lin & Liu 2002, Modelling Lunar Calendar Holiday Effects in Taiwan; Findley & Soukup 2000).
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa

from basedb.standards.lunar import read_as_lunar
from macroeconomy.periods import PER_YEAR, period_at

_T = TypeVar("_T")
#: Days before the festival, of it, and after it, in which business is not as usual.
WINDOWS = {"before": (-20, -1), "during": (0, 6), "after": (7, 26)}
#: Years the long-run means are taken over; the lunar calendar is known for 1900 to 2100.
_MEAN_YEARS = (1950, 2049)
_DAY = np.timedelta64(1, "D")
# Days off by law from a year on: fixed days, then days of the Spring Festival (0 is the new year) and others of
# the lunar calendar. State Council orders 270 (1999), 513 (2007), 644 (2013) and 795 (2024).
_FIXED = {
    1900: ("01-01", "05-01", "10-01", "10-02"),
    2000: ("01-01", "05-01", "05-02", "05-03", "10-01", "10-02", "10-03"),
    2008: ("01-01", "05-01", "10-01", "10-02", "10-03"),
    2025: ("01-01", "05-01", "05-02", "10-01", "10-02", "10-03"),
}
_FESTIVAL = {1900: (0, 1, 2), 2008: (-1, 0, 1), 2014: (0, 1, 2), 2025: (-1, 0, 1, 2)}
_LUNAR = ((5, 5), (8, 15))
_LUNAR_FROM = 2008


def regressors(frequency: str, numbers: pd.Index, at_end: bool = False) -> pd.DataFrame:
    """Working days and the three windows of the Spring Festival, for periods by ordinal.

    at_end: of stocks, for which counts on which day the period ends. Columns that never differ from their
    mean (the festival is always in the first quarter) are left out.
    """
    raw = calendar_table(frequency, at_end)
    centred = raw - raw.groupby((raw.index - 1) % PER_YEAR[frequency]).transform("mean")
    chosen = centred.reindex(numbers)
    return chosen.loc[:, chosen.abs().max() > 1e-9]


@lru_cache
def calendar_table(frequency: str, at_end: bool = False) -> pd.DataFrame:
    """Working days of every period by ordinal, and the share of each window that lies in it.

    at_end: whether the period ends in each window, instead.
    """
    starts = _starts(frequency)
    new_year = new_years(_MEAN_YEARS[0], _MEAN_YEARS[1] + 1)
    found: dict[str, np.ndarray] = {} if at_end else {"working_days": _working_days(starts)}
    for name, (first, last) in WINDOWS.items():
        if at_end:
            after = (starts[1:] - _DAY)[:, None] - new_year[None, :]
            inside = (after >= first * _DAY) & (after <= last * _DAY)
            found[name] = inside.any(axis=1).astype(float)
            continue
        days = (new_year[:, None] + np.arange(first, last + 1) * _DAY).ravel()
        place = np.searchsorted(starts, days, side="right") - 1
        place = place[(place >= 0) & (place < len(starts) - 1)]
        found[name] = np.bincount(place, minlength=len(starts) - 1) / (last - first + 1)
    return pd.DataFrame(found, pd.RangeIndex(1, len(starts)) + _MEAN_YEARS[0] * PER_YEAR[frequency])


def new_years(first: int, last: int) -> np.ndarray:
    """The day of the Spring Festival of each year."""
    return _lunar_days(first, last, 1, 1)


def _lunar_days(first: int, last: int, month: int, day: int) -> np.ndarray:
    dates = pa.array([date(year, month, day) for year in range(first, last + 1)])
    return np.asarray(read_as_lunar(dates)).astype("datetime64[D]")


def _starts(frequency: str) -> np.ndarray:
    """First day of every period of the years of the means, and the day after the last."""
    per_year = PER_YEAR[frequency]
    first, last = _MEAN_YEARS[0] * per_year, (_MEAN_YEARS[1] + 1) * per_year
    ends = [period_at(frequency, number).end for number in range(first, last + 1)]
    return np.array(ends, dtype="datetime64[D]") + _DAY


def _working_days(starts: np.ndarray) -> np.ndarray:
    """Mondays to Fridays less the days off by law: one that falls on a weekend is made up for."""
    weekdays = np.busday_count(starts[:-1], starts[1:])
    off = np.searchsorted(np.sort(_days_off(*_MEAN_YEARS)), starts)
    return weekdays - np.diff(off)


def _days_off(first: int, last: int) -> np.ndarray:
    days: list[np.datetime64] = []
    for year, new_year in zip(range(first, last + 1), new_years(first, last), strict=True):
        days += [np.datetime64(f"{year}-{day}") for day in _in_force(_FIXED, year)]
        days += [new_year + offset * _DAY for offset in _in_force(_FESTIVAL, year)]
        if year >= _LUNAR_FROM:
            days.append(_clear_and_bright(year))
    for month, day in _LUNAR:
        days += list(_lunar_days(_LUNAR_FROM, last, month, day))
    return np.array(days)


def _in_force(rules: dict[int, tuple[_T, ...]], year: int) -> tuple[_T, ...]:
    return rules[max(start for start in rules if start <= year)]


def _clear_and_bright(year: int) -> np.datetime64:
    """清明, by the usual approximation of the solar term for the 21st century."""
    short = year - 2000
    return np.datetime64(f"{year}-04-{int(short * 0.2422 + 4.81) - short // 4:02d}")
