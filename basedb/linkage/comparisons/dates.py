"""A birth date, as people, clerks and two calendars write it."""

from __future__ import annotations

from basedb.linkage.comparisons.strings import (
    cross_equal,
    equal,
    missing,
    one_slip,
    sides,
    when,
)
from basedb.linkage.model import ELSE, Comparison, Condition, Level

_DIGITS = 10


def birth_date(
    column: str = "birth_date",
    as_lunar: str = "birth_as_lunar",
    called: str = "birth_date",
    day: str = "",
) -> Comparison:
    """Compare dates given as ISO text: ``CAST(birth_date AS STRING)`` is that in both engines.

    as_lunar: the column with the solar day of the date read as a lunar one; none if empty. day: a column
    with the day as a number, for the level `lunar_span`; none if empty.
    Levels: missing, equal, lunar (one is the other in the lunar calendar), swapped (day and month),
    year_beside (same month and day, the years next to each other: lunar years, nominal ages), digit (one
    digit differs or two neighbours are swapped), month (only the day differs), lunar_span (as far apart
    as the two calendars are: a lunar date read from another year's almanac), year (the same year, and
    one of them the first of January, which stands for an unknown day), different.
    """
    lunar = () if not as_lunar else (_lunar(column, as_lunar),)
    span = () if not day else (_lunar_span(day),)
    return Comparison(
        called,
        "出生日期",
        (
            Level("missing", "缺失", missing(column), missing=True),
            Level("equal", "相同", equal(column), m=0.955, u=4.2e-5),
            *lunar,
            Level("swapped", "日月颠倒", swapped(column), m=0.003, u=1.5e-5),
            Level("year_beside", "月日相同，年份差一", year_beside(column), m=0.005, u=8e-5),
            Level("digit", "一位数字不同或相邻颠倒", one_digit(column), m=0.012, u=8e-4),
            Level("month", "年月相同", same_month(column), m=0.006, u=7.6e-4),
            *span,
            Level("year", "年份相同，一方为1月1日", same_year(column), m=0.004, u=6e-5),
            Level("different", "不同", ELSE, m=0.01, u=0.998203),
        ),
    )


def _lunar(column: str, as_lunar: str) -> Level:
    # Told from the day itself, not from a window of weeks, which one pair in three hundred would hit.
    return Level("lunar", "一方为农历", cross_equal(as_lunar, column), m=0.005, u=4e-5)


def _lunar_span(day: str) -> Level:
    """New Year's Day of the lunar calendar lies 20 to 51 days after that of the solar one."""
    apart = Condition(f"abs(l.{day} - r.{day}) BETWEEN 15 AND 55")
    return Level("lunar_span", "相差如农历与公历", apart, m=0.003, u=2.2e-3)


def swapped(column: str) -> Condition:
    """The same year, and the day of one is the month of the other."""
    left, right = sides(column)
    return Condition(
        f"{_year(left)} = {_year(right)} AND substr({left}, 6, 2) = substr({right}, 9, 2)"
        f" AND substr({left}, 9, 2) = substr({right}, 6, 2)"
    )


def year_beside(column: str) -> Condition:
    """The same month and day in two years next to each other."""
    left, right = sides(column)
    years = f"TRY_CAST({_year(left)} AS INT) - TRY_CAST({_year(right)} AS INT)"
    return Condition(f"substr({left}, 6) = substr({right}, 6) AND {years} IN (1, -1)")


def one_digit(column: str) -> Condition:
    """One digit differs, or two neighbouring ones are swapped."""
    left, right = sides(column)
    part = Condition(f"{_year(left)} = {_year(right)} OR substr({left}, 6) = substr({right}, 6)")
    return when(part, one_slip(left, right, _DIGITS))


def same_month(column: str) -> Condition:
    """The same year and month."""
    left, right = sides(column)
    return Condition(f"substr({left}, 1, 7) = substr({right}, 1, 7)")


def same_year(column: str) -> Condition:
    """The same year, and one of the two dates is the first of January."""
    left, right = sides(column)
    first = f"substr({left}, 6) = '01-01' OR substr({right}, 6) = '01-01'"
    return Condition(f"{_year(left)} = {_year(right)} AND ({first})")


def _year(text: str) -> str:
    return f"substr({text}, 1, 4)"
