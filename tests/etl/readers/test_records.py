"""JSON, JSON Lines and XML: records with named fields."""

from __future__ import annotations

import json

import pytest

from etl.contract import Contract
from etl.readers import ReadRefusal, read
from tests.etl.readers.conftest import DEPARTMENTS, Write, extract

AB = ["甲", "乙"]


def test_births_and_deaths(contracts: dict[str, Contract]) -> None:
    births = read(DEPARTMENTS / "wj_births_20261101.jsonl", contracts["wj_births"], contracts.values())
    assert births.table["父亲姓名"].to_pylist() == ["高晓强", None, "李建国"]
    deaths = read(DEPARTMENTS / "wj_deaths_20261101.xml", contracts["wj_deaths"], contracts.values())
    assert deaths.table["姓名"].to_pylist() == ["周桂平", "王\U00025a4b", "李建国"]
    assert deaths.table["证件号码"].to_pylist()[0] is None
    assert births.notes == deaths.notes == ()


def test_lines_that_are_no_records(write: Write) -> None:
    lines = [
        '{"甲": "1"}',
        "",
        '{"甲": ',
        "[1]",
        '{"甲": 1, "甲": 2}',
        '{"甲": "a\\u0000b"}',
        '{"甲": "\\ud800"}',
        "{}",
    ]
    content = (
        "\n".join(lines).encode() + b'\n{"\xe7\x94\xb2": "\xff"}\n{"\xe7\x94\xb2": 2, "\xe4\xb9\x99": null}\n'
    )
    result = read(write("a.jsonl", content), extract("jsonl", AB))
    assert [(row.row_no, row.code.removeprefix("reader.")) for row in result.rejected] == [
        (3, "bad_record"),
        (4, "bad_record"),
        (5, "bad_record"),
        (6, "nul_byte"),
        (7, "undecodable"),
        (9, "undecodable"),
    ]
    assert [(row.row_no, row.reason) for row in result.ignored] == [(2, "blank"), (8, "blank")]
    assert result.table["row_no"].to_pylist() == [1, 10]
    assert result.records == 10


def test_numbers_keep_their_digits_and_objects_flatten(write: Write) -> None:
    record = '{"甲": 411102194802252829123, "乙": 1.50, "丙": {"丁": true, "戊": [1, "二"]}}'
    contract = extract("jsonl", ["甲", "乙", "丙.丁", "丙.戊"])
    row = read(write("a.jsonl", record.encode()), contract).table.to_pylist()[0]
    assert list(row.values())[1:] == ["411102194802252829123", "1.50", "true", '["1", "二"]']


@pytest.mark.parametrize("where", ["", "数据", "结果.数据"])
def test_json_rows_under_a_path(write: Write, where: str) -> None:
    document: object = [{"甲": "1", "乙": 2}, {}, {"甲": "3"}]
    for part in reversed([part for part in where.split(".") if part]):
        document = {part: document, "总数": 3}
    result = read(
        write("a.json", json.dumps(document, ensure_ascii=False).encode()), extract("json", AB, records=where)
    )
    assert result.table["乙"].to_pylist() == ["2", None]
    assert [row.row_no for row in result.ignored] == [2]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"rows": [{"a": "1"}, {"a"', "reader.truncated"),
        (b'{"rows": [{"a": "1"}, {"a": "2', "reader.truncated"),
        (b'{"rows": [{"a": 1} {"a": 2}]}', "reader.malformed"),
        (b'{"other": []}', "reader.malformed"),
        (b'{"rows": {"a": 1}}', "reader.malformed"),
        (b"[" * 100_000, "reader.malformed"),
        (b'{"rows": [{"a": "\xff"}]}', "reader.undecodable"),
        ('{"rows": [{"姓名": "王志强"}]}'.encode("gbk"), "reader.wrong_encoding"),
        (b'{"rows": [{"b": "1"}]}', "reader.wrong_columns"),
    ],
)
def test_json_that_cannot_be_read(write: Write, content: bytes, code: str) -> None:
    with pytest.raises(ReadRefusal) as caught:
        read(write("a.json", content), extract("json", ["a"], records="rows"))
    assert caught.value.code == code


