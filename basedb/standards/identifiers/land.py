"""Codes of land and buildings: the parcel code 宗地代码 and the real-estate unit code 不动产单元号.

GB/T 37346: a parcel has 19 characters (6 county, 3 cadastral zone, 3 sub-zone, 2 letters, 5 sequence); a unit
has 28, the parcel and a letter with eight digits for the fixture. Neither has a check digit. The letters are
parameters, because later editions add to them.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from basedb.findings import Severity, Standardized, define
from basedb.standards import divisions
from basedb.standards.columnar import TEXT, Found, parse_distinct
from basedb.standards.identifiers.organization_checks import is_placeholder
from basedb.standards.text import fold_identifier

PARCEL_FORM = define(
    "parcel_code.form",
    Severity.WARNING,
    "宗地代码应为19位：12位数字、2位字母、5位数字",
    "not 12 digits, 2 letters, 5 digits",
)
LETTERS = define(
    "parcel_code.letters",
    Severity.WARNING,
    "宗地代码的权属或宗地类型字母不存在",
    "an unknown letter of ownership or kind",
)
DIVISION = define(
    "parcel_code.division",
    Severity.WARNING,
    "宗地代码的县级区划不在区划表中",
    "the county is not in the division list",
)
UNIT_FORM = define(
    "estate_unit_code.form",
    Severity.WARNING,
    "不动产单元号应为28位",
    "not a parcel code and a letter with 8 digits",
)
UNIT_LETTER = define(
    "estate_unit_code.letter",
    Severity.WARNING,
    "不动产单元号的定着物字母不存在",
    "an unknown letter of the fixture",
)
FOLDED = define(
    "parcel_code.folded",
    Severity.INFO,
    "代码含全角、小写字母、空格或分隔符，已折叠",
    "blanks, case or width were folded",
)
PLACEHOLDER = define(
    "parcel_code.placeholder", Severity.WARNING, "代码为占位值", "a placeholder, never a key"
)

OWNERSHIP_LETTERS = "GJZ"
KIND_LETTERS = "ABSXCDEFHGWYLNPQT"
FIXTURE_LETTERS = "FLQWZ"

_NOISE = re.compile(r"[\s\-_./'\"`]+")
_PARCEL = re.compile(r"^\d{12}[A-Z]{2}\d{5}$")
_UNIT = re.compile(r"^(\d{12}[A-Z]{2}\d{5})([A-Z])(\d{8})$")
_NOTHING = frozenset({"", "无", "暂无", "不详", "空", "NULL", "NONE", "NAN", "NA"})


def _read(value: str, found: list[Found]) -> str | None:
    text = fold_identifier(value)
    if not text:
        return None
    bare = _NOISE.sub("", text.upper())
    if bare in _NOTHING or is_placeholder(bare):
        found.append((PLACEHOLDER, None))
        return None
    if bare != value:
        found.append((FOLDED, None))
    return bare


def _parcel_problem(text: str, ownership: str, kinds: str, last_years: np.ndarray) -> str | None:
    if not _PARCEL.match(text):
        return PARCEL_FORM
    if text[12] not in ownership or text[13] not in kinds:
        return LETTERS
    return None if last_years[int(text[:6])] else DIVISION


def parcel_code(
    series: pd.Series, ownership: str = OWNERSHIP_LETTERS, kinds: str = KIND_LETTERS
) -> Standardized:
    """Read a column of parcel codes.

    Columns: `parcel_code`, `parcel_code_valid`, `division_code` (of the county).
    """

    last_years = divisions.last_years()

    def read(value: str) -> tuple[tuple[str | None, bool, str | None], list[Found]]:
        found: list[Found] = []
        text = _read(value, found)
        if text is None:
            return (None, False, None), found
        problem = _parcel_problem(text, ownership, kinds, last_years)
        if problem:
            found.append((problem, None))
        return (text, problem is None, text[:6] if _PARCEL.match(text) else None), found

    well_formed = f"^[0-9]{{12}}[{ownership}][{kinds}][0-9]{{5}}$"

    def plain(values: pa.Array) -> tuple[np.ndarray, dict[str, pa.Array]]:
        county = pc.utf8_slice_codeunits(values, 0, 6)
        right = pc.match_substring_regex(values, well_formed)
        number = pc.if_else(right, county, "0").cast(pa.int64()).to_numpy(zero_copy_only=False)
        return np.asarray(right) & (last_years[number] > 0), {
            "parcel_code": values,
            "parcel_code_valid": pa.repeat(True, len(values)),
            "division_code": county,
        }

    fields = {"parcel_code": TEXT, "parcel_code_valid": pa.bool_(), "division_code": TEXT}
    return parse_distinct(series, fields, read, plain)


def estate_unit_code(
    series: pd.Series,
    ownership: str = OWNERSHIP_LETTERS,
    kinds: str = KIND_LETTERS,
    fixtures: str = FIXTURE_LETTERS,
) -> Standardized:
    """Read a column of real-estate unit codes. Columns: `estate_unit_code`, `…_valid`, `parcel_code`."""

    last_years = divisions.last_years()

    def read(value: str) -> tuple[tuple[str | None, bool, str | None], list[Found]]:
        found: list[Found] = []
        text = _read(value, found)
        if text is None:
            return (None, False, None), found
        unit = _UNIT.match(text)
        if not unit:
            return (text, False, None), [*found, (UNIT_FORM, None)]
        problem = _parcel_problem(unit[1], ownership, kinds, last_years) or (
            UNIT_LETTER if unit[2] not in fixtures else None
        )
        if problem:
            found.append((problem, None))
        return (text, problem is None, unit[1]), found

    fields = {"estate_unit_code": TEXT, "estate_unit_code_valid": pa.bool_(), "parcel_code": TEXT}
    return parse_distinct(series, fields, read)
