"""`basedb review`, `merge` and `split` as a steward types them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from basedb.cli.main import main
from tests.cli.conftest import Fill
from tests.cli.desk import Desk
from tests.etl.city import insured, number, resident
from tests.stewardship.village import FAR, LI, WANG, WANG_OTHER, ZHANG

pytestmark = pytest.mark.long_on_postgresql(but="test_a_steward_s_round")

NUMBERS = (LI, WANG, WANG_OTHER, ZHANG, "13511110001")


def settle(desk: Desk) -> None:
    """The village of the stewards' own tests: 1 and 5 are in doubt, 2 and 6 have different numbers."""
    desk.put(
        "ga_population", "20261101",
        [
            resident("李建国", LI), resident("王秀英", WANG, "0002", 性别="女"), resident("张伟", ZHANG, "0003"),
            resident("陈静", number("19800202", 4), "0004", 性别="女"),
        ],
    )  # fmt: skip
    desk.put(
        "rs_insured", "20261101",
        [
            insured("李建国", "", "P1", 出生年月="1955-07-01", 居住地址=FAR, 手机号码="13511110001"),
            insured("王秀英", WANG_OTHER, "P2", 出生年月="1956-06-03", 手机号码="13511110002"),
        ],
    )  # fmt: skip
    desk.nightly()


@pytest.fixture
def village(grown_desk: Callable[[Fill], Desk]) -> Desk:
    """The village; see `settle`."""
    return grown_desk(settle)


def hidden(text: str) -> bool:
    return not any(whole in text for whole in NUMBERS)


def persons(desk: Desk) -> list[tuple[int, str]]:
    return desk.query("SELECT person_id, name FROM population.person ORDER BY 1")  # type: ignore[return-value]


def test_a_steward_s_round(village: Desk) -> None:
    listed = village.json("review", "list")
    assert listed["total"] == 2
    assert [(item["left"], item["right"], item["kind"]) for item in listed["items"]] == [
        (1, 5, "doubtful"), (2, 6, "sole_value"),
    ]  # fmt: skip
    assert village.json("review", "list", "--entity", 6)["total"] == 1
    assert village.json("review", "list", "--min-weight", 9)["total"] == 1
    assert village.json("review", "list", "--kind", "rival")["total"] == 0
    for arguments in (["list"], ["next"], ["show", 2, 6], ["show", 1]):
        for form in ([], ["--json"]):
            assert hidden(village("review", *arguments, *form).output), arguments
    text = village("review", "next").output
    assert "人员 1 与 5" in text and "411102********0012" in text and "权重的由来" in text
    assert "未到自动认定" in text
    shown = village.json("review", "show", 6, 2)
    assert shown["item"]["conflicts"] == ["own_number"] and shown["why"]["conflicts"][0]["left"] != []
    total = shown["why"]["explanation"]["prior_weight"] + sum(
        step["weight"] + step["adjustment"] for step in shown["why"]["explanation"]["steps"]
    )
    assert total == pytest.approx(shown["why"]["explanation"]["match_weight"])
    village("review", "decide", 5, 1, 2, 6, "unsure", "--reason", "看不清", "--by", "李主任")
    assert "没有等您判定的事项" in village("review", "next", "--by", "赵敏").output
    village("review", "assign", 1, 5, "--to", "赵敏")
    assert village.json("review", "next", "--by", "赵敏")["item"]["unsure_reason"] == "看不清"
    assert village.json("review", "list", "--assigned", "赵敏")["total"] == 1
    assert village.json("review", "list", "--unassigned")["total"] == 1
    done = village.json("review", "decide", 5, 1, "same", "--reason", "本人核实", "--by", "赵敏")
    assert (done["merged"], done["judgements"]) == ([{"from": 5, "to": 1}], [1])
    village("review", "decide", 2, 6, "different", "--reason", "同名")
    assert village.json("review", "list") == {"total": 0, "items": []}
    assert persons(village) == [(1, "李建国"), (2, "王秀英"), (3, "张伟"), (4, "陈静"), (6, "王秀英")]
    told = village.json("review", "judgements", "--entity", 1)["judgements"]
    assert [(item["verdict"], item["made_by"], item["reason"]) for item in told] == [
        ("same", "赵敏", "本人核实")
    ]
    undone = village.json("review", "withdraw", 1, 2, "--reason", "误判")
    assert (undone["withdrawn"], undone["new"]) == ([1, 2], [7])
    assert village.json("review", "judgements")["total"] == 0
    assert "误判" in village("review", "judgements", "--all").output
    kinds = "SELECT kind, count(*) FROM basedb.decision GROUP BY 1 ORDER BY 1"
    assert village.query(kinds) == [("judge", 2), ("unsure", 2), ("withdraw", 1)]
    runs = "SELECT command, account FROM basedb.run WHERE command LIKE 'review%' ORDER BY run_id"
    assert village.query(runs)[0] == ("review decide", "赵敏")


