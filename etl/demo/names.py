"""Names as two positions in one pool of words: surname and given name, or given name and father's name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from etl.demo import spec
from etl.demo.columns import Column, join, lookup
from etl.demo.draws import Draws, Ints, falling

MAN, WOMAN = 1, 2
PLAIN, DOTTED, SPACED = 0, 1, 2
SEPARATORS = ["", "·", " "]


@dataclass(frozen=True)
class Group:
    """A run of the pool with its weights."""

    start: int
    weights: Ints


@dataclass
class Names:
    """The pool of words, and how often each is given to whom."""

    pool: Column
    surnames: Group
    given: dict[tuple[int, int], Group]  # (era, sex)
    rare: Group
    minority: dict[int, Group]
    foreign: dict[int, Group]
    eras: list[int]

    @classmethod
    def load(cls) -> Names:
        """The pool from the tables of names."""
        raw = spec.names()
        words: list[str] = []

        def group(entries: list[str], weights: Ints) -> Group:
            start = len(words)
            words.extend(entries)
            return Group(start, weights)

        surnames = raw["surnames"].split()
        plain = group(surnames, falling(len(surnames), 3))
        given = {}
        for era, table in enumerate(raw["given"]):
            for sex, key in ((MAN, "men"), (WOMAN, "women")):
                given[era, sex] = group(*_given(table[key]))
        seconds = (
            raw["given"][2]["men"]["first"].split()[:20] + raw["given"][3]["women"]["first"].split()[:20]
        )
        rares = [a + b for b in raw["rare"].split() for a in ["", *seconds]]
        rare = group(rares, np.ones(len(rares), dtype=np.int64))
        minority = {
            sex: group(raw["minority"][key].split(), falling(len(raw["minority"][key].split()), 6))
            for sex, key in ((MAN, "men"), (WOMAN, "women"))
        }
        foreign = {
            sex: group(raw["foreign"][key], falling(len(raw["foreign"][key]), 6))
            for sex, key in ((MAN, "men"), (WOMAN, "women"))
        }
        eras = [int(t["until"]) for t in raw["given"]]
        return cls(pa.array(words, pa.string()), plain, given, rare, minority, foreign, eras)

    def give(
        self, draws: Draws, label: str, keys: Ints, sex: NDArray[np.integer], year: NDArray[np.integer]
    ) -> Ints:
        """A given name by sex and year of birth; a few carry a rare character."""
        out = np.zeros(len(keys), dtype=np.int64)
        era = np.searchsorted(np.array(self.eras), year, side="right")
        for (e, s), table in self.given.items():
            mine = np.flatnonzero((era == e) & (sex == s))
            if len(mine):
                out[mine] = table.start + draws.pick(label, keys[mine], table.weights)
        odd = np.flatnonzero(draws.hit(label + ".rare", keys, 0.006))
        if len(odd):
            out[odd] = self.rare.start + draws.pick(label + ".which", keys[odd], self.rare.weights)
        return out

    def from_group(
        self, draws: Draws, label: str, keys: Ints, groups: dict[int, Group], sex: NDArray[np.integer]
    ) -> Ints:
        """A word of the group of one's sex."""
        out = np.zeros(len(keys), dtype=np.int64)
        for s, table in groups.items():
            mine = np.flatnonzero(sex == s)
            if len(mine):
                out[mine] = table.start + draws.pick(label, keys[mine], table.weights)
        return out

    def surname(self, draws: Draws, label: str, keys: NDArray[np.integer]) -> Ints:
        """A surname."""
        return self.surnames.start + draws.pick(label, keys, self.surnames.weights)

    def is_rare(self, word: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Whether a word has a rare character."""
        return np.asarray((word >= self.rare.start) & (word < self.rare.start + len(self.rare.weights)))

    def text(
        self, first: NDArray[np.integer], separator: NDArray[np.integer], second: NDArray[np.integer]
    ) -> Column:
        """Whole names; a negative first word is no name."""
        gone = first < 0
        return join(
            lookup(self.pool, first),
            lookup(SEPARATORS, np.where(gone, PLAIN, separator)),
            lookup(self.pool, np.where(gone, -1, second)),
        )


def _given(table: dict[str, str]) -> tuple[list[str], Ints]:
    """Every pair of characters and the single ones, with the product of their weights."""
    firsts, seconds, singles = (table[k].split() for k in ("first", "second", "single"))
    a, b = falling(len(firsts), 4) // 1000, falling(len(seconds), 4) // 1000
    words = [x + y for x in firsts for y in seconds]
    weights = (a[:, None] * b[None, :]).reshape(-1)
    alone = falling(len(singles), 5)
    share = int(weights.sum()) // 5  # every sixth name is a single character
    alone = alone * share // int(alone.sum())
    return words + singles, np.concatenate([weights, alone])
