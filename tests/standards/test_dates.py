"""Dates and times in every way departments write them."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basedb.standards.dates import parse_date, parse_timestamp
from tests.standards.columns import codes_of, column, one, suggestions_of

DAY = datetime.date(2015, 3, 12)


@pytest.mark.parametrize(
    "value",
    [
        "20150312", "2015-03-12", "2015/3/12", "2015.3.12", "2015年3月12日", "2015年03月12日", "二〇一五年三月十二日",
        "二零一五年三月十二日", "２０１５/３/１２", "2015-03-12 00:00:00", "2015-03-12T00:00:00", "20150312.0", " 20150312 ",
        "20150312000000",
    ],
)  # fmt: skip
def test_days(value):
    assert one(parse_date, value) == {"date": DAY, "precision": "day"}
    assert codes_of(parse_date, value) == []


def test_serial_numbers_of_a_spreadsheet():
    assert one(parse_date, "42075")["date"] == DAY
    assert codes_of(parse_date, "42075") == ["date.serial"]


@pytest.mark.parametrize("value", ["201503", "2015-03", "2015/3", "2015年3月", "二〇一五年三月"])
def test_months(value):
    assert one(parse_date, value) == {"date": datetime.date(2015, 3, 1), "precision": "month"}
    assert codes_of(parse_date, value) == ["date.partial"]


@pytest.mark.parametrize("value", ["2015", "2015年", "二〇一五年"])
def test_years(value):
    assert one(parse_date, value) == {"date": datetime.date(2015, 1, 1), "precision": "year"}


@pytest.mark.parametrize("value", ["2023-11-07T02:39:00+08:00", "20231107023900", "2023-11-07 2:39"])
def test_the_day_of_a_time(value):
    assert one(parse_date, value)["date"] == datetime.date(2023, 11, 7)
    assert codes_of(parse_date, value) == ["date.time_dropped"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("0000", "date.placeholder"),
        ("00000000", "date.placeholder"),
        ("0000-00-00", "date.placeholder"),
        ("2999-12-31", "date.placeholder"),
        ("2999", "date.placeholder"),
        ("不详", "date.placeholder"),
        ("2015-02-30", "date.not_real"),
        ("20150230", "date.not_real"),
        ("2015-13-01", "date.not_real"),
        ("1799-01-01", "date.too_early"),
        ("15-3-12", "date.two_digit_year"),
        ("去年", "date.unreadable"),
        ("20150312x", "date.unreadable"),
    ],
)
def test_what_is_no_date(value, code):
    assert one(parse_date, value) == {"date": None, "precision": None}
    assert code in codes_of(parse_date, value)


def test_the_open_end_stays():
    assert one(parse_date, "9999-12-31", latest="2026-11-01")["date"] == datetime.date.max
    assert suggestions_of(parse_date, "2999-12-31") == ["9999-12-31"]


def test_bounds():
    assert one(parse_date, "2026-11-02", latest="2026-11-01")["date"] is None
    assert codes_of(parse_date, "2026-11-02", latest="2026-11-01") == ["date.too_late"]
    assert one(parse_date, "1799-01-01", earliest=None)["date"] == datetime.date(1799, 1, 1)


@pytest.mark.parametrize("value", [None, "", "  "])
def test_empty(value):
    assert one(parse_date, value)["date"] is None
    assert codes_of(parse_date, value) == []


def test_dates_are_days_of_arrow():
    standard = parse_date(column(["2015-03-12", None, "9999-12-31"]))
    assert str(standard.columns["date"].dtype) == "date32[day][pyarrow]"


@given(st.dates(datetime.date(1850, 1, 1), datetime.date(2899, 12, 31)))
def test_every_form_reads_back(day):
    for text in (
        f"{day:%Y%m%d}",
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
    ):
        assert one(parse_date, text)["date"] == day


@pytest.mark.parametrize(
    ("value", "utc"),
    [
        ("2023-11-07T02:39:00+08:00", "2023-11-06T18:39:00"),
        ("2023-11-07T02:39:00Z", "2023-11-07T02:39:00"),
        ("20220510094917", "2022-05-10T01:49:17"),
        ("2022-05-10 09:49:17", "2022-05-10T01:49:17"),
        ("2022/5/10 9:49", "2022-05-10T01:49:00"),
        ("2022年5月10日9时49分17秒", "2022-05-10T01:49:17"),
        ("20150312", "2015-03-11T16:00:00"),
        ("42075.5", "2015-03-12T04:00:00"),
        ("2022-05-10 09:49:17.250", "2022-05-10T01:49:17.250"),
        ("1988-07-01 12:00:00", "1988-07-01T03:00:00"),
    ],
)
def test_timestamps_are_utc(value, utc):
    assert one(parse_timestamp, value)["timestamp"] == pd.Timestamp(utc, tz="UTC")


def test_a_day_without_time_is_told():
    assert codes_of(parse_timestamp, "20150312") == ["timestamp.no_time"]
    assert codes_of(parse_timestamp, "20220510094917") == []


@pytest.mark.parametrize(
    "value", ["20220510250000", "20220230094917", "", None, "abc", "2022-05-10 25:00:00"]
)
def test_what_is_no_time(value):
    assert one(parse_timestamp, value)["timestamp"] is None


def test_quick_and_careful_reading_agree():
    values = [f"2022{month:02d}10094917" for month in range(1, 13)] + [
        "19880701120000",
        None,
        "2022-05-10 09:49:17",
    ]
    whole = parse_timestamp(column(values)).columns["timestamp"]
    alone = [one(parse_timestamp, value)["timestamp"] for value in values]
    assert [None if pd.isna(cell) else cell for cell in whole] == alone


def test_another_zone():
    assert one(parse_timestamp, "20220510094917", zone="UTC")["timestamp"] == pd.Timestamp(
        "2022-05-10T09:49:17Z"
    )
