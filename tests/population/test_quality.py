"""Freshness and the four figures, against figures worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.etl.city import City, day, loosened, number, resident
from tests.population.town import rows

# Four accepted of five; one nameless, one without a household; the mandatory columns are 姓名 and 户号.
FIRST = [
    resident("李建国", number("19550701", 1)),
    resident("王秀英", number("19560603", 2), 性别="女"),
    resident("赵四", number("19700101", 3), "0003"),
    resident("钱五", number("19700101", 5), ""),
    resident("", number("19700101", 7), "0005"),
]


def _late(city: City, night: int, days: float) -> None:
    """The night's register arrives this long after midnight, China time, of its as-of date."""
    path = city.file("ga_population", night, [*FIRST[:2], *FIRST[2:]])
    midnight = datetime.combine(day(night), datetime.min.time(), UTC) - timedelta(hours=8)
    contract = city.contracts["ga_population"]
    delivery = city.loader.receive(
        contract, path, as_of=day(night), received_at=midnight + timedelta(days=days)
    )
    city.loader.load(contract, delivery)


def test_the_four_figures(city: City) -> None:
    _late(city, 1, 0.5)  # noon of the day; due by its end, with twelve hours' grace
    _late(city, 2, 2.5)  # a day late
    (found,) = rows(
        city,
        "SELECT department, source, data_rows, accepted_rows, clean_rows, mandatory_cells, filled_cells,"
        " deliveries, on_time, lag_days, completeness, accuracy, timeliness, usability FROM population.quality",
    )
    assert found[:9] == ("公安局", "ga_population", 5, 4, 3, 10, 8, 2, 1)
    assert found[9:] == pytest.approx((1.5, 0.8, 0.6, 0.5, 0.8))
    (department,) = rows(
        city,
        "SELECT department, sources, completeness, accuracy, timeliness, usability FROM population.department_quality",
    )
    assert department[:2] == ("公安局", 1)
    assert department[2:] == pytest.approx((0.8, 0.6, 0.5, 0.8))


def test_a_mended_row_mends_the_figures(city: City) -> None:
    city.deliver("ga_population", 1, FIRST)
    city.deliver("ga_population", 2, [*FIRST[:3], {**FIRST[3], "户号": "0004"}, {**FIRST[4], "姓名": "孙六"}])
    assert rows(city, "SELECT completeness, accuracy, usability FROM population.quality") == [(1.0, 1.0, 1.0)]


def test_a_source_whose_first_file_is_held_waits_without_dates(city: City) -> None:
    city.contracts["ga_population"] = loosened(city.contracts["ga_population"], min_rows=9)
    assert city.deliver("ga_population", 1, FIRST).status == "held"
    told = "SELECT last_as_of, last_file_name, days_behind, overdue, records, waiting_files FROM population.freshness"
    assert rows(city, told) == [(None, None, None, None, 0, 1)]


def test_freshness(city: City) -> None:
    city.deliver("ga_population", 1, FIRST)
    city.deliver("ga_population", 2, FIRST)
    city.deliver("ga_population", 3, FIRST[:1])  # far too few: held
    (found,) = rows(
        city,
        "SELECT source, department, last_as_of, last_file_name, overdue, records, waiting_files"
        " FROM population.freshness",
    )
    assert found == ("ga_population", "公安局", date(2026, 11, 2), "ga_population_20261102.csv", False, 4, 1)
