"""Telephone numbers: mobile numbers of eleven digits and landlines with or without an area code.

Numbering plan: 工信部 电信网编号计划 (mobile 1[3-9] and nine digits; area codes 010, 02x, 0[3-9]xx; 400 and
800 services). Which prefixes are in use changes, so nothing finer than the plan is checked.
"""

from __future__ import annotations

import re

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from basedb.findings import Severity, Standardized, define
from basedb.standards.columnar import TEXT, Found, frame, parse_distinct, text_series, to_arrow
from basedb.standards.text import fold_identifier

FOLDED = define(
    "phone.folded",
    Severity.INFO,
    "电话号码含国家代码、分隔符或全角字符，已折叠",
    "country code, separators or full-width digits were folded",
)
PLACEHOLDER = define(
    "phone.placeholder", Severity.WARNING, "电话号码为占位值", "a placeholder stands for the phone"
)
UNRECOGNIZED = define(
    "phone.unrecognized", Severity.WARNING, "无法识别的电话号码", "not recognizable as a phone number"
)
LENGTH = define(
    "phone.length", Severity.WARNING, "手机号码位数不对", "a mobile number with a digit too few or too many"
)
SEVERAL = define(
    "phone.several",
    Severity.INFO,
    "含多个电话号码，取第一个",
    "several numbers are given; the first is taken",
)
EXTENSION = define("phone.extension", Severity.INFO, "分机号已去除", "an extension was taken off")
SCIENTIFIC = define(
    "phone.scientific",
    Severity.WARNING,
    "电话号码为科学计数法，尾数已丢失",
    "scientific notation: digits are lost",
)
MASKED = define("phone.masked", Severity.WARNING, "电话号码已被脱敏", "the phone number is masked")

FIELDS = {"phone": TEXT, "phone_kind": TEXT}
_MOBILE = re.compile(r"^1[3-9]\d{9}$")
_LANDLINE = re.compile(
    r"^(?:(?:010|02\d|0[3-9]\d{2})[2-9]\d{6,7}|[48]00\d{7}|[2-9]\d{6,7}|1\d{2}|95\d{3,4}|12\d{3})$"
)
_SHORT_SERVICE = re.compile(r"^(?:1\d{2}|95\d{3,4}|12\d{3})$")
_COUNTRY = re.compile(r"^(?:\+86|0086|\(\+?86\)|86-|86(?=1[3-9]\d{9}$))[\s-]*")
_EXTENSION = re.compile(r"(?:转|-转|EXT\.?|分机|#|X)\s*\d{1,6}$|(?<=\d{7})-\d{1,4}$")
_SEVERAL = re.compile(r"[/、,，;；|]|\s+(?=1[3-9]\d{9})|(?<=\d{11})\s+(?=\d)")
_NOISE = re.compile(r"[\s\-().·_'\"]+")
_PLAIN = r"^1[3-9]\d{9}$"
_REPEATED = r"^1\d\d(?:" + "|".join(f"{digit}{{8}}" for digit in range(10)) + ")$|12345678|123456789"
_RUNS = frozenset(
    {"12345678", "1234567", "12345678901", "12345678910", "13812345678", "13123456789", "15012345678"}
)
_SAME = re.compile(r"^(\d)\1+$")
_NOTHING = frozenset({"-", "无", "暂无", "没有", "不详", "未知", "空", "NULL", "NONE", "NAN", "N/A", "NA"})


def phone(series: pd.Series) -> Standardized:
    """Read a column of phone numbers.

    Columns: `phone` digits only (a landline keeps its area code, without a hyphen); `phone_kind` 'mobile',
    'landline' or NA. Placeholders and what is no phone number become NA with a finding.
    """
    array = to_arrow(series)
    plain = pc.match_substring_regex(array, _PLAIN)
    plain = pc.fill_null(pc.and_not(plain, pc.match_substring_regex(array, _REPEATED)), False)
    rest = text_series(pc.if_else(plain, pa.scalar(None, TEXT), array), series.index)
    slow = parse_distinct(rest, FIELDS, _read)
    number = pc.if_else(plain, array, to_arrow(slow.columns["phone"]))
    kind = pc.if_else(plain, pa.scalar("mobile", TEXT), to_arrow(slow.columns["phone_kind"]))
    return Standardized(frame({"phone": number, "phone_kind": kind}, series.index), slow.findings)


def _read(value: str) -> tuple[tuple[str | None, str | None], list[Found]]:
    found: list[Found] = []
    number = _digits(value, found)
    if number is None:
        return (None, None), found
    if _is_placeholder(number):
        return (None, None), [*found, (PLACEHOLDER, None)]
    if _MOBILE.match(number):
        return (number, "mobile"), found
    if number.startswith("0") and _MOBILE.match(number[1:]):  # a long-distance zero before a mobile number
        return (number[1:], "mobile"), [*found, (FOLDED, None)]
    if _LANDLINE.match(number) and not _SHORT_SERVICE.match(number):
        return (number, "landline"), found
    return (None, None), [*found, (LENGTH if re.match(r"^1[3-9]\d{8,11}$", number) else UNRECOGNIZED, None)]


def _digits(value: str, found: list[Found]) -> str | None:
    """The digits of the first number, or None (with a finding unless the cell is empty)."""
    text = fold_identifier(value).upper()
    if not text:
        return None
    if text in _NOTHING:
        found.append((PLACEHOLDER, None))
        return None
    if re.match(r"^\d(\.\d+)?E\+?\d+$", text):
        found.append((SCIENTIFIC, None))
        return None
    if "*" in text:
        found.append((MASKED, None))
        return None
    text = re.sub(r"^(\d{7,12})\.0+$", r"\1", text)
    text = _COUNTRY.sub("", text)  # first, or "+86 138…" would be two numbers
    first = _SEVERAL.split(text)[0].strip()
    if first != text and first:
        found.append((SEVERAL, text))
        text = first
    if _EXTENSION.search(text) and not re.match(r"^\d{3,4}-\d{3,4}-?\d{4}$", text):
        text = _EXTENSION.sub("", text)
        found.append((EXTENSION, None))
    number = _NOISE.sub("", _COUNTRY.sub("", text.strip("'\"` ")))
    if not number.isdigit():
        found.append((UNRECOGNIZED, None))
        return None
    if number != value and not found:
        found.append((FOLDED, None))
    return number


def _is_placeholder(number: str) -> bool:
    """One digit all through (but for the first of a mobile number), zeros, or a counting run."""
    tail = number[1:] if number.startswith("1") else number
    return bool(
        _SAME.match(number)
        or (len(number) == 11 and (_SAME.match(tail) or _SAME.match(number[2:]) or _SAME.match(number[3:])))
        or number in _RUNS
        or number.lstrip("0") == ""
    )
