"""One name that is not plain Han: dots, blanks, newborns without a name, and what is no name at all."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from basedb.findings import Severity, define
from basedb.standards import pinyin
from basedb.standards.glyphs import LOST, shape
from basedb.standards.text import (
    DOT,
    clean,
    fold_han,
    has_private_use,
    has_traditional,
    is_han,
    map_private_use,
    simplify,
)

BLANK = define("name.blank", Severity.INFO, "姓名含空格，已去除", "blanks in the name were removed")
FOLDED = define(
    "name.folded",
    Severity.INFO,
    "姓名含全角、兼容或不可见字符，已折叠",
    "compatibility characters were folded",
)
DOT_REPAIRED = define(
    "name.dot", Severity.INFO, "姓名间隔号不规范，已改为“·”", "the name's dot was made U+00B7"
)
EDGES = define("name.edges", Severity.INFO, "姓名首尾的标点已去除", "punctuation at the ends was removed")
PRIVATE_USE_MAPPED = define(
    "name.private_use_mapped",
    Severity.INFO,
    "姓名含自定义区汉字，已映射为标准编码",
    "private-use characters were mapped",
)
PRIVATE_USE = define(
    "name.private_use",
    Severity.WARNING,
    "姓名含无法映射的自定义区字符",
    "an unknown private-use character is in the name",
)
TRADITIONAL = define(
    "name.traditional", Severity.INFO, "姓名含繁体字", "the name holds traditional characters"
)
DIGITS = define("name.digits", Severity.WARNING, "姓名含数字", "digits are in the name")
LOST_CHARACTER = define(
    "name.lost_character",
    Severity.WARNING,
    "姓名含占位符，原字可能丢失",
    "a placeholder stands for a lost character",
)
MIXED_SCRIPT = define(
    "name.mixed_script", Severity.WARNING, "姓名中汉字与字母混用", "Han characters and letters are mixed"
)
UNNAMED = define("name.unnamed", Severity.INFO, "新生儿尚未取名", "a newborn without a name")
MISSING = define("name.missing", Severity.WARNING, "姓名为占位值", "a placeholder stands for the name")
ORGANIZATION = define(
    "name.organization", Severity.WARNING, "姓名疑为单位名称", "the name looks like an organization's"
)
ADDRESS = define("name.address", Severity.WARNING, "姓名疑为地址", "the name looks like an address")
FORMULA = define(
    "name.formula", Severity.WARNING, "姓名以公式字符开头", "the name starts like a spreadsheet formula"
)
BRACKETS = define(
    "name.brackets", Severity.WARNING, "姓名后附有括注，已移出", "a note in brackets was taken off the name"
)
INCOMPLETE = define("name.incomplete", Severity.WARNING, "姓名只有一个字", "the name is a single character")

SUSPICIOUS = "之某婴宝未无名不暂待佚姓详知司厂店局院校所社部处委会路街巷号村镇乡组楼"
"""Characters that send a name of ordinary characters to the closer look of this module."""

_DOTS = "·•・･‧∙⋅․。.●˙ᐧ⸱᛫᠂❛'‵′`"
_DOT_BETWEEN_HAN = re.compile(rf"(?<=[^\x00-\x7f])(?:[ ]*[{re.escape(_DOTS)}_\-—–－])+[ ]*(?=[^\x00-\x7f])")
_EDGE = re.compile(rf"^[{re.escape(_DOTS)}\s,，、;；:：_\-—–]+|[{re.escape(_DOTS)}\s,，、;；:：_\-—–]+$")
_LOST = re.compile(f"[{re.escape(LOST)}]")
_NEWBORN = re.compile(
    r"^.{1,8}之(?:[长次三四五六大小二双]?[子女儿婴男]|双(?:胞胎)?[大小子女]?|[子女][一二三甲乙AB1-9]|[一二三甲乙][子女])$"
    r"|^.{2,8}之[大小]$|某|^.宝宝$|^.{0,4}(?:毛毛头|男婴|女婴|婴儿|新生儿)|未取名|未命名|待取名|未起名|^无名[子女]?$"
)
_MISSING = frozenset(
    {
        "无",
        "暂无",
        "没有",
        "不详",
        "未知",
        "无名氏",
        "佚名",
        "姓名不详",
        "姓名",
        "空",
        "待定",
        "NULL",
        "NONE",
        "N/A",
        "NA",
        "NAN",
        "TEST",
        "测试",
    }
)
_ORGANIZATION = re.compile(
    r"(?:公司|商店|超市|工厂|厂|局|委员会|合作社|医院|学校|中学|小学|大学|学院|幼儿园|银行|中心|事务所|派出所|居委会|村委会|经营部|服务部|门市部|饭店|酒店)$"
)
_ADDRESS = re.compile(
    r"(?:[省市县区镇乡].*(?:路|街|巷|村|组|号|社区)|[路街巷道村]\d*号?.*\d|号楼|\d+号|\d+室|单元)"
)
_BRACKETS = re.compile(r"^(?P<name>[^()\[\]【】]{2,})[(\[【](?P<note>[^()\[\]【】]*)[)\]】]?$")
_LATIN_SEPARATORS = re.compile(r"[\s.'’·,\-]+")
_BETWEEN_WORDS = re.compile(r"[\s.·,]+")


@dataclass(frozen=True)
class Name:
    """What was read from one value; all None when it says that there is no name."""

    name: str | None = None
    folded: str | None = None
    pinyin: str | None = None
    surname: str | None = None
    parts: str | None = None
    shape: str | None = None
    is_placeholder: bool = False
    findings: list[tuple[str, str | None]] = field(default_factory=list)


def read_name(value: str) -> Name:
    """Read one name; empty text gives NA without a finding."""
    found: list[tuple[str, str | None]] = []
    text = _clean(value, found)
    if not text:
        return Name()
    if text[0] in "=+@":
        found.append((FORMULA, None))
    bare = _EDGE.sub("", text) or text
    if bare != text:
        found.append((EDGES, None))
    while bracket := _BRACKETS.match(bare):
        found.append((BRACKETS, bracket["note"] or None))
        bare = _EDGE.sub("", bracket["name"]) or bracket["name"].strip()
    text = bare
    if text.upper() in _MISSING or not any(c.isalpha() or _LOST.match(c) for c in text):
        return Name(findings=[*found, (MISSING, None)])
    text = _join(text, found)
    _judge(text, found)
    return _finish(text, found)


def _clean(value: str, found: list[tuple[str, str | None]]) -> str:
    mapped = map_private_use(value)
    if mapped != value:
        found.append((PRIVATE_USE_MAPPED, None))
    text = clean(mapped)
    if text and value != value.strip():
        found.append((BLANK, None))
    if _squeeze(text) != _squeeze(mapped):
        found.append((FOLDED, None))
    return text


def _squeeze(text: str) -> str:
    return "".join(text.split())


def _join(text: str, found: list[tuple[str, str | None]]) -> str:
    """Dots made U+00B7, blanks between Han taken out or, in long names, read as the dot they stand for."""
    dotted = _DOT_BETWEEN_HAN.sub(DOT, text)
    if dotted != text:
        found.append((DOT_REPAIRED, dotted))
    if " " not in dotted or not any(is_han(c) for c in dotted):
        return dotted
    parts = dotted.split(" ")
    han_only = all(is_han(c) or c == DOT for part in parts for c in part)
    total = sum(len(part) for part in parts)
    if (
        han_only
        and total >= 5
        and min(len(part) for part in parts) >= 2
        and not pinyin.is_compound_surname(parts[0])
    ):
        joined = DOT.join(parts)
        found.append((DOT_REPAIRED, joined))
        return joined
    found.append((BLANK, None))
    return "".join(parts)


def _judge(text: str, found: list[tuple[str, str | None]]) -> None:
    if any(c.isdigit() for c in text):
        found.append((DIGITS, None))
    if _LOST.search(text):
        found.append((LOST_CHARACTER, None))
    if has_private_use(text):
        found.append((PRIVATE_USE, None))
    if has_traditional(text):
        found.append((TRADITIONAL, simplify(text)))
    han = sum(is_han(c) for c in text)
    if han and any(c.isascii() and c.isalpha() for c in text):
        found.append((MIXED_SCRIPT, None))
    if len(text) >= 4 and _ORGANIZATION.search(text):
        found.append((ORGANIZATION, None))
    elif len(text) >= 4 and _ADDRESS.search(text):
        found.append((ADDRESS, None))
    if len(text) == 1:
        found.append((INCOMPLETE, None))


def _finish(text: str, found: list[tuple[str, str | None]]) -> Name:
    folded = fold_name(text)
    han = sum(is_han(c) for c in folded)
    if not han:
        return Name(
            text, folded, folded, None, _parts(_BETWEEN_WORDS.split(text)), shape(folded), False, found
        )
    if _NEWBORN.search(text):
        found.append((UNNAMED, None))
        return Name(text, folded, pinyin.of_text(folded), None, None, shape(folded), True, found)
    surname, reading = _surname(text, folded, found)
    return Name(text, folded, reading, surname, _parts(text.split(DOT)), shape(folded), False, found)


def _parts(words: list[str]) -> str | None:
    """The parts of a name in alphabetical order, because some put the father's name first."""
    parts = sorted(filter(None, map(fold_name, words)))
    return DOT.join(parts) if len(parts) > 1 else None


