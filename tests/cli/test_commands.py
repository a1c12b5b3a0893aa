"""Every command: what it prints, its JSON, its exit code, and failures in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from basedb.cli.main import main
from basedb.store import open_store
from basedb.store.lockfile import hold
from tests.cli.desk import Desk
from tests.etl.city import number, resident, write

pytestmark = pytest.mark.long_on_postgresql(but="test_init_and_upgrade_are_idempotent")

LI = resident("李建国", number("19550701", 1), household="0001")
WANG = resident("王秀英", number("19560603", 2), household="0002")


def test_load_twice_is_a_no_op_that_says_so(desk: Desk, tmp_path: Path) -> None:
    file = write(tmp_path / "ga_population_20261101.csv", "ga_population", [LI, WANG])
    first = desk.json("load", "ga_population", file, "--received-at", "2026-11-02T01:03")
    assert (first["files"][0]["status"], first["files"][0]["added"]) == ("loaded", 2)
    before = desk.query("SELECT person_id, name, known_from FROM population.person ORDER BY 1")
    again = desk("load", "ga_population", file)
    assert "已处理过" in again.output and "未作任何改动" in again.output
    assert desk.query("SELECT person_id, name, known_from FROM population.person ORDER BY 1") == before
    assert len(desk.json("runs")["runs"]) == 1
    shown = desk.json("run", "show", 1)
    assert [step["stage"] for step in shown["files"][0]["steps"]][:2] == ["read", "classify"]
    assert "环节" in desk("run", "show", 1).output and "ga_population" in desk("runs").output
    desk("run", "show", 99, code=2)


def test_plan_publishes_nothing_and_masks_numbers(desk: Desk, tmp_path: Path) -> None:
    file = write(tmp_path / "ga_population_20261101.csv", "ga_population", [LI])
    output = desk("plan", "ga_population", file).output
    assert "411102****" in output and LI["公民身份号码"] not in output
    document = desk.json("plan", "ga_population", file)
    assert (document["files"][0]["status"], document["files"][0]["added"]) == ("planned", 1)
    assert desk.query("SELECT count(*) FROM population.person") == [(0,)]
    desk("load", "ga_population", file)
    changed = write(
        tmp_path / "b" / "ga_population_20261102.csv", "ga_population", [{**LI, "婚姻状况": "已婚"}]
    )
    (sample,) = desk.json("plan", "ga_population", changed)["files"][0]["samples"]
    assert sample["was"]["marital_status"] != sample["now"]["marital_status"]
    assert "婚姻状况" in desk("plan", "ga_population", changed).output


def test_several_files_of_which_some_are_held_or_refused(desk: Desk, tmp_path: Path) -> None:
    good = write(tmp_path / "ga_population_20261101.csv", "ga_population", [LI, WANG])
    short = write(tmp_path / "ga_population_20261102.csv", "ga_population", [LI])
    nameless = write(tmp_path / "residents.csv", "ga_population", [LI, WANG])
    desk("load", "ga_population", good)
    planned = desk.json("plan", "ga_population", short, code=6)["files"][0]["message"]
    assert "入库时将暂存" in planned and "已暂存" not in planned
    document = desk.json("load", "ga_population", good, short, nameless, code=3)
    assert [file["status"] for file in document["files"]] == ["identical", "held", "refused"]
    assert "已暂存待人工确认" in document["files"][1]["message"]
    assert "--as-of" in document["files"][2]["message"]
    desk("load", "ga_population", short, code=6)
    desk("load", "ga_population", nameless, "--as-of", "2026-11-03")


def test_what_does_not_exist_is_named_with_what_was_meant(desk: Desk, tmp_path: Path) -> None:
    file = write(tmp_path / "ga_population_20261101.csv", "ga_population", [LI])
    assert "ga_population" in desk("load", "ga_populatoin", file, code=2).stderr
    assert file.name in desk("load", "ga_population", tmp_path / "ga_population_20261102.csv", code=2).stderr
    desk("load", "ga_population", file, "--as-of", "tomorrow", code=2)
    desk("--zone", "Asia/Luohe", "status", code=2)
    error = desk.json("load", "nothing", file, code=2)["error"]
    assert (error["kind"], error["exit_code"]) == ("usage", 2)
    result = CliRunner().invoke(main, ["--json", "load"])
    assert (result.exit_code, json.loads(result.stdout)["error"]["kind"]) == (2, "usage")


def test_a_broken_contract_is_reported_with_file_and_line(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "contracts"
    folder.mkdir()
    (folder / "x.yml").write_text("source: x\ndomain: population\n")
    result = desk("--contracts", folder, "status", code=4)
    assert "x.yml:" in result.stderr and "Traceback" not in result.output
    desk("contract", "check", folder / "x.yml", code=4)
    assert desk.json("contract", "check")["problems"] == []
    desk("--contracts", tmp_path / "none", "status", code=2)


def test_a_site_contract_replaces_the_installed_one(desk: Desk, tmp_path: Path) -> None:
    from population import DOMAIN

    folder = tmp_path / "contracts"
    folder.mkdir()
    text = (DOMAIN.contracts / "ga_population.yml").read_text("utf-8")
    (folder / "police.yml").write_text(text.replace("max_retire_ratio: 0.05", "max_retire_ratio: 1"), "utf-8")
    for day, people in (("20261101", [LI, WANG]), ("20261102", [LI])):
        file = write(tmp_path / f"ga_population_{day}.csv", "ga_population", people)
        desk("--contracts", folder, "load", "ga_population", file)
    assert len(desk.json("contract", "check", "--contracts", folder)["contracts"]) == len(
        desk.json("contract", "check")["contracts"]
    )


def test_a_draft_and_the_schema(desk: Desk, tmp_path: Path) -> None:
    file = write(tmp_path / "ga_population_20261101.csv", "ga_population", [LI, WANG])
    desk("contract", "draft", file, "-o", tmp_path / "draft.yml")
    desk("contract", "check", tmp_path / "draft.yml")
    assert LI["公民身份号码"] not in (tmp_path / "draft.yml").read_text("utf-8")
    schema = json.loads(desk("contract", "schema").stdout)
    assert schema["title"] and "delimiter" in json.dumps(schema["properties"]["reader"])


def test_a_store_that_is_not_there_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for url in ("duckdb:///none.duckdb", "postgresql://nobody@127.0.0.1:1/none", "mysql://x/y", "nonsense"):
        result = CliRunner().invoke(main, ["--store", url, "runs"])
        assert result.exit_code == 5 and len(result.stderr.splitlines()) == 1, result.output
    assert "basedb init" in CliRunner().invoke(main, ["runs"]).stderr
    result = CliRunner().invoke(main, ["runs", "--json", "--store", "nonsense"])
    assert json.loads(result.stdout)["error"]["kind"] == "store"


def test_a_busy_store_names_who_holds_it(duckdb_url: str, tmp_path: Path) -> None:
    desk = Desk(duckdb_url, tmp_path)
    desk("init")
    file = write(tmp_path / "ga_population_20261101.csv", "ga_population", [LI])
    with hold(tmp_path / "city.duckdb.lock", "somebody's load", 1.0):
        result = desk("load", "ga_population", file, "--wait", "0.1", code=5)
    assert "somebody's load" in result.stderr


def test_init_and_upgrade_are_idempotent(store_url: str, tmp_path: Path) -> None:
    desk = Desk(store_url, tmp_path)
    desk("upgrade", code=5)
    assert desk.json("init")["applied"] and not desk.json("init")["applied"]
    assert not desk.json("upgrade")["applied"]
    assert "最新" in desk("upgrade").output
    # As a program of before its last step left it, whose step can be taken again.
    with open_store(store_url).writing("go back") as session:
        session.apply("DELETE FROM basedb.migration WHERE component = 'macroeconomy' AND version = 6")
    desk("status", code=5)
    assert [(step["component"], step["version"]) for step in desk.json("upgrade")["applied"]] == [
        ("macroeconomy", 6)
    ]
    desk("sql", "SELECT count(*) FROM macroeconomy.observation_rebased_as_of(DATE '2026-11-03')")


@pytest.mark.slow
def test_a_made_up_city_goes_through(
    duckdb_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASEDB_ARCHIVE", str(tmp_path / "archive"))
    desk = Desk(duckdb_url, tmp_path)
    made = desk.json("demo", tmp_path / "city", "--people", 300, "--nights", 1)
    assert made["rows"] > 300
    desk("demo", tmp_path / "city", code=2)
    desk("init")
    desk.inbox = tmp_path / "city"
    assert {file["status"] for file in desk.nightly()["files"]} == {"loaded"}


def test_every_command_explains_itself_and_takes_the_shared_options() -> None:
    listed = main.list_commands(main.make_context("basedb", ["--help"], resilient_parsing=True))
    assert {"init", "load", "nightly", "quarantine", "rebuild", "report", "status"} <= set(listed)
    for name in listed:
        result = CliRunner().invoke(main, [name, "--help"])
        assert result.exit_code == 0 and "--json" in result.output and "--store" in result.output, name


def test_the_store_url_is_never_shown_with_its_password() -> None:
    store = open_store("postgresql://clerk:secret@localhost/city")
    assert "secret" not in store.label
