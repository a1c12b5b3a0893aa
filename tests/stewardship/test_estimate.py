"""Precision and recall from a checked sample, against a truth that is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basedb.stewardship.estimate import Stratum, estimate
from basedb.stewardship.sample import allocate

# Name, size, whether linked, share that is the same.
TOWN = (
    ("linked/exact", 50_000, True, 0.999), ("linked/score >=17", 3_000, True, 0.98),
    ("linked/score 9..17", 800, True, 0.9), ("linked/score <9", 400, True, 0.7),
    ("apart/review <9", 300, False, 0.5), ("apart/settled <9", 900, False, 0.05),
)  # fmt: skip


def drawn(dice: np.random.Generator, size: int) -> list[Stratum]:
    """A sample of the town, checked without error."""
    shares = allocate({name: pairs for name, pairs, *_ in TOWN}, size)
    found = []
    for name, pairs, linked, share in TOWN:
        same = round(pairs * share)
        seen = int(dice.hypergeometric(same, pairs - same, shares[name]))
        found.append(Stratum(name, pairs, linked, seen, shares[name] - seen))
    return found


def truth() -> tuple[float, float]:
    linked = sum(round(pairs * share) for _, pairs, is_linked, share in TOWN if is_linked)
    every = sum(round(pairs * share) for _, pairs, _, share in TOWN)
    return linked / sum(pairs for _, pairs, is_linked, _ in TOWN if is_linked), linked / every


@pytest.mark.parametrize("size", [60, 200])
def test_the_interval_covers_the_truth_as_often_as_it_says(size: int) -> None:
    dice = np.random.default_rng(20261101)
    covered = np.zeros(2)
    points = np.zeros(2)
    rounds = 40
    for _ in range(rounds):
        measures = estimate(drawn(dice, size))
        for at, (measure, true) in enumerate(zip(measures, truth(), strict=True)):
            assert measure.estimate is not None
            assert 0 <= measure.low <= measure.estimate <= measure.high <= 1
            covered[at] += measure.low <= true <= measure.high
            points[at] += measure.estimate / rounds
    assert (covered >= 0.95 * rounds).all()
    assert points == pytest.approx(truth(), abs=0.01)  # weighed by size: no stratum counts for more


def test_a_larger_sample_says_more() -> None:
    dice = np.random.default_rng(1)
    few, many = (estimate(drawn(dice, size))[0] for size in (60, 2000))
    assert many.high - many.low < (few.high - few.low) / 2


def test_everything_checked_leaves_no_doubt() -> None:
    precision, recall = estimate([Stratum("a", 10, True, 9, 1), Stratum("b", 5, False, 1, 4)])
    assert (precision.low, precision.estimate, precision.high) == (0.9, 0.9, 0.9)
    assert recall.low == recall.high == pytest.approx(0.9)


def test_strata_nobody_checked_count_as_worst_and_best_case() -> None:
    strata = [Stratum("a", 100, True, 20, 0), Stratum("b", 100, True, unclear=3), Stratum("c", 50, False)]
    precision, recall = estimate(strata)
    assert (precision.estimate, precision.unchecked) == (1.0, ("b",))
    assert precision.low < 0.5 and precision.high == 1.0
    assert recall.unchecked == ("b", "c") and recall.low < 0.75 and recall.high == 1.0
    precision, recall = estimate([Stratum("a", 100, True), Stratum("c", 50, False, 5, 5)])
    assert precision.estimate is None and (precision.low, precision.high) == (0.0, 1.0)
    assert recall.estimate is None and recall.low == 0.0
    precision, recall = estimate([])
    assert precision.estimate is None and recall.estimate is None


@given(
    sizes=st.dictionaries(st.sampled_from([name for name, *_ in TOWN]), st.integers(1, 10_000), min_size=1),
    total=st.integers(2, 500),
)
def test_a_sample_is_shared_out_within_what_there_is(sizes: dict[str, int], total: int) -> None:
    shares = allocate(sizes, total)
    assert shares.keys() == sizes.keys()
    assert all(0 < shares[name] <= size for name, size in sizes.items())
    assert sum(shares.values()) <= max(total, 0) + 2 * len(sizes)
    assert sum(shares.values()) >= min(sum(sizes.values()), total) * 0.8 - len(sizes)
