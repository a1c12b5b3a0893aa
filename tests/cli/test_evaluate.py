"""`basedb evaluate`: precision and recall of a store against truth and labels."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Fill
from tests.cli.desk import Desk
from tests.etl.city import insured, marriage, number, resident

pytestmark = pytest.mark.long_on_postgresql

LI, WANG = number("19550701", 1), number("19560602", 2)


def settle(desk: Desk) -> None:
    """李建国 is in the register, married, and insured without anything that says so."""
    li, wang = resident("李建国", LI), resident("王秀英", WANG, 性别="女")
    desk.put("ga_population", "20261101", [li, wang])
    desk.put("rs_insured", "20261101", [insured("李建国", "", "P1"), insured("王秀英", WANG, "P2")])
    desk.put("mz_marriages", "20261101", [marriage(("李建国", LI), ("王秀英", WANG))])
    desk.nightly()
    desk.put("ga_population", "20261102", [{**li, "文化程度": "大学本科"}, wang])
    desk.nightly()


@pytest.fixture
def village(grown_desk: Callable[[Fill], Desk]) -> Desk:
    """The village; see `settle`."""
    return grown_desk(settle)


def write(path: Path, head: list[str], rows: list[list[Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


def truth(path: Path) -> Path:
    register, list_ = "ga_population/20261102/ga_population_20261102.csv", "rs_insured_20261101.csv"
    couples = "mz_marriages/20261101/mz_marriages_20261101.csv"
    return write(
        path,
        ["file", "row_no", "role", "person_id", "tags"],
        [
            [register, 1, "", "T1", ""], ["ga_population_20261101.csv", 2, "", "T2", ""],
            [list_, 1, "self", "T1", "id_missing;"],
            [list_, 2, "self", "T2", ""], [couples, 1, "husband", "T1", ""], [couples, 1, "wife", "T2", ""],
            ["ga_population_20261109.csv", 1, "", "T3", ""],
        ],
    )  # fmt: skip


def test_against_the_truth(village: Desk, tmp_path: Path) -> None:
    found = village.json("evaluate", "--truth", truth(tmp_path / "truth.csv"))["truth"]
    assert (found["records"], found["truths"], found["entities"], found["unknown"]) == (6, 2, 3, 1)
    assert (found["pairs"]["true"], found["pairs"]["said"], found["pairs"]["both"]) == (6, 4, 4)
    assert found["pairs"]["precision"] == 1.0 and found["pairs"]["recall"] == pytest.approx(4 / 6)
    (tag,) = found["tags"]
    assert (tag["name"], tag["recall"]) == ("rs_insured.id_missing", 0.0)
    (split,) = found["false_splits"]
    assert split["truth"] == "T1" and len(split["entities"]) == 2
    told = village("evaluate", "--truth", tmp_path / "truth.csv").output
    assert "漏并" in told and LI not in told and "0.66667" in told
    whole = village("evaluate", "--truth", tmp_path / "truth.csv", "--show-ids", "--purpose", "核对").output
    assert LI in whole
    assert "evaluate" in str(village.query("SELECT command FROM basedb.audit")) or village.url.startswith(
        "duckdb"
    )


def test_against_labels(village: Desk, tmp_path: Path) -> None:
    file = write(
        tmp_path / "labels.csv",
        ["source_a", "source_key_a", "source_b", "source_key_b", "match"],
        [
            ["ga_population", LI, "rs_insured", "P1", "same"],
            ["ga_population", WANG, "rs_insured", "P2", "same"],
        ],
    )
    assert village.json("evaluate", "--labels", file)["labels"] == {
        "true": 2, "said": 1, "both": 1, "precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3),
    }  # fmt: skip


@pytest.mark.parametrize(
    "head, rows, told",
    [
        (["file", "row_no", "name"], [["a", 1, "x"]], "true_id"),
        (["source", "true_id"], [["a", "x"]], "source_key"),
        (["file", "row_no", "true_id"], [["a", "甲", "x"]], "甲，不是行号"),
        (
            ["source", "source_key", "true_id"],
            [["rs_insured", "P1", "x"], ["rs_insured", "P1", "y"]],
            "自相矛盾",
        ),
        (["source", "source_key", "true_id"], [["rs_insured", "P9", "x"]], "没有库里的记录"),
    ],
)
def test_a_truth_that_cannot_be_used_is_refused(
    village: Desk, tmp_path: Path, head: list[str], rows: list[list[Any]], told: str
) -> None:
    file = write(tmp_path / "truth.csv", head, rows)
    assert told in village.json("evaluate", "--truth", file, code=2)["error"]["message"]
    village("evaluate", code=2)
