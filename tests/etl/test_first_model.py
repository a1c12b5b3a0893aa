"""The first version of a match model: made by the night, once, from what is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from basedb.domain import installed_domains
from basedb.linkage.versions import active_version, list_versions, load_version
from basedb.store import open_store
from etl import first_model
from population import DOMAIN
from tests.cli.desk import Desk
from tests.etl.city import City, insured, number, resident

pytestmark = pytest.mark.long_on_postgresql(
    but="test_a_night_that_has_seen_enough_makes_the_first_version_once"
)

NAMES = ["王志强", "王志强", "李建国", "欧阳文静", "张伟", "赵敏"]
NUMBERS = [number(f"19{60 + at}0{at + 1}0{at + 1}", at + 1) for at in range(len(NAMES))]
PEOPLE = [
    resident(name, code, household=f"000{at}", 联系电话=f"1390000000{at}")
    for at, (name, code) in enumerate(zip(NAMES, NUMBERS, strict=True))
]
INSURED = [insured("王志强", NUMBERS[0]), insured("欧阳文静", personal="P2")]
NEXT = [*INSURED, insured("张伟", NUMBERS[4], personal="P3")]


def _waiting(city: City, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk before its first night; eight records are enough."""
    monkeypatch.setenv("BASEDB_ARCHIVE", str(city.folder / "archive"))
    monkeypatch.chdir(city.folder)
    monkeypatch.setattr(first_model, "ENOUGH", 8)
    made = Desk(city.store.url, city.folder)
    made.put("ga_population", "20261101", PEOPLE)
    made.put("rs_insured", "20261101", INSURED)
    return made


@pytest.fixture
def desk(new_city: Callable[[], City], monkeypatch: pytest.MonkeyPatch) -> Desk:
    return _waiting(new_city(), monkeypatch)


@pytest.fixture
def after(grown: Callable[..., City], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The desk after its first night, which is run once on each kind of store."""
    city = grown(lambda city: _waiting(city, monkeypatch).nightly(), story="first model")
    return _waiting(city, monkeypatch)


def versions(desk: Desk) -> list[tuple[int, bool, str]]:
    with open_store(desk.url).reading() as engine:
        return [(v.version, v.is_active, v.origin) for v in list_versions(engine, DOMAIN.entity)]


def test_a_night_that_has_seen_enough_makes_the_first_version_once(desk: Desk) -> None:
    (made,) = desk.nightly()["models"]
    assert versions(desk) == [(1, True, "shipped")]
    assert (made["version"], made["records"], made["prior"]) == (1, 8, 1 / made["entities"])
    frequencies = desk.query(
        "SELECT value, frequency FROM basedb.term_frequency WHERE column_name = 'name_folded' ORDER BY value"
    )
    assert ("王志强", 3 / 8) in frequencies and len(frequencies) == 5
    assert desk.query("SELECT kind, source, subject FROM basedb.decision") == [("model", "population", "1")]
    assert {row[0] for row in desk.query("SELECT model_version FROM population.person_evidence")} <= {1}
    desk.put("ga_population", "20261102", PEOPLE)
    desk.put("rs_insured", "20261102", NEXT, as_of="20261102")
    assert desk.nightly()["models"] == []
    assert versions(desk) == [(1, True, "shipped")]


def test_its_time_is_that_of_the_last_delivery(after: Desk) -> None:
    ((received, made_at, log),) = after.query(
        "SELECT (SELECT max(received_at) FROM basedb.delivery), made_at,"
        " (SELECT made_at FROM basedb.decision) FROM basedb.match_model"
    )
    assert made_at == log and received < made_at and (made_at - received).total_seconds() < 0.001


def test_too_few_records_make_none_and_a_plan_never_does(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_model, "ENOUGH", 9)
    assert desk.nightly()["models"] == []
    monkeypatch.setattr(first_model, "ENOUGH", 8)
    name = desk.put("rs_insured", "20261103", NEXT, as_of="20261103")
    desk("plan", "rs_insured", desk.inbox / name)
    assert versions(desk) == []


def test_a_night_stopped_before_it_ends_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put(
        "ga_population", "20261102", [*PEOPLE, resident("孙丽", number("19900909", 8), household="0009")]
    )
    monkeypatch.setattr(first_model, "ENOUGH", 10**9)
    desk.nightly("--until", "20261101")  # as if it had been killed once the files were in
    monkeypatch.setattr(first_model, "ENOUGH", 8)
    (made,) = desk.nightly()["models"]
    assert made["records"] == 8  # the second day came after it
    assert desk.query("SELECT after_file_id FROM basedb.decision") == [(3,)]


def test_a_failure_is_told_and_costs_no_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise RuntimeError("no frequencies")

    monkeypatch.setattr(first_model, "draw_frequencies", broken)
    night = desk.nightly(code=3)
    assert [file["status"] for file in night["files"]] == ["loaded", "loaded", "loaded", "failed"]
    assert "no frequencies" in night["files"][3]["message"] and versions(desk) == []
    assert desk.query("SELECT status FROM basedb.run ORDER BY run_id DESC LIMIT 1") == [("failed",)]


@pytest.mark.slow
def test_a_rebuild_arrives_at_the_same(after: Desk, tmp_path: Path) -> None:
    after.put("rs_insured", "20261102", NEXT, as_of="20261102")
    after.nightly()
    document = after.json("rebuild", "--into", f"duckdb:///{tmp_path / 'again.duckdb'}")
    assert [table for table in document["tables"] if table["only"] != [0, 0]] == []
    rows = {table["table"]: table["rows"] for table in document["tables"]}
    assert rows["basedb.match_model"] == [1, 1] and rows["basedb.term_frequency"][1] > 10


def test_the_active_version_is_what_was_written(after: Desk) -> None:
    with open_store(after.url).reading() as engine:
        found = active_version(engine, DOMAIN.entity)
        declared = load_version(engine, DOMAIN.entity, 0)
    assert (found.version, found.has_frequencies, declared.has_frequencies) == (1, True, False)
    assert (found.parameters.m, found.parameters.u) == (declared.parameters.m, declared.parameters.u)
    assert found.parameters.prior > declared.parameters.prior
    assert installed_domains()["population"] is DOMAIN
