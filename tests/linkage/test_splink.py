"""Splink as the oracle: the same model and the same pairs have the same levels and match weights."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import duckdb
import numpy as np
import pytest

from basedb.linkage.counting import count_patterns
from basedb.linkage.em import maximise
from basedb.linkage.estimate import estimate, prepare, term_frequencies
from basedb.linkage.job import link_tables
from basedb.linkage.keyed import set_apart
from basedb.linkage.model import (
    ELSE,
    AnyOf,
    BlockingRule,
    Comparison,
    Condition,
    Each,
    InvalidModel,
    Level,
    MatchModel,
    SortedNeighbourhood,
)
from basedb.linkage.parameters import Parameters, defaults
from basedb.linkage.splink_settings import from_splink, prepared_columns, to_splink
from basedb.linkage.splink_sql import over_pair, over_splink_pair
from benchmarks._people import people
from tests.linkage.models import MODEL as SMALL

splink = pytest.importorskip("splink")

MODEL = MatchModel(
    name="people",
    columns=("name", "pinyin", "born", "sex", "phone", "community", "door", "id_number"),
    records={c: c for c in ("name", "pinyin", "born", "sex", "phone", "community", "door", "id_number")},
    blocking=(
        BlockingRule("name_born", "姓名与生日", ("name", "born")),
        BlockingRule("phone", "电话", ("phone",), when="sex IS NOT NULL"),
        BlockingRule("name_or_id", "姓名或号码", (AnyOf(("pinyin", "id_number")), "sex")),
        BlockingRule("house", "住址", (Each("door", "单"), "community")),
    ),
    comparisons=(
        Comparison(
            "name",
            "姓名",
            (
                Level("missing", "缺失", Condition("l.name IS NULL OR r.name IS NULL"), missing=True),
                Level("same", "相同", Condition("l.name = r.name"), tf="name", m=0.9, u=0.001),
                Level(
                    "sound", "同音", Condition("l.pinyin = r.pinyin"), tf="name", tf_weight=0.5,
                    tf_reference="same", m=0.05, u=0.002,
                ),
                Level("like", "相近", Condition("jaro_winkler_similarity(l.name, r.name) > 0.85"), m=0.03, u=0.01),
                Level("other", "不同", ELSE, m=0.02, u=0.987),
            ),
        ),
        Comparison(
            "born",
            "出生日期",
            (
                Level("missing", "", Condition("l.born IS NULL OR r.born IS NULL"), missing=True),
                Level("same", "", Condition("l.born = r.born"), tf="born", m=0.9, u=0.0001),
                Level("digit", "", Condition("levenshtein(l.born, r.born) <= 1"), m=0.04, u=0.001),
                Level("year", "", Condition("substr(l.born, 1, 4) = substr(r.born, 1, 4)"), m=0.03, u=0.02),
                Level("other", "", ELSE, m=0.03, u=0.9789),
            ),
        ),
        Comparison(
            "address",
            "住址",
            (
                Level("same", "", Condition("l.community = r.community AND l.door = r.door"), m=0.7, u=0.0001),
                Level("near", "", Condition("l.community = r.community"), tf="community", m=0.1, u=0.01),
                Level("other", "", ELSE, m=0.2, u=0.9899),
            ),
        ),
        Comparison(
            "phone",
            "电话",
            (
                Level("same", "", Condition("l.phone = r.phone"), m=0.7, u=0.00001),
                Level("one", "", Condition("(l.phone IS NULL) <> (r.phone IS NULL)"), missing=True),
                Level("missing", "", Condition("l.phone IS NULL AND r.phone IS NULL"), missing=True),
                Level("other", "", ELSE, m=0.3, u=0.99999),
            ),
        ),
    ),
    review=-1000.0,
    auto_link=10.0,
    training=("name_born", "phone"),
)  # fmt: skip
PARAMETERS = defaults(MODEL, prior=2e-4)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    logging.getLogger("splink").setLevel(logging.ERROR)
    with duckdb.connect() as engine:
        people(engine, 1500, 1000, seed=11, repeated=0.3)
        prepared = ", ".join(f"{sql} AS {name}" for name, sql in prepared_columns(MODEL).items())
        for side in ("left", "right"):
            engine.execute(
                f"CREATE TABLE {side}_input AS SELECT * EXCLUDE (person), {prepared} FROM people_{side}"
            )
        yield engine


def linker(engine: duckdb.DuckDBPyConnection, settings: dict[str, Any], *tables: str) -> Any:
    api = splink.DuckDBAPI(connection=engine)
    creator = splink.SettingsCreator.from_path_or_dict(settings)
    return splink.Linker([api.register(table) for table in tables], creator)


def gammas(comparison: Comparison) -> dict[int, int]:
    """Our level index → Splink's comparison vector value."""
    known = [index for index, level in enumerate(comparison.levels) if not level.missing]
    values = {index: len(known) - 1 - place for place, index in enumerate(known)}
    return {index: values.get(index, -1) for index in range(len(comparison.levels))}


