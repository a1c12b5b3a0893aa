"""Names of people: stored form, compared form, pinyin, surname, and what is no name."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basedb.standards.names import person_name
from tests.standards.columns import codes_of, column, one


@pytest.mark.parametrize(
    ("value", "surname", "pinyin"),
    [
        ("张伟", "张", "zhangwei"),
        ("单小红", "单", "shanxiaohong"),
        ("解晓东", "解", "xiexiaodong"),
        ("区志强", "区", "ouzhiqiang"),
        ("仇英", "仇", "qiuying"),
        ("曾志伟", "曾", "zengzhiwei"),
        ("查良镛", "查", "zhaliangyong"),
        ("任我行", "任", "renwoxing"),
        ("欧阳修", "欧阳", "ouyangxiu"),
        ("欧阳志强", "欧阳", "ouyangzhiqiang"),
        ("单于瑾", "单于", "chanyujin"),
        ("尉迟恭", "尉迟", "yuchigong"),
        ("万俟雨", "万俟", "moqiyu"),
        ("长孙无忌", "长孙", "zhangsunwuji"),
        ("吕布", "吕", "lvbu"),
        ("刘陈思远", "刘", "liuchensiyuan"),
    ],
)
def test_plain_names(value, surname, pinyin):
    read = one(person_name, value)
    assert (read["name"], read["name_folded"]) == (value, value)
    assert (read["surname"], read["name_pinyin"]) == (surname, pinyin)
    assert not read["name_is_placeholder"]
    assert codes_of(person_name, value) == []


@pytest.mark.parametrize("dot", "•・‧．.・∙⋅･")
def test_dots_become_u00b7(dot):
    value = f"阿依古丽{dot}买买提"
    assert one(person_name, value) == {
        "name": "阿依古丽·买买提",
        "name_folded": "阿依古丽买买提",
        "name_pinyin": "ayigulimaimaiti",
        "surname": None,
        "name_parts": "买买提·阿依古丽",
        "name_shape": "阿依古丽买买提",
        "name_is_placeholder": False,
    }
    assert "name.dot" in codes_of(person_name, value)


def test_the_right_dot_is_no_finding():
    assert codes_of(person_name, "阿依古丽·买买提") == []


def test_a_blank_is_padding_in_a_short_name_and_a_dot_in_a_long_one():
    assert one(person_name, "张 伟")["name"] == "张伟"
    assert codes_of(person_name, "张 伟") == ["name.blank"]
    assert one(person_name, "欧阳 志强")["name"] == "欧阳志强"
    assert one(person_name, "阿依古丽 买买提")["name"] == "阿依古丽·买买提"
    assert codes_of(person_name, "阿依古丽 买买提") == ["name.dot"]


def test_traditional_is_kept_in_the_name_and_folded_beside_it():
    read = one(person_name, "張偉")
    assert (read["name"], read["name_folded"], read["surname"]) == ("張偉", "张伟", "张")
    assert codes_of(person_name, "張偉") == ["name.traditional"]


def test_simplified_characters_that_have_a_traditional_look_stay():
    assert one(person_name, "王乾")["name_folded"] == "王乾"
    assert codes_of(person_name, "王乾") == []


@pytest.mark.parametrize(
    "value",
    [
        "张某之子",
        "王丽之女",
        "李子涵之双大",
        "赵敏之长子",
        "李娜之大子",
        "李丽之男婴",
        "王宝宝",
        "孙某",
        "李梅之子一",
    ],
)
def test_newborns_without_a_name(value):
    read = one(person_name, value)
    assert read["name_is_placeholder"]
    assert (read["name"], read["surname"]) == (value, None)
    assert "name.unnamed" in codes_of(person_name, value)


@pytest.mark.parametrize("value", ["陈之龙", "胡适之", "王羲之", "李之仪"])
def test_names_with_zhi_are_names(value):
    assert not one(person_name, value)["name_is_placeholder"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("张伟1", "name.digits"),
        ("邢?", "name.lost_character"),
        ("邢？", "name.lost_character"),
        ("邢*", "name.lost_character"),
        ("王□", "name.lost_character"),
        ("邢dui", "name.mixed_script"),
        ("漯河市宏发商贸有限公司", "name.organization"),
        ("建设路5号院", "name.address"),
        ("=cmd|calc", "name.formula"),
        ("+张伟", "name.formula"),
        ("@张伟", "name.formula"),
        ("王", "name.incomplete"),
        ("张伟(已故)", "name.brackets"),
        ("李\ue7f0", "name.private_use"),
    ],
)
def test_findings(value, code):
    assert code in codes_of(person_name, value)


@pytest.mark.parametrize("value", ["无", "不详", "NULL", "-", "佚名"])
def test_no_name_at_all(value):
    assert one(person_name, value)["name"] is None
    assert codes_of(person_name, value) == ["name.missing"]


def test_private_use_of_gb18030_is_mapped():
    value = "李" + b"\xfe\x59".decode("gb18030")
    assert one(person_name, value)["name"] == "李\u9fb4"
    assert codes_of(person_name, value) == ["name.private_use_mapped"]


def test_the_dot_of_gb2312_files_decodes_to_two_characters():
    """Python's gb2312 gives U+30FB for A1A4, gb18030 U+00B7: both end as U+00B7."""
    raw = b"\xa1\xa4"
    for encoding in ("gb2312", "gb18030"):
        assert one(person_name, f"古丽{raw.decode(encoding)}艾山")["name"] == "古丽·艾山"


