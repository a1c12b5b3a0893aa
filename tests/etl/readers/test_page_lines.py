"""What stands between the rows of a printed list, cells beyond reason, and text that is none."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.contract import Contract
from etl.readers import ReadRefusal, read
from etl.readers.long_cells import LONGEST_CELL, without_long_cells
from etl.readers.page_lines import without_page_lines
from etl.readers.result import ReadResult, text_table
from tests.etl.city import content, number, resident
from tests.etl.readers.conftest import DEPARTMENTS, Write, extract

COLUMNS = ["户号", "男方/姓名", "人数"]
CONTRACT = extract("delimited", COLUMNS, encoding="utf-8")


def listed(*lines: str) -> bytes:
    return "\r\n".join([",".join(COLUMNS), *lines, ""]).encode()


def test_a_header_printed_again_and_a_total_are_no_rows(write: Write) -> None:
    lines = ("1,王一,3", "户号,姓名,人数", "2,合计,1", "合 计：,,4人", "制表人：张三,,", "注,李四,2")
    read_ = read(write("a.csv", listed(*lines)), CONTRACT)
    result = without_page_lines(read_, CONTRACT)
    assert result.table["row_no"].to_pylist() == [1, 3, 6]
    assert [(row.row_no, row.reason) for row in result.ignored] == [
        (2, "header"), (4, "summary"), (5, "summary"),
    ]  # fmt: skip
    assert [(note.code, note.row_no) for note in result.notes] == [
        ("reader.repeated_header", 2), ("reader.summary_line", 4), ("reader.summary_line", 5),
    ]  # fmt: skip
    assert result.records == read_.records == 6


@given(
    st.lists(st.tuples(st.text("甲乙丙1", min_size=1), st.text("甲乙丙1"), st.text("甲乙丙1")), max_size=8)
)
def test_rows_of_other_words_stay_rows(rows: list[tuple[str, str, str]]) -> None:
    columns = {
        name: pa.array([row[at] or None for row in rows], pa.string()) for at, name in enumerate(COLUMNS)
    }
    before = ReadResult(text_table(columns, COLUMNS, np.arange(1, len(rows) + 1)))
    assert without_page_lines(before, CONTRACT) == before


def test_a_cell_beyond_reason_is_set_aside_with_its_row(write: Write) -> None:
    content = listed("1,王一,3", f"2,{'长' * LONGEST_CELL},1")
    result = without_long_cells(read(write("a.csv", content), CONTRACT))
    assert result.table["row_no"].to_pylist() == [1]
    (row,) = result.rejected
    assert (
        (row.row_no, row.code) == (2, "reader.long_cell") and "男方/姓名" in row.zh and len(row.raw) < 3_000
    )


def test_records_between_two_stray_quotes_are_not_swallowed(
    write: Write, contracts: dict[str, Contract]
) -> None:
    """A quote opened in one record and in the next would make one record of the right width of both."""
    people = [
        resident(f"王{name}", number("19800101", at), f"H{at}") for at, name in enumerate("一二三四五", 1)
    ]
    lines = content("ga_population", people).split(b"\r\n")
    for at in (2, 3):
        lines[at] = lines[at].replace("河南省".encode("gbk"), '"河南省'.encode("gbk"), 1)
    result = read(write("ga_population_20261101.csv", b"\r\n".join(lines)), contracts["ga_population"])
    assert result.records == 5
    assert result.table["姓名"].to_pylist() == ["王一", "王四", "王五"]
    assert [(row.row_no, row.code) for row in result.rejected] == [
        (2, "reader.unclosed_quote"), (3, "reader.unclosed_quote"),
    ]  # fmt: skip


def test_a_file_without_header_shows_nobody(write: Write, contracts: dict[str, Contract]) -> None:
    rows = content("ga_population", [resident("王一", number())]).split(b"\r\n", 1)[1]
    with pytest.raises(ReadRefusal) as caught:
        read(write("ga_population_20261101.csv", rows), contracts["ga_population"])
    assert caught.value.code == "reader.no_header"
    assert number() not in str(caught.value) and "王一" not in str(caught.value)


def test_a_header_of_thousands_of_columns_is_told_in_a_few_words(
    write: Write, contracts: dict[str, Contract]
) -> None:
    wide = ",".join(f"列{at}" for at in range(5_000)) + "\r\n"
    with pytest.raises(ReadRefusal) as caught:
        read(write("ga_population_20261101.csv", wide.encode("gbk")), contracts["ga_population"])
    assert caught.value.code == "reader.wrong_columns" and "另有 4990 个未知列" in caught.value.zh


@pytest.mark.parametrize(
    ("name", "source", "start", "code"),
    [
        ("ga_population_20261101.csv", "ga_population", b"", "reader.malformed"),
        ("ga_population_20261101.csv", "ga_population", content("ga_population", [resident("王一")]), "reader.truncated"),
        ("jy_students_20261101.dbf", "jy_students", b"", "reader.malformed"),
        ("wj_births_20261101.jsonl", "wj_births", b"", "reader.truncated"),
        ("wj_deaths_20261101.xml", "wj_deaths", b"<?xml version='1.0' encoding='GBK'?>", "reader.truncated"),
        ("rs_insured_20261101.xlsx", "rs_insured", b"", "reader.unsupported"),
    ],
)  # fmt: skip
def test_room_reserved_for_what_never_came_costs_no_memory(
    write: Write, contracts: dict[str, Contract], name: str, source: str, start: bytes, code: str
) -> None:
    path = write(name, start)
    with path.open("r+b") as file:
        file.truncate(256 << 20)
    tracemalloc.start()
    try:
        with pytest.raises(ReadRefusal) as caught:
            read(path, contracts[source])
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()
    assert caught.value.code == code


def test_a_workbook_that_is_called_text(write: Write, contracts: dict[str, Contract]) -> None:
    book = (DEPARTMENTS / "sw_taxpayers_20261101.xlsx").read_bytes()
    with pytest.raises(ReadRefusal) as caught:
        read(write("ga_population_20261101.csv", book), contracts["ga_population"])
    assert caught.value.code == "reader.unsupported" and "xlsx" in caught.value.zh