@pytest.mark.parametrize("dedupe", [False, True])
def test_levels_and_weights_are_those_of_splink(engine: duckdb.DuckDBPyConnection, dedupe: bool) -> None:
    tables = ("left_input",) if dedupe else ("left_input", "right_input")
    settings = to_splink(MODEL, PARAMETERS, link_type="dedupe_only" if dedupe else "link_only")
    settings = json.loads(json.dumps(settings)) | {"retain_matching_columns": True}
    predicted = linker(engine, settings, *tables).inference.predict()
    levels = [f"gamma_{item.name}" for item in MODEL.comparisons]
    rows = (
        predicted.as_duckdbpyrelation()
        .project(f"vertex_l, vertex_r, match_weight, {', '.join(levels)}")
        .fetchall()
    )
    theirs = {(min(a, b), max(a, b)): (weight, values) for a, b, weight, *values in rows}
    found = link_tables(engine, MODEL, *tables, parameters=PARAMETERS)
    assert found.pairs == len(theirs) > 1000 and not found.skipped
    maps = [gammas(item) for item in MODEL.comparisons]
    patterns = set()
    for a, b, pattern, weight in engine.execute(
        "SELECT a, b, pattern, match_weight FROM scored_pair"
    ).fetchall():
        expected, values = theirs[a, b]
        assert weight == pytest.approx(expected, abs=1e-6)
        assert [m[int(level)] for m, level in zip(maps, pattern.split(","), strict=True)] == values
        patterns.add(pattern)
    assert len(patterns) > 20


def test_training_is_that_of_splink(engine: duckdb.DuckDBPyConnection) -> None:
    """The same u, pass by pass the same m, and the median of the passes."""
    u = estimate(engine, MODEL, "left_input", "right_input", prior=2e-4, max_pairs=50_000).parameters.u
    given = Parameters(MODEL.name, 2e-4, PARAMETERS.m, u)
    precise = {"em_convergence": 1e-6, "max_iterations": 1000}
    trained = linker(engine, to_splink(MODEL, given) | precise, "left_input", "right_input")
    keyed = prepare(engine, MODEL, "left_input", "right_input", MODEL.blocking[:2])  # type: ignore[arg-type]
    set_apart(engine, keyed)
    for number, rule in enumerate(
        (
            "l.name = r.name AND l.born = r.born",
            "l.phone = r.phone AND l.sex IS NOT NULL AND r.sex IS NOT NULL",
        )
    ):
        session = trained.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True
        )
        free = {item.output_column_name for item in session.core_model_settings.comparisons}
        patterns = count_patterns(engine, MODEL, keyed.join(number), free)
        start = {item.name: np.array(PARAMETERS.m[item.name]) for item in patterns.comparisons}
        fit = maximise(
            patterns, 0.5, start, {name: np.array(values) for name, values in u.items()}, tolerance=1e-7
        )
        assert free == ({"address", "phone"}, {"name", "born", "address"})[number]
        for theirs in session.core_model_settings.comparisons:
            ours = MODEL.comparison(theirs.output_column_name)
            by_value = {value: index for index, value in gammas(ours).items()}
            for level in theirs.comparison_levels:
                if (
                    not level.is_null_level
                    and level._m_probability != "level not observed in training dataset"
                ):
                    m = fit.m[ours.name][by_value[level.comparison_vector_value]]
                    assert m == pytest.approx(level.m_probability, abs=2e-3)
        assert fit.share == pytest.approx(
            session.core_model_settings.probability_two_random_records_match, abs=2e-3
        )