def test_compatibility_ideographs_and_rare_characters():
    assert one(person_name, "\uf9e1大力")["name"] == "李大力"
    assert one(person_name, "邢𨱔")["name"] == "邢𨱔"
    assert one(person_name, "邢𨱔")["surname"] == "邢"


@pytest.mark.parametrize(
    ("value", "name", "folded"),
    [
        ("Smith, John", "Smith, John", "SMITHJOHN"),
        ("José  García", "José García", "JOSEGARCIA"),
        ("ＪＯＨＮ", "JOHN", "JOHN"),
    ],
)
def test_latin_names(value, name, folded):
    read = one(person_name, value)
    assert (read["name"], read["name_folded"], read["name_pinyin"], read["surname"]) == (
        name, folded, folded, None,
    )  # fmt: skip


@pytest.mark.parametrize("value", [None, "", "   "])
def test_empty(value):
    assert one(person_name, value)["name"] is None
    assert codes_of(person_name, value) == []


def test_rows_stay_apart():
    values = ["张伟", None, "張偉", "阿依古丽•买买提", "欧阳修", "", "张某之子", "张伟"]
    whole = person_name(column(values).set_axis(list("abcdefgh")))
    assert list(whole.columns.index) == list("abcdefgh")
    alone = pd.concat([person_name(column([value])).columns for value in values], ignore_index=True)
    pd.testing.assert_frame_equal(whole.columns.reset_index(drop=True), alone)


@given(st.text("张伟欧阳志强之子某宝買婭·•. 　AbＡé?*1()（）-=+李\ue81e無", max_size=10))
def test_reading_twice_changes_nothing(text):
    once = one(person_name, text)
    again = one(person_name, once["name"])
    assert again == once


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("阿依古丽·买买提", "买买提·阿依古丽"),
        ("买买提•阿依古丽", "买买提·阿依古丽"),
        ("卡尔·海因里希·马克思", "卡尔·海因里希·马克思"),
        ("阿卜杜熱合曼·買買提", "买买提·阿卜杜热合曼"),
        ("Smith, John", "JOHN·SMITH"),
        ("J. Smith", "J·SMITH"),
        ("O'Brien", None),
        ("张伟", None),
        ("阿依古丽", None),
        ("张某之子", None),
    ],
)
def test_parts_are_in_one_order(value, parts):
    assert one(person_name, value)["name_parts"] == parts


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("王祎", "王祎"),
        ("王袆", "王祎"),
        ("王末", "王未"),
        ("荀小曰", "荀小日"),
        ("張?偉", "张?伟"),
        ("张��伟", "张?伟"),
        ("张\ue000伟", "张?伟"),
        ("欧阳□□", "欧阳?"),
        ("𠮷小明", "吉小明"),
        ("𠮶小明", "?小明"),
        ("王䶮", "王?"),
    ],
)
def test_shape_has_one_character_for_all_that_look_like_it(value, shape):
    assert one(person_name, value)["name_shape"] == shape
