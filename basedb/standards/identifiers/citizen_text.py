"""One odd value of an ID column: what was written around the number, and what kind of number it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from operator import mul

from basedb.findings import Severity, define
from basedb.standards.identifiers.check_digits import CITIZEN_CHECKS, CITIZEN_WEIGHTS
from basedb.standards.text import clean, fold_identifier

LOWER_CASE = define(
    "id_number.lower_case",
    Severity.INFO,
    "证件号码含小写字母，已改为大写",
    "lower-case letters were capitalized",
)
FOLDED = define(
    "id_number.folded",
    Severity.INFO,
    "证件号码含全角或形近字符，已折叠",
    "full-width or look-alike characters were folded",
)
QUOTED = define(
    "id_number.quoted", Severity.INFO, "证件号码带撇号或引号，已去除", "an apostrophe or quotes were removed"
)
BLANKS = define(
    "id_number.blanks", Severity.INFO, "证件号码含空格或分隔符，已去除", "blanks or separators were removed"
)
CENTURY = define(
    "id_number.century_inferred",
    Severity.INFO,
    "15位旧号码升位时推定了世纪，建议值为另一世纪的号码",
    "the century of a 15-digit number was inferred; the suggestion is the other one",
)
SCIENTIFIC = define(
    "id_number.scientific",
    Severity.WARNING,
    "证件号码为科学计数法，尾数已丢失",
    "scientific notation: the last digits are lost",
)
FLOAT = define(
    "id_number.float",
    Severity.WARNING,
    "18位号码曾按浮点数存储，尾数不可信",
    "an 18-digit number went through a float: its last digits are not to be trusted",
)
FLOAT_TAIL = define(
    "id_number.float_tail", Severity.INFO, "证件号码带小数尾，已去除", "a decimal tail (.0) was removed"
)
LENGTH = define(
    "id_number.length", Severity.WARNING, "证件号码位数不对", "the number has a digit too few or too many"
)
MASKED = define("id_number.masked", Severity.WARNING, "证件号码已被脱敏", "the number is masked")
PLACEHOLDER = define(
    "id_number.placeholder", Severity.WARNING, "证件号码为占位值", "a placeholder stands for the number"
)
OTHER_DOCUMENT = define(
    "id_number.other_document",
    Severity.INFO,
    "不是公民身份号码，按其他证件号码保留",
    "not a citizen ID; kept as the number of another document",
)
UNRECOGNIZED = define(
    "id_number.unrecognized",
    Severity.WARNING,
    "无法识别的证件号码",
    "not recognizable as any document's number",
)
UNVERIFIED_CARD = define(
    "id_number.permanent_residence_old",
    Severity.INFO,
    "旧版外国人永久居留证号码，校验位未核验",
    "an old permanent residence number; its check digit is not verified",
)

_EDGES = re.compile("^[\"'`‘’“”′＇=]+|[\"'`‘’“”′＇]+$")
_SEPARATORS = re.compile("[\\s\\-_./,，。、·\"'`‘’“”′=:]+")
_SCIENTIFIC = re.compile(r"^\d(?:\.\d+)?E\+?\d{2}$")
_FLOAT = re.compile(r"^(\d{15,19})\.0*$")
_EIGHTEEN = re.compile(r"^\d{17}[\dX]$")
_DIGITS = re.compile(r"^\d+X?$")
_MASK = re.compile(r"[*＊?？#•●×]{2,}|[*＊]|X{3,}")
_PERMANENT_OLD = re.compile(r"^[A-Z]{3}\d{12}$")
_DOCUMENT = re.compile(r"^(?=.*\d.*\d.*\d)[A-Z0-9()\u4e00-\u9fff]{5,30}$")
_NOTHING = frozenset(
    {"-", "--", "/", "\\", "无", "暂无", "没有", "不详", "未知", "空", "NULL", "NONE", "N/A", "NA", "NAN"}
)
_SAME = re.compile(r"^(.)\1+$")
_RUNS = frozenset({"123456789012345678", "123456789012345", "12345678901234567X", "12345678910111213"})


@dataclass(frozen=True)
class OddNumber:
    """What was made of one value; `is_18` says that `text` has the form of an 18-character number."""

    text: str | None
    kind: str | None
    alternative: str | None = None
    findings: list[tuple[str, str | None]] = field(default_factory=list)
    is_18: bool = False


def read_odd(value: str) -> OddNumber:
    """Clean one value and say what it is; empty text becomes NA."""
    found: list[tuple[str, str | None]] = []
    if (
        len(value) == 15
        and value.isascii()
        and value.isdigit()
        and len(set(value)) > 1
        and value not in _RUNS
    ):
        return _fifteen(value, found)
    text = _strip(value, found)
    if not text:
        return OddNumber(None, None)
    upper = text.upper()
    if _stands_for_nothing(upper):
        return OddNumber(None, None, None, [*found, (PLACEHOLDER, None)])
    if _SCIENTIFIC.match(upper):
        return OddNumber(upper, "damaged", None, [*found, (SCIENTIFIC, None)])
    if decimal := _FLOAT.match(upper):
        digits = decimal.group(1)
        if len(digits) != 15:
            return OddNumber(digits, "damaged", None, [*found, (FLOAT, None)], is_18=len(digits) == 18)
        found.append((FLOAT_TAIL, None))
        upper = digits
    if _MASK.search(upper):
        return OddNumber(upper, "damaged", None, [*found, (MASKED, None)])
    compact = _SEPARATORS.sub("", upper)
    if compact != upper:
        found.append((BLANKS, None))
    if not compact or _stands_for_nothing(compact):
        return OddNumber(None, None, None, [*found, (PLACEHOLDER, None)])
    if compact != _SEPARATORS.sub("", text) and upper != text:
        found.append((LOWER_CASE, None))
    return _classify(compact, found)


def _stands_for_nothing(text: str) -> bool:
    return (
        text in _NOTHING
        or (_SAME.match(text) is not None and len(text) > 3 and "*" not in text)
        or text in _RUNS
    )


def _strip(value: str, found: list[tuple[str, str | None]]) -> str:
    text = clean(value)
    if text != value.strip() and not value.isascii():
        found.append((FOLDED, None))
    bare = _EDGES.sub("", text).strip()
    if bare != text:
        found.append((QUOTED, None))
    folded = fold_identifier(bare)
    if folded != bare and not found:
        found.append((FOLDED, None))
    if folded == value.strip() and folded != value and folded:
        found.append((BLANKS, None))
    return folded


def _classify(text: str, found: list[tuple[str, str | None]]) -> OddNumber:
    if _EIGHTEEN.match(text):
        return OddNumber(text, None, None, found, is_18=True)
    if len(text) == 15 and text.isdigit():
        return _fifteen(text, found)
    if _PERMANENT_OLD.match(text):
        return OddNumber(text, "permanent_residence", None, [*found, (UNVERIFIED_CARD, None)])
    if _DIGITS.match(text) and 13 <= len(text) <= 20:
        return OddNumber(text, "damaged", None, [*found, (LENGTH, None)])
    if _DOCUMENT.match(text):
        return OddNumber(text, "other", None, [*found, (OTHER_DOCUMENT, None)])
    return OddNumber(text, "other", None, [*found, (UNRECOGNIZED, None)])


def _fifteen(text: str, found: list[tuple[str, str | None]]) -> OddNumber:
    """19 is inserted as the century, but 18 for the sequence numbers 996-999 kept for centenarians."""
    centenarian = text[12:] >= "996"
    total = sum(map(mul, map(int, text[:6] + "18" + text[6:]), CITIZEN_WEIGHTS))
    older, newer = (
        text[:6] + century + text[6:] + CITIZEN_CHECKS[(total + more) % 11]
        for century, more in (("18", 0), ("19", CITIZEN_WEIGHTS[7]))
    )
    number, alternative = (older, newer) if centenarian else (newer, older)
    return OddNumber(number, "citizen15", alternative, [*found, (CENTURY, alternative)], is_18=True)
