"""From archive, decisions and receipt times: the same masters with the same ids (law 11)."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import etl
from basedb.domain import installed_domains
from basedb.findings import finding_type
from basedb.store import open_store
from etl.archive import Archive
from etl.rebuild import rebuild
from tests.cli.desk import Desk
from tests.etl.city import insured, marriage, number, resident
from tests.geospatial.village import address, addresses

pytestmark = pytest.mark.long_on_postgresql(but="test_a_difference_is_found_and_named")

LI, WANG, ZHANG = (number(birth, at) for at, birth in enumerate(("19550701", "19560603", "19700101"), 1))
PEOPLE = [
    resident("李建国", LI, household="0001"),
    resident("王秀英", WANG, household="0001", 与户主关系="妻"),
    resident("张伟", ZHANG, household="0003"),
    resident("", number("19990909", 9), household="0004"),
]
HALF = marriage(("张伟", ZHANG), ("", ""), certificate="J2")


def live(desk: Desk) -> None:
    """Some nights with everything that makes a history: late, sent again, held, refused, waived."""
    desk.put("ga_population", "20261101", PEOPLE)
    desk.put("mz_marriages", "20261101", [marriage(("李建国", LI), ("王秀英", WANG)), HALF])
    desk.put("rs_insured", "20261101", [insured("李建国", LI, personal="P1")])
    desk.nightly()
    desk("quarantine", "waive", 2, "--reason", "属实")
    desk("quarantine", "resend", 1, "--reason", "请补姓名")
    desk.put("rs_insured", "20261103", [insured("李建国", LI, personal="P1", 单位名称="源汇区税务局")])
    wrong = desk.put("wj_deaths", "20261103", b"not xml")
    gone = "wj_births/20261103/wj_births_20261103.jsonl"
    desk.enlist("20261103", (gone, "20261103", 1, "2026-11-04 01:00:00"))
    night = desk.nightly(code=3)
    assert night["by_name"][wrong]["status"] == "refused"
    desk.put("ga_population", "20261104", [PEOPLE[0], PEOPLE[3]])
    desk.put("rs_insured", "20261104", [insured("李建果", LI, personal="P1")], as_of="20261102")
    desk.nightly(code=3)
    desk("release", "ga_population", "ga_population_20261104.csv", "--reason", "属实")
    desk.put("rs_insured", "20261105", [insured("李建国", LI, personal="P1", 单位名称="源汇区税务局")])
    desk.put("ga_population", "20261105", [PEOPLE[0], {**PEOPLE[3], "姓名": "赵敏"}])
    desk.nightly(code=3)


def test_a_rebuilt_store_is_the_same(desk: Desk, tmp_path: Path) -> None:
    live(desk)
    before = desk.query("SELECT count(*) FROM basedb.delivery")
    into = f"duckdb:///{tmp_path / 'again.duckdb'}"
    document = desk.json("rebuild", "--into", into)
    differing = {table["table"]: table for table in document["tables"] if table["only"] != [0, 0]}
    assert (document["equal"], differing) == (True, {})
    rows = {table["table"]: table["rows"][1] for table in document["tables"]}
    assert rows["basedb.decision"] == 3 and rows["basedb.quarantine"] == 2
    assert rows["population.person_version"] > 0 and rows["basedb.delivery"] == before[0][0]
    assert desk.query("SELECT count(*) FROM basedb.delivery") == before


def test_a_refused_arrival_is_rebuilt_by_a_process_that_never_ran_a_night(desk: Desk, tmp_path: Path) -> None:
    name = desk.put("rs_insured", "20261101", [insured("李建国", LI)])
    desk.enlist("20261101", (name, "20261101", 1, "2026-11-02 01:03:00"), sha256="0" * 64)
    desk.nightly(code=6)
    into = f"duckdb:///{tmp_path / 'again.duckdb'}"
    command = [
        "-c",
        "from basedb.cli.main import main; main()",
        "--store",
        desk.url,
        "rebuild",
        "--into",
        into,
    ]
    ended = subprocess.run([sys.executable, *command, "--json"], capture_output=True, text=True)
    assert (ended.returncode, '"equal": true' in ended.stdout) == (0, True), ended.stderr


def test_every_code_of_an_arrival_is_a_registered_finding() -> None:
    named = {
        code
        for path in Path(etl.__file__).parent.rglob("*.py")
        for code in re.findall(r'"(delivery\.[a-z0-9_]+)"', path.read_text("utf-8"))
    }
    named.discard("delivery.csv")  # the name of a list
    assert "delivery.no_as_of" in named
    assert all(finding_type(code).severity for code in named)


def test_a_difference_is_found_and_named(desk: Desk, tmp_path: Path) -> None:
    desk.put("ga_population", "20261101", PEOPLE)
    desk.nightly()
    with open_store(desk.url).writing("tamper") as session:
        session.apply("UPDATE population.person SET name = '李建帼' WHERE name = '李建国'")
    found = rebuild(
        open_store(desk.url),
        open_store(f"duckdb:///{tmp_path / 'again.duckdb'}"),
        Archive(desk.inbox.parent / "archive"),
        installed_domains(),
    )
    (differing,) = [table for table in found.tables if not table.equal]
    assert (differing.table, differing.only, differing.examples) == (
        "population.person",
        (1, 1),
        ("person_id=1",),
    )


def test_a_rebuild_that_cannot_be_done_says_why(desk: Desk, tmp_path: Path) -> None:
    desk.put("ga_population", "20261101", PEOPLE)
    desk.nightly()
    desk("rebuild", "--into", desk.url, code=2)
    archive = desk.inbox.parent / "archive"
    shutil.rmtree(archive)
    archive.mkdir()
    error = desk.json("rebuild", "--into", f"duckdb:///{tmp_path / 'again.duckdb'}", code=7)["error"]
    assert error["kind"] == "irreproducible" and "ga_population_20261101.csv" in error["message"]


def test_a_rebuild_that_was_killed_is_not_gone_on_with(desk: Desk, tmp_path: Path) -> None:
    """Model versions come first; a second rebuild on top of them would enter them twice."""
    into = f"duckdb:///{tmp_path / 'again.duckdb'}"
    half = Desk(into, tmp_path)
    half("init")
    with open_store(into).writing("a test") as session:
        session.apply(
            "INSERT INTO basedb.match_model (entity, version, is_active, origin, document, declaration, made_by,"
            " made_at, reason) VALUES ('population.person', 1, false, 'trained', '{}', 'x', 'x', now(), 'x')"
        )
    error = desk.json("rebuild", "--into", into, code=7)["error"]
    assert error["kind"] == "irreproducible" and "没有做完的重建" in error["message"]


def test_what_is_derived_is_as_far_behind_as_it_was(desk: Desk, tmp_path: Path) -> None:
    """A decision after the last night changes whom that night had counted, and no night came since."""
    desk.put("ga_addresses", "20261101", addresses([address("A1", 114.02, 33.58)]))
    desk.put("ga_population", "20261101", PEOPLE[:3])
    desk.nightly()
    counted = "SELECT entities FROM geospatial.place_count WHERE attribute = 'registered_address'"
    assert desk.query(counted) == [(3,)]
    desk("merge", 2, 3, "--reason", "核实为同一人", "--by", "王芳")
    assert desk.query(counted) == [(3,)]
    document = desk.json("rebuild", "--into", f"duckdb:///{tmp_path / 'again.duckdb'}")
    assert [table for table in document["tables"] if table["only"] != [0, 0]] == []
