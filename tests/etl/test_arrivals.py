"""When an extract is due, and how days are told."""

from __future__ import annotations

from datetime import date

import pytest

from etl.arrivals import day_ranges, following


@pytest.mark.parametrize(
    ("day", "every", "count", "expected"),
    [
        (date(2026, 12, 31), "day", 1, date(2027, 1, 1)),
        (date(2026, 11, 2), "week", 2, date(2026, 11, 16)),
        (date(2026, 11, 30), "month", 1, date(2026, 12, 31)),
        (date(2026, 11, 15), "month", 2, date(2027, 1, 15)),
        (date(2027, 1, 31), "month", 1, date(2027, 2, 28)),
        (date(2026, 12, 31), "quarter", 1, date(2027, 3, 31)),
        (date(2028, 2, 29), "year", 1, date(2029, 2, 28)),
    ],
)
def test_the_next_period(day: date, every: str, count: int, expected: date) -> None:
    assert following(day, every, count) == expected


def test_days_are_told_as_ranges() -> None:
    days = [date(2026, 11, 9), date(2026, 11, 4), date(2026, 11, 7), date(2026, 11, 8)]
    assert day_ranges(days) == "2026-11-04、2026-11-07—11-09"
    assert day_ranges([]) == ""
