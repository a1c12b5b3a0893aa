"""Folding text: width, compatibility forms, look-alikes, private use, traditional and variant characters.

`clean` gives a form fit to be stored (nothing a reader would call a change of spelling); `fold_han` gives a
form fit only for comparison. Standards: Unicode NFKC; GB 18030-2022 for the characters that the 2000 and
2005 editions put into the private use area; OpenCC's tables for traditional characters.
"""

from __future__ import annotations

import csv
import importlib.resources
import re
import unicodedata
from functools import lru_cache

import numpy as np

DOT = "·"

# GB 18030-2005 code points in the private use area and where GB 18030-2022 puts them.
_PRIVATE_USE = {
    0xE78D: 0xFE10, 0xE78E: 0xFE12, 0xE78F: 0xFE11, 0xE790: 0xFE13, 0xE791: 0xFE14, 0xE792: 0xFE15,
    0xE793: 0xFE16, 0xE794: 0xFE17, 0xE795: 0xFE18, 0xE796: 0xFE19, 0xE7C7: 0x1E3F, 0xE7C8: 0x01F9,
    0xE815: 0x2E81, 0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE819: 0x2E84, 0xE81A: 0x3473,
    0xE81B: 0x3447, 0xE81C: 0x2E88, 0xE81D: 0x2E8B, 0xE81E: 0x9FB4, 0xE81F: 0x359E, 0xE820: 0x361A,
    0xE821: 0x360E, 0xE822: 0x2E8C, 0xE823: 0x2E97, 0xE824: 0x396E, 0xE825: 0x3918, 0xE826: 0x9FB5,
    0xE827: 0x39CF, 0xE828: 0x39DF, 0xE829: 0x3A73, 0xE82A: 0x39D0, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7,
    0xE82D: 0x3B4E, 0xE82E: 0x3C6E, 0xE82F: 0x3CE0, 0xE830: 0x2EA7, 0xE831: 0x215D7, 0xE832: 0x9FB8,
    0xE833: 0x2EAA, 0xE834: 0x4056, 0xE835: 0x415F, 0xE836: 0x2EAE, 0xE837: 0x4337, 0xE838: 0x2EB3,
    0xE839: 0x2EB6, 0xE83A: 0x2EB7, 0xE83B: 0x2298F, 0xE83C: 0x43B1, 0xE83D: 0x43AC, 0xE83E: 0x2EBB,
    0xE83F: 0x43DD, 0xE840: 0x44D6, 0xE841: 0x4661, 0xE842: 0x464C, 0xE843: 0x9FB9, 0xE844: 0x4723,
    0xE845: 0x4729, 0xE846: 0x477C, 0xE847: 0x478D, 0xE848: 0x2ECA, 0xE849: 0x4947, 0xE84A: 0x497A,
    0xE84B: 0x497D, 0xE84C: 0x4982, 0xE84D: 0x4983, 0xE84E: 0x4985, 0xE84F: 0x4986, 0xE850: 0x499F,
    0xE851: 0x499B, 0xE852: 0x49B7, 0xE853: 0x49B6, 0xE854: 0x9FBA, 0xE855: 0x241FE, 0xE856: 0x4CA3,
    0xE857: 0x4C9F, 0xE858: 0x4CA0, 0xE859: 0x4CA1, 0xE85A: 0x4C77, 0xE85B: 0x4CA2, 0xE85C: 0x4D13,
    0xE85D: 0x4D14, 0xE85E: 0x4D15, 0xE85F: 0x4D16, 0xE860: 0x4D17, 0xE861: 0x4D18, 0xE862: 0x4D19,
    0xE863: 0x4DAE, 0xE864: 0x9FBB,
}  # fmt: skip

# Letters of other scripts that look like a Latin letter of an identifier; NFKC leaves them alone.
_LOOK_ALIKES = str.maketrans(
    {
        "х": "X", "Х": "X", "χ": "X", "Χ": "X", "×": "X", "✕": "X", "А": "A", "В": "B", "Е": "E", "К": "K",
        "М": "M", "Н": "H", "О": "O", "Р": "P", "С": "C", "Т": "T", "У": "Y", "Α": "A", "Β": "B", "Ε": "E",
        "Η": "H", "Ι": "I", "Κ": "K", "Μ": "M", "Ν": "N", "Ο": "O", "Ρ": "P", "Τ": "T", "Υ": "Y", "Ζ": "Z",
    }
)  # fmt: skip

_INVISIBLE = re.compile(
    "[\u0000-\u001f\u007f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe00-\ufe0f]"
)
_BLANKS = re.compile(r"\s+")
_DASHES = re.compile("[‐‑‒–—―−﹣－ー⁃─━]")

