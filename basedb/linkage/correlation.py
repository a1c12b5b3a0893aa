"""Which comparisons say the same thing twice.

Adding match weights supposes that comparisons are independent among matches and among non-matches.
Where they are not (a family shares telephone and address), the sum overstates the evidence.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from basedb.linkage.em import Patterns

# A dependence worth telling makes two levels meet twice as often as chance has it, in so many pairs that
# chance has nothing to do with it.
_LEAST_EXCESS = 1.0
_LEAST_OBSERVED = 10.0
_DEVIATIONS = 5.0


@dataclass(frozen=True)
class Correlation:
    """Two comparisons that depend on each other.

    among: `matches` or `non_matches`. left_level, right_level: two levels that meet oftener than chance
    has it, by the factor ``2 ** excess``: by `excess` bits the sum of their weights is off. observed,
    expected: in how many pairs they meet. bits: mutual information of the two comparisons.
    """

    left: str
    right: str
    among: str
    left_level: str
    right_level: str
    excess: float
    observed: float
    expected: float
    bits: float


def correlations(patterns: Patterns, weights: np.ndarray, among: str, most: int = 10) -> list[Correlation]:
    """The strongest dependences between comparisons, one per pair of them, by excess.

    weights: (patterns,), the probability that pairs of the pattern belong to the class. Pairs in which
    one of the two is missing do not count.
    """
    found = []
    for left, right in itertools.combinations(range(len(patterns.comparisons)), 2):
        item = _between(patterns, weights * patterns.counts, left, right, among)
        if item is not None:
            found.append(item)
    return sorted(found, key=lambda item: -item.excess)[:most]


def _between(
    patterns: Patterns, weights: np.ndarray, left: int, right: int, among: str
) -> Correlation | None:
    one, other = patterns.comparisons[left], patterns.comparisons[right]
    joint = np.zeros((len(one.levels), len(other.levels)))
    np.add.at(joint, (patterns.levels[:, left], patterns.levels[:, right]), weights)
    joint[[level.missing for level in one.levels], :] = 0
    joint[:, [level.missing for level in other.levels]] = 0
    total = joint.sum()
    if not total:
        return None
    expected = np.outer(joint.sum(axis=1), joint.sum(axis=0)) / total
    ratio = np.zeros_like(joint)
    ratio[joint > 0] = np.log2(joint[joint > 0] / expected[joint > 0])
    certain = (joint >= _LEAST_OBSERVED) & (joint - expected > _DEVIATIONS * np.sqrt(expected + 1))
    excess = np.where(certain, ratio, 0.0)
    at, to = np.unravel_index(int(excess.argmax()), joint.shape)
    if excess[at, to] < _LEAST_EXCESS:
        return None
    return Correlation(
        left=one.name,
        right=other.name,
        among=among,
        left_level=one.levels[at].name,
        right_level=other.levels[to].name,
        excess=float(excess[at, to]),
        observed=float(joint[at, to]),
        expected=float(expected[at, to]),
        bits=float((joint * ratio).sum() / total),
    )
