"""Learning parameters: against the truth of invented records, against Splink, and on bad input."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import duckdb
import numpy as np
import pytest

from basedb.linkage.em import Patterns, maximise
from basedb.linkage.estimate import estimate, term_frequencies
from basedb.linkage.labels import ContradictoryLabels
from basedb.linkage.model import (
    ELSE,
    BlockingRule,
    Comparison,
    Condition,
    InvalidModel,
    Level,
    MatchModel,
)
from tests.linkage.models import BORN, MODEL, load

# How a record of a person differs from another record of the same: the m to be found.
WRONG = {"name": 0.1, "born": 0.05, "phone": 0.3, "city": 0.2}
VALUES = {"name": 300, "born": 400, "phone": 100_000, "city": 5}


def _exact(column: str) -> Comparison:
    return Comparison(
        column,
        column,
        (
            Level("missing", "缺失", Condition(f"l.{column} IS NULL OR r.{column} IS NULL"), missing=True),
            Level("same", "相同", Condition(f"l.{column} = r.{column}"), m=0.9, u=1e-7),
            Level("other", "不同", ELSE, m=0.1, u=0.9),
        ),
    )


SIMPLE = MatchModel(
    name="simple",
    columns=tuple(WRONG),
    records={column: column for column in WRONG},
    blocking=(
        BlockingRule("phone", "电话", ("phone",)),
        BlockingRule("name_born", "姓名与生日", ("name", "born")),
    ),
    comparisons=tuple(_exact(column) for column in WRONG),
)


def invented(engine: duckdb.DuckDBPyConnection, persons: int = 3000, missing: float = 0.1) -> None:
    """Tables `one` and `two` with a record of every person each, those of `two` with mistakes."""
    rng = np.random.default_rng(5)
    truth = {column: rng.integers(0, size, persons) for column, size in VALUES.items()}
    for name, start in (("one", 0), ("two", persons)):
        columns: dict[str, Any] = {"vertex": np.arange(start, start + persons)}
        for column, size in VALUES.items():
            values = truth[column].copy()
            if name == "two":
                wrong = rng.random(persons) < WRONG[column]
                values[wrong] = rng.integers(0, size, wrong.sum())
            text = values.astype("U8").astype(object)
            text[rng.random(persons) < missing] = None
            columns[column] = text
        load(
            engine,
            name,
            zip(*(values.tolist() for values in columns.values()), strict=True),
            "vertex BIGINT, name TEXT, born TEXT, phone TEXT, city TEXT",
        )


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as engine:
        invented(engine)
        yield engine


@pytest.mark.parametrize("prior", [None, 1 / 3000])
def test_what_made_the_records_is_found(engine: duckdb.DuckDBPyConnection, prior: float | None) -> None:
    found = estimate(engine, SIMPLE, "one", "two", prior=prior, max_pairs=2_000_000)
    parameters = found.parameters
    for column, size in VALUES.items():
        (agreeing,) = engine.execute(
            f"SELECT avg((l.{column} = r.{column})::INT) FROM one l JOIN two r ON l.vertex + 3000 = r.vertex"
        ).fetchone() or (None,)
        assert parameters.m[column][1] == pytest.approx(agreeing, abs=0.03)
        if column != "phone":
            assert parameters.u[column][1] == pytest.approx(1 / size, rel=0.15)
    assert parameters.prior == pytest.approx(1 / 3000, rel=0.15 if prior is None else 1e-9)
    assert [item.rule for item in found.passes] == ["phone", "name_born"]
    assert all(item.converged for item in found.passes)
    assert found.passes[0].m.keys() == {"name", "born", "city"}
    assert {remark.code for remark in found.remarks} == ({"prior_assumed"} if prior is None else set())


def test_the_same_seed_learns_the_same(engine: duckdb.DuckDBPyConnection) -> None:
    one, again = (
        estimate(engine, SIMPLE, "one", "two", max_pairs=20_000, seed=3).parameters for _ in range(2)
    )
    assert one == again
    assert one != estimate(engine, SIMPLE, "one", "two", max_pairs=20_000, seed=4).parameters


def test_the_prior_from_rules_that_find_matches_only(engine: duckdb.DuckDBPyConnection) -> None:
    rules = (
        BlockingRule("phone_name", "", ("phone", "name")),
        BlockingRule("phone_born", "", ("phone", "born")),
    )
    found = estimate(engine, SIMPLE, "one", "two", deterministic=rules, recall=0.55, max_pairs=20_000)
    pairs = engine.execute(
        """SELECT count(*) FROM one l JOIN two r ON l.phone = r.phone AND (l.name = r.name OR l.born = r.born)"""
    ).fetchall()[0][0]
    assert found.parameters.prior == pytest.approx(pairs / 0.55 / 3000**2)
    with pytest.raises(InvalidModel, match="between 0 and 1"):
        estimate(engine, SIMPLE, "one", "two", deterministic=rules, recall=0)
    with pytest.raises(InvalidModel, match=r"phone_name.*no pair"):
        estimate(engine, SIMPLE, "(FROM one LIMIT 3)", deterministic=rules)
    everything = [BlockingRule("all", "", ("1",))]
    with pytest.raises(InvalidModel, match="recall"):
        estimate(engine, SIMPLE, "(FROM one LIMIT 20)", deterministic=everything, recall=0.9)


def test_a_level_never_seen_is_as_declared_and_reported(engine: duckdb.DuckDBPyConnection) -> None:
    never = Level("twin", "孪生", Condition("l.name = 'x' AND r.name = 'y'"), m=0.02, u=0.003)
    bare = Level("ghost", "幽灵", Condition("l.name = 'y' AND r.name = 'x'"))
    name = _exact("name")
    name = replace(name, levels=(name.levels[0], never, bare, *name.levels[1:]))
    model = replace(SIMPLE, comparisons=(name, *SIMPLE.comparisons[1:]))
    found = estimate(engine, model, "one", "two", prior=1 / 3000, max_pairs=10_000)
    assert (found.parameters.m["name"][1], found.parameters.u["name"][1]) == (0.02, 0.003)
    seen = [(item.comparison, item.level) for item in found.remarks if item.code == "level_not_seen"]
    assert seen.count(("name", "twin")) == 2 and seen.count(("name", "ghost")) == 2
    # Nobody declared anything: as if half a pair had been seen.
    assert found.parameters.u["name"][2] == pytest.approx(0.5 / 10_000, rel=0.2)
    text = str(next(item for item in found.remarks if item.level == "twin"))
    assert "name.twin" in text and "训练中没有出现" in text


def test_a_column_without_values_is_reported(engine: duckdb.DuckDBPyConnection) -> None:
    empty = "(SELECT * REPLACE (NULL::TEXT AS city) FROM one)"
    found = estimate(engine, SIMPLE, empty, "two", prior=1 / 3000, max_pairs=10_000)
    assert [item.comparison for item in found.remarks if item.code == "all_missing"] == ["city"]
    assert (found.parameters.m["city"], found.parameters.u["city"]) == ((0, 0.9, 0.1), (0, 1e-7, 0.9))
    nothing = "(SELECT * REPLACE (NULL::TEXT AS phone) FROM one)"
    found = estimate(engine, SIMPLE, nothing, "two", prior=1 / 3000, max_pairs=10_000)
    assert [item.code for item in found.remarks if "phone" in item.en][:1] == ["no_pairs"]


def test_stopping_before_it_converges_is_reported(engine: duckdb.DuckDBPyConnection) -> None:
    found = estimate(engine, SIMPLE, "one", "two", prior=1 / 3000, max_pairs=10_000, max_iterations=2)
    assert [item.converged for item in found.passes] == [False, False]
    (first, _) = [item for item in found.remarks if item.code == "not_converged"]
    assert "phone" in first.en and "2 iterations" in first.en and "未收敛" in first.zh


def test_what_no_rule_leaves_free_is_not_trained(engine: duckdb.DuckDBPyConnection) -> None:
    model = replace(SIMPLE, training=("phone",))
    found = estimate(engine, model, "one", "two", prior=1 / 3000, max_pairs=10_000)
    assert [item.comparison for item in found.remarks if item.code == "not_trained"] == ["phone"]
    assert found.parameters.m["phone"] == (0, 0.9, 0.1)


def test_a_block_of_half_the_records_is_not_trained_on(engine: duckdb.DuckDBPyConnection) -> None:
    rules = (replace(SIMPLE.blocking[0], max_block=100), SIMPLE.blocking[1])
    shared = "(SELECT * REPLACE (if(vertex % 2 = 0, '110', phone) AS phone) FROM {})"
    model = replace(SIMPLE, blocking=rules)
    found = estimate(
        engine, model, shared.format("one"), shared.format("two"), prior=1 / 3000, max_pairs=10_000
    )
    (remark,) = [item for item in found.remarks if item.code == "block_skipped"]
    assert "phone" in remark.en and "3,000 records" in remark.en
    assert found.passes[0].pairs < 3000


def test_a_column_that_is_not_there(engine: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(InvalidModel, match=r"phone\.missing.*phone"):
        estimate(engine, SIMPLE, "(SELECT * EXCLUDE (phone) FROM one)")
    rules = (*SIMPLE.blocking, BlockingRule("shoe", "", ("shoe_size",)))
    with pytest.raises(InvalidModel, match=r"shoe.*shoe_size"):
        estimate(engine, replace(SIMPLE, blocking=rules), "one")


def test_large_passes_take_some_of_the_blocks(engine: duckdb.DuckDBPyConnection) -> None:
    model = replace(SIMPLE, blocking=(BlockingRule("city_born", "", ("city", "born")),))
    whole = estimate(engine, model, "one", "two", prior=1 / 3000, max_pairs=10_000)
    some = estimate(engine, model, "one", "two", prior=1 / 3000, max_pairs=10_000, max_training_pairs=1000)
    assert 500 < some.passes[0].pairs < 1500 < whole.passes[0].pairs
    assert some.parameters.m["name"][1] == pytest.approx(whole.parameters.m["name"][1], abs=0.05)


def test_comparisons_that_say_the_same_are_named(engine: duckdb.DuckDBPyConnection) -> None:
    """A family shares telephone and address: agreement on both is no more than on one."""
    rng = np.random.default_rng(1)
    home = rng.integers(0, 700, 3000)
    rows = [
        (n, str(n % 50), str(n % 60), str(h), f"{h}楼" if n % 10 else "9楼")
        for n, h in enumerate(home.tolist())
    ]
    load(engine, "families", rows)
    found = estimate(engine, SIMPLE, "families", prior=1e-4, max_pairs=300_000)
    first = found.correlations[0]
    assert (first.left, first.right, first.among) == ("phone", "city", "non_matches")
    assert (first.left_level, first.right_level) == ("same", "same")
    assert first.observed > 20 * first.expected and first.excess > 4
    independent = estimate(engine, SIMPLE, "one", "two", prior=1 / 3000, max_pairs=300_000)
    assert independent.correlations == []


def test_maximisation_is_counting_when_the_class_is_certain() -> None:
    """A comparison that tells matches from others reduces the others' m to their shares."""
    comparisons = (_exact("name"), _exact("city"))
    levels = np.array([(1, 1), (1, 2), (1, 0), (2, 1), (2, 2)])
    fit = maximise(
        Patterns(comparisons, levels, np.array([70.0, 20, 10, 300, 600])),
        0.5,
        {"name": np.array([0, 1, 1e-12]), "city": np.array([0, 0.5, 0.5])},
        {"name": np.array([0, 1e-12, 1]), "city": np.array([0, 0.3, 0.7])},
    )
    assert fit.converged and fit.share == pytest.approx(0.1)
    assert fit.m["city"] == pytest.approx([0, 7 / 9, 2 / 9])
    assert fit.matches["name"] == pytest.approx([0, 100, 0], abs=1e-6)