# Chinese numerals as house numbers use them: digit by digit (一零七) or with units (二十一).
_NUMERALS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "○": 0, "Ｏ": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7,
    "捌": 8, "玖": 9, "幺": 1,
}  # fmt: skip
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
NUMERAL_CHARACTERS = "".join([*_NUMERALS, *_UNITS, "廿", "卅"])


def clean(text: str) -> str:
    """NFKC, private use mapped, invisible characters dropped, runs of blanks made one, ends trimmed."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", map_private_use(text))
    return _BLANKS.sub(" ", _INVISIBLE.sub("", text)).strip()


def fold_identifier(text: str) -> str:
    """`clean` plus look-alike letters and dashes, for values made of Latin letters and digits."""
    text = clean(text)
    return text if text.isascii() else _DASHES.sub("-", text.translate(_LOOK_ALIKES))


def map_private_use(text: str) -> str:
    """GB 18030 private-use characters to their code points of today; others are left alone."""
    return text.translate(_PRIVATE_USE)


def has_private_use(text: str) -> bool:
    """Whether a private-use character is left in `text`."""
    return any("\ue000" <= c <= "\uf8ff" or c >= "\U000f0000" for c in text)


def is_han(character: str) -> bool:
    """Whether a character is a Han ideograph, those of the extensions and 〇 included."""
    return bool(han_table()[ord(character)])


@lru_cache(maxsize=1)
def han_table() -> np.ndarray:
    """Whether each code point is a Han ideograph."""
    table = np.zeros(0x110000, dtype=bool)
    for start, end in ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0x20000, 0x32400)):
        table[start:end] = True
    table[0x3007] = True
    return table


@lru_cache(maxsize=1)
def _traditional() -> dict[int, int]:
    """Traditional to simplified, but for characters that GB 2312 holds: 乾 and 著 are good simplified."""
    dictionary = importlib.resources.files("opencc") / "dictionary" / "TSCharacters.txt"
    table = {}
    for line in dictionary.read_text(encoding="utf-8").splitlines():
        source, _, targets = line.partition("\t")
        target = targets.split(" ")[0].strip()
        if len(source) == 1 and len(target) == 1 and not _encodes(source, "gb2312"):
            table[ord(source)] = ord(target)
    return table


def _encodes(character: str, encoding: str) -> bool:
    try:
        return bool(character.encode(encoding))
    except UnicodeEncodeError:
        return False


@lru_cache(maxsize=1)
def _variants() -> dict[int, int]:
    path = importlib.resources.files("basedb.standards") / "data" / "variants.csv"
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return {ord(row["variant"]): ord(row["standard"]) for row in rows if row["variant"] != row["standard"]}


@lru_cache(maxsize=1)
def fold_table() -> np.ndarray:
    """For each code point the one it folds to: traditional to simplified, then variants to the standard."""
    table = np.arange(0x110000, dtype=np.uint32)
    traditional, variants = _traditional(), _variants()
    for source in {*traditional, *variants}:
        target = source
        for _ in range(4):
            step = traditional.get(target, variants.get(target, target))
            if step == target:
                break
            target = step
        table[source] = target
    return table


@lru_cache(maxsize=1)
def _fold_map() -> dict[int, int]:
    table = fold_table()
    changed = np.flatnonzero(table != np.arange(len(table)))
    return {int(c): int(table[c]) for c in changed}


def simplify(text: str) -> str:
    """Traditional characters to simplified ones, character by character."""
    return text if text.isascii() else text.translate(_traditional())


def has_traditional(text: str) -> bool:
    """Whether a character is a traditional form that simplified writing does not use.

    龑 is not told: departments cannot write 䶮, which GBK lacks.
    """
    return any(c in _told_traditional() for c in text)


@lru_cache(maxsize=1)
def _told_traditional() -> frozenset[str]:
    return frozenset(chr(source) for source, target in _traditional().items() if _encodes(chr(target), "gbk"))


def fold_han(text: str) -> str:
    """Traditional and variant characters to the standard simplified form: for comparison only."""
    return text if text.isascii() else text.translate(_fold_map())


def numeral(text: str) -> int | None:
    """The number a Chinese numeral writes (一零七, 二十一, 廿三), or None if it is not one."""
    if not text:
        return None
    if all(c in _NUMERALS for c in text):
        return int("".join(str(_NUMERALS[c]) for c in text))
    text = text.replace("廿", "二十").replace("卅", "三十")
    total, digit = 0, None
    for c in text:
        if c in _NUMERALS:
            digit = _NUMERALS[c]
        elif c in _UNITS:
            total += (1 if digit is None else digit) * _UNITS[c]
            digit = None
        else:
            return None
    return total + (digit or 0)
