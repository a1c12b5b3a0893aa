"""Labels of published tables: row labels and headers without what typesetters put around them."""

from __future__ import annotations

import re
import unicodedata

#: Marks that lead from a label to a footnote: circled and bracketed numbers, asterisks, daggers, superscripts.
FOOTNOTE_MARKS = "①-⑳⑴-⒇*＊†‡¹²³⁴⁵"

_MARKS = re.compile(rf"[{FOOTNOTE_MARKS}]+|\[\d{{1,2}}\]$")
_NUMBERING = re.compile(
    r"^(?:[(（][一二三四五六七八九十]+[)）]|[一二三四五六七八九十]+[、.．]|[(（]\d{1,2}[)）]|\d{1,2}[、．](?!\d)|\d{1,2}\.(?!\d))"
)
_TO = re.compile(r"(?<=[\d月季一二三四五六七八九十])(?:[-‐‑‒–—―~〜∼]+|[至到])(?=[\d一二三四五六七八九十])")
_PART_OF = re.compile(r"^(?:#|＃|其中[:：]?)")


def fold_label(text: str) -> str:
    """A row label or header as a name: no white space, numbering, footnote marks or ``其中：``; half-width.

    ``'  二、#税收收入①'`` and ``'其中：税收收入'`` are both ``'税收收入'``.
    """
    bare = _MARKS.sub("", "".join(text.replace("\ufeff", "").split()))
    # Marks go before folding: NFKC makes plain digits of circled ones.
    bare = unicodedata.normalize("NFKC", bare)
    for pattern in (_NUMBERING, _PART_OF, _NUMBERING):
        bare = pattern.sub("", bare, count=1)
    return bare


def plain(text: str) -> str:
    """A text half-width and without white space, with one sign for "to": ``２０２６年 １—１０月`` is ``2026年1-10月``."""
    return _TO.sub("-", unicodedata.normalize("NFKC", "".join(text.split())))


def is_part(text: str) -> bool:
    """Whether a label says that it is part of the one above (``其中：…``, ``#…``)."""
    bare = unicodedata.normalize("NFKC", _MARKS.sub("", "".join(text.split())))
    return bool(_PART_OF.match(_NUMBERING.sub("", bare, count=1)))


def indent_of(text: str) -> int:
    """How far a label is indented by white space; a full-width space counts once."""
    return len(text) - len(text.lstrip(" \t\u3000\xa0"))