def test_frequencies_and_prior_are_those_of_splink(engine: duckdb.DuckDBPyConnection) -> None:
    ours = linker(engine, to_splink(MODEL, PARAMETERS), "left_input", "right_input")
    term_frequencies(engine, MODEL, "left_input", "frequency", "right_input")
    for column in MODEL.tf_columns():
        table = ours.table_management.compute_tf_table(column).as_duckdbpyrelation().fetchall()
        found = engine.execute(
            "SELECT value, frequency FROM frequency WHERE column_name = ?", [column]
        ).fetchall()
        assert dict(found) == pytest.approx(dict(table))
    rules = (MODEL.blocking[0], BlockingRule("id", "", ("id_number",)))
    ours.training.estimate_probability_two_random_records_match(
        [splink.block_on("name", "born"), splink.block_on("id_number")], recall=0.9
    )
    prior = estimate(
        engine,
        MODEL,
        "left_input",
        "right_input",
        deterministic=rules,
        recall=0.9,
        max_pairs=1000,  # type: ignore[arg-type]
    ).parameters.prior
    assert prior == pytest.approx(ours._settings_obj._probability_two_random_records_match)


def test_a_model_comes_back_with_the_same_weights() -> None:
    settings = json.loads(json.dumps(to_splink(MODEL, PARAMETERS)))
    prepared = {
        f"block_{rule.name}_{number}": part
        for rule in MODEL.blocking
        if isinstance(rule, BlockingRule)
        for number, part in enumerate(rule.key)
        if isinstance(part, AnyOf | Each)
    }
    model, parameters = from_splink(settings, "people", prepared=prepared)
    assert parameters is not None and parameters.prior == PARAMETERS.prior
    for ours, theirs in zip(MODEL.comparisons, model.comparisons, strict=True):
        assert (theirs.name, theirs.zh) == (ours.name, ours.zh)
        for index, level in enumerate(ours.levels):
            other = theirs.levels[index]
            assert (other.name, other.zh, other.missing) == (level.name, level.zh, level.missing)
            assert (other.tf, other.tf_weight, other.tf_reference) == (
                level.tf,
                level.tf_weight,
                level.tf_reference,
            )
            assert parameters.level_weight(theirs, index) == PARAMETERS.level_weight(ours, index)
    for rule, again in zip(MODEL.blocking, model.blocking, strict=True):
        assert isinstance(rule, BlockingRule) and isinstance(again, BlockingRule)
        assert (again.key, again.when.strip("()").lower()) == (rule.key, _canonical(rule.when))
    assert to_splink(model, parameters) | {"blocking_rules_to_generate_predictions": []} == settings | {
        "blocking_rules_to_generate_predictions": []
    }


def _canonical(when: str) -> str:
    return {"sex IS NOT NULL": "not sex is null"}.get(when, when)


def test_a_model_made_by_splink_comes_in(engine: duckdb.DuckDBPyConnection) -> None:
    """Splink's own comparisons, trained by Splink, score the same here."""
    import splink.comparison_library as cl

    creator = splink.SettingsCreator(
        link_type="link_only",
        unique_id_column_name="vertex",
        comparisons=[
            cl.JaroWinklerAtThresholds("name", [0.9, 0.8]).configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison("born", input_is_string=True),
            cl.ExactMatch("sex"),
            cl.LevenshteinAtThresholds("phone", 2),
        ],
        blocking_rules_to_generate_predictions=[
            splink.block_on("name"),
            splink.block_on("substr(born, 1, 4)", "sex"),
        ],
    )
    api = splink.DuckDBAPI(connection=engine)
    trained = splink.Linker([api.register("left_input"), api.register("right_input")], creator)
    trained.training.estimate_u_using_random_sampling(max_pairs=10_000)
    trained.training.estimate_parameters_using_expectation_maximisation(splink.block_on("phone"))
    trained.training.estimate_parameters_using_expectation_maximisation(splink.block_on("name"))
    settings = trained.misc.save_model_to_json()
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            if not level.get("is_null_level"):
                # What it never saw it leaves out; what it hardly saw would be below our smallest.
                for letter in ("m_probability", "u_probability"):
                    level[letter] = max(level.get(letter, 1e-6), 1e-9)
    model, parameters = from_splink(settings, "theirs")
    assert parameters is not None and model.records.keys() == {"name", "born", "sex", "phone"}
    rows = (
        linker(engine, settings, "left_input", "right_input")
        .inference.predict()
        .as_duckdbpyrelation()
        .project("vertex_l, vertex_r, match_weight")
        .fetchall()
    )
    link_tables(engine, replace(model, review=-1000.0), "left_input", "right_input", parameters=parameters)
    ours = engine.execute("SELECT a, b, match_weight FROM scored_pair").fetchall()
    assert {(a, b): w for a, b, w in ours} == pytest.approx({(a, b): w for a, b, w in rows}, abs=1e-6)
    assert len(rows) > 1000


