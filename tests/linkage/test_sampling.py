"""Random pairs: as many as asked for, each once, every record about as often as any other."""

from __future__ import annotations

from collections import Counter

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basedb.linkage.keyed import Keyed
from basedb.linkage.sampling import random_pairs, total_pairs


def drawn(left: int, right: int | None, pairs: int, seed: int = 1) -> list[tuple[int, int]]:
    with duckdb.connect() as engine:
        engine.execute(f"CREATE TABLE l_records AS SELECT range AS vertex FROM range({left})")
        engine.execute(f"CREATE TABLE r_records AS SELECT 1000000 + range AS vertex FROM range({right or 0})")
        keyed = Keyed("l_records", None if right is None else "r_records", ())
        source = random_pairs(engine, keyed, pairs, seed)
        return engine.execute(f"SELECT l.vertex, r.vertex {source}").fetchall()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60), st.none() | st.integers(0, 60), st.integers(1, 3000))
def test_each_pair_once_and_enough_of_them(left: int, right: int | None, pairs: int) -> None:
    found = drawn(left, right, pairs)
    total = left * right if right is not None else left * (left - 1) // 2
    distinct = {(min(pair), max(pair)) for pair in found}
    assert len(distinct) == len(found)
    assert all(a != b for a, b in found)
    if right is not None:
        assert all(a < 1000000 <= b for a, b in found)
    assert len(found) == total if total <= pairs else 0.5 * pairs <= len(found) <= 2 * pairs + 60


@pytest.mark.parametrize("right", [None, 3000])
def test_the_same_seed_draws_the_same_pairs(right: int | None) -> None:
    first, again, other = (drawn(5000, right, 4000, seed) for seed in (1, 1, 2))
    assert sorted(first) == sorted(again)
    assert len(set(first) & set(other)) < 20
    assert abs(len(first) - 4000) < 800
    times = Counter(a for a, _ in first)
    assert max(times.values()) <= 2 * min(times.values()) + 1


def test_how_many_pairs_there_are() -> None:
    with duckdb.connect() as engine:
        engine.execute("CREATE TABLE a AS SELECT range AS vertex FROM range(5)")
        engine.execute("CREATE TABLE b AS SELECT range AS vertex FROM range(7)")
        assert total_pairs(engine, Keyed("a", None, ())) == 10
        assert total_pairs(engine, Keyed("a", "b", ())) == 35
