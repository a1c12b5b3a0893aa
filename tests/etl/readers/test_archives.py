"""Packed files: one data file inside, and never more than the limits allow."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from etl.readers import ReadRefusal, read
from tests.etl.readers.conftest import DEPARTMENTS, Write, extract

CSV = "甲,乙\n一,二\n三,四\n".encode("gb18030")
COLUMNS = ["甲", "乙"]


def contract(**options: object) -> object:
    return extract("delimited", COLUMNS, encoding="gbk", **options)


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    "content",
    [gzip.compress(CSV, mtime=0), zipped({"数据/人员.csv": CSV}), zipped({"a.csv": CSV, "数据/": b""})],
    ids=["gzip", "zip", "zip-with-folder"],
)
def test_one_data_file_is_read(write: Write, content: bytes) -> None:
    assert read(write("a.csv.gz", content), contract()).table["乙"].to_pylist() == ["二", "四"]


def test_a_member_is_chosen_by_name(write: Write) -> None:
    path = write("a.zip", zipped({"说明.txt": "说明".encode(), "人员.csv": CSV}))
    assert read(path, contract(member=r"\.csv$")).table.num_rows == 2
    with pytest.raises(ReadRefusal) as caught:
        read(path, contract())
    assert caught.value.code == "reader.archive"
    assert "人员.csv" in caught.value.zh


def test_a_member_named_in_gbk(write: Write) -> None:
    content = zipped({"RENYUAN.csv": CSV}).replace(b"RENYUAN", "人员x".encode("gbk") + b"yz")
    assert read(write("a.zip", content), contract(member="^人员")).table.num_rows == 2


@pytest.mark.parametrize("keep", [20, 40, -1])
@pytest.mark.parametrize(
    "pack", [lambda: gzip.compress(CSV * 50, mtime=0), lambda: zipped({"a.csv": CSV * 50})]
)
def test_a_packed_file_cut_off(write: Write, pack: object, keep: int) -> None:
    content = pack()  # type: ignore[operator]
    with pytest.raises(ReadRefusal) as caught:
        read(write("a.zip", content[:keep]), contract())
    assert caught.value.code == "reader.truncated"


def test_a_packed_file_damaged_inside(write: Write) -> None:
    body = bytes(range(256)) * 40
    content = bytearray(zipped({"a.csv": body}, zipfile.ZIP_STORED))
    content[2_000] ^= 0xFF
    with pytest.raises(ReadRefusal) as caught:
        read(write("a.zip", bytes(content)), contract())
    assert caught.value.code == "reader.truncated"


@pytest.mark.parametrize("inner", [gzip.compress(CSV, mtime=0), zipped({"a.csv": CSV})])
def test_archives_within_archives_are_refused(write: Write, inner: bytes) -> None:
    for outer in (gzip.compress(inner, mtime=0), zipped({"a.bin": inner})):
        with pytest.raises(ReadRefusal) as caught:
            read(write("a.zip", outer), contract())
        assert caught.value.code == "reader.archive"


@pytest.mark.parametrize(
    ("limits", "blanks"),
    [({"max_bytes": 1_000}, 2_000), ({"max_ratio": 50.0}, 40 << 20), ({}, 300 << 20)],
)
def test_bombs_are_refused_before_they_unpack(write: Write, limits: dict[str, float], blanks: int) -> None:
    filler = b" " * blanks
    for content in (gzip.compress(CSV + filler, 1, mtime=0), zipped({"a.csv": CSV + filler})):
        with pytest.raises(ReadRefusal) as caught:
            read(write("a.zip", content), contract(limits=limits))
        assert caught.value.code == "reader.bomb"


def test_too_many_members(write: Write) -> None:
    path = write("a.zip", zipped({f"{at}.csv": CSV for at in range(11)}))
    with pytest.raises(ReadRefusal) as caught:
        read(path, contract(limits={"max_members": 10}))
    assert caught.value.code == "reader.bomb"


def test_other_archives_are_named(write: Write) -> None:
    with pytest.raises(ReadRefusal) as caught:
        read(write("a.7z", b"7z\xbc\xaf\x27\x1c" + bytes(50)), contract())
    assert caught.value.code == "reader.archive"


def test_a_workbook_within_an_archive(write: Write) -> None:
    book = (DEPARTMENTS / "sw_taxpayers_20261101.xlsx").read_bytes()
    columns = ["识别号", "名称", "注册资本", "资本合计", "登记日期"]
    spec = extract("xlsx", columns, header_rows=2)
    for content in (zipped({"a.xlsx": book}), gzip.compress(book, mtime=0)):
        assert read(write("a.zip", content), spec).table.num_rows == 2
    assert (
        read(
            write("a.zip", zipped({"b.txt": b"1", "a.xlsx": book})),
            extract("xlsx", columns, header_rows=2, member="xlsx$"),
        ).table.num_rows
        == 2
    )
