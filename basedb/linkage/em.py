"""Expectation maximisation over counted patterns (Winkler 1988; as Splink does it, on counts).

A pattern is the tuple of levels a pair came out at. There are some hundreds of patterns however many
the pairs, so a pass takes milliseconds and can go on until nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from basedb.linkage.model import Comparison
from basedb.linkage.parameters import SMALLEST

MAX_ITERATIONS = 500
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Patterns:
    """Counted patterns. levels: (patterns, comparisons), index of the level; counts: (patterns,)."""

    comparisons: tuple[Comparison, ...]
    levels: np.ndarray
    counts: np.ndarray

    @property
    def pairs(self) -> float:
        """How many pairs were counted."""
        return float(self.counts.sum())

    def sums(self, weights: np.ndarray) -> dict[str, np.ndarray]:
        """By comparison the sum of `weights` (patterns,) over the pairs at each level; 0 where the
        level says a value is missing."""
        found = {}
        for place, comparison in enumerate(self.comparisons):
            sums = np.bincount(self.levels[:, place], weights * self.counts, len(comparison.levels))
            sums[[level.missing for level in comparison.levels]] = 0.0
            found[comparison.name] = sums
        return found

    def keep(self, names: set[str]) -> Patterns:
        """The patterns of some comparisons, not counted anew."""
        places = [place for place, item in enumerate(self.comparisons) if item.name in names]
        return Patterns(
            tuple(self.comparisons[place] for place in places), self.levels[:, places], self.counts
        )


@dataclass(frozen=True)
class Fit:
    """What expectation maximisation found. share: of matches among the pairs; m: by comparison, 0 for
    levels never seen; matches: expected pairs at each level; posterior: (patterns,)."""

    share: float
    m: dict[str, np.ndarray]
    matches: dict[str, np.ndarray]
    posterior: np.ndarray
    iterations: int
    change: float

    @property
    def converged(self) -> bool:
        """Whether the last iteration changed less than asked for."""
        return self.change < TOLERANCE


def maximise(
    patterns: Patterns,
    share: float,
    m: dict[str, np.ndarray],
    u: dict[str, np.ndarray],
    max_iterations: int = MAX_ITERATIONS,
    tolerance: float = TOLERANCE,
) -> Fit:
    """Find m and the share of matches with u fixed, from the values given to start with.

    Stops when no m and not the share changes by `tolerance`; `Fit.change` is the last change, larger
    than that if `max_iterations` came first.
    """
    m = {item.name: np.asarray(m[item.name], float) for item in patterns.comparisons}
    change, iterations = np.inf, 0
    while iterations < max_iterations and change >= tolerance:
        iterations += 1
        posterior = posteriors(patterns, share, m, u)
        sums = patterns.sums(posterior)
        renewed = {name: _shares(values) for name, values in sums.items()}
        new_share = float(
            np.clip((posterior * patterns.counts).sum() / max(patterns.pairs, 1), 1e-9, 1 - 1e-9)
        )
        change = max(
            [abs(new_share - share), *(float(np.abs(renewed[name] - m[name]).max()) for name in renewed)]
        )
        m, share = renewed, new_share
    posterior = posteriors(patterns, share, m, u)
    return Fit(share, m, patterns.sums(posterior), posterior, iterations, float(change))


def posteriors(
    patterns: Patterns, share: float, m: dict[str, np.ndarray], u: dict[str, np.ndarray]
) -> np.ndarray:
    """The probability of a match for every pattern."""
    odds = np.full(len(patterns.counts), np.log(share) - np.log1p(-share))
    for place, comparison in enumerate(patterns.comparisons):
        weights = np.log(np.maximum(m[comparison.name], SMALLEST))
        weights = weights - np.log(np.maximum(u[comparison.name], SMALLEST))
        weights[[level.missing for level in comparison.levels]] = 0.0
        odds += weights[patterns.levels[:, place]]
    return 1 / (1 + np.exp(-np.clip(odds, -700, 700)))


def _shares(sums: np.ndarray) -> np.ndarray:
    total = sums.sum()
    return sums / total if total > 0 else sums
