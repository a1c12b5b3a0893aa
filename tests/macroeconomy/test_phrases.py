"""What tables print, read by its phrases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basedb.standards.labels import fold_label, is_part
from macroeconomy.heads import parse_head
from macroeconomy.indicators import indicators, match
from macroeconomy.periods import month, parse_period
from macroeconomy.territory import territory
from macroeconomy.units import bracketed_unit, parse_unit, without_unit
from macroeconomy.values import parse_printed

NAMES = frozenset(territory("411100").names)


@pytest.mark.parametrize(
    ("printed", "folded"),
    [
        ("  二、#税收收入①", "税收收入"), ("其中：税收收入", "税收收入"), ("（一）出口*", "出口"), ("县　区", "县区"),
        ("地区生产总值（GDP）②", "地区生产总值(GDP)"), ("2012.01", "2012.01"), ("3月末", "3月末"), ("1、出口", "出口"),
    ],
)  # fmt: skip
def test_labels_without_what_typesetters_add(printed: str, folded: str) -> None:
    assert fold_label(printed) == folded


def test_parts_say_so() -> None:
    assert is_part("  其中:税收收入") and is_part("#税收收入") and not is_part("税收收入")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2012年3月", "2012-03"), ("2012年1-2月", "2012-02"), ("201202", "2012-02"), ("202001-202002", "2020-02"),
        ("２０２６－０９", "2026-09"), ("2014年1季度", "2014-Q1"), ("2014年1-4季度", "2014-Q4"), ("2012-Q3", "2012-Q3"),
        ("2019年上半年", "2019-H1"), ("2025年", "2025"), ("二〇一五年十二月", "2015-12"), ("2012.01", "2012-01"),
    ],
)  # fmt: skip
def test_periods(text: str, code: str) -> None:
    period = parse_period(text)
    assert period is not None and period.code == code


@pytest.mark.parametrize("text", ["2026年13月", "2026-00", "202613", "源汇区", "0007年", "", None])
def test_what_is_no_period(text: str | None) -> None:
    assert parse_period(text) is None


@given(st.integers(1950, 2090), st.integers(1, 12))
def test_every_month_is_read_in_all_its_shapes(year: int, number: int) -> None:
    shapes = (
        f"{year}年{number}月",
        f"{year}{number:02d}",
        f"{year}-{number:02d}",
        f"{year}.{number:02d}",
        f"{year}年1-{number}月",
    )
    assert {parse_period(shape) for shape in shapes} == {month(year, number)}


@pytest.mark.parametrize(
    ("head", "measure", "unit", "rest"),
    [
        ("绝对量/本月", "cur", None, ""), ("累计增长(%)", "ytd_yoy", "%", ""),
        ("生产总值(万元)/累计", "ytd", "万元", "生产总值"), ("生产总值(万元)/累计增长%", "ytd_yoy", "%", "生产总值"),
        ("进出口当期", "cur", None, "进出口"), ("进出口累计同比%", "ytd_yoy", "%", "进出口"),
        ("固定资产投资(不含农户)/累计增长%", "ytd_yoy", "%", "固定资产投资(不含农户)"), ("期末余额", "stock", None, ""),
    ],
)  # fmt: skip
def test_heads(head: str, measure: str, unit: str | None, rest: str) -> None:
    found = parse_head(head, 2012, NAMES)
    assert (found.measure, found.unit.name if found.unit else None, found.indicator) == (measure, unit, rest)


def test_heads_name_periods_divisions_and_statuses() -> None:
    assert parse_head("3月末", 2013, NAMES).period == month(2013, 3)
    found = parse_head("漯河市/修订后(亿元)", None, NAMES)
    assert (found.division, found.status, found.unit and found.unit.name) == ("漯河市", "revised", "亿元")


@pytest.mark.parametrize(
    ("text", "value", "decimals"),
    [
        ("1,023", 1023.0, 0), ("１０２．２", 102.2, 1), ("－3.60", -3.6, 2), ("12.5%", 12.5, 1), ("16.1①", 16.1, 1),
        ("(5.2)", -5.2, 1),
    ],
)  # fmt: skip
def test_printed_numbers(text: str, value: float, decimals: int) -> None:
    found = parse_printed(text)
    assert (found.kind, found.value, found.decimals) == ("number", value, decimals)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("-", "nothing"),
        ("—", "nothing"),
        ("…", "too_small"),
        ("", "blank"),
        ("待核", "text"),
        ("1,2", "text"),
    ],
)
def test_printed_signs(text: str, kind: str) -> None:
    assert parse_printed(text).kind == kind


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_thousands_separators_change_nothing(number: object) -> None:
    plain, grouped = parse_printed(f"{number:.2f}"), parse_printed(f"{number:,.2f}")
    assert plain == grouped and plain.kind == "number"


def test_units() -> None:
    billions, ten_thousands = parse_unit("亿元"), parse_unit("万元人民币")
    assert billions and ten_thousands and billions.dimension == ten_thousands.dimension == "money.cny"
    assert billions.factor / ten_thousands.factor == 1e4
    assert parse_unit("公斤米") is None
    unit = bracketed_unit("居民消费价格指数（上年同月＝100）")
    assert unit is not None and unit.name == "上年同月=100"
    assert without_unit("固定资产投资(不含农户)(亿元)") == "固定资产投资(不含农户)"


def test_indicators_are_matched_by_name_parent_and_unit() -> None:
    yuan, dollars = parse_unit("亿元"), parse_unit("万美元")
    assert match("货物进出口总额/出口", dollars).code == "EXPORT_USD"
    assert match("货物进出口总额/出口", yuan).code == "EXPORT_CNY"
    assert match("进出口总值").code == ""  # dollars or yuan: not certain
    assert match("生产总值/第一产业", yuan).code == "GDP_PRI"
    assert match("固定资产投资/第一产业", yuan).code == ""  # not that of the gross product
    assert match("税收收人").nearest == "税收收入"
    assert match("本市特色指标", None, {"本市特色指标": "RETAIL"}).code == "RETAIL"


def test_every_name_of_the_list_means_one_indicator_of_its_unit() -> None:
    for item in indicators().values():
        unit = parse_unit(item.unit)
        for name in (item.code, item.name, *item.aliases):
            assert match(name, unit).code == item.code, name


def test_a_territory_knows_its_divisions() -> None:
    area = territory("411100")
    assert area.find("全　市") == area.find("总  计") == area.find("漯河市") == "411100000000"
    assert area.find("市本级") == "411101000000" and area.find(None, "411102") == "411102000000"
    assert area.find("许昌市") == "" and area.find(None, "410100") == ""


def test_growth_under_a_unit_is_of_that_quantity() -> None:
    head = parse_head("进出口总额(万美元)/累计增长%", 2026, frozenset())
    assert head.unit == parse_unit("%") and head.quantity == parse_unit("万美元")
    assert parse_head("累计增长(%)", 2026, frozenset()).quantity is None
