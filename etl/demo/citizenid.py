"""Citizen ID numbers: seventeen digits kept as one whole number, the check character appended on the way out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from etl.demo.columns import Matrix, matrix, number, yyyymmdd
from etl.demo.draws import Draws, Ints, distinct, member
from etl.demo.people import People

_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
_CHECK = np.frombuffer(b"10X98765432", np.uint8)
_SEQUENCES = 500  # per sex, address code and birth date


def body(area: NDArray[np.integer], birth: NDArray[np.integer], sequence: NDArray[np.integer]) -> Ints:
    """The first seventeen digits."""
    return np.asarray((area.astype(np.int64) * 10**8 + yyyymmdd(birth)) * 1000 + sequence)


def cells(bodies: NDArray[np.integer]) -> Matrix:
    """The eighteen characters of each number, as bytes."""
    digits = matrix(number(bodies), 17)
    check = _CHECK[((digits.astype(np.int64) - 48) @ _WEIGHTS) % 11]
    return np.concatenate([digits, check[:, None]], axis=1)


def given_out(people: People) -> Ints:
    """Every number anybody has or had."""
    return distinct(people.number, people.old_number, people.second_number)


def issue(draws: Draws, area: Ints, birth: Ints, sex: NDArray[np.integer], taken: Ints) -> Ints:
    """New numbers, unlike one another and unlike the taken ones; neighbours in order get neighbouring numbers.

    Twins stand next to each other, so their sequence numbers are neighbours too.
    """
    group = area.astype(np.int64) * 10**8 + yyyymmdd(birth)
    order = np.lexsort((np.arange(len(group)), sex, group))
    key = group[order] * 10 + sex[order]
    first = np.concatenate([[True], key[1:] != key[:-1]])
    rank = np.arange(len(key)) - np.maximum.accumulate(np.where(first, np.arange(len(key)), 0))
    if len(rank) and rank.max() >= _SEQUENCES:
        raise ValueError("more people of one sex born on one day in one county than there are numbers")
    start = draws.below("id.sequence", group[order], _SEQUENCES)
    step = (start + rank) % _SEQUENCES
    bodies = np.empty(len(group), dtype=np.int64)
    odd = sex[order] == 1
    bodies[order] = group[order] * 1000 + step * 2 + odd
    while True:
        clash = _again(bodies) | member(bodies, taken)
        if not clash.any():
            return bodies
        # a number already given out: move on to the next of the same sex
        sequence = bodies[clash] % 1000
        bodies[clash] += np.where(sequence >= 998, sequence % 2 - sequence, 2)


def _again(bodies: Ints) -> NDArray[np.bool_]:
    """True for every occurrence of a number after its first."""
    again = np.ones(len(bodies), dtype=bool)
    again[np.unique(bodies, return_index=True)[1]] = False
    return again