def test_likelihood_never_falls() -> None:
    """The law of expectation maximisation (Dempster, Laird and Rubin 1977)."""
    rng = np.random.default_rng(2)
    comparisons = tuple(_exact(name) for name in ("a", "b", "c"))
    levels = np.array(list(itertools.product(range(3), repeat=3)))
    patterns = Patterns(comparisons, levels, rng.integers(1, 500, len(levels)).astype(float))
    u = {item.name: np.array([0, 0.2, 0.8]) for item in comparisons}
    m = {item.name: np.array([0, 0.7, 0.3]) for item in comparisons}

    def likelihood(share: float, m: dict[str, np.ndarray]) -> float:
        both = []
        for values in (m, u):
            factors = [
                np.where(levels[:, i] == 0, 1, values[x.name][levels[:, i]])
                for i, x in enumerate(comparisons)
            ]
            both.append(np.prod(factors, axis=0))
        return float((patterns.counts * np.log(share * both[0] + (1 - share) * both[1])).sum())

    share, before = 0.3, -np.inf
    for _ in range(30):
        fit = maximise(patterns, share, m, u, max_iterations=1)
        share, m = fit.share, fit.m
        now = likelihood(share, m)
        assert now >= before - 1e-9
        before = now


def test_term_frequencies(engine: duckdb.DuckDBPyConnection) -> None:
    load(engine, "a", [(1, "王", None, None, "漯河"), (2, "王", None, None, None)])
    load(
        engine,
        "b",
        [(3, "李", None, None, None), (4, None, None, None, "许昌"), (5, "王", None, None, "漯河")],
    )
    term_frequencies(engine, MODEL, "a", "frequency", "b")
    found = engine.execute("SELECT column_name || value, frequency FROM frequency").fetchall()
    assert dict(found) == pytest.approx(
        {"name王": 0.75, "name李": 0.25, "city漯河": 2 / 3, "city许昌": 1 / 3}
    )
    term_frequencies(engine, replace(MODEL, comparisons=(BORN,)), "a", "frequency")
    assert engine.execute("FROM frequency").fetchall() == []


