"""Dates read as lunar, against festivals whose solar days are known."""

from __future__ import annotations

import datetime
import itertools

import pandas as pd
import pytest

from basedb.standards import codelists
from basedb.standards.lunar import birth_date
from tests.standards.columns import codes_of, column, one


@pytest.mark.parametrize(
    ("lunar", "solar"),
    [
        ("1900-01-01", "1900-01-31"),
        ("1949-08-10", "1949-10-01"),
        ("1976-12-30", "1977-02-17"),
        ("1978-08-15", "1978-09-17"),
        ("1985-01-01", "1985-02-20"),
        ("2000-01-01", "2000-02-05"),
        ("2020-04-30", "2020-05-22"),
        ("2020-05-05", "2020-06-25"),
        ("2023-08-15", "2023-09-29"),
        ("2033-11-15", "2033-12-06"),
        ("2100-01-01", "2100-02-09"),
    ],
)
def test_festivals(lunar, solar):
    """New Year, Mid-Autumn and Dragon Boat days; 2020 and 2033 have a leap month before or after."""
    assert one(birth_date, lunar)["as_lunar"] == datetime.date.fromisoformat(solar)


@pytest.mark.parametrize(
    "value", ["1899-05-05", "2101-01-01", "1990-01-31", "1901-01-30", "1990-05", "1990", "不详", None]
)
def test_no_such_lunar_day(value):
    assert one(birth_date, value)["as_lunar"] is None


def test_dates_are_read_as_elsewhere():
    read = birth_date(column(["19850220", "1985年", None]))
    assert list(read.columns["date"]) == [datetime.date(1985, 2, 20), datetime.date(1985, 1, 1), pd.NA]
    assert codes_of(birth_date, "1985年") == ["date.partial"]


def test_the_table_has_no_gap():
    rows = codelists.read_csv("lunar_years.csv").to_dict("records")
    assert [int(row["year"]) for row in rows] == list(range(1900, 2101))
    for row, following in itertools.pairwise(rows):
        lengths = [int(length) for length in row["month_days"].split()]
        assert len(lengths) == (13 if row["leap_month"] else 12)
        assert set(lengths) == {29, 30}
        end = datetime.date.fromisoformat(row["new_year"]) + datetime.timedelta(days=sum(lengths))
        assert end.isoformat() == following["new_year"]
