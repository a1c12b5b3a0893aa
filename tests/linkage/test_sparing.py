"""A guard before a distance changes what it costs, not what comes of it."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basedb.linkage.columns import read_as_written
from basedb.linkage.model import ELSE, Comparison, Condition, Level, MatchModel
from basedb.linkage.sparing import sparing

_texts = st.lists(st.none() | st.text("ab王伟", max_size=9), min_size=4, max_size=4)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as engine:
        yield engine


def spared(engine: duckdb.DuckDBPyConnection, condition: str) -> str:
    levels = (Level("one", "", Condition(condition)), Level("rest", "", ELSE))
    model = MatchModel("model", (), {}, (), (Comparison("one", "", levels),))
    return sparing(engine, model).comparisons[0].levels[0].condition.sql


@settings(max_examples=60, deadline=None)
@given(_texts, _texts, st.integers(0, 4), st.sampled_from(["<", "<="]), st.sampled_from(["", "NOT "]))
def test_the_outcome_is_that_of_the_condition_alone(
    left: list[str | None], right: list[str | None], edits: int, sign: str, negation: str
) -> None:
    with duckdb.connect() as engine:
        engine.execute("CREATE TABLE one AS SELECT unnest(?::TEXT[]) AS id", [left])
        engine.execute("CREATE TABLE other AS SELECT unnest(?::TEXT[]) AS id", [right])
        condition = f"{negation}(l.id <> r.id AND levenshtein(l.id, r.id) {sign} {edits})"
        outcomes = engine.execute(
            f"SELECT {condition}, {spared(engine, condition)} FROM one l, other r"
        ).fetchall()
        assert all(plain is guarded for plain, guarded in outcomes)


def test_what_is_guarded(engine: duckdb.DuckDBPyConnection) -> None:
    assert spared(engine, "levenshtein(l.id, r.id) <= 2").count("contains") == 3
    assert spared(engine, "l.a = r.a OR levenshtein(l.id, r.id) < 2").count("contains") == 2
    # Of expressions the guard may cost more than the distance; more edits spoil too many pieces.
    for condition in (
        "levenshtein(l.id, r.id) <= 4",
        "levenshtein(l.id, r.id) >= 1",
        "levenshtein(l.id, r.id) <= length(l.id)",
        "levenshtein(upper(l.id), r.id) <= 1",
        "damerau_levenshtein(l.id, r.id) <= 1",
        "l.id = r.id",
    ):
        assert "contains" not in spared(engine, condition)


@pytest.mark.parametrize(
    "condition, columns",
    [
        ("l.a = r.A", set()),
        ("r.a IS DISTINCT FROM l.a OR l.b IS NULL", set()),
        ("l.a = r.b", {"a", "b"}),
        ("l.a = 'x' AND l.b = r.b", {"a"}),
        ("l.a = l.a", {"a"}),
        ("l.a < r.a", {"a"}),
        ("upper(l.a) = upper(r.a)", {"a"}),
        ("CASE WHEN l.a = r.a THEN length(r.b) > 2 ELSE true END", {"b"}),
        ("l.a::DATE IS NULL", {"a"}),
    ],
)
def test_columns_of_which_more_is_read_than_equality(
    engine: duckdb.DuckDBPyConnection, condition: str, columns: set[str]
) -> None:
    assert read_as_written(engine, condition) == columns
