"""The workbook a department gets back."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from basedb import workbook
from basedb.audit import UNSTATED
from basedb.workbook import Book, Heading
from tests.cli.desk import Desk
from tests.etl.city import number, resident

WANG = number("19560603", 2)
WRONG = number("19550701", 1)[:-1] + ("1" if number("19550701", 1)[-1] != "1" else "2")


def rows(sheet: Worksheet) -> list[dict[str, object]]:
    """The rows of a sheet under its header."""
    lines = list(sheet.iter_rows(values_only=True))
    return [dict(zip(map(str, lines[0]), line, strict=True)) for line in lines[1:]]


def test_a_department_finds_its_rows_its_columns_and_what_to_do(desk: Desk, tmp_path: Path) -> None:
    people = [
        resident("李建国", WRONG, household="0001"),
        resident("", WANG, household="0002"),
        resident("=HYPERLINK(\"http://x\")", number("19700101", 3), household="=1+1", 户号="", 区划代码="+86"),
    ]  # fmt: skip
    name = desk.put("ga_population", "20261101", people)
    desk.nightly()
    document = desk.json("report", "ga_population", "-o", tmp_path / "反馈.xlsx")
    assert (document["quarantined"], document["files"]) == (1, 1)
    book = load_workbook(tmp_path / "反馈.xlsx")
    assert book.sheetnames == ["说明", "待更正的行", "数据问题", "文件账目"]
    (mend,) = rows(book["待更正的行"])
    assert (mend["文件"], mend["数据行号（不含表头）"], mend["列名"]) == (name, 2, "姓名")
    assert (mend["原因"], mend["reason"]) == ("必填项为空", "a required value is blank")
    found = rows(book["数据问题"])
    wrong = next(row for row in found if row["列名"] == "公民身份号码")
    assert wrong["原值"] == f"{WRONG[:6]}********{WRONG[-4:]}" and wrong["数据行号（不含表头）"] == 1
    assert any(row["原值"] == "+86" for row in found)
    for sheet in book:
        assert {cell.data_type for line in sheet.iter_rows() for cell in line} <= {"s", "n", "d"}
        assert sheet.title == "说明" or (sheet.freeze_panes == "A2" and sheet.auto_filter.ref)
    (account,) = rows(book["文件账目"])
    assert (account["读入行数"], account["新增"], account["隔离"]) == (3, 2, 1)


def test_whole_numbers_need_a_purpose_and_every_report_leaves_a_record(desk: Desk, tmp_path: Path) -> None:
    desk.put("ga_population", "20261101", [resident("李建国", WRONG)])
    desk.nightly()
    desk("report", "ga_population", "--show-ids", "-o", tmp_path / "r.xlsx", code=2)
    assert not (tmp_path / "r.xlsx").exists()
    desk("report", "ga_population", "-o", tmp_path / "masked.xlsx")
    desk("report", "ga_population", "--show-ids", "--purpose", "退回核实", "-o", tmp_path / "r.xlsx")
    found = rows(load_workbook(tmp_path / "r.xlsx")["数据问题"])
    assert any(row["原值"] == WRONG for row in found)
    desk.put("ga_population", "20261102", [resident("李建国", WRONG), resident("王秀英", WANG)])
    desk.nightly()
    assert desk.query("SELECT command, purpose FROM basedb.audit ORDER BY read_at") == [
        ("report", UNSTATED), ("report", "退回核实"),
    ]  # fmt: skip


def test_no_text_becomes_a_formula(tmp_path: Path) -> None:
    nasty = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "a\x00b\x0bc", "x" * 40_000, "正常"]
    book = Book()
    assert book.table("值", [Heading("值")], [[text] for text in nasty]) == len(nasty)
    book.save(tmp_path / "b.xlsx")
    sheet = load_workbook(tmp_path / "b.xlsx")["值"]
    cells = [line[0] for line in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells[:6]) and not cells[8].quotePrefix
    assert cells[0].value == "=1+1" and "\x00" not in str(cells[6].value)


def test_a_sheet_that_is_full_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr(workbook, "MAX_ROWS", 3)
    book = Book()
    book.table("值", [Heading("值")], [[number] for number in range(7)])
    book.save(tmp_path / "b.xlsx")
    made = load_workbook(tmp_path / "b.xlsx")
    assert [(sheet.title, sheet.max_row, sheet.auto_filter.ref) for sheet in made] == [
        ("值", 4, "A1:A4"), ("值2", 4, "A1:A4"), ("值3", 2, "A1:A2"),
    ]  # fmt: skip
