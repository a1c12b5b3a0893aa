"""Which wordings of buildings agree with which address texts, part by part, as numbers in columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from geospatial.locating.register import PARTS

Codes = NDArray[np.int64]

_COMPARED = (*PARTS, "unit")


@dataclass(frozen=True)
class Pairs:
    """Texts and wordings that agree, in the order of the texts, those of the same unit first."""

    text: Codes
    place: Codes
    exact: NDArray[np.bool_]


class Candidates:
    """Texts beside the wordings of a register: every part of either is a number, 0 where there is none."""

    def __init__(self, asked: pd.DataFrame, places: pd.DataFrame):
        self._texts: dict[str, Codes] = {}
        self._places: dict[str, Codes] = {}
        self._sizes: dict[str, int] = {}
        for name in _COMPARED:
            (self._texts[name], self._places[name]), self._sizes[name] = _numbered(asked[name], places[name])
        bare = without_suffix(asked["number"])
        (self._places["number"], self._texts["number"], self._bare), self._sizes["number"] = _numbered(
            places["number"], asked["number"], bare
        )
        self._stated = places["address"].to_numpy(np.int64) >= 0
        self._sorted: dict[tuple[str, ...], tuple[Codes, Codes]] = {}

    def telling(self, way: Sequence[str], open_: NDArray[np.bool_], bare: bool) -> Pairs:
        """Pairs of the open texts that give all parts of a way and of wordings that have the same, and contradict
        no other part. bare: plate numbers of texts without their sub-numbers."""
        texts = self._texts | {"number": self._bare} if bare else self._texts
        asked = np.flatnonzero(open_ & np.logical_and.reduce([texts[name] != 0 for name in way]))
        key, place = self._in_order(tuple(way))
        wanted = self._key(way, texts, asked)
        first, last = np.searchsorted(key, wanted, "left"), np.searchsorted(key, wanted, "right")
        count = last - first
        text = np.repeat(asked, count)
        at = np.arange(len(text)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
        found = place[at]
        for name in PARTS:
            ours, theirs = texts[name][text], self._places[name][found]
            agree = ours == theirs
            if name not in way:
                agree |= (ours == 0) | (theirs == 0)
            text, found = text[agree], found[agree]
        unit = texts["unit"][text]
        exact = (unit != 0) & (unit == self._places["unit"][found]) & self._stated[found]
        order = np.lexsort((~exact, text))
        return Pairs(text[order], found[order], exact[order])

    def _in_order(self, way: tuple[str, ...]) -> tuple[Codes, Codes]:
        """The keys of the wordings that have all parts of a way, sorted, and whose they are."""
        if way not in self._sorted:
            whole = np.flatnonzero(np.logical_and.reduce([self._places[name] != 0 for name in way]))
            key = self._key(way, self._places, whole)
            order = np.argsort(key, kind="stable")
            self._sorted[way] = key[order], whole[order]
        return self._sorted[way]

    def _key(self, way: Sequence[str], codes: dict[str, Codes], rows: Codes) -> Codes:
        """One number for each row's parts, the same for the same parts (in a very large city also for others)."""
        key = np.zeros(len(rows), np.int64)
        for name in way:
            key = key * self._sizes[name] + codes[name][rows]
        return key


def without_suffix(numbers: pd.Series) -> pd.Series:
    """Plate numbers without their sub-numbers."""
    return numbers.str.replace(r"附\d*$", "", regex=True)


def _numbered(*columns: pd.Series) -> tuple[list[Codes], int]:
    """Texts of several columns as numbers, equal ones the same, blanks 0; and one more than the largest."""
    texts = pd.concat([pd.Series([""]), *(column.fillna("") for column in columns)])
    whole = pa.array(texts.to_numpy(object), pa.large_string()).dictionary_encode()
    codes = whole.indices.to_numpy().astype(np.int64)[1:]
    ends = np.cumsum([len(column) for column in columns])
    return np.split(codes, ends[:-1]), len(whole.dictionary)
