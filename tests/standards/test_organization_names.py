"""Names of organisations: their parts, and what is no name."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basedb.standards import pinyin
from basedb.standards.columnar import TEXT
from basedb.standards.organizations import organization_name
from tests.standards.columns import codes_of, column, one


def parts(value: str, home: str = "") -> tuple[str | None, ...]:
    """Division, trade name, industry, legal form, branch, marks."""
    read = one(organization_name, value, home=home)
    return tuple(
        read[name] for name in ("division", "trade_name", "industry", "legal_form", "branch", "marks")
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("漯河市宏发商贸有限公司", ("4111", "宏发", "商贸", "有限公司", None, None)),
        ("漯河宏发商贸有限责任公司", ("4111", "宏发", "商贸", "有限公司", None, None)),
        ("河南省漯河市源汇区宏发商贸有限公司", ("411102", "宏发", "商贸", "有限公司", None, None)),
        ("宏发（漯河）商贸有限公司", ("4111", "宏发", "商贸", "有限公司", None, None)),
        ("宏发(集团)股份公司", (None, "宏发", "集团", "股份有限公司", None, None)),
        ("河南鸿远商贸集团有限公司", ("41", "鸿远", "商贸集团", "有限公司", None, None)),
        ("阿里巴巴（中国）有限公司", (None, "阿里巴巴中国", None, "有限公司", None, None)),
        ("临颍县德宇肉牛养殖农民专业合作社", ("411122", "德宇", "肉牛养殖", "专业合作社", None, None)),
        ("河南汇创企业管理中心（有限合伙）", ("41", "汇创", "企业管理中心", "有限合伙", None, None)),
        ("漯河市华峰大药房有限公司环城西路店", ("4111", "华峰", "大药房", "有限公司", "环城西路店", None)),
        ("漯河市宏发商贸有限公司第二分公司", ("4111", "宏发", "商贸", "有限公司", "2分公司", None)),
        ("漯河市宏发商贸有限公司召陵分公司", ("4111", "宏发", "商贸", "有限公司", "411104分公司", None)),
        ("漯河市第一建筑工程有限公司", ("4111", "建筑", "工程", "有限公司", None, "1")),
        ("漯河市第十二中学", ("4111", "中学", None, None, None, "12")),
        ("漯河三中", ("4111", "中学", None, None, None, "3")),
        ("漯河市宏发超市人民路店", ("4111", "宏发", "超市", None, "人民路店", None)),
        ("漯河市源汇区瑞昌鞋店", ("411102", "瑞昌", "鞋店", None, None, None)),
        ("临颍县城关林强饭店", ("411122", "城关林强", "饭店", None, None, None)),
        ("舞阳县第二分店便利店", ("411121", "分店", "便利店", None, None, "2")),
        ("三一重工股份有限公司", (None, "三一重工", None, "股份有限公司", None, None)),
        ("泰和建材有限公司", (None, "泰和", "建材", "有限公司", None, None)),
        ("泰和永盛建材有限公司", ("360826", "永盛", "建材", "有限公司", None, None)),
        ("东方五金机电有限公司", (None, "东方", "五金机电", "有限公司", None, None)),
        ("漯河市东方五金机电有限公司", ("4111", "东方", "五金机电", "有限公司", None, None)),
        ("中原远通物流集团有限公司", (None, "中原远通", "物流集团", "有限公司", None, None)),
        ("公司", (None, "公司", None, None, None, None)),
        ("第一", (None, "第一", None, None, None, "1")),
    ],
)
def test_parts(value, expected):
    assert parts(value) == expected


def test_home_decides_between_namesakes():
    assert parts("新华区宏发商贸有限公司")[0] == "新华"
    assert parts("新华区宏发商贸有限公司", home="4104")[0] == "410402"
    assert parts("召陵宏发商贸有限公司")[:2] == (None, "召陵宏发")
    assert parts("召陵宏发商贸有限公司", home="4111")[:2] == ("411104", "宏发")


@pytest.mark.parametrize(
    ("value", "name", "folded", "codes"),
    [
        ("宏发(漯河)商贸有限公司", "宏发（漯河）商贸有限公司", "宏发漯河商贸有限公司", []),
        ("宏发（漯河）商贸有限責任公司", "宏发（漯河）商贸有限責任公司", "宏发漯河商贸有限公司", []),
        (" 漯河市　宏发店", "漯河市宏发店", "漯河市宏发店", ["org_name.blank"]),
        *(
            (f"{left}漯河{right}丁店", "（漯河）丁店", "漯河丁店", ["org_name.folded"])
            for left, right in ("【】", "〔〕", "［］", "｛｝", "〖〗", "⦅⦆", "｟｠", "﹙﹚", "⟦⟧", "❴❵")
        ),
        ("ＫＦＣ漯河店", "KFC漯河店", "KFC漯河店", ["org_name.folded"]),
        ("kfc coffee店", "kfc coffee店", "KFCCOFFEE店", []),
        ("宏发·商贸", "宏发·商贸", "宏发商贸", []),
        ("𠮷祥店", "𠮷祥店", "𠮷祥店", []),
        ("店", "店", "店", ["org_name.incomplete"]),
        ("无", None, None, ["org_name.missing"]),
        ("--", None, None, ["org_name.missing"]),
        ("", None, None, []),
        (None, None, None, []),
    ],
)
def test_forms(value, name, folded, codes):
    read = one(organization_name, value)
    assert (read["name"], read["name_folded"]) == (name, folded)
    assert codes_of(organization_name, value) == codes


@given(
    st.lists(
        st.none() | st.text(alphabet="漯河市宏发第一商贸有限公司（）() 分店𠮷a\n·-", max_size=12), max_size=8
    )
)
def test_every_row_is_read_as_if_alone(values):
    read = organization_name(column(values)).columns
    assert len(read) == len(values)
    for row, value in zip(read.to_dict("records"), values, strict=True):
        alone = organization_name(column([value])).columns.iloc[0].to_dict()
        assert {k: None if v is None else str(v) for k, v in row.items()} == {
            k: None if v is None else str(v) for k, v in alone.items()
        }


@given(st.lists(st.none() | st.text(max_size=6)))
def test_pinyin_of_a_column_is_that_of_its_texts(texts):
    read = pinyin.of_column(pa.array(texts, TEXT)).to_pylist()
    assert read == [None if text is None else pinyin.of_text(text) for text in texts]
