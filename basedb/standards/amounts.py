"""Amounts and counts as departments write them: 1,200.50, 200万元, １０００, 约50人."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import partial

import pandas as pd
import pyarrow as pa

from basedb.findings import Severity, Standardized, define
from basedb.standards.columnar import Found, parse_distinct
from basedb.standards.text import clean

NOT_A_NUMBER = define("amount.not_a_number", Severity.WARNING, "不是数字", "not a number")
NEGATIVE = define("amount.negative", Severity.WARNING, "数值为负", "a negative amount")
CONVERTED = define(
    "amount.unit_converted",
    Severity.INFO,
    "单元格自带单位，已换算为本列单位",
    "the cell names a unit of its own and was converted to that of the column",
)
NOT_A_SHARE = define(
    "percentage.out_of_range", Severity.WARNING, "百分比不在0到100之间", "a percentage below 0 or above 100"
)

_UNITS = {"": Decimal(1), "元": Decimal(1), "千元": Decimal(1000), "万": Decimal(10_000), "万元": Decimal(10_000),
          "百万元": Decimal(1_000_000), "亿": Decimal(100_000_000), "亿元": Decimal(100_000_000)}  # fmt: skip
_CURRENCY = re.compile(r"^(?:人民币|RMB|CNY|¥|￥)|(?:人民币|整)$", re.I)
_AMOUNT = re.compile(
    r"^([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|[+-]?\.\d+)(百万元|千元|万元|亿元|万|亿|元)?$"
)
_PERCENTAGE = re.compile(r"^[+-]?\d+(?:\.\d+)?$")
_COUNT = re.compile(r"^约?([+-]?\d+)(?:\.0+)?(?:人|个|名)?$")


def amount(series: pd.Series, unit: str = "元") -> Standardized:
    """Read a column of amounts. Column: `amount` (float64) in `unit` (元, 千元, 万元, 亿元), NA where unreadable.

    A unit in the cell outranks that of the column, with a finding; negative amounts are kept, with one.
    """
    return parse_distinct(series, {"amount": pa.float64()}, partial(_read_amount, _UNITS[unit]))


def percentage(series: pd.Series) -> Standardized:
    """Read a column of percentages (35, 35%, 100.00 %). Column: `percentage` (float64), NA where unreadable.

    Values below 0 or above 100 are kept, with a finding.
    """
    return parse_distinct(series, {"percentage": pa.float64()}, _read_percentage)


def count(series: pd.Series) -> Standardized:
    """Read a column of whole numbers. Column: `count` (int64), NA where unreadable or negative."""
    return parse_distinct(series, {"count": pa.int64()}, _read_count)


def _read_amount(unit: Decimal, value: str) -> tuple[tuple[float | None], list[Found]]:
    text = _CURRENCY.sub("", clean(value).replace(" ", ""))
    if not text:
        return (None,), []
    match = _AMOUNT.match(text)
    if match is None:
        return (None,), [(NOT_A_NUMBER, None)]
    found: list[Found] = []
    try:
        number = Decimal(match[1].replace(",", ""))
    except InvalidOperation:
        return (None,), [(NOT_A_NUMBER, None)]
    if match[2] and _UNITS[match[2]] != unit:
        number = number * _UNITS[match[2]] / unit
        found.append((CONVERTED, f"{number.normalize():f}"))
    if number < 0:
        found.append((NEGATIVE, None))
    return (float(number),), found


def _read_percentage(value: str) -> tuple[tuple[float | None], list[Found]]:
    text = clean(value).replace(" ", "").rstrip("%")
    if not text:
        return (None,), []
    if not _PERCENTAGE.match(text):
        return (None,), [(NOT_A_NUMBER, None)]
    number = float(text)
    return (number,), [] if 0 <= number <= 100 else [(NOT_A_SHARE, None)]


def _read_count(value: str) -> tuple[tuple[int | None], list[Found]]:
    text = clean(value).replace(" ", "").replace(",", "")
    if not text:
        return (None,), []
    match = _COUNT.match(text)
    if match is None:
        return (None,), [(NOT_A_NUMBER, None)]
    number = int(match[1])
    return ((None,), [(NEGATIVE, None)]) if number < 0 else ((number,), [])