def test_a_count_that_the_file_states(write: Write) -> None:
    document = {"总数": 3, "行": [{"a": "1"}, {}]}
    contract = extract("json", ["a"], records="行", count="总数")
    result = read(write("a.json", json.dumps(document).encode()), contract)
    assert [note.code for note in result.notes] == ["reader.count_mismatch"]
    for stated, codes in (("2", []), ("5", ["reader.count_mismatch"])):
        content = f'<t n="{stated}"><r><a>1</a></r><r><a>2</a></r></t>'.encode()
        counted = read(write("a.xml", content), extract("xml", ["a"], record="r", count="n"))
        assert [note.code for note in counted.notes] == codes


def xml(body: str, encoding: str = "GBK") -> bytes:
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    return f"{head}<表>{body}</表>".encode(encoding.lower(), "xmlcharrefreplace")


def test_xml_attributes_references_and_comments(write: Write) -> None:
    body = '<行 编号="7"><甲>一<!-- x -->&#134795;&amp;</甲><乙/></行><行><甲> 二 </甲></行><行/>'
    result = read(write("a.xml", xml(body)), extract("xml", ["@编号", *AB], encoding="gbk", record="行"))
    assert result.table["甲"].to_pylist() == ["一" + chr(134795) + "&", "二"]
    assert result.table["@编号"].to_pylist() == ["7", None]
    assert [(row.row_no, row.reason) for row in result.ignored] == [(3, "blank")]


def test_xml_namespaces(write: Write) -> None:
    content = '<x:t xmlns:x="urn:a"><x:r><x:甲>1</x:甲></x:r></x:t>'.encode()
    assert read(write("a.xml", content), extract("xml", ["甲"], record="r")).table["甲"].to_pylist() == ["1"]


def test_xml_bad_bytes_and_repeated_fields_reject_their_record(write: Write) -> None:
    content = xml("<行><甲>一</甲></行><行><甲>@@</甲></行><行><甲>1</甲><甲>2</甲></行>").replace(
        b"@@", b"\xff\xff"
    )
    result = read(write("a.xml", content), extract("xml", ["甲"], encoding="gbk", record="行"))
    assert result.table["甲"].to_pylist() == ["一"]
    assert [(row.row_no, row.code) for row in result.rejected] == [
        (2, "reader.undecodable"),
        (3, "reader.bad_record"),
    ]


LAUGHS = '<!DOCTYPE z [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (xml("<行><甲>一</甲></行>")[:-12], "reader.truncated"),
        (xml("<行><甲>一</甲></行>")[:-2], "reader.truncated"),
        (xml("<行><甲>一</乙></行>"), "reader.malformed"),
        (xml("<行><甲>a\x01</甲></行>"), "reader.malformed"),
        (f"{LAUGHS}<表><行><甲>&b;</甲></行></表>".encode("gbk"), "reader.unsafe_xml"),
        (b'<!DOCTYPE t SYSTEM "file:///etc/passwd"><t/>', "reader.unsafe_xml"),
        (xml("<行><甲>&xxe;</甲></行>"), "reader.malformed"),
        (xml("<行><甲>王志强</甲></行>").decode("gbk").encode(), "reader.wrong_encoding"),
        (xml("<行><甲>王志强</甲></行>", "UTF-8"), "reader.wrong_encoding"),
        (b"not xml", "reader.malformed"),
        (b"", "reader.empty_file"),
    ],
)
def test_xml_that_cannot_be_read(write: Write, content: bytes, code: str) -> None:
    with pytest.raises(ReadRefusal) as caught:
        read(write("a.xml", content), extract("xml", ["甲"], encoding="gbk", record="行"))
    assert caught.value.code == code


def test_fields_may_be_absent_but_not_required_or_unknown_ones(
    write: Write, contracts: dict[str, Contract]
) -> None:
    record = json.loads((DEPARTMENTS / "wj_births_20261101.jsonl").read_bytes().splitlines()[0])
    name = "wj_births_20261101.jsonl"
    del record["父亲姓名"]
    result = read(write(name, json.dumps(record).encode()), contracts["wj_births"])
    assert result.table["父亲姓名"].to_pylist() == [None]
    assert [(note.code, note.column) for note in result.notes] == [("reader.column_absent", "父亲姓名")]
    for change in ({"父亲名": "某"}, {"出生时间": ...}):
        bad = {k: v for k, v in {**record, **change}.items() if v is not ...}
        with pytest.raises(ReadRefusal) as caught:
            read(write(name, json.dumps(bad).encode()), contracts["wj_births"])
        assert caught.value.code == "reader.wrong_columns"
    assert read(write(name, b"\n"), contracts["wj_births"]).notes[0].code == "reader.no_rows"
