"""Versions of the match model at the command line: train, show, compare, use, export, import."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from basedb.store import open_store
from tests.cli.conftest import Fill
from tests.cli.desk import Desk
from tests.etl.city import insured, marriage, number, resident

pytestmark = pytest.mark.long_on_postgresql(but="test_train_keeps_a_version_and_use_lets_it_decide")

SURNAMES, GIVEN = "王李张刘陈", ["建国", "秀英", "志强", "文静", "晓东", "桂兰"]
NAMES = [surname + given for surname in SURNAMES for given in GIVEN]
NUMBERS = [number(f"19{50 + at}{at % 12 + 1:02}{at % 28 + 1:02}", at + 1) for at in range(len(NAMES))]
HOME = "河南省漯河市源汇区和祥路{}号"


def person(at: int) -> dict[str, str]:
    return {"户籍地址": HOME.format(at + 1), "household": f"{at:04}"}


def settle(desk: Desk) -> None:
    """Thirty residents; twenty of them are insured with their number, five without."""
    desk.put(
        "ga_population", "20261101", [resident(NAMES[at], NUMBERS[at], **person(at)) for at in range(30)]
    )
    born = {at: f"{NUMBERS[at][6:10]}-{NUMBERS[at][10:12]}-{NUMBERS[at][12:14]}" for at in range(30)}
    rows = [
        insured(
            NAMES[at], NUMBERS[at] if at < 20 else "", f"P{at}", 出生年月=born[at], 居住地址=HOME.format(at + 1),
            手机号码=f"139{at:08}",
        )
        for at in range(25)
    ]  # fmt: skip
    desk.put("rs_insured", "20261101", rows)
    desk.nightly()


@pytest.fixture
def town(grown_desk: Callable[[Fill], Desk]) -> Desk:
    """The town; see `settle`."""
    return grown_desk(settle)


def labels(path: Path, rows: list[tuple[str, str, str, str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["source_a", "source_key_a", "source_b", "source_key_b", "match"])
        writer.writerows(rows)
    return path


def test_train_keeps_a_version_and_use_lets_it_decide(town: Desk) -> None:
    assert town.json("model", "list") == {"active": 0, "versions": []}
    made = town.json("model", "train", "--reason", "首训", "--by", "李")
    assert (made["version"], made["revised"]) == (1, None)
    training = made["training"]
    assert training["records"] == 55 and training["prior"]["matches"] == 20
    assert {remark["code"] for remark in training["remarks"]} >= {"level_not_seen"}
    (listed,) = town.json("model", "list")["versions"]
    assert (listed["origin"], listed["made_by"], listed["reason"], listed["is_active"], listed["fits"]) == (
        "trained", "李", "首训", False, True,
    )  # fmt: skip
    assert town.query("SELECT count(*) FROM basedb.decision") == [(0,)]
    used = town.json("model", "use", 1, "--reason", "启用")
    assert used["version"] == 1 and used["revised"]["run_id"] > 0
    assert town.json("model", "list")["active"] == 1
    assert town.query("SELECT kind, subject, reason FROM basedb.decision") == [("model", "1", "启用")]
    assert {
        row[0] for row in town.query("SELECT DISTINCT model_version FROM population.person_evidence")
    } == {1}
    town("model", "use", 0, "--reason", "回到声明")
    assert town.json("model", "list")["active"] == 0
    assert {
        row[0] for row in town.query("SELECT DISTINCT model_version FROM population.person_evidence")
    } == {0}


@pytest.mark.slow
def test_train_and_use_at_once_is_rebuilt(town: Desk, tmp_path: Path) -> None:
    made = town.json("model", "train", "--use", "--reason", "启用")
    assert made["version"] == 1 and town.json("model", "list")["active"] == 1
    town("model", "train", "--seed", 2, "--reason", "只存不用")
    found = town.json("rebuild", "--into", f"duckdb:///{tmp_path / 'again.duckdb'}")
    assert [table for table in found["tables"] if table["only"] != [0, 0]] == []


def test_show_and_compare_are_for_people_and_for_machines(town: Desk) -> None:
    town("model", "train", "--reason", "首训")
    told = town("model", "show", 1).output
    assert "同一户室 home" in told and "先验 / prior" in told and "m声明" in told
    assert "as declared" in town("model", "show").output  # version 0 decides
    shown = town.json("model", "show", 1)
    level = next(row for row in shown["levels"] if (row["comparison"], row["level"]) == ("name", "identical"))
    assert level["term_frequency"] == "name_folded" and level["weight"] > 5
    compared = town.json("model", "compare", "active", 1)
    assert (compared["before"], compared["after"]) == (0, 1)
    evidence = compared["evidence"]
    kept = town.query("SELECT count(*) FROM population.person_evidence WHERE method <> 'kin'")[0][0]
    assert evidence["pairs"] >= kept > 0
    assert evidence["pairs"] == evidence["unchanged"] + sum(item["pairs"] for item in evidence["changes"])
    assert town.json("model", "compare", 0, 1, "--weights-only")["evidence"] is None
    assert "各等级" not in town("model", "compare", 0, 1).output


def test_m_from_labels(town: Desk, tmp_path: Path) -> None:
    rows = [("ga_population", NUMBERS[at], "rs_insured", f"P{at}", "same") for at in range(25)]
    rows += [("ga_population", NUMBERS[at], "rs_insured", f"P{at + 1}", "different") for at in range(5)]
    file = labels(tmp_path / "labels.csv", rows)
    made = town.json("model", "train", "--labels", file, "--reason", "标注")
    assert made["training"]["labels"] == {"same": 25, "different": 5}
    assert made["training"]["method"] == "labels" and made["training"]["label_file"] == "labels.csv"
    level = next(
        row for row in town.json("model", "show", 1)["levels"]
        if (row["comparison"], row["level"]) == ("birth_date", "equal")
    )  # fmt: skip
    assert level["m"] == 1.0


@pytest.mark.parametrize(
    "rows, told",
    [
        ([("ga_population", NUMBERS[0], "rs_insured", "P0", "same")] * 2
         + [("ga_population", NUMBERS[0], "rs_insured", "P0", "different")], "自相矛盾"),
        ([("ga_population", NUMBERS[0], "rs_insured", "P99", "same")], "不在库中"),
        ([("ga_population", NUMBERS[0], "rs_insured", "P0", "maybe")], "maybe"),
        ([("ga_population", NUMBERS[0], "ga_population", NUMBERS[0], "different")], "同一条记录"),
    ],
)  # fmt: skip
def test_unusable_labels_are_refused(
    town: Desk, tmp_path: Path, rows: list[tuple[str, str, str, str, str]], told: str
) -> None:
    file = labels(tmp_path / "labels.csv", rows)
    error = town.json("model", "train", "--labels", file, "--reason", "标注", code=2)["error"]
    assert told in error["message"]
    assert town.json("model", "list")["versions"] == []


def test_labels_of_mentions_that_are_no_numbers_are_refused(town: Desk, tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("mention_a,mention_b,match\nabc,16,same\n99999999999999999999,16,same\n", "utf-8")
    error = town.json("model", "train", "--labels", file, "--reason", "标注", code=2)["error"]
    assert "有 2 行的记录不在库中" in error["message"]


def test_export_and_import_in_both_forms(town: Desk, tmp_path: Path) -> None:
    town("model", "train", "--reason", "首训")
    levels = town.json("model", "show", 1)["levels"]
    for form in ("basedb", "splink"):
        file = tmp_path / f"{form}.json"
        town("model", "export", 1, "--format", form, "-o", file)
        assert "王" not in file.read_text("utf-8")  # no names of people
        version = town.json("model", "import", file, "--reason", form)["version"]
        again = town.json("model", "show", version)["levels"]
        for one, other in zip(levels, again, strict=True):
            assert one["weight"] == pytest.approx(other["weight"], abs=1e-9)
    document = json.loads((tmp_path / "basedb.json").read_text("utf-8"))
    for broken in (document | {"declaration": "0"}, document | {"format": "?"}, [1]):
        (tmp_path / "broken.json").write_text(json.dumps(broken), "utf-8")
        town("model", "import", tmp_path / "broken.json", "--reason", "坏", code=2)
    settings = json.loads((tmp_path / "splink.json").read_text("utf-8"))
    settings["comparisons"][0]["comparison_levels"][3]["sql_condition"] = "1 = 1"
    (tmp_path / "broken.json").write_text(json.dumps(settings), "utf-8")
    error = town.json("model", "import", tmp_path / "broken.json", "--reason", "坏", code=2)["error"]
    assert "条件" in error["message"]
    name = settings["comparisons"][0]["output_column_name"]
    for comparisons in (5, [1], [{"output_column_name": name, "comparison_levels": [1]}]):
        (tmp_path / "broken.json").write_text(json.dumps({"comparisons": comparisons}), "utf-8")
        error = town.json("model", "import", tmp_path / "broken.json", "--reason", "坏", code=2)["error"]
        assert "对象的列表" in error["message"]
    assert len(town.json("model", "list")["versions"]) == 3


def test_a_version_of_another_declaration_is_refused(town: Desk) -> None:
    town("model", "train", "--reason", "首训")
    with open_store(town.url).writing("tamper") as session:
        session.apply("UPDATE basedb.match_model SET declaration = 'another'")
    error = town.json("model", "use", 1, "--reason", "启用", code=2)["error"]
    assert "basedb model train --use" in error["message"]
    assert town.json("model", "list")["versions"][0]["fits"] is False
    town("model", "show", 9, code=2)
    with open_store(town.url).writing("tamper") as session:
        session.apply("UPDATE basedb.match_model SET is_active = true")
    couple = marriage((NAMES[0], NUMBERS[0]), (NAMES[1], NUMBERS[1]))
    town.put("mz_marriages", "20261102", [couple])
    night = town.nightly(code=3)
    assert "model use 0" in str(night["files"])
    town("model", "use", 0, "--reason", "回到声明")


def test_a_base_goes_by_its_own_name_or_its_entity_s(desk: Desk) -> None:
    for name in ("legalentity", "organization"):
        assert "organization" in desk("model", "show", "--domain", name).output
    assert "legalentity（organization）" in desk("model", "list", "--domain", "x", code=2).stderr
