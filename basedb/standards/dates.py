"""Dates and times as departments write them, read into days and UTC instants.

Read: 20150312, 2015-03-12, 2015/3/12, 2015.3.12, 2015年3月12日, 二〇一五年三月十二日, the serial numbers of a
spreadsheet (1900 system, five digits), months and years alone, and any of them followed by a time. A month
alone stands on its first day, a year alone on 1 January; `precision` says so.
"""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from basedb.findings import Severity, Standardized, define
from basedb.standards.calendar import civil_days, real_dates
from basedb.standards.columnar import TEXT, Found, arrow_series, parse_distinct, text_series, to_arrow
from basedb.standards.text import clean, numeral

UNREADABLE = define("date.unreadable", Severity.WARNING, "无法识别的日期", "not readable as a date")
NOT_REAL = define("date.not_real", Severity.WARNING, "日期不存在", "no such day in the calendar")
TOO_EARLY = define(
    "date.too_early", Severity.WARNING, "日期早于允许的最早日期", "earlier than the earliest allowed"
)
TOO_LATE = define(
    "date.too_late", Severity.WARNING, "日期晚于允许的最晚日期", "later than the latest allowed"
)
PLACEHOLDER = define(
    "date.placeholder", Severity.WARNING, "日期为占位值", "a placeholder stands for the date"
)
SERIAL = define(
    "date.serial", Severity.INFO, "由电子表格日期序列号换算", "converted from a spreadsheet's serial number"
)
TWO_DIGIT_YEAR = define(
    "date.two_digit_year",
    Severity.WARNING,
    "年份只有两位，世纪无法确定",
    "a two-digit year: the century is unknown",
)
PARTIAL = define("date.partial", Severity.INFO, "日期只到年或月", "only a month or a year is given")
DROPPED_TIME = define(
    "date.time_dropped", Severity.INFO, "日期带时间，已舍去时间部分", "the time of day was dropped"
)
NO_TIME = define("timestamp.no_time", Severity.INFO, "只有日期，按零时计", "no time of day: midnight assumed")
NO_ZONE_MATCH = define(
    "timestamp.ambiguous",
    Severity.INFO,
    "当地时间因夏令时重复或不存在",
    "local time doubled or skipped by summer time",
)

FIELDS: dict[str, pa.DataType] = {"date": pa.date32(), "precision": TEXT}
_FAR_YEAR = 2900  # 2999-12-31 and the like stand for "no end" when no bound is given
_EXCEL_EPOCH = datetime.date(1899, 12, 30)
_ZONE = r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?"
_TIME = (
    r"(?P<time>[T\s]*(?P<hour>\d{1,2})[:时点](?P<minute>\d{1,2})"
    r"(?:[:分](?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,9}))?)?[秒分]?)?" + _ZONE
)
_SEPARATED = re.compile(
    r"^(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})(?:\s*[-/.月]\s*(?:(?P<day>\d{1,2})(?:日|号)?)?)?"
    + _TIME
    + "$"
)
_COMPACT = re.compile(r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})?(?:" + _TIME + ")$")
_STAMP = re.compile(
    r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})[T\s]?"
    r"(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?(?:\.?(?P<fraction>\d{1,9}))?" + _ZONE + "$"
)
_YEAR = re.compile(r"^(?P<year>\d{4})年?$")
_SERIAL = re.compile(r"^(?P<days>[1-9]\d{4})(?:\.(?P<part>\d+))?$")
_SHORT = re.compile(r"^\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?$|^\d{1,2}[-/.]\d{1,2}[-/.]\d{2}$")
_CHINESE = re.compile(
    r"^([〇○零一二三四五六七八九]{4})年(?:([〇○零一二三四五六七八九十]{1,3})月(?:([〇○零一二三四五六七八九十廿卅]{1,3})[日号])?)?$"
)
_FLOAT_TAIL = re.compile(r"^(\d{4,8})\.0+$")
_NOTHING = frozenset(
    {"-", "--", "/", "无", "暂无", "不详", "未知", "空", "长期", "NULL", "NONE", "NAN", "NAT", "N/A", "NA"}
)
_ZEROS = re.compile(r"^0[0\-/.年月日: ]*$")

Parts = dict[str, str | None]


