"""Addresses: twelve wordings of one, villages, and what is no address."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basedb.standards.addresses import parse
from basedb.standards.addresses.column import PARTS
from tests.standards.columns import codes_of, column, one

TRUTH = {
    "province": "湖北省", "city": "襄阳市", "county": "樊城区", "division_code": "420606", "town": "王寨街道",
    "village": "人民社区", "road": "长虹路", "number": "12", "estate": "锦绣花园", "block": "3", "unit": "2",
    "room": "501",
}  # fmt: skip

WORDINGS = [
    "湖北省襄阳市樊城区王寨街道人民社区长虹路12号锦绣花园3号楼2单元501室",
    "襄阳市樊城区王寨街道人民社区长虹路12号锦绣花园3号楼2单元501室",
    "樊城区王寨街道人民社区长虹路12号锦绣花园3号楼2单元501室",
    "襄阳市樊城区长虹路12号锦绣花园3号楼2单元501室",
    "锦绣花园3-2-501",
    "襄阳市樊城區王寨街道人民社區長虹路12號錦繡花園3號樓2單元501室",
    "襄阳市樊城区王寨街道人民社区长虹路１２号锦绣花园３号楼２单元５０１室",
    "樊城区王寨街道长虹路12号锦绣花园三号楼二单元五零一室",
    "樊城区王寨街道人民社区长虹路12#锦绣花园3#楼2单元501室",
    "樊城区长虹路12号锦绣花园3#2单元501",
    "襄阳市 樊城区 长虹路12号 锦绣花园3号楼 2单元 501",
    "襄阳市樊城区王寨街道办事处人民社区居委会长虹路12锦绣花园3栋2单元501",
]


@pytest.mark.parametrize("wording", WORDINGS)
def test_parts_of_every_wording_agree_where_present(wording):
    read = one(parse, wording)
    assert {name: read[name] for name in PARTS if read[name]} == {
        name: TRUTH[name] for name in PARTS if read[name]
    }
    assert read["estate"] and read["room"]


def test_keys_of_wordings_with_county_and_road_are_one():
    keys = set(parse(column([w for w in WORDINGS if "樊城" in w])).columns["address_key"])
    assert keys == {"420606|||长虹路|12|锦绣花园|3|2|501"}


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        (
            "襄州区双沟镇李庄村3组12号",
            {"county": "襄州区", "town": "双沟镇", "village": "李庄村", "block": "3组", "number": "12"},
        ),
        ("李庄村三组12号", {"village": "李庄村", "block": "3组", "number": "12"}),
        ("李庄村14", {"village": "李庄村", "number": "14"}),
        ("李庄村7号附1号", {"village": "李庄村", "number": "7附1"}),
        ("李庄村7号附一号", {"village": "李庄村", "number": "7附1"}),
        ("归村街村7号", {"village": "归村街村", "number": "7"}),
        (
            "马路街街道和平社区文化路9号",
            {"town": "马路街街道", "village": "和平社区", "road": "文化路", "number": "9"},
        ),
        (
            "马路街5号3号楼2单元501",
            {"road": "马路街", "number": "5", "block": "3", "unit": "2", "room": "501"},
        ),
        ("古镇路5号", {"road": "古镇路", "number": "5"}),
        ("解放路12-3号", {"road": "解放路", "number": "12-3"}),
        (
            "建国路88号院3号楼2单元1501室",
            {"road": "建国路", "number": "88", "block": "3", "unit": "2", "room": "1501"},
        ),
        ("中山路3号2栋501号", {"road": "中山路", "number": "3", "block": "2", "room": "501"}),
        ("凤凰花园A座1201", {"estate": "凤凰花园", "block": "A", "room": "1201"}),
        ("阳光新村3-2-501", {"estate": "阳光新村", "block": "3", "unit": "2", "room": "501"}),
        ("阳光花园1号楼东单元301", {"estate": "阳光花园", "block": "1", "unit": "东", "room": "301"}),
        ("江南小镇5-1201", {"estate": "江南小镇", "block": "5", "room": "1201"}),
        ("世纪大道100号", {"road": "世纪大道", "number": "100"}),
        ("锦绣花园3-2-501室", {"estate": "锦绣花园", "block": "3", "unit": "2", "room": "501"}),
        ("锦绣花园3号楼2-501室", {"estate": "锦绣花园", "block": "3", "unit": "2", "room": "501"}),
        ("锦绣花园3#-2-501", {"estate": "锦绣花园", "block": "3", "unit": "2", "room": "501"}),
        ("锦绣花园3栋2501", {"estate": "锦绣花园", "block": "3", "room": "2501"}),
        ("锦绣花园3-2单元501", {"estate": "锦绣花园", "block": "3", "unit": "2", "room": "501"}),
        ("长虹路12号3-2-501", {"road": "长虹路", "number": "12", "block": "3", "unit": "2", "room": "501"}),
        ("南京东路123弄45号601室", {"road": "南京东路", "number": "123弄", "block": "45", "room": "601"}),
        ("中关村南大街5号院2号楼", {"road": "中关村南大街", "number": "5", "block": "2"}),
        (
            "文三路478号时代广场B座15楼1502",
            {"road": "文三路", "number": "478", "estate": "时代广场", "block": "B", "room": "1502"},
        ),
        ("一号路5号", {"road": "1号路", "number": "5"}),
        ("1号路5号", {"road": "1号路", "number": "5"}),
        ("107国道5号", {"road": "107国道", "number": "5"}),
        ("人民路西段12号", {"road": "人民路西段", "number": "12"}),
        ("李庄村民委员会第三村民小组12号", {"village": "李庄村", "block": "3组", "number": "12"}),
        ("文化路街道人民路8号", {"town": "文化路街道", "road": "人民路", "number": "8"}),
    ],
)
def test_parts(value, parts):
    read = one(parse, value)
    assert {
        name: read[name] for name in PARTS if read[name] and name not in ("province", "city", "division_code")
    } == parts


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("北京市朝阳区建国路88号", "110105"),
        ("北京市市辖区朝阳区建国路88号", "110105"),
        ("广西南宁市青秀区民族大道1号", "450103"),
        ("内蒙古自治区锡林郭勒盟锡林浩特市希日塔拉街道3组", "152502"),
        ("湖北省仙桃市干河街道和平路1号", "429004"),
        ("漯河市漯河市源汇区人民路1号", "411102"),
        ("河南省漯河市", "411100"),
        ("湖北省", "420000"),
        ("人民路1号", None),
    ],
)
def test_division_codes(value, code):
    assert one(parse, value)["division_code"] == code


def test_a_county_of_many_cities_needs_the_city_or_a_home():
    assert one(parse, "鼓楼区人民路5号")["division_code"] is None
    assert codes_of(parse, "鼓楼区人民路5号") == ["address.division_ambiguous"]
    assert one(parse, "鼓楼区人民路5号", home="4102")["division_code"] == "410204"
    assert one(parse, "南京市鼓楼区人民路5号")["division_code"] == "320106"


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("郾城县龙城镇仓李村7号", ["address.division_abolished"]),
        ("人民路１号", ["address.folded"]),
        ("人民路 1号", ["address.blanks"]),
        ("人民路1號長安小區", ["address.traditional"]),
        ("樊城区人民路", ["address.incomplete"]),
        ("无", ["address.missing"]),
        ("地址不详", ["address.missing"]),
        ("襄阳高新技术开发区人民路1号", ["address.division_unknown"]),
        ("人民路1号", []),
    ],
)
def test_findings(value, codes):
    assert codes_of(parse, value) == codes


def test_an_address_that_reaches_nothing_has_no_key():
    assert one(parse, "樊城区人民路")["address_key"] is None
    assert one(parse, "樊城区李庄村1号")["address_key"] == "420606||李庄村||1||||"


@pytest.mark.parametrize("value", [None, "", "  ", "-"])
def test_empty(value):
    assert all(cell is None for cell in one(parse, value).values())


def test_rows_stay_apart():
    values = [
        WORDINGS[0],
        None,
        "无",
        WORDINGS[4],
        "李庄村14",
        "",
        WORDINGS[0],
        "阳光新村3-2-501",
        "阳光新村5号",
    ]
    whole = parse(column(values).set_axis(range(5, 14)))
    assert list(whole.columns.index) == list(range(5, 14))
    alone = pd.concat([parse(column([value])).columns for value in values], ignore_index=True)
    pd.testing.assert_frame_equal(whole.columns.reset_index(drop=True), alone)


@given(st.text("湖北省襄阳市樊城区街道社村路巷号楼单元室组附一二十0123４#- 　花园號", max_size=20))
def test_reading_twice_changes_nothing(text):
    once = one(parse, text)
    assert one(parse, once["address"]) == once


@given(st.integers(1, 40), st.integers(1, 6), st.integers(101, 3304), st.integers(1, 900))
def test_numbers_read_back(block, unit, room, number):
    for wording in (
        f"长虹路{number}号锦绣花园{block}号楼{unit}单元{room}室",
        f"长虹路{number}号锦绣花园{block}-{unit}-{room}",
        f"长虹路{number}号{block}号楼{unit}单元{room}",
    ):
        read = one(parse, wording)
        assert (read["number"], read["block"], read["unit"], read["room"]) == tuple(
            map(str, (number, block, unit, room))
        )
