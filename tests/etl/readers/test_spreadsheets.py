"""Workbooks, new and old: what a person sees in a cell is what is read."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest

from etl.contract import Contract
from etl.readers import ReadRefusal, read
from tests.etl.readers.conftest import DEPARTMENTS, Write, extract

TAXPAYERS = DEPARTMENTS / "sw_taxpayers_20261101.xlsx"


def saved(rows: list[list[Any]], *more: str) -> bytes:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    for title in more:
        book.create_sheet(title).append(["内容"])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_titles_dates_damaged_numbers_and_footnotes(contracts: dict[str, Contract]) -> None:
    result = read(DEPARTMENTS / "rs_insured_20261102.xlsx", contracts["rs_insured"], contracts.values())
    assert result.table["个人编号"].to_pylist()[0] == "4101234500"
    assert result.table["经办日期"].to_pylist()[0] == "2026-09-03"
    assert result.table["证件号码"].to_pylist()[4] == "4.11102199005129E+17"
    assert [(row.row_no, row.reason) for row in result.ignored] == [(9, "blank"), (10, "footnote")]
    assert result.records == 10


def test_a_wrong_header_is_named_where_it_stands(write: Write) -> None:
    title = [["参保人员名单"], ["制表：医保局"], ["甲", "乙", "丁"], ["1", "2", "3"]]
    with pytest.raises(ReadRefusal, match=r"a\.xlsx:3: 未知列“丁”") as caught:
        read(write("a.xlsx", saved(title)), extract("xlsx", ["甲", "乙", "丙"]))
    assert caught.value.line == 3


def test_merged_headers_formulas_and_other_sheets() -> None:
    columns = ["纳税人/识别号", "纳税人/名称", "注册资本", "经营情况/资本合计", "登记日期"]
    result = read(TAXPAYERS, extract("xlsx", columns, header_rows=2))
    assert [list(row.values()) for row in result.table.to_pylist()] == [
        [1, "92411102MA90GYCMX1", "和祥建材店", "12.5", "25", "2021-04-21"],
        [2, "92411102MA439GYX6J", "=和祥（不是公式）", "30", None, "2021-01-08 09:30:00"],
    ]
    notes = [(note.code, note.row_no, note.column) for note in result.notes]
    assert notes == [
        ("reader.formula", 1, "经营情况/资本合计"),
        ("reader.formula_without_value", 2, "经营情况/资本合计"),
        ("reader.other_sheets", None, None),
    ]


def test_a_sheet_by_name_or_number() -> None:
    assert (
        read(TAXPAYERS, extract("xlsx", ["填表说明"], sheet="说明", header_rows=1, title_rows=0)).records == 0
    )
    assert not read(TAXPAYERS, extract("xlsx", ["填表说明"], sheet=1, title_rows=0)).table.num_rows
    with pytest.raises(ReadRefusal) as caught:
        read(TAXPAYERS, extract("xlsx", ["填表说明"], sheet="没有"))
    assert caught.value.code == "reader.no_sheet"
    assert "纳税人信息、说明" in caught.value.zh


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (0.1, "0.1"),
        (-12, "-12"),
        (True, "TRUE"),
        ("4.11102E+17", "4.11102E+17"),
        ("411102194802252829", "411102194802252829"),
        (411102194802252829.0, "4.11102194802253E+17"),
        (999999999999999.0, "999999999999999"),
        (date(2015, 3, 12), "2015-03-12"),
        (datetime(2015, 3, 12, 8, 5), "2015-03-12 08:05:00"),
        (time(8, 5), "08:05:00"),
        (" 张三 ", " 张三 "),
        ("#N/A", "#N/A"),
    ],
)
def test_cells_as_a_person_reads_them(write: Write, value: Any, text: str) -> None:
    path = write("a.xlsx", saved([["甲", "乙"], [value, "x"]]))
    assert read(path, extract("xlsx", ["甲", "乙"])).table["甲"].to_pylist() == [text]


def test_blank_rows_inside_are_counted_and_those_below_are_not(write: Write) -> None:
    path = write("a.xlsx", saved([["甲", "乙"], ["1", "2"], [None, None], ["3"], ["", " "], [None, None]]))
    result = read(path, extract("xlsx", ["甲", "乙"]))
    assert result.table["row_no"].to_pylist() == [1, 3]
    assert result.table["乙"].to_pylist() == ["2", None]
    assert result.records == 3


def test_wrong_headers_and_another_extract(write: Write, contracts: dict[str, Contract]) -> None:
    path = write(
        "rs_insured_20261101.xlsx", saved([["标题"], list(contracts["mz_marriages"].columns), ["1"]])
    )
    with pytest.raises(ReadRefusal) as caught:
        read(path, contracts["rs_insured"], contracts.values())
    assert caught.value.code == "reader.other_extract"
    with pytest.raises(ReadRefusal) as caught:
        read(write("a.xlsx", saved([["甲", "丙"], [1, 2]])), extract("xlsx", ["甲", "乙"]))
    assert caught.value.code == "reader.wrong_columns"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "reader.empty_file"),
        (TAXPAYERS.read_bytes()[:3_000], "reader.truncated"),
        (TAXPAYERS.read_bytes().replace(b"xl/workbook.xml", b"xl/workbook.xmm"), "reader.truncated"),
        (b"PK\x03\x04" + bytes(100), "reader.truncated"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "reader.unsupported"),
        (b"a,b\n1,2\n", "reader.unsupported"),
        (bytes(5_000), "reader.unsupported"),
        (saved([]), "reader.empty_file"),
    ],
)
def test_what_is_no_workbook(write: Write, content: bytes, code: str) -> None:
    with pytest.raises(ReadRefusal) as caught:
        read(write("a.xlsx", content), extract("xlsx", ["甲"]))
    assert caught.value.code == code


def test_old_workbooks() -> None:
    columns = ["登记证号", "登记日期", "男方姓名", "男方身份证号", "女方姓名", "女方身份证号", "登记机关"]
    result = read(DEPARTMENTS / "mz_marriages_20261102.xls", extract("xls", columns))
    row = result.table.to_pylist()[0]
    assert row["登记日期"] == "2026-05-20"
    assert row["登记机关"] == "411102"
    assert row["男方身份证号"] == "411102199211309"


def test_an_old_workbook_cut_off(write: Write) -> None:
    content = (DEPARTMENTS / "mz_marriages_20261102.xls").read_bytes()
    for damaged in (content[:1_500], content[:512]):
        with pytest.raises(ReadRefusal) as caught:
            read(write("a.xls", damaged), extract("xls", ["登记证号"]))
        assert caught.value.code == "reader.truncated"
    assert (
        read(write("b.xls", saved([["甲"], ["1"], ["2"]])), extract("xls", ["甲"], title_rows=0)).records == 2
    )


GROUPED = extract("xlsx", ["甲/子/一", "甲/子/二", "乙"], title_rows=1, header_rows=2)
DATA = [["1", "2", "3"]]


@pytest.mark.parametrize(
    ("above", "rows"),
    [
        # As agreed, but one row deeper; the third column is merged down over all of them.
        ([["标题"], ["甲", None, "乙"], ["子", None, None], ["一", "二", None]], "2 至 4"),
        # Two more titles.
        ([["标题"], ["单位：某局"], ["2026年"], ["甲/子/一", "甲/子/二", "乙"]], "4 至 4"),
        # A group above everything.
        ([["标题"], ["登记", None, None], ["甲/子", None, "乙"], ["一", "二", None]], "3 至 4"),
    ],
)
def test_a_header_that_is_deeper_or_lower_than_agreed(
    write: Write, above: list[list[Any]], rows: str
) -> None:
    result = read(write("a.xlsx", saved([*above, *DATA])), GROUPED)
    assert [list(row.values()) for row in result.table.to_pylist()] == [[1, "1", "2", "3"]]
    assert [(note.code, rows in note.zh) for note in result.notes] == [("reader.header_moved", True)]


def test_a_header_that_lacks_a_column_is_refused_wherever_it_stands(write: Write) -> None:
    rows = [["标题"], ["甲", None], ["子", None], ["一", "二"], *DATA]
    with pytest.raises(ReadRefusal) as caught:
        read(write("a.xlsx", saved(rows)), GROUPED)
    assert caught.value.code == "reader.wrong_columns"


def test_a_web_page_that_is_called_a_workbook_is_called_a_web_page(write: Write) -> None:
    page = "\ufeff\r\n<html><table><tr><td>登记证号</td></tr></table></html>".encode()
    for name, form in (("a.xls", "xls"), ("a.xlsx", "xlsx")):
        with pytest.raises(ReadRefusal) as caught:
            read(write(name, page), extract(form, ["登记证号"]))
        assert caught.value.code == "reader.unsupported" and "网页" in caught.value.zh


def test_formatted_lines_far_below_the_data_are_not_kept(write: Write) -> None:
    """A sheet formatted down to its end, with blanks to the right, has the rows it has."""
    book = openpyxl.Workbook()
    sheet = book.active
    for cells in (["甲", "乙"], ["1", "2"], [], ["3", None]):
        sheet.append(cells)
    sheet["A5000"].number_format = sheet["ZZ3"].number_format = "@"
    target = io.BytesIO()
    book.save(target)
    result = read(write("a.xlsx", target.getvalue()), extract("xlsx", ["甲", "乙"]))
    assert result.table.to_pylist() == [
        {"row_no": 1, "甲": "1", "乙": "2"},
        {"row_no": 3, "甲": "3", "乙": None},
    ]
    assert [row.row_no for row in result.ignored] == [2]
