"""Delimited text: whole files, bad records among good ones, and files that are not what they claim."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest

from etl.contract import Contract
from etl.readers import ReadRefusal, read
from tests.etl.readers.conftest import DEPARTMENTS, Write, extract

GA = (DEPARTMENTS / "ga_population_20261101.csv").read_bytes()
RS = (DEPARTMENTS / "rs_insured_20261101.csv").read_bytes()
GA_LINES = GA.split(b"\r\n")[:-1]
HEADER, ROW = GA_LINES[:2]
NAMES = extract("delimited", ["甲", "乙", "丙"], encoding="gb18030")


def ga(write: Write, *lines: bytes) -> object:
    return write("ga_population_20261101.csv", b"\r\n".join([*lines, b""]))


def test_characters_outside_gbk_survive(contracts: dict[str, Contract]) -> None:
    result = read(DEPARTMENTS / "ga_population_20261101.csv", contracts["ga_population"], contracts.values())
    names = result.table["姓名"].to_pylist()
    assert names[4:7] == ["阿依古丽·买买提", "王\U00025a4b", "张㛃"]
    assert result.table["曾用名"].to_pylist()[:3] == [None, None, "杜爱兰"]
    assert result.table["row_no"].to_pylist() == list(range(1, 13))
    assert (result.records, result.ignored, result.rejected, result.notes) == (12, (), (), ())


BAD_RECORDS = [
    ("too few columns", ROW.rsplit(b",", 1)[0], "reader.column_count"),
    ("ten thousand columns", b",".join([b"1"] * 10_000), "reader.column_count"),
    ("half a character before a comma", ROW.replace(b",", b"\xb0,", 1), "reader.undecodable"),
    ("a byte no character has", ROW.replace(b",", b"\xff,", 1), "reader.undecodable"),
    ("NUL", ROW.replace(b",", b"\0,", 1), "reader.nul_byte"),
    ("a quote never closed", ROW.replace(b",", b',"', 1), "reader.unclosed_quote"),
    ("a row in UTF-8", ROW.decode("gb18030").encode(), "reader.row_encoding"),
]


@pytest.mark.parametrize(
    ("line", "code"), [case[1:] for case in BAD_RECORDS], ids=[c[0] for c in BAD_RECORDS]
)
@pytest.mark.parametrize("at", [1, 6, 13])
def test_a_bad_record_is_set_aside_and_all_others_kept(
    write: Write, contracts: dict[str, Contract], line: bytes, code: str, at: int
) -> None:
    path = ga(write, *GA_LINES[:at], line, *GA_LINES[at:])
    result = read(path, contracts["ga_population"])
    assert [(row.row_no, row.code) for row in result.rejected] == [(at, code)]
    assert result.rejected[0].raw and result.rejected[0].zh and result.rejected[0].en
    assert len(result.rejected[0].raw) <= 2_000
    good = read(DEPARTMENTS / "ga_population_20261101.csv", contracts["ga_population"])
    assert result.table.drop_columns("row_no") == good.table.drop_columns("row_no")
    assert result.table["row_no"].to_pylist() == [n for n in range(1, 14) if n != at]
    assert result.records == 13


def test_many_bad_records_at_once(write: Write, contracts: dict[str, Contract]) -> None:
    lines = [HEADER]
    for _, bad, _ in BAD_RECORDS:
        lines += [ROW, b"", bad]
    result = read(ga(write, *lines, b"", b""), contracts["ga_population"])
    assert [row.code for row in result.rejected] == [code for _, _, code in BAD_RECORDS]
    assert [row.reason for row in result.ignored] == ["blank"] * (len(BAD_RECORDS) + 2)
    assert result.table.num_rows == len(BAD_RECORDS)
    assert result.records == 3 * len(BAD_RECORDS) + 2
    numbers = [row.row_no for row in (*result.rejected, *result.ignored)] + result.table["row_no"].to_pylist()
    assert sorted(numbers) == list(range(1, result.records + 1))


@pytest.mark.parametrize("spoilt", [False, True], ids=["fast", "careful"])
def test_quotes_read_alike_on_both_ways(write: Write, spoilt: bool) -> None:
    body = '甲,乙,丙\n"一\r\n二","三""四",""\n五, 六 ,七"八\n"九"十,=1+1,\n'
    body += "坏行\n" if spoilt else ""
    result = read(write("a.csv", body.encode("gb18030")), NAMES)
    assert result.table.to_pylist() == [
        {"row_no": 1, "甲": "一\r\n二", "乙": '三"四', "丙": None},
        {"row_no": 2, "甲": "五", "乙": " 六 ", "丙": '七"八'},
        {"row_no": 3, "甲": "九十", "乙": "=1+1", "丙": None},
    ]
    assert len(result.rejected) == int(spoilt)


def test_two_stray_quotes_do_not_swallow_what_lies_between(write: Write) -> None:
    body = '甲,乙,丙\n1,2,3\n4,"5,6\n7,8,9\n10,11",12\n13,14,15\n'
    result = read(write("a.csv", body.encode("gb18030")), NAMES)
    assert result.table["甲"].to_pylist() == ["1", "7", "10", "13"]
    assert [(row.row_no, row.code) for row in result.rejected] == [(2, "reader.unclosed_quote")]


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends(write: Write, ending: bytes, last: bool) -> None:
    lines = [line.encode("gb18030") for line in ("甲,乙,丙", "一,二,三", ",,", "四,五,六")]
    result = read(write("a.csv", ending.join(lines) + (ending if last else b"")), NAMES)
    assert result.table["丙"].to_pylist() == ["三", "六"]
    assert [(row.row_no, row.reason) for row in result.ignored] == [(2, "blank")]


@pytest.mark.parametrize("delimiter", ["|", "\\t", ";", "||", "^"])
@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-16", "big5"])
def test_delimiters_and_encodings(write: Write, delimiter: str, encoding: str) -> None:
    # 誠 is A5 7C in Big5 terms of trailing bytes: characters whose second byte is a delimiter's.
    rows = [["甲", "乙", "丙"], ["張|三" if delimiter == ";" else "張三", "功", "一丁"], ["許", "", "育"]]
    text = "\n".join(delimiter.replace("\\t", "\t").join(row) for row in rows) + "\n"
    contract = extract("delimited", rows[0], encoding=encoding, delimiter=delimiter)
    result = read(write("a.txt", text.encode(encoding)), contract)
    assert [list(row.values())[1:] for row in result.table.to_pylist()] == [
        rows[1],
        ["許", None, "育"],
    ]


def test_second_bytes_that_look_like_a_delimiter(write: Write) -> None:
    name = bytes((0x81, 0x7C)).decode("gb18030")  # the second byte is a vertical bar
    contract = extract("delimited", ["甲", "乙"], encoding="gbk", delimiter="|")
    result = read(write("a.txt", f"甲|乙\n{name}|二\n".encode("gb18030")), contract)
    assert result.table["甲"].to_pylist() == [name]


def test_title_rows_header_rows_and_footnotes(write: Write) -> None:
    text = "某局统计表,,\n人员,,备注\n甲,乙,丙\n一,二,三\n注：以上为初步数据,,\n制表人：某某\n"
    contract = extract(
        "delimited",
        ["甲", "乙", "丙"],
        encoding="utf-8",
        title_rows=1,
        header_rows=2,
        footnotes=["^注", "^制表"],
    )
    result = read(write("a.csv", text.encode()), contract)
    assert result.table.to_pylist() == [{"row_no": 1, "甲": "一", "乙": "二", "丙": "三"}]
    assert [(row.row_no, row.reason) for row in result.ignored] == [(2, "footnote"), (3, "footnote")]
    clean = read(write("b.csv", text.encode().rsplit("制".encode(), 1)[0]), contract)
    assert [(row.row_no, row.reason) for row in clean.ignored] == [(2, "footnote")]


def test_no_header_means_contract_order(write: Write) -> None:
    contract = extract("delimited", ["甲", "乙"], encoding="utf-8", header_rows=0)
    assert read(write("a.csv", b"1,2\n3,4\n"), contract).table["乙"].to_pylist() == ["2", "4"]


def test_header_only_is_read_with_a_note(write: Write, contracts: dict[str, Contract]) -> None:
    for content in (HEADER, HEADER + b"\r\n", HEADER + b"\r\n\x1a"):
        result = read(write("ga_population_20261101.csv", content), contracts["ga_population"])
        assert (result.records, [note.code for note in result.notes]) == (0, ["reader.no_rows"])
        assert result.table.column_names == ["row_no", *contracts["ga_population"].read_columns]


def test_columns_may_come_in_another_order(write: Write) -> None:
    result = read(write("a.csv", "丙,甲,乙\n3,1,2\n".encode("gb18030")), NAMES)
    assert result.table.to_pylist() == [{"row_no": 1, "甲": "1", "乙": "2", "丙": "3"}]
    assert [note.code for note in result.notes] == ["reader.columns_reordered"]


def test_an_alias_and_blanks_in_headers(write: Write, contracts: dict[str, Contract]) -> None:
    header = HEADER.decode("gb18030").replace("公民身份号码", "身份证号").replace("姓名,", "姓　名 ,", 1)
    result = read(ga(write, header.encode("gb18030"), ROW), contracts["ga_population"])
    assert result.table["姓名"].to_pylist() == ["周桂平"]
    assert [(note.code, note.column) for note in result.notes] == [("reader.column_aliased", "公民身份号码")]


def refusal(path: object, contract: Contract, *others: Contract) -> ReadRefusal:
    with pytest.raises(ReadRefusal) as caught:
        read(path, contract, others)  # type: ignore[arg-type]
    assert caught.value.zh and caught.value.en
    return caught.value


@pytest.mark.parametrize(
    ("header", "code", "says"),
    [
        ("甲,乙,丁", "reader.wrong_columns", "缺少列“丙”"),
        ("甲,乙", "reader.wrong_columns", "丙"),
        ("甲,乙,丙,丁", "reader.wrong_columns", "未知列“丁”"),
        ("甲,乙,甲,丙", "reader.duplicate_column", "甲"),
        ("甲,乙,丙,", "reader.wrong_columns", "没有表头"),
    ],
)
def test_columns_that_are_not_the_declared_ones(write: Write, header: str, code: str, says: str) -> None:
    found = refusal(write("a.csv", f"{header}\n1,2,3\n".encode("gb18030")), NAMES)
    assert (found.code, found.line) == (code, 1)
    assert says in found.zh


def test_a_trailing_delimiter_can_be_declared(write: Write) -> None:
    contract = replace(NAMES, ignore={"": "行尾的分隔符"})
    result = read(write("a.csv", "甲,乙,丙,\n1,2,3,\n".encode("gb18030")), contract)
    assert result.table.to_pylist() == [{"row_no": 1, "甲": "1", "乙": "2", "丙": "3"}]


def test_a_renamed_column_is_suggested(write: Write, contracts: dict[str, Contract]) -> None:
    header = HEADER.decode("gb18030").replace("户籍地址", "户籍所在地址").encode("gb18030")
    found = refusal(ga(write, header, ROW), contracts["ga_population"], *contracts.values())
    assert "“户籍所在地址”（是否为“户籍地址”" in found.zh
    assert "is it 户籍地址?" in found.en


def test_another_departments_extract_is_named(write: Write, contracts: dict[str, Contract]) -> None:
    marriages = (DEPARTMENTS / "mz_marriages_20261101.csv").read_bytes()
    path = write("ga_population_20261101.csv", marriages)
    found = refusal(path, contracts["ga_population"], *contracts.values())
    assert found.code == "reader.other_extract"
    assert "mz_marriages" in found.en


@pytest.mark.parametrize(
    ("source", "content"),
    [
        ("ga_population", GA.decode("gb18030").encode()),
        ("ga_population", GA.decode("gb18030").encode("utf-8-sig")),
        ("ga_population", GA.decode("gb18030").encode("utf-16")),
        ("ga_population", GA.decode("gb18030").encode().decode("gb18030", "replace").encode("gb18030")),
        ("ga_population", (HEADER + b"\r\n").decode("gb18030").encode()),
        ("rs_insured", RS.decode("utf-8-sig").encode("gb18030")),
        ("rs_insured", RS.decode("utf-8-sig").encode().decode("gb18030", "replace").encode()),
        ("rs_insured", RS.splitlines(keepends=True)[0].decode("utf-8-sig").encode("gb18030")),
    ],
    ids=["utf8", "utf8-bom", "utf16", "double-gb", "header-utf8", "gb", "double-utf8", "header-gb"],
)
def test_wrong_encoding_is_noticed(
    write: Write, contracts: dict[str, Contract], source: str, content: bytes
) -> None:
    found = refusal(write(f"{source}_20261101.csv", content), contracts[source])
    assert found.code == "reader.wrong_encoding"


def test_few_bytes_do_not_convict_a_file(write: Write) -> None:
    # 联通 in GBK is valid UTF-8 by accident; Latin headers leave only the cell to judge by.
    contract = extract("delimited", ["a", "b"], encoding="gbk")
    result = read(write("a.csv", "a,b\n联通,1\n".encode("gbk")), contract)
    assert result.table["a"].to_pylist() == ["联通"]
    utf8 = extract("delimited", ["a", "b"], encoding="utf-8")
    assert read(write("b.csv", "a,b\n㛃𥩋,1\n".encode()), utf8).table["a"].to_pylist() == ["㛃𥩋"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "reader.empty_file"),
        (b"\n\n\n", "reader.no_header"),
        (gzip.compress(GA, mtime=0)[:-300], "reader.truncated"),
        (gzip.compress(b"", mtime=0), "reader.empty_file"),
    ],
)
def test_nothing_to_read(write: Write, contracts: dict[str, Contract], content: bytes, code: str) -> None:
    assert refusal(write("ga_population_20261101.csv", content), contracts["ga_population"]).code == code


def test_an_unknown_encoding(write: Write) -> None:
    contract = extract("delimited", ["a"], encoding="gbk2")
    assert refusal(write("a.csv", b"a\n1\n"), contract).code == "reader.unsupported"


def test_a_large_file_goes_the_fast_way_and_counts_right(
    write: Write, contracts: dict[str, Contract]
) -> None:
    body = b"\r\n".join(GA_LINES[1:]) + b"\r\n"
    path = write("ga_population_20261101.csv", HEADER + b"\r\n" + body * 4_000)
    result = read(path, contracts["ga_population"])
    assert result.table.num_rows == 48_000
    assert result.table["姓名"].to_pylist()[-12:] == result.table["姓名"].to_pylist()[:12]
    assert result.table["row_no"].to_pylist()[-1] == 48_000


def test_a_mark_of_utf8_before_gbk_is_ignored_and_told(write: Write) -> None:
    body = "甲,乙,丙\n源汇区,召陵区,郾城区\n".encode("gb18030")
    result = read(write("a.csv", b"\xef\xbb\xbf" + body), NAMES)
    assert result.table["丙"].to_pylist() == ["郾城区"]
    assert [note.code for note in result.notes] == ["reader.stray_mark"]


def test_a_mark_of_utf8_does_not_make_gbk_what_was_agreed(write: Write) -> None:
    body = "甲,乙,丙\n源汇区,召陵区,郾城区\n".encode("gb18030")
    with pytest.raises(ReadRefusal) as caught:
        read(
            write("a.csv", b"\xef\xbb\xbf" + body), extract("delimited", ["甲", "乙", "丙"], encoding="utf-8")
        )
    assert caught.value.code == "reader.wrong_encoding"


@pytest.mark.parametrize("quoted", ['"=""0123"""', '="0123"'])
def test_text_that_excel_keeps_by_a_formula(write: Write, quoted: str) -> None:
    body = f'甲,乙,丙\n{quoted},="",=1+1\n四,五="六",七\n'
    result = read(write("a.csv", body.encode("gb18030")), NAMES)
    assert [list(row.values())[1:] for row in result.table.to_pylist()] == [
        ["0123", None, "=1+1"],
        ["四", '五="六"', "七"],
    ]
    assert [(note.code, note.column) for note in result.notes] == [
        ("reader.text_formula", "甲"), ("reader.text_formula", "乙"),
    ]  # fmt: skip


def test_of_a_column_of_holders_organisations_are_taken(write: Write) -> None:
    holders = extract("delimited", ["号", "权利人"], encoding="utf-8")
    only = replace(holders.columns["权利人"], only="organizations")
    contract = replace(holders, columns={**holders.columns, "权利人": only})
    names = ["漯河市宏发商贸有限公司", "张三", "农民集体", "王李小园", "", "张三、李四"]
    body = "号,权利人\n" + "".join(f"{at},{name}\n" for at, name in enumerate(names))
    result = read(write("a.csv", body.encode()), contract)
    assert result.table["权利人"].to_pylist() == [names[0], None, None, None, None, None]
    assert [(note.code, note.row_no) for note in result.notes] == [
        ("reader.holders", None), ("reader.doubtful_holder", 4),
    ]  # fmt: skip
    assert result.notes[0].zh == "机构 1，个人 2，泛称 1，存疑 1"
