"""Periods as tables print them, and their order.

A period's code is that of the observation table: ``2012`` (year), ``2012-H1``, ``2012-Q3``, ``2012-07``.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from basedb.standards.labels import plain

_CHINESE = {char: str(value) for value, char in enumerate("〇一二三四五六七八九")} | {"零": "0"}
_YEAR_NUMERALS = re.compile(r"[〇零一二三四五六七八九]{4}(?=年)")
_MONTH_NUMERALS = re.compile(r"(?:十[一二]?|[一二三四五六七八九])(?=月|-)")
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_MONTH = re.compile(r"^(?:(?P<year>\d{4})[年./-])?(?:1-)?(?P<month>\d{1,2})月?(?:份|末|底)?$")
_MONTH_MARKED = re.compile(r"^(?:(?P<year>\d{4})年)?(?:1-)?(?P<month>\d{1,2})月(?:份|末|底)?$")
_RANGE = re.compile(
    r"^(?P<year>\d{4})(?:[年./]?\d{1,2}月?)[-~至](?:(?P<last>\d{4})[年./]?)?(?P<month>\d{1,2})月?(?:份|末)?$"
)
_COMPACT = re.compile(r"^(?P<year>\d{4})(?P<month>\d{2})$")
_QUARTER = re.compile(
    r"^(?:(?P<year>\d{4})[年-]?)?(?:第?[1一]-)?(?:第?(?P<quarter>[1-4一二三四])季度?|[Qq](?P<code>[1-4]))$"
)
_HALF = re.compile(r"^(?:(?P<year>\d{4})[年-]?)?(?:(?P<name>上|下)半年|[HhSs](?P<code>[12]))$")
_YEAR = re.compile(r"^(?P<year>\d{4})年?(?:度|末|底)?$")


@dataclass(frozen=True, order=True)
class Period:
    """A period: its last month in the count of months since year 0, its frequency and its code."""

    last_month: int
    frequency: str
    code: str

    @property
    def end(self) -> date:
        """The last day."""
        year, month = divmod(self.last_month - 1, 12)
        return date(year, month + 1, calendar.monthrange(year, month + 1)[1])

    @property
    def year(self) -> int:
        """The calendar year."""
        return (self.last_month - 1) // 12


def month(year: int, number: int) -> Period:
    """The `number`-th month of a year."""
    return Period(year * 12 + number, "M", f"{year:04d}-{number:02d}")


def quarter(year: int, number: int) -> Period:
    """The `number`-th quarter of a year."""
    return Period(year * 12 + number * 3, "Q", f"{year:04d}-Q{number}")


def half(year: int, number: int) -> Period:
    """The `number`-th half of a year."""
    return Period(year * 12 + number * 6, "H", f"{year:04d}-H{number}")


def whole_year(year: int) -> Period:
    """A year."""
    return Period(year * 12 + 12, "A", f"{year:04d}")


@lru_cache(maxsize=8192)
def parse_period(text: str | None, year: int | None = None) -> Period | None:
    """The period a text names, or None. `year` is that of the table, for ``3月末``.

    ``2012年1-6月``, ``201201-201206`` and ``2012年1-2季度`` name the period they end with: a table's column says whether its
    figures are cumulative.
    """
    if not text:
        return None
    bare = _arabic(plain(text))
    for pattern in (_COMPACT, _MONTH if year is None else _MONTH_MARKED, _MONTH):
        if match := pattern.match(bare):
            groups = match.groupdict()
            found = int(groups["year"]) if groups.get("year") else year
            number = int(groups["month"])
            return month(found, number) if found and 1 <= number <= 12 and _plausible(found) else None
    if (match := _RANGE.match(bare)) and match["last"] in (None, match["year"]):
        found, number = int(match["year"]), int(match["month"])
        return month(found, number) if 1 <= number <= 12 and _plausible(found) else None
    if match := _QUARTER.match(bare):
        found = int(match["year"]) if match["year"] else year
        number = _QUARTERS[match["quarter"] or match["code"]]
        return quarter(found, number) if found and _plausible(found) else None
    if match := _HALF.match(bare):
        found = int(match["year"]) if match["year"] else year
        number = int(match["code"]) if match["code"] else 1 if match["name"] == "上" else 2
        return half(found, number) if found and _plausible(found) else None
    if match := _YEAR.match(bare):
        found = int(match["year"])
        return whole_year(found) if _plausible(found) else None
    return None


def _arabic(text: str) -> str:
    """Chinese numerals of years and months as digits: ``二〇一五年十二月`` is ``2015年12月``."""
    text = _YEAR_NUMERALS.sub(lambda match: "".join(_CHINESE[char] for char in match[0]), text)
    return _MONTH_NUMERALS.sub(lambda match: str(_numeral(match[0])), text)


def _numeral(text: str) -> int:
    """A numeral below twenty."""
    if "十" in text:
        tens, _, ones = text.partition("十")
        return 10 * int(_CHINESE.get(tens, "1")) + int(_CHINESE.get(ones, "0"))
    return int(_CHINESE[text])


def _plausible(year: int) -> bool:
    return 1900 <= year <= 2100


def at_frequency(period: Period, frequency: str) -> Period | None:
    """The period of another frequency that ends with this one, or None: March is the first quarter."""
    year, last = period.year, (period.last_month - 1) % 12 + 1
    if frequency == period.frequency:
        return period
    if frequency == "Q" and last % 3 == 0 and period.frequency == "M":
        return quarter(year, last // 3)
    if frequency == "A" and last == 12 and period.frequency in ("M", "Q"):
        return whole_year(year)
    return None


#: Periods of a year, by frequency.
PER_YEAR = {"M": 12, "Q": 4, "H": 2, "A": 1}
_NUMBERED = {"M": month, "Q": quarter, "H": half, "A": lambda year, _: whole_year(year)}


def ordinal(period: Period) -> int:
    """The period's number among those of its frequency: consecutive periods have consecutive ones."""
    return period.last_month * PER_YEAR[period.frequency] // 12


def period_at(frequency: str, number: int) -> Period:
    """The period of an `ordinal`."""
    year, place = divmod(number - 1, PER_YEAR[frequency])
    return _NUMBERED[frequency](year, place + 1)