def test_what_splink_cannot_express_is_named() -> None:
    parameters = defaults(SMALL)
    with pytest.raises(InvalidModel, match="constraint born_apart"):
        to_splink(SMALL, parameters)
    assert to_splink(SMALL, parameters, lossy=True)["comparisons"]
    near = replace(SMALL, constraints=(), blocking=(SortedNeighbourhood("near", "", "name", 3),), training=())
    with pytest.raises(InvalidModel, match="sorted neighbourhood near"):
        to_splink(near, parameters)
    assert to_splink(near, parameters, lossy=True)["blocking_rules_to_generate_predictions"] == []
    name = SMALL.comparison("name")
    odd = replace(name, levels=(*name.levels[:2], replace(name.levels[2], tf="city"), name.levels[3]))
    with pytest.raises(InvalidModel, match=r"city is equal.*name\.same"):
        to_splink(replace(SMALL, comparisons=(odd, *SMALL.comparisons[1:])), parameters, lossy=True)
    last = replace(name, levels=(*name.levels[:3], replace(name.levels[3], tf="name")))
    with pytest.raises(InvalidModel, match=r"name\.other"):
        to_splink(replace(SMALL, comparisons=(last, *SMALL.comparisons[1:])), parameters, lossy=True)


def test_what_cannot_come_in_is_named() -> None:
    settings = to_splink(MODEL, PARAMETERS)

    def ruled(sql: str, **more: Any) -> dict[str, Any]:
        return settings | {"blocking_rules_to_generate_predictions": [{"blocking_rule": sql, **more}]}

    with pytest.raises(InvalidModel, match="more than equal keys"):
        from_splink(ruled("l.name = r.name AND levenshtein(l.born, r.born) < 2"), "x")
    with pytest.raises(InvalidModel, match="different things"):
        from_splink(ruled("l.name = r.name AND l.sex = '1'"), "x")
    with pytest.raises(InvalidModel, match="explodes columns not in prepared: phones"):
        from_splink(ruled("l.phones = r.phones", arrays_to_explode=["phones"]), "x")
    level = {**settings["comparisons"][0]["comparison_levels"][1], "tf_minimum_u_value": 0.001}
    comparison = {
        "output_column_name": "name",
        "comparison_levels": [level, settings["comparisons"][0]["comparison_levels"][-1]],
    }
    with pytest.raises(InvalidModel, match="tf_minimum_u_value"):
        from_splink(settings | {"comparisons": [comparison]}, "x")
    with pytest.raises(InvalidModel, match="sqlglot cannot parse"):
        over_splink_pair("l.name = (", "duckdb")


def test_a_model_without_parameters_comes_in_without_them() -> None:
    settings = to_splink(MODEL, PARAMETERS)
    for level in settings["comparisons"][1]["comparison_levels"]:
        level.pop("m_probability", None)
    prepared: dict[str, AnyOf | Each] = {"block_name_or_id_0": Each("a"), "block_house_0": Each("b")}
    model, parameters = from_splink(settings, "people", prepared=prepared)
    assert parameters is None and model.comparison("born").level("same").m is None


@pytest.mark.parametrize(
    "ours, theirs",
    [
        ("l.name = r.name", '"name_l" = "name_r"'),
        ("l.\"full name\" = r.\"full name\"", '"full name_l" = "full name_r"'),
        ("list_filter(l.tags, lambda x: x = r.tag) IS NULL", 'LIST_FILTER("tags_l", LAMBDA x : x = "tag_r") IS NULL'),
        ("l.a = 'l.a' OR r.b < 3", '"a_l" = \'l.a\' OR "b_r" < 3'),
    ],
)  # fmt: skip
def test_conditions_there_and_back(ours: str, theirs: str) -> None:
    assert over_splink_pair(ours, "duckdb") == theirs
    assert over_splink_pair(over_pair(theirs, "duckdb").sql, "duckdb") == theirs


def test_settings_for_spark() -> None:
    settings = to_splink(MODEL, PARAMETERS, dialect="spark")
    levels = settings["comparisons"][1]["comparison_levels"]
    assert levels[2]["sql_condition"] == "LEVENSHTEIN(`born_l`, `born_r`) <= 1"
    assert settings["blocking_rules_to_generate_predictions"][2] == {
        "blocking_rule": "l.block_name_or_id_0 = r.block_name_or_id_0 AND l.sex = r.sex",
        "arrays_to_explode": ["block_name_or_id_0"],
    }
