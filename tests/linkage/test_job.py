"""The job on tables: what it leaves, that parts and rules make no difference, bad input."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basedb.linkage.blocking import TooManyPairs, block_keys, candidate_pairs
from basedb.linkage.job import Linked, link_tables
from basedb.linkage.model import BlockingRule, Condition, Constraint, InvalidModel, SortedNeighbourhood
from basedb.linkage.parameters import defaults
from basedb.linkage.patterns import compare_pairs
from basedb.linkage.score import score_pairs
from benchmarks._people import people
from tests.linkage.models import MODEL, RULES, load

PARAMETERS = defaults(MODEL, prior=0.01)

_rows = st.lists(
    st.tuples(
        st.sampled_from([None, "王伟", "王玮", "李娜", "1980", "阿卜杜拉·买买提", "阿卜杜拉·买买江"]),
        st.sampled_from([None, "1980", "1981"]),
        st.sampled_from([None, "", "1;2", "2; 3", "3"]),
        st.sampled_from([None, "漯河", "许昌"]),
    ),
    max_size=12,
)


@pytest.fixture()
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as engine:
        yield engine


def table(engine: duckdb.DuckDBPyConnection, name: str, order: str = "ALL") -> list[tuple[object, ...]]:
    return engine.execute(f"FROM {name} ORDER BY {order}").fetchall()


@settings(max_examples=40, deadline=None)
@given(_rows, st.none() | st.integers(0, 12), st.sampled_from([1, 3, 100]))
def test_the_job_scores_what_the_steps_score(
    rows: list[tuple[str | None, ...]], split: int | None, at_a_time: int
) -> None:
    """Rules left out by their keys, pairs given up early and keys in parts: the same pairs all the same."""
    with duckdb.connect() as engine:
        load(engine, "records", [(n, *row) for n, row in enumerate(rows)])
        left, right = "records", None
        if split is not None:
            left, right = f"(FROM records WHERE vertex < {split})", f"(FROM records WHERE vertex >= {split})"
        found = link_tables(engine, MODEL, left, right, PARAMETERS, at_a_time=at_a_time)
        scored = table(engine, "scored_pair")
        block_keys(engine, MODEL, left, "keys")
        if right is not None:
            block_keys(engine, MODEL, right, "other_keys")
        candidate_pairs(engine, "keys", "other_keys" if right else None, "pairs", within=right is None)
        compare_pairs(engine, MODEL, "pairs", "records", "compared")
        score_pairs(
            engine, MODEL, PARAMETERS, "compared", "scored", "counted_frequency", at_least=MODEL.review
        )
        assert [row[:4] for row in scored] == [row[:4] for row in table(engine, "scored")]
        weights = "SELECT match_weight FROM {} ORDER BY a, b"
        assert engine.execute(weights.format("scored_pair")).fetchall() == [
            pytest.approx(row) for row in engine.execute(weights.format("scored")).fetchall()
        ]
        assert found.pairs == len(scored)


def linked(engine: duckdb.DuckDBPyConnection, **options: object) -> Linked:
    people(engine, 3000, 2000, seed=3)
    model = replace(
        MODEL,
        columns=("name", "born", "phone", "community"),
        records={**MODEL.records, "city": "community"},
        constraints=(),
        blocking=(RULES[0], RULES[1], BlockingRule("name_city", "", ("name", "city"))),
        auto_link=7.0,
        training=(),
    )
    return link_tables(engine, model, "people_left", "people_right", **options)  # type: ignore[arg-type]


def test_people_are_found_without_a_label(engine: duckdb.DuckDBPyConnection) -> None:
    found = linked(engine)
    right, wrong = engine.execute(
        """SELECT count(*) FILTER (l.person = r.person), count(*) FILTER (l.person <> r.person) FROM link
           JOIN people_left l ON l.vertex = a JOIN people_right r ON r.vertex = b"""
    ).fetchall()[0]
    assert right > 1050 and wrong < 5
    assert found.links == right + wrong and found.clusters > 1000
    assert found.estimate is not None and found.parameters == found.estimate.parameters
    assert set(found.seconds) == {"prepare", "measure", "estimate", "score", "cluster"}
    assert [size.rule for size in found.sizes] == ["name_born", "phone", "name_city"]


def test_given_parameters_are_not_learnt_again(engine: duckdb.DuckDBPyConnection) -> None:
    learnt = linked(engine)
    before = table(engine, "scored_pair")
    again = linked(engine, parameters=learnt.parameters)
    assert again.estimate is None and again.parameters == learnt.parameters
    assert table(engine, "scored_pair") == before


def test_constraints_outrank_the_score(engine: duckdb.DuckDBPyConnection) -> None:
    load(
        engine,
        "records",
        [
            (1, "王伟", "1980", "1", "漯河"),
            (2, "王伟", "1980", "1", "漯河"),
            (3, "王伟", "1980", "1", "漯河"),
            (4, "李娜", "1990", "1", "许昌"),
        ],
    )
    same = Constraint(
        "same", Constraint.MUST_LINK, Condition("l.name = '王伟' AND r.name = '李娜'"), "相同", "same"
    )
    model = replace(MODEL, constraints=(same,), auto_link=3.0)
    found = link_tables(engine, model, "records", parameters=PARAMETERS)
    assert sorted(table(engine, "link")) == [(1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4)]
    apart = Constraint("apart", Constraint.CANNOT_LINK, Condition("l.name <> r.name"), "", "")
    found = link_tables(engine, replace(model, constraints=(apart,)), "records", parameters=PARAMETERS)
    assert (found.links, found.clusters, found.disputed) == (3, 1, 0)


def test_a_cluster_in_which_two_must_not_meet_is_disputed(engine: duckdb.DuckDBPyConnection) -> None:
    load(
        engine,
        "records",
        [(1, "王伟", "1980", "1", "漯河"), (2, "王伟", None, "1", "漯河"), (3, "王伟", "1981", "1", "漯河")],
    )
    model = replace(MODEL, auto_link=-9.0, review=-15.0)
    found = link_tables(engine, model, "records", parameters=PARAMETERS)
    assert table(engine, "link") == [(1, 2), (2, 3)]
    assert (found.pairs, found.links, found.clusters, found.disputed) == (3, 2, 1, 1)


def test_neighbours_are_compared_too(engine: duckdb.DuckDBPyConnection) -> None:
    load(engine, "records", [(n, f"王伟{n}", "1980", None, "漯河") for n in range(6)])
    neighbours = SortedNeighbourhood("names", "相邻姓名", order_by="name", window=2, within=("city",))
    again = SortedNeighbourhood("again", "相邻姓名", order_by="name", window=3)
    model = replace(MODEL, blocking=(RULES[0], neighbours, again), training=(), review=-50.0)
    link_tables(engine, model, "records", parameters=PARAMETERS)
    close = [(n, n + 1, 1) for n in range(5)] + [(n, n + 2, 2) for n in range(4)]
    assert engine.execute("SELECT a, b, rule FROM scored_pair ORDER BY ALL").fetchall() == sorted(close)
    even, odd = "(FROM records WHERE vertex % 2 = 0)", "(FROM records WHERE vertex % 2 = 1)"
    link_tables(engine, model, odd, even, parameters=PARAMETERS)
    assert engine.execute("SELECT a, b FROM scored_pair ORDER BY ALL").fetchall() == [
        (n, n + 1) for n in range(5)
    ]


def test_a_value_half_the_records_share_is_reported(engine: duckdb.DuckDBPyConnection) -> None:
    rows = [(n, f"人{n}", "1980" if n % 2 else str(n), f"7;{n}", "漯河") for n in range(300)]
    load(engine, "records", [*rows, (300, "人0", "0", "0", "漯河")])
    rules = (RULES[0], replace(RULES[1], max_block=100))
    found = link_tables(engine, replace(MODEL, blocking=rules, review=0.0), "records", parameters=PARAMETERS)
    (block,) = found.skipped
    assert (block.rule, block.records, block.pairs, block.value) == ("phone", 300, 300 * 299 // 2, "7")
    # The key they share goes, their other keys stay.
    assert [size.pairs for size in found.sizes] == [1, 1]
    assert engine.execute("SELECT a, b FROM link").fetchall() == [(0, 300)]


def test_a_rule_that_would_make_a_billion_pairs(engine: duckdb.DuckDBPyConnection) -> None:
    engine.execute(
        """CREATE TABLE records AS SELECT range AS vertex, 'x' || range AS name, '1980' AS born,
           NULL::TEXT AS phone, '漯河' AS city FROM range(50000)"""
    )
    model = replace(MODEL, blocking=(BlockingRule("city", "", ("city",), max_block=10**9),), training=())
    with pytest.raises(TooManyPairs, match="1,249,975,000"):
        link_tables(engine, model, "records", parameters=PARAMETERS)


def test_columns_that_are_not_there(engine: duckdb.DuckDBPyConnection) -> None:
    load(engine, "records", [(1, "王伟", "1980", None, None)])
    with pytest.raises(InvalidModel, match="shoe"):
        rules = (*RULES, BlockingRule("shoe", "", ("shoe",)))
        link_tables(engine, replace(MODEL, blocking=rules), "records", parameters=PARAMETERS)
    with pytest.raises(InvalidModel, match=r"records.*nowhere"):
        records = {**MODEL.records, "name": "nowhere"}
        link_tables(engine, replace(MODEL, records=records), "records", parameters=PARAMETERS)


def test_no_records(engine: duckdb.DuckDBPyConnection) -> None:
    load(engine, "records", [])
    found = link_tables(engine, MODEL, "records", parameters=PARAMETERS)
    assert (found.pairs, found.links, found.clusters) == (0, 0, 0)
    assert list(itertools.chain(table(engine, "cluster"), table(engine, "link"))) == []
    learnt = link_tables(engine, MODEL, "records")
    assert learnt.estimate is not None
    assert {remark.code for remark in learnt.estimate.remarks} >= {"no_pairs", "all_missing", "prior_assumed"}
