"""DBF tables: deleted records, code pages, cut names and cut characters."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from etl.contract import Contract
from etl.readers import ReadRefusal, read
from tests.etl.readers.conftest import DEPARTMENTS, Write, extract

STUDENTS = (DEPARTMENTS / "jy_students_20261101.dbf").read_bytes()


def table(
    fields: list[tuple[bytes, bytes, int]],
    records: list[bytes],
    code_page: int = 0,
    claimed: int | None = None,
) -> bytes:
    start, width = 32 + 32 * len(fields) + 1, 1 + sum(length for _, _, length in fields)
    count = len(records) if claimed is None else claimed
    head = struct.pack("<BBBBIHH17xBxx", 0x30, 126, 11, 1, count, start, width, code_page)
    for name, kind, length in fields:
        head += struct.pack("<11sc4xBB14x", name, kind, length, 0)
    return head + b"\x0d" + b"".join(records) + b"\x1a"


def test_students(contracts: dict[str, Contract]) -> None:
    result = read(DEPARTMENTS / "jy_students_20261101.dbf", contracts["jy_students"], contracts.values())
    assert result.table["XM"].to_pylist() == ["高梓萱", "古丽"]
    assert result.table["SFZH"].to_pylist()[1] is None
    assert [(row.row_no, row.reason) for row in result.ignored] == [(3, "deleted")]
    assert [(note.code, note.row_no, note.column) for note in result.notes] == [
        ("reader.cut_character", 1, "JTZZ")
    ]
    assert result.table["JTZZ"].to_pylist()[0] == "河南省漯河市源汇区和祥街"


@pytest.mark.parametrize(
    ("code_page", "side_car", "encoding"),
    [
        (0x4D, None, "gbk"),
        (0, None, "gbk"),
        (0, "UTF-8", "utf-8"),
        (0x78, None, "big5"),
        (0x4D, "65001", "utf-8"),
    ],
)
def test_where_the_encoding_comes_from(
    write: Write, tmp_path: Path, code_page: int, side_car: str | None, encoding: str
) -> None:
    if side_car:
        (tmp_path / "a.cpg").write_text(side_car)
    content = table([(b"XM", b"C", 12)], [b" " + "張三".encode(encoding).ljust(12)], code_page)
    assert read(write("a.dbf", content), extract("dbf", ["XM"])).table["XM"].to_pylist() == ["張三"]


def test_a_code_page_nobody_knows(write: Write, tmp_path: Path) -> None:
    (tmp_path / "a.cpg").write_text("CP00936")
    content = table([(b"XM", b"C", 12)], [b" " + b"x".ljust(12)])
    with pytest.raises(ReadRefusal, match="cp00936") as caught:
        read(write("a.dbf", content), extract("dbf", ["XM"]))
    assert caught.value.code == "reader.wrong_encoding"


def test_a_chinese_field_name_cut_at_ten_bytes(write: Write) -> None:
    name = "公民身份号码".encode("gbk")[:10]
    content = table([(name, b"C", 18), (b"xm", b"C", 6)], [b" " + b"1" * 18 + b"abc   "])
    result = read(write("a.dbf", content), extract("dbf", ["公民身份号码", "xm"]))
    assert result.table["公民身份号码"].to_pylist() == ["1" * 18]


def test_numbers_dates_and_binary_fields(write: Write) -> None:
    fields = [
        (b"N", b"N", 5),
        (b"D", b"D", 8),
        (b"L", b"L", 1),
        (b"I", b"I", 4),
        (b"B", b"B", 8),
        (b"Y", b"Y", 8),
    ]
    fields.append((b"T", b"T", 8))
    moment = struct.pack("<ii", 2_440_588 + 20_000, 3_600_000)
    record = b" " + b" 12.5" + b"20261101" + b"T" + struct.pack("<idq", -7, 2.5, 123_4500) + moment
    empty = b" " + b" " * 14 + bytes(28)
    result = read(
        write("a.dbf", table(fields, [record, empty])), extract("dbf", [f[0].decode() for f in fields])
    )
    row = result.table.to_pylist()[0]
    assert list(row.values())[1:] == ["12.5", "20261101", "T", "-7", "2.5", "123.4500", "2024-10-04 01:00:00"]


def test_bad_bytes_reject_their_record_only(write: Write) -> None:
    records = [b" ab      ", b" \xff\xffb     ", b"*\xff\xffb     ", b"         ", b" cd\0\0\0\0\0\0"]
    result = read(write("a.dbf", table([(b"A", b"C", 8)], records)), extract("dbf", ["A"]))
    assert result.table["A"].to_pylist() == ["ab", "cd"]
    assert [(row.row_no, row.code) for row in result.rejected] == [(2, "reader.undecodable")]
    assert [(row.row_no, row.reason) for row in result.ignored] == [(3, "deleted"), (4, "blank")]
    assert result.records == 5


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "reader.empty_file"),
        (STUDENTS[:20], "reader.truncated"),
        (STUDENTS[:-200], "reader.truncated"),
        (table([(b"A", b"C", 8)], [b" 12345678"], claimed=2), "reader.truncated"),
        (table([(b"A", b"M", 10)], [b" " + b" " * 10]), "reader.unsupported"),
        (table([(b"B", b"C", 8)], []), "reader.wrong_columns"),
        (table([(b"A", b"C", 8), (b"A", b"C", 8)], []), "reader.duplicate_column"),
        (b"\x03" + bytes(200), "reader.malformed"),
    ],
)
def test_what_is_no_table(write: Write, content: bytes, code: str) -> None:
    with pytest.raises(ReadRefusal) as caught:
        read(write("a.dbf", content), extract("dbf", ["A"]))
    assert caught.value.code == code


def test_no_records_and_records_beyond_the_count(write: Write) -> None:
    empty = read(write("a.dbf", table([(b"A", b"C", 8)], [])), extract("dbf", ["A"]))
    assert (empty.records, [note.code for note in empty.notes]) == (0, ["reader.no_rows"])
    more = read(
        write("b.dbf", table([(b"A", b"C", 8)], [b" 12345678"] * 3, claimed=1)), extract("dbf", ["A"])
    )
    assert (more.records, [note.code for note in more.notes]) == (1, ["reader.trailing_bytes"])
