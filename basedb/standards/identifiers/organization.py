"""Identifiers of organisations: organisation code, unified social credit code, registration and tax numbers.

Standards: GB 11714-1997, GB 32100-2015, GS15-2006. Numbers that stand for "none" (all zeros, 111111111, the
private range PDY00001-PDY99999) are never keys: they become NA with a finding. What fails a check stays in
its column as cleaned text beside a false `…_valid`; nothing is corrected silently.
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
from basedb.standards.identifiers.organization_checks import (
    credit_problem,
    is_placeholder,
    organization_problem,
    registration_problem,
)
from basedb.standards.identifiers.repairs import (
    likely_credit_code,
    likely_organization_code,
    likely_registration_number,
)
from basedb.standards.identifiers.sound_codes import sound_credit_codes
from basedb.standards.text import fold_identifier

PLACEHOLDER = define(
    "org_identifier.placeholder",
    Severity.WARNING,
    "机构代码为占位值，不作为标识",
    "a placeholder, never a key",
)
FOLDED = define(
    "org_identifier.folded",
    Severity.INFO,
    "机构代码含全角、小写字母或空格，已折叠",
    "full-width characters, lower case or blanks were folded",
)
ORG_FROM_CREDIT = define(
    "org_code.from_credit_code",
    Severity.INFO,
    "填写的是统一社会信用代码，已取其中的组织机构代码",
    "a credit code was given; its organisation code was taken",
)
CREDIT_DIVISION = define(
    "credit_code.division", Severity.INFO, "登记机关区划码不在区划表中", "the division is not in the list"
)
TAX_FORM = define(
    "taxpayer_number.form",
    Severity.WARNING,
    "纳税人识别号应为15位、18位或20位",
    "not 15, 18 or 20 characters",
)
TAX_INDIVIDUAL = define(
    "taxpayer_number.individual",
    Severity.INFO,
    "以身份证件号码编制的纳税人识别号",
    "a taxpayer number made from a person's identity number",
)

# Number, kind, whether valid, credit code, organisation code.
_Taxpayer = tuple[str | None, str | None, bool, str | None, str | None]

_LEAVE_BLANK = "留空，取得代码后补填 / leave it blank until there is a code"
_SEPARATORS = re.compile(r"[\s\-_./'\"`:]+")
_NOTHING = frozenset({"", "无", "暂无", "没有", "不详", "未知", "空", "NULL", "NONE", "NAN", "NA", "N"})
# Anything longer is another kind of code: an organisation code with a character too many is still one.
_LONGEST_ORG = 12
_INDIVIDUAL = re.compile(
    r"^(?:\d{17}[0-9X]\d{2}|\d{17}[0-9X][A-Z]\d|\d{15}[0-9A-Z]{2,5}|[A-Z]{1,2}\d{7,13})$"
)


def _read(value: str, found: list[Found], hyphens_are_normal: bool = False) -> str | None:
    """The bare identifier, or None for empty cells and placeholders."""
    text = fold_identifier(value)
    if not text:
        return None
    bare = _SEPARATORS.sub("", text.upper())
    if bare in _NOTHING or is_placeholder(bare):
        found.append((PLACEHOLDER, _LEAVE_BLANK))
        return None
    expected = value.replace("-", "") if hyphens_are_normal else value
    if bare != expected:
        found.append((FOLDED, None))
    return bare


def organization_code(series: pd.Series) -> Standardized:
    """Read a column of organisation codes.

    Columns: `org_code`, nine characters without hyphen, and `org_code_valid`. A unified social credit code
    in the column gives the organisation code inside it, with a finding.
    """

    def read(value: str) -> tuple[tuple[str | None, bool], list[Found]]:
        found: list[Found] = []
        text = _read(value, found, hyphens_are_normal=True)
        if text is None:
            return (None, False), found
        if len(text) == 18 and credit_problem(text) is None:
            found.append((ORG_FROM_CREDIT, text))
            text = text[8:17]
        problem = organization_problem(text)
        if problem:
            found.append((problem, likely_organization_code(text)))
        return (text, problem is None), found

    return parse_distinct(series, {"org_code": TEXT, "org_code_valid": pa.bool_()}, read)


def credit_code(series: pd.Series) -> Standardized:
    """Read a column of unified social credit codes.

    Columns: `credit_code`, `credit_code_valid` (alphabet, department and category, both check characters)
    and `org_code`, the valid organisation code inside a valid credit code. The suggestion beside what is wrong
    is the only code that it may stand for (`repairs.likely_credit_code`), if there is only one.
    """
    fields = {"credit_code": TEXT, "credit_code_valid": pa.bool_(), "org_code": TEXT}
    return parse_distinct(series, fields, _read_credit, _sound)


def _sound(values: pa.Array) -> tuple[np.ndarray, dict[str, pa.Array]]:
    """What credit codes with nothing wrong about them say, in the columns of all functions here."""
    always = pa.repeat(True, len(values))
    columns = {
        "credit_code": values,
        "credit_code_valid": always,
        "org_code": pc.utf8_slice_codeunits(values, 8, 17),
        "org_code_valid": always,
        "taxpayer_number": values,
        "taxpayer_kind": pa.repeat("credit_code", len(values)),
        "taxpayer_valid": always,
    }
    return sound_credit_codes(values), columns


def _read_credit(value: str) -> tuple[tuple[str | None, bool, str | None], list[Found]]:
    found: list[Found] = []
    text = _read(value, found)
    if text is None:
        return (None, False, None), found
    problem = credit_problem(text)
    if problem:
        return (text, False, None), [*found, (problem, likely_credit_code(text))]
    inner = text[8:17]
    if is_placeholder(inner):
        return (None, False, None), [*found, (PLACEHOLDER, _LEAVE_BLANK)]
    if not divisions.last_years()[int(text[2:8])] and text[2:8] != "100000":
        found.append((CREDIT_DIVISION, None))
    return (text, True, inner), found


def registration_number(series: pd.Series) -> Standardized:
    """Read a column of registration numbers (GS15-2006). Columns: `registration_number`, `…_valid`."""

    def read(value: str) -> tuple[tuple[str | None, bool], list[Found]]:
        found: list[Found] = []
        text = _read(value, found)
        if text is None:
            return (None, False), found
        problem = registration_problem(text)
        if problem:
            found.append((problem, likely_registration_number(text)))
        return (text, problem is None), found

    return parse_distinct(
        series, {"registration_number": TEXT, "registration_number_valid": pa.bool_()}, read
    )


def taxpayer_number(series: pd.Series) -> Standardized:
    """Read a column of taxpayer numbers: credit codes, old 15-character ones, those made from an ID number.

    Columns: `taxpayer_number`; `taxpayer_kind` 'credit_code', 'old15', 'individual' or 'other', from the
    length and form alone; `taxpayer_valid`; `credit_code` and `org_code` where they stand inside.
    """
    fields = {
        "taxpayer_number": TEXT,
        "taxpayer_kind": TEXT,
        "taxpayer_valid": pa.bool_(),
        "credit_code": TEXT,
        "org_code": TEXT,
    }
    return parse_distinct(series, fields, _read_taxpayer, _sound)


def _read_taxpayer(value: str) -> tuple[_Taxpayer, list[Found]]:
    found: list[Found] = []
    text = _read(value, found, hyphens_are_normal=True)
    if text is None:
        return (None, None, False, None, None), found
    if len(text) == 18:
        (code, valid, inner), credit_found = _read_credit(text)
        kind = "credit_code" if code else None
        return (code, kind, valid, code if valid else None, inner), [*found, *credit_found]
    if len(text) == 15 and text[:6].isdigit():
        inner = text[6:]
        if is_placeholder(inner):
            return (None, None, False, None, None), [*found, (PLACEHOLDER, _LEAVE_BLANK)]
        problem = organization_problem(inner)
        if problem:
            likely = likely_organization_code(inner)
            return (text, "old15", False, None, None), [*found, (problem, likely and text[:6] + likely)]
        return (text, "old15", True, None, inner), found
    if _INDIVIDUAL.match(text):
        return (text, "individual", False, None, None), [*found, (TAX_INDIVIDUAL, None)]
    return (text, "other", False, None, None), [*found, (TAX_FORM, None)]


def inner_organization_code(series: pd.Series) -> Standardized:
    """The organisation code that any of an organisation's codes leads to (GB 11714).

    Takes organisation codes, credit codes (positions 9-17) and old taxpayer numbers (positions 7-15).
    Columns: `org_code` and `org_code_valid`. Of credit codes and taxpayer numbers only valid inner codes are
    taken, without findings: their own column functions say what is wrong with them.
    """
    return parse_distinct(series, {"org_code": TEXT, "org_code_valid": pa.bool_()}, _read_inner, _sound)


def _read_inner(value: str) -> tuple[tuple[str | None, bool], list[Found]]:
    bare = _SEPARATORS.sub("", fold_identifier(value).upper())
    if len(bare) <= _LONGEST_ORG:
        found: list[Found] = []
        text = _read(value, found, hyphens_are_normal=True)
        if text is None:
            return (None, False), found
        problem = organization_problem(text)
        return (text, problem is None), [
            *found,
            *([(problem, likely_organization_code(text))] if problem else []),
        ]
    if len(bare) == 18 and credit_problem(bare) is None:
        inner = bare[8:17]
    elif len(bare) == 15 and bare[:6].isdigit() and organization_problem(bare[6:]) is None:
        inner = bare[6:]
    else:
        return (None, False), []
    return ((None, False) if is_placeholder(inner) else (inner, True)), []
