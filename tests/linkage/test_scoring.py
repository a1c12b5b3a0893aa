"""Parameters, levels and match weights, against the same arithmetic in Python."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basedb.linkage.model import ELSE, Comparison, Condition, Constraint, InvalidModel, Level, MatchModel
from basedb.linkage.parameters import Parameters, defaults
from basedb.linkage.patterns import compare_pairs
from basedb.linkage.score import explain_pairs, score_pairs
from tests.linkage.models import BORN, CITY, MODEL, NAME, load

PARAMETERS = defaults(MODEL, prior=0.001)
RECORDS = [
    (1, "王建国", "1980", None, "漯河"),
    (2, "王建国", "1980", None, "漯河"),
    (3, "王建军", None, None, "漯河"),
    (4, None, "1981", None, None),
    (5, "稀有名", "1990", None, "许昌"),
    (6, "稀有名", "1990", None, "许昌"),
]
FREQUENCY = "column_name TEXT, value TEXT, frequency DOUBLE"
PAIR = "a BIGINT, b BIGINT, rule SMALLINT"
FREQUENCIES = {("name", "王建国"): 0.2, ("name", "稀有名"): 0.0001, ("city", "漯河"): 0.5}


@pytest.fixture()
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as engine:
        load(engine, "records", RECORDS)
        load(engine, "frequency", [(*k, v) for k, v in FREQUENCIES.items()], FREQUENCY)
        engine.execute(
            """CREATE TABLE pairs AS SELECT l.vertex AS a, r.vertex AS b, 0::SMALLINT AS rule
               FROM records l JOIN records r ON l.vertex < r.vertex"""
        )
        yield engine


def scored(
    engine: duckdb.DuckDBPyConnection, tf: str | None = None
) -> dict[tuple[int, int], tuple[str, float]]:
    compare_pairs(engine, MODEL, "pairs", "records", "compared")
    score_pairs(engine, MODEL, PARAMETERS, "compared", "scored", tf)
    rows = engine.execute("SELECT a, b, pattern, match_weight FROM scored").fetchall()
    return {(a, b): (pattern, weight) for a, b, pattern, weight in rows}


def odds(*factors: float) -> float:
    return math.log2(0.001 / 0.999) + sum(map(math.log2, factors))


def test_levels_and_weights(engine: duckdb.DuckDBPyConnection) -> None:
    found = scored(engine)
    assert len(found) == 15
    assert found[1, 2] == ("1,1,0", pytest.approx(odds(0.9 / 0.01, 0.95 / 0.001, 0.8 / 0.1)))
    assert found[1, 3] == ("2,0,0", pytest.approx(odds(0.06 / 0.02, 0.8 / 0.1)))
    # What is missing says nothing, but CITY has no level for it: nothing equals nothing.
    assert found[1, 4] == ("0,2,1", pytest.approx(odds(0.05 / 0.999, 0.2 / 0.9)))


def test_frequent_values_weigh_less_and_rare_ones_more(engine: duckdb.DuckDBPyConnection) -> None:
    plain, adjusted = scored(engine), scored(engine, "frequency")
    gain = {pair: adjusted[pair][1] - plain[pair][1] for pair in plain}
    assert gain[1, 2] == pytest.approx(math.log2(0.01 / 0.2) + math.log2(0.1 / 0.5))
    # Half the weight, u of the level of equal names, and the frequency of the only value known.
    assert gain[1, 3] == pytest.approx(0.5 * math.log2(0.01 / 0.2) + math.log2(0.1 / 0.5))
    # A value nobody counted leaves the weight as it is.
    assert gain[5, 6] == pytest.approx(math.log2(0.01 / 0.0001))
    assert gain[4, 5] == 0


def test_constraints_come_with_the_pair(engine: duckdb.DuckDBPyConnection) -> None:
    scored(engine)
    assert engine.execute("SELECT c_born_apart FROM scored WHERE a = 1 AND b IN (2, 4) ORDER BY b").fetchall() == [
        (False,), (True,),
    ]  # fmt: skip


def test_only_pairs_from_a_weight_on(engine: duckdb.DuckDBPyConnection) -> None:
    every = scored(engine, "frequency")
    score_pairs(engine, MODEL, PARAMETERS, "compared", "strong", "frequency", at_least=3.0)
    strong = engine.execute("SELECT a, b FROM strong").fetchall()
    assert sorted(strong) == sorted(pair for pair, (_, weight) in every.items() if weight >= 3)
    score_pairs(engine, MODEL, PARAMETERS, "compared", "strong", None, at_least=3.0)
    assert sorted(engine.execute("SELECT a, b FROM strong").fetchall()) == [(1, 2), (5, 6)]


_people = st.lists(
    st.tuples(
        st.sampled_from([None, "王建国", "王建军", "李建国", "稀有名", "欧阳建国"]),
        st.sampled_from([None, "1980", "1981"]),
        st.none(),
        st.sampled_from([None, "漯河", "许昌"]),
    ),
    min_size=2,
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(_people, st.floats(-15, 25), st.booleans())
def test_giving_pairs_up_early_changes_nothing(
    rows: list[tuple[str | None, ...]], at_least: float, adjusted: bool
) -> None:
    """Pairs given up are those below the weight; but those that must link stay."""
    twins = Constraint(
        "twins", Constraint.MUST_LINK, Condition("l.born = '1981' AND r.born = '1981'"), "", ""
    )
    model = replace(MODEL, constraints=(*MODEL.constraints, twins))
    with duckdb.connect() as engine:
        load(engine, "records", [(n, *row) for n, row in enumerate(rows)])
        load(engine, "frequency", [(*k, v) for k, v in FREQUENCIES.items()], FREQUENCY)
        load(engine, "pairs", [(a, b, 0) for a, b in itertools.combinations(range(len(rows)), 2)], PAIR)
        tf = "frequency" if adjusted else None
        compare_pairs(engine, model, "pairs", "records", "compared")
        score_pairs(engine, model, PARAMETERS, "compared", "scored", tf)
        compare_pairs(
            engine, model, "pairs", "records", "hopeful", parameters=PARAMETERS, at_least=at_least, tf=tf
        )
        strong = "SELECT a, b FROM scored WHERE match_weight >= ? OR c_twins"
        kept = "SELECT a, b FROM hopeful"
        assert set(engine.execute(strong, [at_least]).fetchall()) <= set(engine.execute(kept).fetchall())
        assert not engine.execute(
            "FROM hopeful SEMI JOIN scored USING (a, b) EXCEPT ALL FROM compared SEMI JOIN scored USING (a, b)"
        ).fetchall()
        score_pairs(engine, model, PARAMETERS, "hopeful", "rescored", tf)
        again = "SELECT a, b FROM rescored WHERE match_weight >= ? OR c_twins"
        assert sorted(engine.execute(again, [at_least]).fetchall()) == sorted(
            engine.execute(strong, [at_least]).fetchall()
        )


def test_a_pair_given_up_must_be_of_known_records(engine: duckdb.DuckDBPyConnection) -> None:
    engine.execute("INSERT INTO pairs VALUES (1, 99, 0)")
    with pytest.raises(LookupError, match="16 pairs became 15"):
        compare_pairs(engine, MODEL, "pairs", "records", "hopeful", parameters=PARAMETERS, at_least=99.0)


@pytest.mark.parametrize("tf", [None, "frequency"])
def test_an_explanation_adds_up_to_the_weight(engine: duckdb.DuckDBPyConnection, tf: str | None) -> None:
    found = scored(engine, tf)
    explained = explain_pairs(engine, MODEL, PARAMETERS, [(b, a) for a, b in found], "records", tf)
    assert [(item.a, item.b) for item in explained] == list(found)
    for item in explained:
        assert item.match_weight == pytest.approx(found[item.a, item.b][1])
        assert item.match_weight == pytest.approx(
            item.prior_weight + sum(step.weight + step.adjustment for step in item.steps)
        )
    (close,) = explain_pairs(engine, MODEL, PARAMETERS, [(1, 3)], "records", tf)
    name = close.steps[0]
    assert (name.comparison, name.zh, name.level, name.level_zh) == ("name", "姓名", "like", "相近")
    assert (name.left, name.right) == ({"name": "王建国"}, {"name": "王建军"})
    assert (name.m, name.u, close.steps[1].missing, close.steps[1].weight) == (0.06, 0.02, True, 0.0)


def test_a_pair_with_one_standing_record(engine: duckdb.DuckDBPyConnection) -> None:
    every = scored(engine, "frequency")
    engine.execute("CREATE TABLE fresh AS FROM records WHERE vertex > 2")
    engine.execute("CREATE TABLE stands AS FROM records WHERE vertex <= 2")
    engine.execute("CREATE OR REPLACE TABLE pairs AS FROM pairs WHERE b > 2")
    compare_pairs(engine, MODEL, "pairs", "fresh", "compared", standing="stands")
    score_pairs(engine, MODEL, PARAMETERS, "compared", "scored", "frequency")
    for a, b, weight in engine.execute("SELECT a, b, match_weight FROM scored").fetchall():
        assert weight == pytest.approx(every[a, b][1])
    (one,) = explain_pairs(engine, MODEL, PARAMETERS, [(1, 3)], "fresh", "frequency", "stands")
    assert one.match_weight == pytest.approx(every[1, 3][1])


def test_a_pair_of_a_record_that_is_not_there(engine: duckdb.DuckDBPyConnection) -> None:
    engine.execute("INSERT INTO pairs VALUES (1, 99, 0)")
    with pytest.raises(LookupError, match="16 pairs became 15"):
        compare_pairs(engine, MODEL, "pairs", "records", "compared")


def test_a_condition_over_a_column_that_is_not_there(engine: duckdb.DuckDBPyConnection) -> None:
    level = Level("twin", "孪生", Condition("l.shoe_size = r.shoe_size"))
    model = replace(MODEL, comparisons=(Comparison("feet", "脚", (level, Level("rest", "", ELSE))),))
    with pytest.raises(InvalidModel, match=r"feet\.twin.*shoe_size.*born"):
        compare_pairs(engine, model, "pairs", "records", "compared")


@pytest.mark.parametrize("condition", ["l.name + 1 > r.born[", "nosuchfunction(l.name, r.name)"])
def test_a_condition_that_is_not_sql(engine: duckdb.DuckDBPyConnection, condition: str) -> None:
    model = replace(
        MODEL,
        comparisons=(
            Comparison("bad", "", (Level("odd", "", Condition(condition)), Level("rest", "", ELSE))),
        ),
    )
    with pytest.raises(InvalidModel, match=r"nosuchfunction|not SQL"):
        compare_pairs(engine, model, "pairs", "records", "compared")


def test_parameters_survive_a_document() -> None:
    document = json.loads(json.dumps(PARAMETERS.to_document()))
    assert Parameters.from_document(document) == PARAMETERS
    with pytest.raises(InvalidModel, match="prior"):
        Parameters.from_document({"model": "people"})


def test_defaults_need_a_declaration() -> None:
    born = replace(BORN, levels=(BORN.levels[0], replace(BORN.levels[1], u=None), BORN.levels[2]))
    with pytest.raises(InvalidModel, match=r"born\.same.* u"):
        defaults(replace(MODEL, comparisons=(NAME, born)))


def test_parameters_of_another_shape_name_the_part() -> None:
    short = replace(PARAMETERS, m={**PARAMETERS.m, "born": (0.0, 0.9)})
    with pytest.raises(InvalidModel, match="born has 3 levels and 2 values of m"):
        short.check(MODEL)
    lacking = replace(PARAMETERS, u={name: v for name, v in PARAMETERS.u.items() if name != "city"})
    with pytest.raises(InvalidModel, match="city has no u"):
        lacking.check(MODEL)
    with pytest.raises(InvalidModel, match="nose"):
        replace(PARAMETERS, m={**PARAMETERS.m, "nose": (1.0,)}).check(MODEL)
    for value in (1.5, -0.1, math.nan):
        with pytest.raises(InvalidModel, match=r"born\.same"):
            replace(PARAMETERS, u={**PARAMETERS.u, "born": (0.0, value, 0.5)}).check(MODEL)
    with pytest.raises(InvalidModel, match="people, not of others"):
        PARAMETERS.check(replace(MODEL, name="others"))
    with pytest.raises(InvalidModel, match="prior"):
        replace(PARAMETERS, prior=0.0).check(MODEL)


def test_no_weight_is_infinite() -> None:
    never = replace(
        PARAMETERS, u={**PARAMETERS.u, "born": (0.0, 0.0, 1.0)}, m={**PARAMETERS.m, "born": (0, 1, 0)}
    )
    assert never.level_weight(BORN, "same") == pytest.approx(-math.log2(1e-12))
    assert never.level_weight(BORN, "other") == pytest.approx(math.log2(1e-12))
    assert never.level_weight(BORN, 0) == 0 == never.level_weight(BORN, "missing")
    assert PARAMETERS.level_weight(CITY, CITY.levels[0]) == pytest.approx(3)


_probabilities = st.lists(st.floats(0.001, 0.999), min_size=3, max_size=3)


@settings(max_examples=40, deadline=None)
@given(_probabilities, _probabilities, st.floats(1e-9, 0.5))
def test_a_weight_is_the_log_of_the_odds(m: list[float], u: list[float], prior: float) -> None:
    """Bayes's rule, computed as probabilities."""
    parameters = Parameters("p", prior, {"born": tuple(m)}, {"born": tuple(u)})
    for index in (1, 2):
        weight = parameters.prior_weight + parameters.level_weight(BORN, index)
        expected = prior * m[index] / (prior * m[index] + (1 - prior) * u[index])
        assert 2**weight / (1 + 2**weight) == pytest.approx(expected)


def test_a_model_without_levels_to_choose_from(engine: duckdb.DuckDBPyConnection) -> None:
    model = MatchModel(
        name="flat",
        columns=(),
        records={},
        blocking=(),
        comparisons=(Comparison("nothing", "", (Level("rest", "", ELSE, m=0.5, u=0.5),)),),
    )
    compare_pairs(engine, model, "pairs", "records", "compared")
    score_pairs(engine, model, defaults(model, 0.5), "compared", "scored")
    assert engine.execute("SELECT DISTINCT pattern, match_weight FROM scored").fetchall() == [("0", 0.0)]
