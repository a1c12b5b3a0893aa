"""What is wrong with a bare code of an organisation, as the findings that say so.

Standards: GB 11714-1997, GB 32100-2015, GS15-2006.
"""

from __future__ import annotations

import re
from functools import lru_cache

from basedb.findings import Severity, define
from basedb.standards import codelists
from basedb.standards.identifiers.check_digits import (
    CREDIT_ALPHABET,
    credit_check_digit,
    organization_check_digit,
    registration_check_digit,
)

ORG_FORM = define(
    "org_code.form", Severity.WARNING, "组织机构代码应为9位数字或大写字母", "not nine characters of 0-9A-Z"
)
ORG_CHECK = define(
    "org_code.check_digit", Severity.WARNING, "组织机构代码校验码错误", "the check character is wrong"
)
CREDIT_FORM = define("credit_code.form", Severity.WARNING, "统一社会信用代码应为18位", "not 18 characters")
CREDIT_ALPHABET_BROKEN = define(
    "credit_code.alphabet",
    Severity.WARNING,
    "统一社会信用代码含不使用的字符（I、O、S、V、Z等）",
    "a character the standard does not use (I, O, S, V, Z)",
)
CREDIT_CHECK = define(
    "credit_code.check_digit", Severity.WARNING, "统一社会信用代码校验码错误", "the check character is wrong"
)
CREDIT_INNER = define(
    "credit_code.org_code",
    Severity.WARNING,
    "统一社会信用代码中的组织机构代码校验码错误",
    "the organisation code inside fails its check",
)
CREDIT_CATEGORY = define(
    "credit_code.category",
    Severity.WARNING,
    "登记管理部门与机构类别代码不存在",
    "no such department and category of organisation",
)
REGISTRATION_FORM = define(
    "registration_number.form", Severity.WARNING, "注册号应为15位数字", "not 15 digits"
)
REGISTRATION_CHECK = define(
    "registration_number.check_digit", Severity.WARNING, "注册号校验码错误", "the check digit is wrong"
)

_PRIVATE = re.compile(r"^PDY\d{5}[0-9X]?$")
_SAME = re.compile(r"^([0-9X])\1{6,}$")
_ORG = re.compile(r"^[0-9A-Z]{8}[0-9X]$")
# Farmers' cooperatives have numbers of their own make, without a check digit: 410482NA000163X.
_COOPERATIVE = re.compile(r"^\d{6}NA\d{6}[0-9X]$")


def is_placeholder(text: str) -> bool:
    """Whether an identifier stands for none: one character all through, or of the private range PDY."""
    return bool(_SAME.match(text) or _PRIVATE.match(text) or text.strip("0") == "")


def organization_problem(text: str) -> str | None:
    """The finding that says what is wrong with a bare organisation code, or None."""
    if not _ORG.match(text):
        return ORG_FORM
    return None if organization_check_digit(text[:8]) == text[8] else ORG_CHECK


@lru_cache(maxsize=4)
def _categories(directory: str) -> frozenset[str]:
    return frozenset(codelists.read_csv("codes/credit_category.csv", directory)["code"])


def credit_categories() -> frozenset[str]:
    """The first two characters of credit codes: department and category, as the code list has them."""
    return _categories(codelists.directory())


def credit_problem(text: str) -> str | None:
    """The finding that says what is first wrong with a bare credit code, or None."""
    if len(text) != 18:
        return CREDIT_FORM
    if any(c not in CREDIT_ALPHABET for c in text) or not text[2:8].isdigit():
        return CREDIT_ALPHABET_BROKEN
    if text[:2] not in credit_categories():
        return CREDIT_CATEGORY
    if credit_check_digit(text[:17]) != text[17]:
        return CREDIT_CHECK
    return CREDIT_INNER if organization_problem(text[8:17]) else None


def registration_problem(text: str) -> str | None:
    """The finding that says what is wrong with a bare registration number, or None."""
    if _COOPERATIVE.match(text):
        return None
    if len(text) != 15 or not text.isdigit():
        return REGISTRATION_FORM
    return None if registration_check_digit(text[:14]) == text[14] else REGISTRATION_CHECK