def parse_date(
    series: pd.Series,
    earliest: datetime.date | str | None = "1850-01-01",
    latest: datetime.date | str | None = None,
    timed: bool = False,
) -> Standardized:
    """Read a column of dates; with `timed` a time of day is expected and its loss not worth a finding.

    earliest, latest: bounds, both allowed themselves; what lies outside becomes NA with a finding, except
    9999-12-31, the open end. Without `latest`, years from 2900 on are placeholders.
    Columns: `date` (date32, years 1-9999) and `precision` 'day', 'month' or 'year'.
    """
    low, high = _bound(earliest), _bound(latest)

    def read(value: str) -> tuple[tuple[datetime.date | None, str | None], list[Found]]:
        date, precision, noticed = _read_day(value)
        found = [one for one in noticed if not (timed and one[0] == DROPPED_TIME)]
        if date is not None and high is None and _FAR_YEAR <= date.year < datetime.MAXYEAR:
            return (None, None), [*found, (PLACEHOLDER, datetime.date.max.isoformat())]
        if date is not None and date != datetime.date.max:
            if low and date < low and not (precision != "day" and date.year == low.year):
                return (None, None), [*found, (TOO_EARLY, date.isoformat())]
            if high and date > high:
                return (None, None), [*found, (TOO_LATE, date.isoformat())]
        return (date, precision), found

    return parse_distinct(_without_stamped_times(series) if timed else series, FIELDS, read)


def _without_stamped_times(series: pd.Series) -> pd.Series:
    """20220510094917 cut to its day: stamps differ in every row, days repeat."""
    array = to_arrow(series)
    stamped = pc.fill_null(
        pc.match_substring_regex(array, r"^[12]\d{3}[01]\d[0-3]\d[0-2]\d[0-5]\d[0-5]\d$"), False
    )
    return text_series(pc.if_else(stamped, pc.utf8_slice_codeunits(array, 0, 8), array), series.index)


@lru_cache(maxsize=1 << 16)
def _read_day(value: str) -> tuple[datetime.date | None, str | None, tuple[Found, ...]]:
    """One value read; remembered, because a big file comes in parts with much the same days in each."""
    found: list[Found] = []
    date, precision = _read_date(value, found)
    return date, precision, tuple(found)


