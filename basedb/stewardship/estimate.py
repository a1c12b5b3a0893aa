"""Precision and recall from a stratified sample that people checked.

The estimate weighs every stratum's share of same pairs by the stratum's size (Cochran, Sampling
Techniques, 3rd ed. 1977, chapter 5). The limits carry those of Clopper and Pearson (The use of
confidence or fiducial limits, Biometrika 26, 1934) over several strata and to the ratio by simulation:
for the lower limit a stratum's share is drawn from Beta(same, different + 1), for the upper from
Beta(same + 1, different), and the pairs nobody checked accordingly. So they err on the safe side, also
where everything that was checked was right. A stratum in which nothing was checked counts as all
wrong for the lower limit and as all right for the upper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95
_DRAWS = 20_000
_SEED = 20261101


@dataclass(frozen=True)
class Stratum:
    """Pairs of one kind: how many there are, whether they are linked, and what people found."""

    name: str
    size: int
    linked: bool
    same: int = 0
    different: int = 0
    unclear: int = 0

    @property
    def checked(self) -> int:
        """Pairs that could be told."""
        return self.same + self.different


@dataclass(frozen=True)
class Estimate:
    """A measure with its interval; `estimate` is None where nothing that counts was checked."""

    measure: str
    estimate: float | None
    low: float
    high: float
    confidence: float
    pairs: int
    unchecked: tuple[str, ...]


def estimate(strata: Sequence[Stratum], confidence: float = CONFIDENCE) -> tuple[Estimate, Estimate]:
    """Precision (of linked pairs, how many are the same) and recall (of same pairs, how many are linked).

    Recall counts the pairs that were compared and reached the review threshold, no others: what no
    blocking rule brings together is in no stratum.
    """
    linked = [item for item in strata if item.linked and item.size]
    apart = [item for item in strata if not item.linked and item.size]
    rng = np.random.default_rng(_SEED)
    size = max(sum(item.size for item in linked), 1)
    right = [_same(linked, rng, upper) for upper in (False, True)]
    missed = [_same(apart, rng, upper) for upper in (False, True)]
    precision = _measure(
        "precision", linked, right[0] / size, right[1] / size, _point(linked, linked), confidence
    )
    every = [*linked, *apart]
    lows, highs = (
        counted / np.maximum(counted + others, 1) for counted, others in zip(right, missed[::-1], strict=True)
    )
    return precision, _measure("recall", every, lows, highs, _point(linked, every), confidence)


def _same(strata: Sequence[Stratum], rng: np.random.Generator, upper: bool) -> NDArray:
    """Draws of how many pairs of all strata are the same, for the lower or the upper limit."""
    total = np.zeros(_DRAWS)
    for item in strata:
        one, other = (item.same + upper, item.different + 1 - upper)
        if not item.checked:
            total += item.size if upper else 0
            continue
        share = rng.beta(one, other, _DRAWS) if one and other else np.full(_DRAWS, float(other == 0))
        total += item.same + rng.binomial(max(item.size - item.checked, 0), share)
    return total


def _point(counted: Sequence[Stratum], among: Sequence[Stratum]) -> float | None:
    """Same pairs of `counted`: among its own pairs for precision, among the same of all for recall."""
    if not any(item.checked for item in counted):
        return None

    def same(strata: Sequence[Stratum]) -> float:
        return sum(item.size * item.same / item.checked for item in strata if item.checked)

    if counted is among:
        return same(counted) / sum(item.size for item in counted if item.checked)
    total = same(among)
    return same(counted) / total if total else None


def _measure(
    name: str,
    strata: Sequence[Stratum],
    lows: NDArray,
    highs: NDArray,
    point: float | None,
    confidence: float,
) -> Estimate:
    tail = (1 - confidence) / 2
    low, high = float(np.quantile(lows, tail)), float(np.quantile(highs, 1 - tail))
    if point is not None:  # all right, or all wrong: the limit is the estimate itself
        low, high = min(low, point), max(high, point)
    return Estimate(
        name, point, low, high, confidence, sum(item.checked for item in strata),
        tuple(item.name for item in strata if not item.checked),
    )  # fmt: skip
