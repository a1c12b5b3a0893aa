"""Units of measurement as tables print them: ``万元``, ``亿千瓦时``, ``%``, ``上年同月=100``."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_SCALES = {
    "": 1.0,
    "十": 1e1,
    "百": 1e2,
    "千": 1e3,
    "万": 1e4,
    "十万": 1e5,
    "百万": 1e6,
    "千万": 1e7,
    "亿": 1e8,
}
_BASES = {
    "元": "money.cny", "人民币": "money.cny", "元人民币": "money.cny", "人民币元": "money.cny",
    "美元": "money.usd", "千瓦时": "energy", "千瓦小时": "energy", "度": "energy", "人": "persons",
    "个": "count", "家": "count", "户": "count", "吨": "mass", "平方米": "area", "吨标准煤": "coal",
}  # fmt: skip
_RATIO = {"%": 1.0, "百分比": 1.0, "个百分点": 1.0, "百分点": 1.0, "‰": 0.1}
_INDEX = re.compile(r"^(上月|上年同月|上年同期|上年|去年同期|\d{4}年)=100$")
_UNIT = re.compile(r"^(?P<scale>十万|百万|千万|十|百|千|万|亿)?(?P<base>\D+)$")
_BRACKET = re.compile(r"\((?P<inner>[^()]*)\)")


@dataclass(frozen=True)
class Unit:
    """A unit: its dimension, how many of the dimension's plain unit it is, and its name.

    dimension: money.cny, money.usd, energy (kWh), persons, count, ratio (per cent), index, …
    """

    dimension: str
    factor: float
    name: str


@lru_cache(maxsize=4096)
def parse_unit(text: str | None) -> Unit | None:
    """The unit a text names, or None if it names none."""
    if not text:
        return None
    bare = unicodedata.normalize("NFKC", "".join(text.split()))
    bare = bare.removeprefix("单位:").strip("()")
    if bare in _RATIO:
        return Unit("ratio", _RATIO[bare], "%" if bare != "‰" else "‰")
    if _INDEX.match(bare):
        return Unit("index", 1.0, bare)
    match = _UNIT.match(bare)
    if not match or match["base"] not in _BASES:
        return None
    dimension = _BASES[match["base"]]
    name = bare.replace("元人民币", "元").replace("人民币元", "元").replace("千瓦小时", "千瓦时")
    return Unit(dimension, _SCALES[match["scale"] or ""], name)


def listed_units(text: str | None) -> tuple[Unit, ...]:
    """The units of a unit line, ``万元、%`` say."""
    parts = re.split(r"[、,，;；/\s]+", text or "")
    return tuple(unit for part in parts if (unit := parse_unit(part)))


def bracketed_unit(text: str) -> Unit | None:
    """The unit in one of a label's brackets, or after a trailing per cent sign."""
    folded = unicodedata.normalize("NFKC", "".join(text.split()))
    for match in _BRACKET.finditer(folded):
        unit = parse_unit(match["inner"])
        if unit:
            return unit
    return parse_unit("%") if folded.endswith("%") else None


def without_unit(text: str) -> str:
    """A label without brackets that hold a unit, and without a trailing per cent sign."""
    folded = unicodedata.normalize("NFKC", "".join(text.split()))
    bare = _BRACKET.sub(lambda m: "" if parse_unit(m["inner"]) else m[0], folded)
    return bare.removesuffix("%").strip("/:")