def _bound(value: datetime.date | str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(value) if isinstance(value, str) else value


def _read_date(value: str, found: list[Found]) -> tuple[datetime.date | None, str | None]:
    text = clean(value)
    if not text:
        return None, None
    if text.upper() in _NOTHING or _ZEROS.match(text):
        found.append((PLACEHOLDER, None))
        return None, None
    if serial := _SERIAL.match(text):
        found.append((SERIAL, None))
        return _EXCEL_EPOCH + datetime.timedelta(days=int(serial["days"])), "day"
    parts = _parts(text)
    if parts is None:
        found.append((TWO_DIGIT_YEAR if _SHORT.match(text) else UNREADABLE, None))
        return None, None
    if parts.get("hour") and any(int(parts.get(unit) or 0) for unit in ("hour", "minute", "second")):
        found.append((DROPPED_TIME, None))
    date = _date(parts)
    if date is None:
        found.append((NOT_REAL, None))
        return None, None
    precision = "day" if parts.get("day") else "month" if parts.get("month") else "year"
    if precision != "day":
        found.append((PARTIAL, None))
    return date, precision


def _parts(text: str) -> Parts | None:
    """Year to fraction and zone as text; None if no form fits."""
    text = text.upper()
    if chinese := _CHINESE.match(text):
        year, month, day = (
            None if part is None else str(numeral(part)).zfill(2) for part in chinese.groups()
        )
        return {"year": year.zfill(4) if year else None, "month": month, "day": day}
    if tail := _FLOAT_TAIL.match(text):
        text = tail[1]
    for pattern in (_COMPACT, _SEPARATED, _STAMP, _YEAR):
        if match := pattern.match(text):
            return match.groupdict()
    return None


def _date(parts: Parts) -> datetime.date | None:
    try:
        return datetime.date(
            int(parts["year"] or 0), int(parts.get("month") or 1), int(parts.get("day") or 1)
        )
    except ValueError:
        return None


def parse_timestamp(series: pd.Series, zone: str = "Asia/Shanghai") -> Standardized:
    """Read a column of times; those without an offset are local to `zone`. Column: `timestamp` in UTC, µs.

    Raises zoneinfo.ZoneInfoNotFoundError if the zone is unknown.
    """
    local = ZoneInfo(zone)
    array = to_arrow(series)
    plain = pc.fill_null(
        pc.match_substring_regex(array, r"^[12]\d{3}[01]\d[0-3]\d[0-2]\d[0-5]\d[0-5]\d$"), False
    )
    rest = pc.if_else(plain, pa.scalar(None, TEXT), array)

    def read(value: str) -> tuple[tuple[datetime.datetime | None], list[Found]]:
        found: list[Found] = []
        return (_read_timestamp(value, local, found),), found

    fields = {"timestamp": pa.timestamp("us", tz="UTC")}
    slow = parse_distinct(
        pd.Series(pd.array(rest, dtype="string[pyarrow]"), index=series.index), fields, read
    )
    if not pc.any(plain).as_py():
        return slow
    mask = np.asarray(plain)
    stamps, good = _plain_stamps(array.filter(plain), local)
    if not good.all():
        return parse_distinct(series, fields, read)
    result = pc.replace_with_mask(
        pa.array(slow.columns["timestamp"].array, type=fields["timestamp"]), pa.array(mask), stamps
    )
    return Standardized(
        pd.DataFrame({"timestamp": arrow_series(result, series.index)}, index=series.index), slow.findings
    )


def _plain_stamps(array: pa.Array, local: ZoneInfo) -> tuple[pa.Array, np.ndarray]:
    """14-digit local times to UTC by columns; False where the calendar or the clock objects."""
    numbers = np.asarray(pc.cast(array, pa.int64()))
    date, clock = numbers // 1_000_000, numbers % 1_000_000
    year, month, day = date // 10000, date // 100 % 100, date % 100
    hour, minute, second = clock // 10000, clock // 100 % 100, clock % 100
    days = civil_days(year, month, day).astype("int64")
    unique, places = np.unique(days * 24 + hour, return_inverse=True)
    offsets = np.array([_offset(int(h), local) for h in unique], dtype=np.int64)[places]
    good = real_dates(year, month, day) & (hour < 24) & (offsets != _NO_OFFSET)
    seconds = days * 86400 + hour * 3600 + minute * 60 + second - offsets
    return pa.array(seconds * 1_000_000).cast(pa.timestamp("us", tz="UTC")), good


_NO_OFFSET = 10**9


def _offset(hours: int, local: ZoneInfo) -> int:
    """Offset of a local hour in seconds; _NO_OFFSET in an hour that summer time doubles or skips."""
    when = datetime.datetime(1970, 1, 1) + datetime.timedelta(hours=hours)
    first, second = (when.replace(tzinfo=local, fold=fold).utcoffset() for fold in (0, 1))
    if first != second or first is None:
        return _NO_OFFSET
    end = (when + datetime.timedelta(minutes=59)).replace(tzinfo=local).utcoffset()
    return int(first.total_seconds()) if end == first else _NO_OFFSET


def _read_timestamp(value: str, local: ZoneInfo, found: list[Found]) -> datetime.datetime | None:
    text = clean(value)
    if not text:
        return None
    if text.upper() in _NOTHING or _ZEROS.match(text):
        found.append((PLACEHOLDER, None))
        return None
    if serial := _SERIAL.match(text):
        found.append((SERIAL, None))
        part = float("0." + (serial["part"] or "0"))
        when = datetime.datetime.combine(_EXCEL_EPOCH, datetime.time())
        return _to_utc(
            when + datetime.timedelta(days=int(serial["days"]), seconds=round(part * 86400)), local, found
        )
    parts = _parts(text)
    date = _date(parts) if parts else None
    if parts is None or date is None:
        found.append((NOT_REAL if parts else UNREADABLE, None))
        return None
    if not parts.get("hour"):
        found.append((NO_TIME, None))
    try:
        clock = datetime.time(
            int(parts.get("hour") or 0),
            int(parts.get("minute") or 0),
            int(parts.get("second") or 0),
            int((parts.get("fraction") or "0").ljust(6, "0")[:6]),
        )
    except ValueError:
        found.append((NOT_REAL, None))
        return None
    when = datetime.datetime.combine(date, clock)
    if offset := parts.get("zone"):
        return _shifted(when, offset, found)
    return _to_utc(when, local, found)


def _shifted(when: datetime.datetime, offset: str, found: list[Found]) -> datetime.datetime | None:
    digits = offset.replace(":", "")
    minutes = 0 if digits == "Z" else int(digits[0] + "1") * (int(digits[1:3]) * 60 + int(digits[3:5]))
    try:
        return (when - datetime.timedelta(minutes=minutes)).replace(tzinfo=datetime.UTC)
    except OverflowError:
        found.append((NOT_REAL, None))
        return None


def _to_utc(when: datetime.datetime, local: ZoneInfo, found: list[Found]) -> datetime.datetime | None:
    here = when.replace(tzinfo=local)
    if here.utcoffset() != here.replace(fold=1).utcoffset():
        found.append((NO_ZONE_MATCH, None))
    try:
        return here.astimezone(datetime.UTC)
    except OverflowError:
        found.append((NOT_REAL, None))
        return None
