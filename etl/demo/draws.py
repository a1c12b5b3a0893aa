"""Chance as a pure function: the same seed, label and key give the same number on every machine.

No random stream is consumed, so a person's draws depend on nobody else, a row stays as it was when other
rows change, and no result depends on the version of a library.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def _mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of splitmix64."""
    x = (x ^ (x >> np.uint64(30))) * _MIX_1
    x = (x ^ (x >> np.uint64(27))) * _MIX_2
    return x ^ (x >> np.uint64(31))


class Draws:
    """Numbers drawn for keys under a label; labels are independent of one another."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def bits(self, label: str, keys: NDArray[np.integer]) -> NDArray[np.uint64]:
        """64 well-mixed bits per key."""
        digest = hashlib.blake2b(f"{self.seed}/{label}".encode(), digest_size=8).digest()
        base = np.uint64(int.from_bytes(digest, "little"))
        with np.errstate(over="ignore"):
            return _mix(_mix(keys.astype(np.uint64) * _GOLDEN + base) + base)

    def below(self, label: str, keys: NDArray[np.integer], limit: int | NDArray[np.integer]) -> Ints:
        """Whole numbers from 0 up to the limit (less than 2**31, one or one per key)."""
        high = self.bits(label, keys) >> np.uint64(32)
        return ((high * np.asarray(limit).astype(np.uint64)) >> np.uint64(32)).astype(np.int64)

    def uniform(self, label: str, keys: NDArray[np.integer]) -> NDArray[np.float64]:
        """Numbers in [0, 1)."""
        return (self.bits(label, keys) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def hit(self, label: str, keys: NDArray[np.integer], rate: float | NDArray[np.float64]) -> Bools:
        """True with the given probability."""
        return np.asarray(self.uniform(label, keys) < rate)

    def pick(self, label: str, keys: NDArray[np.integer], weights: Sequence[int] | Ints) -> Ints:
        """Positions in a list of whole-number weights."""
        total = np.cumsum(np.asarray(weights, dtype=np.int64))
        return np.asarray(np.searchsorted(total, self.below(label, keys, int(total[-1])), side="right"))

    def sample(self, label: str, candidates: Ints, size: int) -> Ints:
        """That many of the candidates (all, if there are fewer), in the order of their draws."""
        size = min(size, len(candidates))
        order = np.argsort(self.bits(label, candidates), kind="stable")
        return candidates[order[:size]]


def falling(size: int, shift: int) -> Ints:
    """Whole-number weights that fall with the rank, as names do (Zipf with a shifted head)."""
    return np.asarray(1_000_000 // (np.arange(size, dtype=np.int64) + shift))


def distinct(*parts: Ints) -> Ints:
    """The different values of some arrays, sorted (numpy's own hashes them, slowly where they are regular)."""
    values = np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *parts]))
    return values[np.concatenate([[True], values[1:] != values[:-1]])[: len(values)]]


def member(values: NDArray[np.integer], of: NDArray[np.integer]) -> Bools:
    """Which values are among some others."""
    if not len(of):
        return np.zeros(len(values), dtype=bool)
    others = np.sort(of)
    at = np.minimum(np.searchsorted(others, values), len(others) - 1)
    return np.asarray(others[at] == values)
