"""Characters that look alike or were lost: the shape of a name.

`data/similar_glyphs.csv` holds groups of characters that are taken for each other in handwriting, in print
and by character recognition (己已巳, 未末, 祎袆). It was compiled for this project from what a stroke more or
less, or a stroke longer, makes of the characters of names; characters that only sound alike are not in it.
The first of a group, the one most used in names, stands for all. A site's own file replaces it.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from basedb.standards import codelists

WILDCARD = "?"
"""Stands in a shape for characters that were lost, however many."""

LOST = "?*□■\ufffd〓◇"
"""What encodings, fonts and clerks put where they have no character."""

_RUN = re.compile(r"\?{2,}")
_PRIVATE_USE = ((0xE000, 0xF900), (0xF0000, 0x110000))
# Han characters that GBK lacks: extensions A to H, and what came late to the basic block. A department
# that writes GBK puts something else in their place, each clerk what he sees fit.
_NOT_IN_GBK = ((0x3400, 0x4DC0), (0x9FA6, 0xA000), (0x20000, 0x323B0))


@lru_cache(maxsize=1)
def table() -> np.ndarray:
    """For each code point the one that stands for its group; the wildcard for those that were lost, that
    GBK lacks, and private ones.

    Departments use private code points each in its own way, so they say no more than a question mark.
    """
    shapes = np.arange(0x110000, dtype=np.uint32)
    for start, end in (*_PRIVATE_USE, *_NOT_IN_GBK):
        shapes[start:end] = ord(WILDCARD)
    shapes[[ord(c) for c in LOST]] = ord(WILDCARD)
    # Last: of a rare character that looks like a common one (𠮷 and 吉), that is known.
    for group in codelists.read_csv("similar_glyphs.csv")["group"]:
        shapes[[ord(c) for c in group]] = ord(group[0])
    return shapes


def shape(text: str) -> str:
    """Each character replaced by the one that stands for its group, lost ones by one wildcard.

    >>> shape("王末??明")
    '王未?明'
    """
    shapes = table()
    return _RUN.sub(WILDCARD, "".join(chr(shapes[ord(c)]) for c in text))