def test_with_labels_m_is_counted(engine: duckdb.DuckDBPyConnection) -> None:
    engine.execute(
        """CREATE OR REPLACE TABLE label AS
           SELECT vertex AS a, vertex + 3000 AS b, true AS match FROM one WHERE vertex < 500
           UNION ALL SELECT vertex + 3000, vertex, true FROM one WHERE vertex < 50
           UNION ALL SELECT vertex, vertex + 3001, false FROM one WHERE vertex < 500
           UNION ALL SELECT vertex, vertex + 3002, NULL FROM one WHERE vertex < 500"""
    )
    found = estimate(engine, SIMPLE, "one", "two", labels="label", prior=1 / 3000, max_pairs=10_000)
    for column in VALUES:
        counted = engine.execute(
            f"""SELECT avg((l.{column} = r.{column})::INT) FROM one l JOIN two r ON l.vertex + 3000 = r.vertex
                WHERE l.vertex < 500"""
        ).fetchall()[0][0]
        assert found.parameters.m[column][1] == pytest.approx(counted)
    assert not [item for item in found.remarks if item.code == "not_trained"]


@pytest.mark.parametrize(
    "labels, named",
    [
        ([(1, 2, True), (2, 1, False)], "(1, 2)"),
        ([(1, 2, True), (2, 3, True), (1, 3, False), (4, 5, False)], "(1, 3)"),
    ],
)
def test_labels_that_contradict_each_other(
    engine: duckdb.DuckDBPyConnection, labels: list[tuple[int, int, bool]], named: str
) -> None:
    load(engine, "label", labels, "a BIGINT, b BIGINT, match BOOLEAN")
    with pytest.raises(ContradictoryLabels) as caught:
        estimate(engine, SIMPLE, "one", labels="label", prior=0.001, max_pairs=100)
    assert named in str(caught.value) and "(4, 5)" not in str(caught.value) and "矛盾" in str(caught.value)
    assert len(caught.value.pairs) == 1


def test_a_label_of_a_record_that_is_not_there(engine: duckdb.DuckDBPyConnection) -> None:
    load(engine, "label", [(1, 2, True), (1, 99_999, True)], "a BIGINT, b BIGINT, match BOOLEAN")
    with pytest.raises(LookupError, match="1 of 2 labelled"):
        estimate(engine, SIMPLE, "one", labels="label", prior=0.001, max_pairs=100)