def test_looks_are_recorded_and_whole_numbers_need_a_purpose(village: Desk) -> None:
    village("review", "show", 1, 5, "--show-ids", code=2)
    assert LI in village("review", "show", 1, 5, "--show-ids", "--purpose", "核实").output
    whole = village.json("review", "show", 2, 6, "--show-ids", "--purpose", "核实")
    assert whole["why"]["conflicts"][0]["left"] == [WANG]
    village("review", "next")
    village("review", "show", 1)
    village("review", "export", "q.xlsx", "--purpose", "批量")
    village("review", "export", "q.xlsx", "--show-ids", code=2)
    village("review", "decide", 1, 5, "different", "--reason", "同名")  # an embedded store takes its reads in
    read = village.query("SELECT command, purpose, rows FROM basedb.audit ORDER BY read_at")
    assert read == [
        ("review show", "核实", 2), ("review show", "核实", 2), ("review show", "未说明 / not stated", 2),
        ("review show", "未说明 / not stated", 1), ("review export", "批量", 2),
    ]  # fmt: skip


def test_what_cannot_be_decided_is_said_in_one_line(village: Desk) -> None:
    for arguments, told in (
        (["review", "decide", 1, "same", "--reason", "x"], "编号须成对给出"),
        (["review", "decide", 1, 99, "same", "--reason", "x"], "没有编号为 99 的人员"),
        (["review", "decide", 1, 1, "same", "--reason", "x"], "两个编号都是人员 1"),
        (["review", "show", 1, 1], "是同一人员"),
        (["review", "withdraw", 3, "--reason", "x"], "不存在或已撤回"),
        (["review", "assign", 1, 2, "--to", "赵敏"], "不在待判定之列：1 2"),
        (["review", "assign", 1, 5], "--to"),
        (["review", "assign", "--to", "赵敏"], "--top N"),
        (["review", "list", "--domain", "x"], "没有基础库 x"),
        (["review", "list", "--kind", "doubtfull"], "没有原因 doubtfull"),
        (["review", "export", "q.csv"], "可导出 .xlsx"),
        (["review", "sample-result"], "没有这个样本"),
        (["split", 1, "--records", "rs_insured:P1", "--reason", "x"], "没有记录 rs_insured:P1"),
    ):
        result = village(*arguments, code=2)
        assert told in result.stderr and "Traceback" not in result.output, arguments
    village("merge", 1, 5, "--reason", "x")
    assert "编号 5 已并入" in village("review", "decide", 5, 2, "same", "--reason", "x", code=2).stderr
    village("review", "decide", 5, 2, "different", "--reason", "x", "--follow")
    assert "矛盾" in village("merge", 1, 2, "--reason", "x", code=2).stderr
    assert village.json("review", "judgements")["total"] == 2


def test_merge_and_split_by_hand(village: Desk) -> None:
    assert village.json("merge", 6, 2, "--reason", "一人两号")["merged"] == [{"from": 6, "to": 2}]
    refused = village("split", 2, "--records", "rs_insured:P2", "--reason", "不是本人", code=2)
    assert "判定 1（同一" in refused.stderr  # which of the two was wrong must be said first
    village("review", "withdraw", 1, "--reason", "误判")
    village.put("rs_insured", "20261102", [insured("张伟", ZHANG, "P3"), insured("张伟", ZHANG, "P4")])
    village.nightly(code=3)  # too many of the snapshot are gone; a delta of them is not what is tested
    village("release", "rs_insured", "rs_insured_20261102.csv", "--reason", "属实")
    village.nightly()
    document = village.json(
        "split", 3, "--records", "rs_insured:P3,rs_insured:P4", "--reason", "填了他人号码"
    )
    assert len(document["judgements"]) == 2 and len(document["new"]) == 1
    assert village.query("SELECT DISTINCT id_status FROM population.person WHERE name = '张伟'") == [
        ("disputed",)
    ]


