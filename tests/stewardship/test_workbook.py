"""Bulk decisions: what people do to a workbook is understood, or refused with the cells named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from basedb.cli.hiding import attribute_hiding
from basedb.stewardship.answers import BadWorkbook, plan_answers, read_answers
from basedb.stewardship.lookup import looking
from basedb.stewardship.plan import joined
from basedb.stewardship.workbook import write_queue
from population import DOMAIN
from tests.etl.city import City, insured
from tests.stewardship.village import FAR, LI, WANG, WANG_OTHER, Steward, who

PERSON = DOMAIN.entity


def export(steward: Steward, path: Path, whole: bool = False) -> Path:
    hide = None if whole else attribute_hiding(DOMAIN, steward.city.contracts)
    items = steward.queue()
    with looking(steward.city.store) as lookup:
        write_queue(path, lookup, PERSON, items, hide)
    return path


def edit(path: Path, change: Callable[[Any], None]) -> None:
    book = load_workbook(path)
    change(book["判定"])
    book.save(path)


def fill(path: Path, *cells: tuple[str, Any]) -> None:
    def change(sheet: Any) -> None:
        for place, value in cells:
            sheet[place] = value

    edit(path, change)


def test_a_workbook_there_and_back(village: City, tmp_path: Path) -> None:
    steward = Steward(village)
    path = export(steward, tmp_path / "q.xlsx")
    sheet = load_workbook(path)["判定"]
    heading = [cell.value for cell in sheet[1]]
    assert heading[:4] == ["结论", "理由", "左编号", "右编号"] and heading[-1] == "核对码"
    assert [row[2].value for row in sheet.iter_rows(min_row=2)] == [1, 2]
    (choice,) = sheet.data_validations.dataValidation
    assert (choice.formula1, str(choice.sqref)) == ('"同一,不同,待定"', "A2:A1000000")
    text = str([[cell.value for cell in row] for row in sheet.iter_rows()])
    assert "411102********0012" in text and "李建国" in text and FAR in text
    assert not any(number in text for number in (LI, WANG, WANG_OTHER, "13511110001"))
    assert LI in str([cell.value for cell in load_workbook(export(steward, path, whole=True))["判定"][2]])
    fill(path, ("A2", "同一"), ("B2", "本人确认"), ("A3", "different"), ("B3", ""))
    answers = read_answers(path, "批量核对")
    assert [(item.row, item.left, item.right, item.verdict, item.reason) for item in answers] == [
        (2, 1, 5, "same", "本人确认"), (3, 2, 6, "different", "批量核对"),
    ]  # fmt: skip
    with looking(village.store) as lookup:
        plans, stale, settled = plan_answers(lookup, PERSON, answers)
    assert not stale and not settled
    assert steward.reviser.enter(joined(plans), steward.decision("批量核对")).merged == ((5, 1),)
    assert steward.queue() == []
    assert village.query("SELECT verdict, reason FROM basedb.judgement ORDER BY 1") == [
        ("different", "批量核对"), ("same", "本人确认"),
    ]  # fmt: skip
    with looking(village.store) as lookup:
        plans, stale, settled = plan_answers(lookup, PERSON, answers)
    assert (plans, stale, settled) == ([], [], answers), "the same workbook again has nothing new"


def test_an_answer_about_records_that_changed_is_stale(village: City, tmp_path: Path) -> None:
    steward = Steward(village)
    path = export(steward, tmp_path / "q.xlsx")
    fill(path, ("A2", "同一"), ("B2", "x"), ("A3", "待定"), ("B3", "看不清"))
    village.deliver(
        "rs_insured", 2, [insured("李建国", "", "P1", 出生年月="1955-07-01", 居住地址=FAR, 单位名称="甲")]
    )
    with looking(village.store) as lookup:
        plans, stale, _ = plan_answers(lookup, PERSON, read_answers(path))
    assert [(item.row, why.split(" / ")[0]) for item, why in stale] == [(2, "导出后记录有变化")]
    steward.enter(joined(plans))
    assert steward.queue()[1].unsure_reason == "看不清"
    with looking(village.store) as lookup:
        plans, _, settled = plan_answers(lookup, PERSON, read_answers(path))
    assert plans == [] and [item.row for item in settled] == [3], "noted once"
    assert 5 in who(village)


def written(tmp_path: Path) -> Path:
    """A filled-in workbook made without a store."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "判定"
    sheet.append(["结论", "理由", "左编号", "右编号", "原因", "核对码"])
    for row in range(3):
        sheet.append(["同一", "核实", row * 2 + 1, row * 2 + 2, "", "c0de"])
    path = tmp_path / "filled.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ([("A2", '=IF(1,"同一","不同")')], 'A2：是公式 =IF(1,"同一","不同")'),
        ([("C3", "=1+2")], "C3：是公式 =1+2"),
        ([("A3", "也许")], "A3：不认识的结论 也许，只能是 同一、不同、待定"),
        ([("B4", None)], "B4：有结论而没有理由"),
        ([("D2", "李建国")], "D2：右编号应为编号，现为 李建国"),
        ([("D2", None)], "D2：右编号应为编号，现为 None"),
        ([("A1", "判断")], "A1：缺少表头 结论，现为 判断"),
        ([("F1", None)], "缺少表头 核对码。"),
        ([("E1", "结论")], "E1：表头 结论 重复"),
        ([("C3", 2), ("D3", 1)], "第 3 行与第 2 行是同一对 1 2"),
        ([("A2", "="), ("A3", "?")], "A3：不认识的结论"),
    ],
)  # fmt: skip
def test_bad_cells_are_named(tmp_path: Path, cells: list[tuple[str, Any]], told: str) -> None:
    path = written(tmp_path)
    fill(path, *cells)
    with pytest.raises(BadWorkbook) as refused:
        read_answers(path)
    assert told in str(refused.value) and "未作任何改动" in str(refused.value)


def test_what_people_may_do_to_a_workbook(tmp_path: Path) -> None:
    path = written(tmp_path)

    def change(sheet: Any) -> None:
        sheet.delete_rows(3)
        sheet.insert_cols(1)
        sheet["A1"], sheet["A2"], sheet["B3"], sheet["D2"] = "我的备注", "=NOW()", " 不同 ", "1.0"
        sheet["A9"] = "以下未看"

    edit(path, change)
    assert [(item.left, item.right, item.verdict) for item in read_answers(path)] == [
        (1, 2, "same"), (5, 6, "different"),
    ]  # fmt: skip


def test_what_is_no_workbook_is_said(tmp_path: Path) -> None:
    path = tmp_path / "q.xlsx"
    path.write_text("结论,理由", "utf-8")
    with pytest.raises(BadWorkbook, match="不是可读的 xlsx"):
        read_answers(path)


def test_texts_from_departments_are_no_formulas(village: City, tmp_path: Path) -> None:
    steward = Steward(village)
    row = insured("李建国", "", "P1", 出生年月="1955-07-01", 居住地址=FAR, 单位名称="=1+1")
    village.deliver("rs_insured", 2, [row])
    sheet = load_workbook(export(steward, tmp_path / "q.xlsx"))["判定"]
    cells = [cell for line in sheet.iter_rows() for cell in line if str(cell.value).startswith("=1+1")]
    assert cells and all(cell.data_type == "s" and cell.quotePrefix for cell in cells)
