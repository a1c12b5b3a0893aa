"""Code lists: lookups by code, label and alias; site lists; what the standards say."""

from __future__ import annotations

import pytest

from basedb.standards import codes
from tests.standards.columns import column


def look(name, value, **options):
    standard = codes.lookup(name, column([value]), **options)
    cell = standard.columns["code"].iloc[0]
    return (cell if isinstance(cell, str) else None), list(standard.findings["code"])


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("sex", "男", "1"),
        ("sex", "男性", "1"),
        ("sex", "1", "1"),
        ("sex", " 女 ", "2"),
        ("sex", "９", "9"),
        ("ethnic_group", "汉", "01"),
        ("ethnic_group", "汉族", "01"),
        ("ethnic_group", "01", "01"),
        ("ethnic_group", "漢族", "01"),
        ("ethnic_group", "维吾尔", "05"),
        ("ethnic_group", "外国血统中国籍人士", "98"),
        ("marital", "未婚", "10"),
        ("marital", "离异", "40"),
        ("education", "初级中学", "70"),
        ("education", "初中", "70"),
        ("education", "大专", "30"),
        ("relation", "户主", "02"),
        ("relation", "长子", "22"),
        ("relation", "妻", "12"),
        ("id_document", "居民身份证（户口簿）", "111"),
        ("industry", "0111", "0111"),
        ("industry", "A0111", "0111"),
        ("industry", "农业", "01"),
        ("land_use", "城镇住宅用地", "0701"),
        ("economic_type", "国有独资公司", "151"),
        ("division", "源汇区", "411102"),
        ("division", "河南省漯河市源汇区", "411102"),
    ],
)
def test_lookup_without_findings(name, value, code):
    assert look(name, value) == (code, [])


def test_lost_zeros_are_restored_and_told():
    assert look("ethnic_group", "1") == ("01", ["code.padded"])
    assert look("sex", "1.0") == ("1", ["code.padded"])


def test_unknown_values_suggest_the_nearest_label():
    standard = codes.lookup("industry", column(["稻谷", "@@"]))
    assert list(standard.findings["code"]) == ["code.unknown", "code.unknown"]
    assert standard.findings["suggestion"].iloc[0] == "稻谷种植"


def test_a_label_of_several_codes_is_ambiguous():
    code, found = look("division", "城关区", on="1984-01-01")
    assert (code, found) == (None, ["code.ambiguous"])


def test_codes_have_their_time():
    assert look("division", "412602", on="1984-01-01") == ("412602", [])
    assert look("division", "412602", on="2000-01-01") == (None, ["code.not_in_force"])
    assert look("education", "技工学校", on="2000-01-01")[0] == "50"


def test_sizes_the_standards_give():
    ethnic = codes.table("ethnic_group")
    assert len(ethnic) == 58
    assert set(ethnic["code"]) == {f"{i:02d}" for i in range(1, 57)} | {"97", "98"}
    industry = codes.table("industry")
    assert industry["code"].str.len().map({1: 0, 2: 1, 3: 2, 4: 3}).value_counts().sort_index().tolist() == [
        20, 97, 473, 1380,
    ]  # fmt: skip
    assert set(codes.table("sex")["code"]) == {"0", "1", "2", "9"}


@pytest.mark.parametrize("name", codes.lists())
def test_every_list_is_sound(name):
    table = codes.table(name)
    assert list(table.columns) == list(codes.COLUMNS)
    assert (table["list"] == name).all()
    assert (table["code"] != "").all() and (table["label_zh"] != "").all()
    if name != "division":
        assert table["code"].is_unique
        assert set(table["parent"]) - {""} <= set(table["code"])
        again = codes.lookup(name, column(table["code"].tolist()))
        assert again.columns["code"].tolist() == table["code"].tolist()


def test_labels():
    labels = codes.label("sex", column(["1", "2", None, "7"]))
    assert labels.fillna("").tolist() == ["男", "女", "", ""]
    assert codes.label("sex", column(["1"]), language="en").tolist() == ["male"]


def test_no_such_list():
    with pytest.raises(KeyError):
        codes.table("no_such_list")


def test_a_site_replaces_a_list(tmp_path, monkeypatch):
    header = "list,code,label_zh,label_en,parent,valid_from,valid_to,aliases\n"
    (tmp_path / "sex.csv").write_text(header + "sex,X,其他性别,other,,,,它\n", encoding="utf-8")
    (tmp_path / "hobby.csv").write_text(header + "hobby,1,下棋,chess,,,,\n", encoding="utf-8")
    assert look("sex", "它", directory=str(tmp_path)) == ("X", [])
    monkeypatch.setenv("BASEDB_CODELISTS", str(tmp_path))
    assert look("sex", "它") == ("X", [])
    assert look("marital", "未婚") == ("10", [])
    assert look("hobby", "下棋") == ("1", [])
    assert "hobby" in codes.lists()
