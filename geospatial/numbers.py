"""Numbers as people type them into attribute tables."""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from basedb.findings import Severity, Standardized, define
from basedb.standards.columnar import TEXT, Found, parse_distinct

UNREADABLE = define("number.unreadable", Severity.WARNING, "不是数字", "not a number")
FRACTION = define(
    "number.fraction", Severity.WARNING, "应为整数，含小数", "a fraction where a whole number is due"
)

# Numbers written as they come out, as nearly all are.
_WHOLE, _DECIMAL = r"^(0|-?[1-9]\d{0,9})$", r"^(0|-?[1-9]\d{0,9})(\.\d{0,3}[1-9])?$"
_NOTHING = frozenset({"", "-", "--", "/", "无", "不详", "NULL", "NONE", "NAN", "NA"})


def parse_number(series: pd.Series, whole: bool = False) -> Standardized:
    """Read a column of numbers. Column `number`: plain decimal text, NA where there is none.

    Full-width digits and thousands separators are read; a whole number written 3.0 is 3.
    """

    def read(value: str) -> tuple[tuple[str | None], list[Found]]:
        text = unicodedata.normalize("NFKC", value).strip().replace(",", "")
        if text.upper() in _NOTHING:
            return (None,), []
        try:
            number = float(text)
        except ValueError:
            return (None,), [(UNREADABLE, None)]
        if number in (float("inf"), float("-inf")):
            return (None,), [(UNREADABLE, None)]
        if number == int(number):
            return (str(int(number)),), []
        if whole:
            return (None,), [(FRACTION, str(round(number)))]
        return (repr(number),), []

    def plain(values: pa.Array) -> tuple[np.ndarray, dict[str, pa.Array]]:
        written_so = pc.match_substring_regex(values, _WHOLE if whole else _DECIMAL)
        return np.asarray(written_so), {"number": values}

    return parse_distinct(series, {"number": TEXT}, read, plain)
