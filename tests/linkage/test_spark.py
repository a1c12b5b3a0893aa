"""The same model in Spark: the same pairs, patterns, weights and evidence as in DuckDB."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from basedb.linkage import spark as on_spark
from basedb.linkage.blocking import block_keys, candidate_pairs
from basedb.linkage.drawing import draw_frequencies
from basedb.linkage.evidence import find_all_evidence, score_open_pairs
from basedb.linkage.keys import key_rules
from basedb.linkage.model import (
    ELSE,
    AnyOf,
    BlockingRule,
    Comparison,
    Condition,
    Constraint,
    Each,
    Level,
    MatchModel,
)
from basedb.linkage.parameters import defaults
from basedb.linkage.patterns import compare_pairs
from basedb.linkage.rescoring import Looking, gather_records
from basedb.linkage.score import score_pairs
from basedb.linkage.spark import SparkMissing, require_spark, score_on_spark, score_parquet
from basedb.linkage.versions import ModelVersion
from etl.quarantine import Decision
from etl.revision import SPARK, Reviser, Revision
from population import DOMAIN
from tests.conftest import IN_CI, WITHOUT_SPARK
from tests.etl.city import FIRST_RECEIPT, City, insured, number, resident
from tests.spark import NOT_INSTALLED, available, start

ENTITY = DOMAIN.entity
SURNAMES, GIVEN = "王李张", ["建国", "秀英", "志强", "文静"]
NAMES = [surname + given for surname in SURNAMES for given in GIVEN]
HOME = "河南省漯河市源汇区和祥路{}号"

# Two kinds of missing, alternatives, lists, a condition on the record, a block too large, a must-link.
MODEL = MatchModel(
    name="people",
    columns=("name", "born", "phone", "city"),
    records={"name": "name", "born": "born", "phone": "phone", "city": "city"},
    blocking=(
        BlockingRule("name_born", "", ("name", "born")),
        BlockingRule("phone", "", (Each("phone"),), when="city IS NOT NULL"),
        BlockingRule("either", "", (AnyOf(("name", "born", "'x' || substr(name, 2)")), "city"), max_block=15),
    ),
    comparisons=(
        Comparison(
            "name",
            "",
            (
                Level("same", "", Condition("l.name = r.name"), tf="name", m=0.9, u=0.01),
                Level("neither", "", Condition("l.name IS NULL AND r.name IS NULL"), missing=True),
                Level("one", "", Condition("l.name IS NULL OR r.name IS NULL"), missing=True),
                Level(
                    "end", "", Condition("substr(l.name, 2) = substr(r.name, 2)"), tf="name", tf_weight=0.5,
                    tf_reference="same", m=0.06, u=0.02,
                ),
                Level("other", "", ELSE, m=0.04, u=0.97),
            ),
        ),
        Comparison(
            "born",
            "",
            (
                Level("missing", "", Condition("l.born IS NULL OR r.born IS NULL"), missing=True),
                Level("same", "", Condition("l.born = r.born"), m=0.95, u=0.001),
                Level("other", "", ELSE, m=0.05, u=0.999),
            ),
        ),
    ),
    constraints=(
        Constraint("apart", Constraint.CANNOT_LINK, Condition("l.born <> r.born"), "", ""),
        Constraint("together", Constraint.MUST_LINK, Condition("l.phone = r.phone AND l.city = '许昌'"), "", ""),
    ),
    review=-8.0,
    auto_link=3.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    if reason := available():
        if IN_CI and reason == NOT_INSTALLED:
            pytest.fail(f"{WITHOUT_SPARK}: {reason}. A build must test both engines.", pytrace=False)
        pytest.skip(f"{WITHOUT_SPARK}: {reason}")
    pytest.importorskip("splink", reason=f"{WITHOUT_SPARK}: splink is not installed")
    session = start()
    yield session
    session.stop()


def rows(engine: duckdb.DuckDBPyConnection, relation: str) -> dict[tuple[int, int], dict[str, Any]]:
    """The rows of a relation by pair, columns by name."""
    found = engine.execute(f"FROM {relation}")
    names = [column[0] for column in found.description or ()]
    made = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    assert len({(row["a"], row["b"]) for row in made}) == len(made)
    return {(row.pop("a"), row.pop("b")): row for row in made}


def same(ours: dict[tuple[int, int], dict[str, Any]], theirs: dict[tuple[int, int], dict[str, Any]]) -> None:
    """All the same, weights to a millionth."""
    assert theirs.keys() == ours.keys()
    for pair, row in ours.items():
        weight = theirs[pair]["match_weight"]
        assert weight == pytest.approx(row["match_weight"], abs=1e-6)
        assert theirs[pair] == row | {"match_weight": weight}


def people(engine: duckdb.DuckDBPyConnection) -> None:
    """TEMP `person` with every combination of some values, and some of them again."""
    engine.execute(
        """CREATE TEMP TABLE person AS SELECT row_number() OVER () AS vertex, * FROM (
            SELECT * FROM unnest([NULL, '王伟', '李伟', '王芳']) n(name), unnest([NULL, '1980', '1981']) b(born),
                unnest([NULL, '', '1;2', ' 2; 3', '3;;3']) p(phone), unnest([NULL, '漯河', '许昌']) c(city)
            ORDER BY ALL)"""
    )


@pytest.mark.parametrize("adjusted", [True, False])
def test_parquet_in_and_out(session: Any, tmp_path: Path, adjusted: bool) -> None:
    parameters = defaults(MODEL, prior=0.01)
    with duckdb.connect() as engine:
        people(engine)
        engine.execute(f"COPY person TO '{tmp_path / 'person.parquet'}' (FORMAT parquet)")
        frequencies = None
        if adjusted:
            # One name is not in it, and a value of another column is.
            engine.execute(
                f"""COPY (FROM (VALUES ('name', '王伟', 0.5), ('name', '王芳', 0.001), ('born', '李伟', 0.7))
                    v(column_name, value, frequency)) TO '{tmp_path / "frequency.parquet"}' (FORMAT parquet)"""
            )
            frequencies = tmp_path / "frequency.parquet"
            engine.execute(f"CREATE TEMP TABLE frequency AS FROM '{frequencies}'")
        score_parquet(
            MODEL, parameters, frequencies, tmp_path / "person.parquet", tmp_path / "scored", session
        )
        block_keys(engine, MODEL, "person", "key")
        skipped = candidate_pairs(
            engine, "key", None, "pair", rules=key_rules(MODEL), records="person"
        ).skipped
        tf = "frequency" if adjusted else None
        compare_pairs(engine, MODEL, "pair", "person", "compared", tf=tf)
        score_pairs(engine, MODEL, parameters, "compared", "scored", tf, at_least=MODEL.review)
        ours = rows(engine, "scored")
        same(ours, rows(engine, f"'{tmp_path}/scored/*.parquet'"))
    assert skipped and len(ours) > 200 and {row["rule"] for row in ours.values()} == {0, 1, 2}
    assert {row["pattern"].split(",")[0] for row in ours.values()} == {"0", "1", "2", "3", "4"}
    assert any(row["match_weight"] < MODEL.review and row["c_together"] for row in ours.values())


@pytest.fixture
def town(new_duckdb: Any) -> City:
    """Residents, and the same people insured: some without number, some with a slip."""
    town: City = new_duckdb()
    numbers = [number(f"19{60 + at}{at % 12 + 1:02}{at % 28 + 1:02}", at + 1) for at in range(len(NAMES))]
    town.deliver(
        "ga_population",
        1,
        [
            resident(name, numbers[at], f"{at:04}", 户籍地址=HOME.format(at % 5 + 1))
            for at, name in enumerate(NAMES)
        ],
    )

    def row(at: int, name: str, id_number: str, key: str, phone: str) -> Any:
        born = f"{numbers[at][6:10]}-{numbers[at][10:12]}-{numbers[at][12:14]}"
        return insured(name, id_number, key, 出生年月=born, 居住地址=HOME.format(at % 5 + 1), 手机号码=phone)

    town.deliver(
        "rs_insured",
        1,
        [
            row(at, name, (numbers[at], "", numbers[at][:-2] + "00")[at % 3], f"P{at}", f"139{at % 7:08}")
            for at, name in enumerate(NAMES)
        ]
        + [
            row(at, NAMES[at][0] + NAMES[at][2], "", f"Q{at}", f"138{at:08}")
            for at in range(0, len(NAMES), 2)
        ],
    )
    return town


@pytest.mark.slow
def test_a_city_has_the_same_evidence(session: Any, town: City) -> None:
    with town.store.reading() as engine:
        gather_records(engine, ENTITY)
        draw_frequencies(engine, ENTITY, "drawn")
        engine.execute("CREATE TEMP TABLE frozen AS FROM drawn")

        class Frozen(ModelVersion):
            def frequencies(self, session: Any, model: MatchModel, records: str) -> str:
                return "frozen"

        version = Frozen(ENTITY.qualified, 1, defaults(ENTITY.model, 1 / 20))
        block_keys(engine, ENTITY.model, "linking", "new_block")
        candidate_pairs(engine, "new_block", None, "pair", rules=key_rules(ENTITY.model), records="linking")
        score_open_pairs(Looking(engine), ENTITY, version)
        scored, evidence = rows(engine, "scored"), rows(engine, "new_evidence")
        keys = engine.execute("FROM new_block ORDER BY ALL").fetchall()
        find_all_evidence(Looking(engine), ENTITY, version, score_on_spark)
        assert engine.execute("FROM new_block ORDER BY ALL").fetchall() == keys
        same(scored, rows(engine, "scored SEMI JOIN open_pair USING (a, b)"))
        same(evidence, rows(engine, "new_evidence"))
    assert len(evidence) > 10 and {row["grade"] for row in evidence.values()} == {"auto", "review"}


@pytest.mark.slow
def test_relinking_on_spark_decides_the_same(session: Any, town: City) -> None:
    def decided() -> list[tuple[Any, ...]]:
        with town.store.reading() as engine:
            return engine.execute(
                "SELECT a, b, method, rule, pattern, round(match_weight, 6), veto, grade"
                " FROM population.person_evidence ORDER BY ALL"
            ).fetchall()

    def nothing(revision: Revision) -> str:
        return "0"

    reviser = Reviser(town.store, DOMAIN, town.contracts)
    decision = Decision("李", "重新评分", FIRST_RECEIPT)
    reviser.relink(decision, nothing)
    ours = decided()
    revised = reviser.relink(decision, nothing, SPARK)
    assert decided() == ours != [] and (revised.merged, revised.fresh, revised.moved) == ((), (), 0)
    with pytest.raises(ValueError, match="no such engine"):
        reviser.relink(decision, nothing, "abacus")


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_spark.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SparkMissing, match=r"pip install 'basedb\[spark\]'"):
        require_spark()
    monkeypatch.setattr(on_spark.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    with pytest.raises(SparkMissing, match="Java 17"):
        require_spark()
    if shutil.which("java"):
        monkeypatch.setattr(on_spark, "_java_version", lambda: 11)
        with pytest.raises(SparkMissing, match="found: 11"):
            require_spark()
