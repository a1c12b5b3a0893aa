"""Birth dates that were given in the lunar calendar and taken down as if they were solar.

`data/lunar_years.csv` has the day of the new year, the leap month and the lengths of the months (the leap
month after the one it repeats) of the lunar years 1900-2100, in the calendar of GB/T 33661-2017. It was
computed with sxtwl 2.0.7 and agrees with lunar_python 1.4.8 on every day but the ninth month of 2057, whose
new moon falls within seconds of midnight.
"""

from __future__ import annotations

import datetime
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from basedb.findings import Standardized
from basedb.standards import codelists
from basedb.standards.columnar import arrow_series
from basedb.standards.dates import parse_date

_FIRST_YEAR = 1900
_EPOCH = datetime.date(1970, 1, 1)


def birth_date(series: pd.Series) -> Standardized:
    """`dates.parse_date`, and `as_lunar`: the solar day if the date was a lunar one.

    `as_lunar` is NA where no day is given or the lunar calendar has no such day.
    """
    read = parse_date(series, timed=True)
    columns = read.columns.copy()
    dates = pa.array(columns["date"].array, from_pandas=True)
    whole = pc.if_else(
        pc.fill_null(pc.equal(pa.array(columns["precision"].array, from_pandas=True), "day"), False),
        dates,
        pa.scalar(None, pa.date32()),
    )
    columns["as_lunar"] = arrow_series(read_as_lunar(whole), series.index)
    return Standardized(columns, read.findings)


def read_as_lunar(dates: pa.Array) -> pa.Array:
    """The solar day of each date's year, month and day read as a lunar date, null where there is none.

    Of a leap month and the month before it, which bear one number, the date is taken to be in the first.
    """
    first_days, lengths = _months()
    year, month, day = (
        np.asarray(pc.fill_null(part(dates), 0)).astype(np.int64) for part in (pc.year, pc.month, pc.day)
    )
    known = (year >= _FIRST_YEAR) & (year < _FIRST_YEAR + len(lengths))
    place = np.where(known, year - _FIRST_YEAR, 0), np.where(known, month, 0)
    real = known & (day <= lengths[place])
    return pa.array((first_days[place] + day - 1).astype(np.int32), mask=~real).cast(pa.date32())


@lru_cache(maxsize=1)
def _months() -> tuple[np.ndarray, np.ndarray]:
    """First day (since 1970) and length of month 1-12 of each lunar year, leap months left out."""
    rows = codelists.read_csv("lunar_years.csv").to_dict("records")
    first_days = np.zeros((len(rows), 13), dtype=np.int32)
    lengths = np.zeros((len(rows), 13), dtype=np.int32)
    for place, row in enumerate(rows):
        leap = int(row["leap_month"] or 99)
        day = (datetime.date.fromisoformat(row["new_year"]) - _EPOCH).days
        for order, length in enumerate(map(int, row["month_days"].split()), start=1):
            if order != leap + 1:
                month = order if order <= leap else order - 1
                first_days[place, month], lengths[place, month] = day, length
            day += length
    return first_days, lengths