def test_bulk_decisions(village: Desk, tmp_path: Path) -> None:
    path = tmp_path / "q.xlsx"
    assert village.json("review", "export", path) == {"path": str(path), "items": 2}
    assert "没有一行填了结论" in village("review", "import", path).output
    book = load_workbook(path)
    sheet = book["判定"]
    assert hidden(str([[cell.value for cell in row] for row in sheet.iter_rows()]))
    sheet["A2"], sheet["A3"], sheet["B3"] = "同一", "=A2", "同名"
    book.save(path)
    error = village.json("review", "import", path, code=2)["error"]
    assert error["kind"] == "workbook" and len(error["details"]) == 2
    assert any(told.startswith("A3：是公式") for told in error["details"])
    sheet["A3"] = "不同"
    book.save(path)
    village("merge", 2, 3, "--reason", "x")  # the second row is about something else now
    stale = village.json("review", "import", path, "--reason", "批量", code=6)["error"]
    assert stale["kind"] == "stale" and "第 3 行（2 6）" in stale["details"][0]
    assert village.query("SELECT count(*) FROM basedb.judgement") == [(1,)]
    done = village.json("review", "import", path, "--reason", "批量", "--skip-stale", "--by", "赵敏")
    assert (done["same"], done["different"], done["stale"], done["merged"]) == (
        1,
        0,
        1,
        [{"from": 5, "to": 1}],
    )
    assert village.query(
        "SELECT made_by, reason FROM basedb.judgement ORDER BY judgement_id DESC LIMIT 1"
    ) == [("赵敏", "批量")]
    sheet["A3"] = None
    book.save(path)
    again = village.json("review", "import", path, "--reason", "批量")
    assert (again["same"], again["stale"], again["settled"]) == (0, 0, 1)
    assert "没有新的" in village("review", "import", path, "--reason", "批量").output
    sheet["A2"] = "不同"
    book.save(path)
    stale = village.json("review", "import", path, "--reason", "批量", code=6)["error"]
    assert "编号 5 已并入 1" in stale["details"][0]


def test_a_sample_is_checked_and_tells_the_quality(village: Desk, tmp_path: Path) -> None:
    village("merge", 2, 3, "--reason", "x")
    drawn = village.json("review", "sample", "--size", 10)
    strata = {item["stratum"]: item["drawn"] for item in drawn["strata"]}
    assert drawn["pairs"] == sum(strata.values()) == 3 and strata["linked/judgement"] == 1
    path = tmp_path / "s.xlsx"
    village("review", "export", path, "--sample", 1)
    book = load_workbook(path)
    sheet = book["判定"]
    rows = list(sheet.iter_rows(min_row=2))
    assert hidden(str([[cell.value for cell in row] for row in rows]))
    assert all(word not in str([cell.value for cell in sheet[1]]) for word in ("权重", "层", "概率"))
    for row in rows:
        row[0].value = "不同" if {row[1].value, row[2].value} == {32, 48} else None
    book.save(path)
    assert village.json("review", "import", path) == {"sample": 1, "checked": 1}
    result = village.json("review", "sample-result")
    assert result["measures"][0]["estimate"] == 0.0 and result["measures"][1]["estimate"] is None
    answers = CliInput(village)
    assert "已核对 2 对" in answers("s\ns\n", "review", "check", "--by", "赵敏")
    assert "已核对 0 对，还有 0 对" in answers("", "review", "check", 1)
    result = village.json("review", "sample-result", 1)
    precision, recall = result["measures"]
    assert (precision["estimate"], precision["pairs"]) == (0.0, 1)
    assert (recall["estimate"], recall["pairs"], recall["low"]) == (0.0, 3, 0.0)
    kept = village.query("SELECT measure, basis, pairs FROM basedb.match_quality ORDER BY 1")
    assert kept == [("precision", "sample:1", 1), ("recall", "sample:1", 3)]
    assert "查准率 precision：0.00%" in village("review", "sample-result").output


class CliInput:
    """Somebody answering at the terminal."""

    def __init__(self, desk: Desk):
        self.desk = desk

    def __call__(self, typed: str, *arguments: object) -> str:
        command = ["--store", self.desk.url, *map(str, arguments)]
        result = CliRunner().invoke(main, command, input=typed)
        assert result.exit_code == 0, result.output
        return result.output
