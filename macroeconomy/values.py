"""Numbers as tables print them, and the signs that stand for none."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_NUMBER = re.compile(
    r"^(?P<sign>[-+]?)(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<part>\d+))?(?P<power>[eE][-+]?\d+)?%?$"
)
_MARKS = re.compile(r"[①-⑳⑴-⒇*＊†‡rpe]+$")
_MINUS = str.maketrans({"−": "-", "－": "-", "﹣": "-", "―": "-", "△": "-", "▲": "-", "，": ",", "＋": "+"})

#: Signs for “no figure”; ``…`` is one of its own: a figure below half of the last place printed.
NOTHING = frozenset(
    {"-", "--", "—", "——", "–", "－", "/", "／", "x", "X", "×", "无", "..", "NA", "N/A", "NaN"}
)
TOO_SMALL = frozenset({"…", "……", "...", "⋯"})


@dataclass(frozen=True)
class Printed:
    """What a cell prints: a number with its decimals, or a sign, or neither (`kind` text).

    kind: number, nothing, too_small, blank or text. marked: a footnote mark stood behind the number.
    """

    kind: str
    value: float | None = None
    decimals: int = 0
    marked: bool = False


@lru_cache(maxsize=65536)
def parse_printed(text: str | None) -> Printed:
    """What a cell's text prints; full-width digits, thousands separators and a minus of any shape are read."""
    bare = (text or "").strip()
    if not bare:
        return Printed("blank")
    if bare in NOTHING:
        return Printed("nothing")
    if bare in TOO_SMALL:
        return Printed("too_small")
    marks = _MARKS.search(bare)
    folded = unicodedata.normalize("NFKC", _MARKS.sub("", bare).translate(_MINUS)).replace(" ", "")
    if folded.startswith("(") and folded.endswith(")") and folded[1:2].isdigit():
        folded = f"-{folded[1:-1]}"
    match = _NUMBER.match(folded)
    if not match:
        return Printed("text")
    number = float(folded.rstrip("%").replace(",", ""))
    if match["power"]:
        return Printed("number", number, 0, bool(marks))
    return Printed("number", number, len(match["part"] or ""), bool(marks))
