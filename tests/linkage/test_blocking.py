"""Blocking against a definition that fits on a page, and its refusals."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basedb.linkage.blocking import (
    TooManyPairs,
    block_keys,
    candidate_pairs,
    estimate_pairs,
    neighbour_pairs,
)
from basedb.linkage.model import BlockingRule, InvalidModel, SortedNeighbourhood
from tests.linkage.models import MODEL, RULES, load

_rows = st.lists(
    st.tuples(
        st.sampled_from([None, "王伟", "李娜", "1980"]),
        st.sampled_from([None, "1980", "1981"]),
        st.sampled_from([None, "", "1;2", "2; 3", "3"]),
        st.sampled_from([None, "漯河"]),
    ),
    max_size=14,
)


@pytest.fixture()
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as engine:
        yield engine


def expected_keys(row: tuple[str | None, ...]) -> list[set[tuple[str, ...]]]:
    """The keys of one record, rule by rule."""
    name, born, phone, city = row
    phones = {part.strip() for part in (phone or "").split(";")} - {""} if city else set()
    return [
        {(name, born)} if name and born else set(),
        {(part,) for part in phones},
        {(value, city) for value in (name, born) if value and city},
    ]


def expected_pairs(rows: dict[int, tuple[str | None, ...]], new: set[int]) -> dict[tuple[int, int], int]:
    found = {}
    for a, b in itertools.combinations(sorted(rows), 2):
        if a not in new and b not in new:
            continue
        for number, (left, right) in enumerate(
            zip(expected_keys(rows[a]), expected_keys(rows[b]), strict=True)
        ):
            if left & right:
                found[a, b] = number
                break
    return found


@settings(max_examples=60, deadline=None)
@given(_rows, st.integers(0, 14))
def test_pairs_are_those_with_a_key_in_common(rows: list[tuple[str | None, ...]], standing: int) -> None:
    numbered = dict(enumerate(rows, start=10))
    new = {vertex for vertex in numbered if vertex >= 10 + standing}
    with duckdb.connect() as engine:
        load(engine, "new", [(vertex, *row) for vertex, row in numbered.items() if vertex in new])
        load(engine, "old", [(vertex, *row) for vertex, row in numbered.items() if vertex not in new])
        block_keys(engine, MODEL, "new", "new_keys")
        block_keys(engine, MODEL, "old", "old_keys")
        found = candidate_pairs(engine, "new_keys", "old_keys", "pairs", rules=RULES, records="new")
        made = {(a, b): rule for a, b, rule in engine.execute("FROM pairs").fetchall()}
    assert made == expected_pairs(numbered, new)
    assert found.estimate >= len(made)
    assert found.skipped == []


def test_a_key_stays_the_same_for_ever(engine: duckdb.DuckDBPyConnection) -> None:
    """Keys are kept in stores: another hash would make every standing record unreachable."""
    load(engine, "given", [(7, "王伟", "1980-01-02", None, None)])
    block_keys(engine, MODEL, "given", "keys")
    assert engine.execute("FROM keys").fetchall() == [(0, 9111736481141329658, 7)]


def test_links_only_between_two_tables(engine: duckdb.DuckDBPyConnection) -> None:
    load(engine, "given", [(n, "王伟", "1980", None, None) for n in range(4)])
    block_keys(engine, MODEL, "(FROM given WHERE vertex < 2)", "l_keys")
    block_keys(engine, MODEL, "(FROM given WHERE vertex >= 2)", "r_keys")
    candidate_pairs(engine, "l_keys", "r_keys", "pairs", within=False)
    assert sorted(engine.execute("SELECT a, b FROM pairs").fetchall()) == [(0, 2), (0, 3), (1, 2), (1, 3)]
    assert [size.pairs for size in estimate_pairs(engine, "l_keys", "r_keys", within=False)] == [4]


def test_a_value_half_the_records_share_is_reported_not_compared(engine: duckdb.DuckDBPyConnection) -> None:
    rules = (replace(RULES[0], max_block=50), RULES[1])
    load(
        engine,
        "given",
        [
            (n, "王伟" if n % 2 else f"人{n // 4}", "1980-01-01", "13800000000" if n < 3 else None, "漯河")
            for n in range(200)
        ],
    )
    block_keys(engine, MODEL, "given", "keys", rules)
    found = candidate_pairs(engine, "keys", None, "pairs", rules=rules, records="given")
    (block,) = found.skipped
    assert (block.rule, block.records, block.pairs) == ("name_born", 100, 100 * 99 // 2)
    assert block.value == "王伟 | 1*******01"
    assert [size.pairs for size in found.sizes] == [50, 3]
    assert found.estimate == 53
    # A pair the other rule makes is compared all the same; (0, 2) is made by both.
    assert engine.execute("SELECT rule, count(*) FROM pairs GROUP BY 1 ORDER BY 1").fetchall() == [
        (0, 50),
        (1, 2),
    ]


def test_the_size_of_a_block_counts_what_stands(engine: duckdb.DuckDBPyConnection) -> None:
    rules = (replace(RULES[0], max_block=5),)
    load(engine, "given", [(n, "王伟", "1980", None, None) for n in range(6)])
    block_keys(engine, MODEL, "(FROM given WHERE vertex < 5)", "old_keys", rules)
    block_keys(engine, MODEL, "(FROM given WHERE vertex = 5)", "new_keys", rules)
    found = candidate_pairs(engine, "new_keys", "old_keys", "pairs", rules=rules)
    assert [(block.records, block.pairs) for block in found.skipped] == [(6, 5)]
    assert engine.execute("FROM pairs").fetchall() == []


def test_a_rule_that_would_make_a_billion_pairs_is_refused(engine: duckdb.DuckDBPyConnection) -> None:
    """Refused from the sizes of the blocks alone: making the pairs would take the machine down."""
    rules = (RULES[0], BlockingRule("city", "城市", ("city",), max_block=10**9))
    engine.execute(
        """CREATE TABLE given AS SELECT range AS vertex, '王' || range AS name, '1980' AS born,
           '漯河' AS city FROM range(50000)"""
    )
    block_keys(engine, MODEL, "given", "keys", rules)
    with pytest.raises(TooManyPairs) as caught:
        candidate_pairs(engine, "keys", None, "pairs", rules=rules, records="given")
    text = str(caught.value)
    assert "规则 city" in text and "rule city" in text
    assert "1,249,975,000" in text and "50,000" in text and "漯河" in text and "max_block" in text
    assert caught.value.sizes[1].pairs == 1_249_975_000
    sizes = estimate_pairs(engine, "keys", rules=rules)
    assert [(size.rule, size.pairs) for size in sizes] == [("name_born", 0), ("city", 1_249_975_000)]


def test_force_goes_ahead(engine: duckdb.DuckDBPyConnection) -> None:
    load(engine, "given", [(n, "王伟", "1980", None, None) for n in range(10)])
    block_keys(engine, MODEL, "given", "keys")
    with pytest.raises(TooManyPairs):
        candidate_pairs(engine, "keys", None, "pairs", limit=10)
    candidate_pairs(engine, "keys", None, "pairs", limit=10, force=True)
    assert engine.execute("SELECT count(*) FROM pairs").fetchall() == [(45,)]


def test_a_key_over_a_column_that_is_not_there(engine: duckdb.DuckDBPyConnection) -> None:
    load(engine, "given", [(1, "王伟")], "vertex BIGINT, name TEXT")
    with pytest.raises(InvalidModel, match=r"name_born.*born"):
        block_keys(engine, MODEL, "given", "keys")
    with pytest.raises(InvalidModel, match="broken"):
        block_keys(engine, MODEL, "given", "keys", [BlockingRule("broken", "", ("name ||",))])


def test_no_records(engine: duckdb.DuckDBPyConnection) -> None:
    load(engine, "given", [])
    block_keys(engine, MODEL, "given", "keys")
    found = candidate_pairs(engine, "keys", None, "pairs", rules=RULES, records="given")
    assert (found.estimate, found.skipped) == (0, [])


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([None, *"abcdef"]), st.sampled_from([None, "1", "2"])), max_size=12)
)
def test_neighbours_in_the_order_of_a_column(rows: list[tuple[str | None, str | None]]) -> None:
    rule = SortedNeighbourhood("names", "相邻姓名", order_by="name", window=3, within=("born",))
    expected = set()
    for group in ("1", "2"):
        place = sorted((name, n) for n, (name, born) in enumerate(rows) if name and born == group)
        for at, (_, one) in enumerate(place):
            expected |= {(min(one, other), max(one, other)) for _, other in place[at + 1 : at + 3]}
    with duckdb.connect() as engine:
        load(engine, "given", [(n, *row, None, None) for n, row in enumerate(rows)])
        neighbour_pairs(engine, rule, "given", "pairs", 4)
        made = engine.execute("FROM pairs").fetchall()
    assert {(a, b) for a, b, _ in made} == expected
    assert len(made) == len(expected) and {rule for _, _, rule in made} <= {4}