def _surname(text: str, folded: str, found: list[tuple[str, str | None]]) -> tuple[str | None, str]:
    """Surname of a Han name without a dot, in simplified form, and the reading of the whole name."""
    tables = pinyin.tables()
    han = sum(is_han(c) for c in folded)
    not_a_person = any(code in (ORGANIZATION, ADDRESS, FORMULA) for code, _ in found)
    if DOT in text or han > 4 or not_a_person or not is_han(folded[0]):
        return None, pinyin.of_text(folded)
    if len(folded) >= 3 and folded[:2] in tables.compounds:
        return folded[:2], tables.compounds[folded[:2]] + pinyin.of_text(folded[2:])
    place = tables.surname[ord(folded[0])]
    first = tables.syllables[int(place)].as_py() if place else folded[0]
    known = len(folded) >= 2 and (han <= 3 or bool(tables.singles[ord(folded[0])]))
    return (folded[0] if known else None), first + pinyin.of_text(folded[1:])


def fold_name(text: str) -> str:
    """The compared form: simplified, variants folded, no dots or blanks, capitals without accents."""
    folded = _LATIN_SEPARATORS.sub("", fold_han(text))
    if any((c.isascii() and c.isalpha()) or "\u00c0" <= c <= "\u024f" for c in folded):
        decomposed = unicodedata.normalize("NFKD", folded.upper())
        folded = "".join(c for c in decomposed if not unicodedata.combining(c))
    return folded
