"""Sheets that are not as they should be: a finding or a refusal, and nothing half-loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.macroeconomy.office import (
    BULLETIN,
    COUNTIES,
    Office,
    book,
    budget,
    bulletin,
    city_sheet,
    county_sheet,
    power,
)

NAME = "tj_monthly_202609.xlsx"


def codes(desk: Office) -> set[str]:
    return {code for (code,) in desk.query("SELECT DISTINCT code FROM basedb.finding")}


def test_a_shifted_table_is_read_all_the_same(desk: Office) -> None:
    name, rows, _ = city_sheet("2026年9月", BULLETIN)
    moved = [(None,), *((None, *row) for row in rows)]
    desk.deliver("tj_stats", 1, NAME, book((name, moved, ["B4:B5", "C4:C5", "D4:E4", "F4:F5"])))
    assert desk.values("RETAIL", "ytd")[0][:2] == ("2026-09", 4.541)
    assert codes(desk) <= {"macro.number_as_text"}


def test_a_letterhead_above_the_title_is_no_hindrance(desk: Office) -> None:
    name, rows, _ = city_sheet("2026年9月", BULLETIN)
    letter = [("漯河市统计局文件",), ("漯统〔2026〕38号",), *[(None,)] * 5, ("内部资料",)]
    desk.deliver(
        "tj_stats", 1, NAME, book((name, [*letter, *rows], ["A11:A12", "B11:B12", "C11:D11", "E11:E12"]))
    )
    assert desk.values("RETAIL", "ytd")[0][:2] == ("2026-09", 4.541)
    assert codes(desk) <= {"macro.number_as_text"}


def test_a_footnote_in_another_column_is_no_row(desk: Office) -> None:
    name, rows, merged = city_sheet("2026年9月", BULLETIN)
    rows += [(None, None, "③一般公共预算收入按财政部门口径,自2015年起含政府性基金转列部分。")]
    account = desk.deliver("tj_stats", 1, NAME, book((name, rows, merged)))
    assert account.counts["ignored"] == 3 and account.counts["quarantined"] == 0


def test_a_header_beside_its_columns_lets_no_row_of_the_sheet_in(desk: Office) -> None:
    name, rows, _ = city_sheet("2026年9月", BULLETIN)
    rows[2] = ("指标名称", "计量单位", None, "绝对量", None, "累计增长(%)")
    rows[3] = (None, None, None, "本月", "累计", None)
    sheet = (name, rows, ["A3:A4", "B3:B4", "D3:E3", "F3:F4"])
    account = desk.deliver("tj_stats", 1, NAME, book(sheet, county_sheet("2026年9月", COUNTIES)))
    assert account.counts["added"] == len(COUNTIES) and "published.header_shifted" in codes(desk)
    assert desk.values("GDP", "ytd") == []


@pytest.mark.parametrize("merged", [["C2:E2", "F2:H2"], []])
def test_groups_beside_their_columns_let_no_row_of_the_sheet_in(desk: Office, merged: list[str]) -> None:
    """One revenue figure would stand below retail sales."""
    name, rows, _ = county_sheet("2026年9月", COUNTIES)
    rows[1] = ("县区", None, *rows[1][1:])
    account = desk.deliver(
        "tj_stats", 1, NAME, book((city_sheet("2026年9月", BULLETIN)), (name, rows, merged))
    )
    assert account.counts["added"] == len(BULLETIN) and "published.header_shifted" in codes(desk)
    assert desk.query("SELECT count(*) FROM macroeconomy.observation WHERE cell LIKE '县区%'") == [(0,)]


@pytest.mark.parametrize("alone", ["人口(万人)", "常住人口(万人)"])
def test_a_column_beside_groups_may_stand_alone(desk: Office, alone: str) -> None:
    name, rows, _ = county_sheet("2026年9月", [(row[0], 30, *row[1:]) for row in COUNTIES])
    rows[1], rows[2] = ("县区", None, *rows[1][1:]), (None, alone, *rows[2][1:])
    desk.deliver("tj_stats", 1, NAME, book((name, rows, ["A2:A3", "C2:E2", "F2:H2"])))
    assert desk.values("RETAIL", "ytd")[0][:2] == ("2026-09", 4.541)
    assert "published.header_shifted" not in codes(desk)


@pytest.mark.parametrize(
    "title", ["2026年1—9月", "2026年1～9月", "2026 年 1至9 月", "二〇二六年九月", "二〇二六年一至九月"]
)
def test_titles_say_until_in_many_ways(desk: Office, title: str) -> None:
    desk.deliver("tj_stats", 1, NAME, bulletin(title))
    assert desk.values("RETAIL", "ytd")[0][:2] == ("2026-09", 4.541)


def test_a_column_without_a_header_is_not_taken(desk: Office) -> None:
    name, rows, merged = city_sheet("2026年9月", [("社会消费品零售总额", "亿元", 0.5, 4.5, 9.5, 3.3)])
    desk.deliver("tj_stats", 1, NAME, book((name, rows, merged)))
    assert [cell for _, cell, _, _ in desk.findings("macro.header_unknown")] == ["全市!F5"]
    assert [row[1] for row in desk.values("RETAIL", "cur")] == [0.5]


def test_another_title_is_refused_with_what_was_seen(desk: Office) -> None:
    name, rows, merged = city_sheet("2026年9月", BULLETIN)
    rows[0] = ("许昌市2026年9月统计月报",)
    account = desk.deliver("tj_stats", 1, NAME, book((name, rows, merged)))
    assert account.status == "refused" and account.reason == "published.no_header"
    assert "许昌市2026年9月统计月报" in (account.message or "")


def test_a_sheet_of_unknown_shape_is_set_aside_row_by_row(desk: Office) -> None:
    other = ("附表", [("企业名单",), ("名称", "产值"), ("甲厂", 12)], [])
    account = desk.deliver("tj_stats", 1, NAME, book(city_sheet("2026年9月", BULLETIN), other))
    assert account.status == "loaded" and account.counts["quarantined"] == 3
    assert "published.unknown_table" in codes(desk)


def test_month_thirteen_quarantines_the_rows(desk: Office) -> None:
    account = desk.deliver("tj_stats", 1, NAME, book(city_sheet("2026年13月", BULLETIN)))
    assert account.counts["quarantined"] == len(BULLETIN) and account.counts["added"] == 0
    assert desk.query("SELECT count(*) FROM macroeconomy.observation") == [(0,)]
    assert "macro.period_unreadable" in codes(desk)


def test_the_wrong_division_is_quarantined(desk: Office) -> None:
    rows = [*COUNTIES, ("魏都区", 0.1, 0.9, 3.0, 0.01, 0.1, 2.0)]
    desk.deliver("tj_stats", 1, NAME, bulletin("2026年9月", counties=rows))
    ((row_no, cell, value, _),) = desk.findings("macro.division_unknown")
    assert (cell, value) == ("县区!B7", "魏都区") and desk.query(
        "SELECT count(*) FROM basedb.quarantine"
    ) == [(1,)]
    assert desk.query("SELECT count(*) FROM macroeconomy.observation WHERE row_no = ?", row_no) == [(0,)]


def test_a_file_of_another_city_waits_for_a_person(desk: Office) -> None:
    account = desk.deliver("tj_stats", 1, NAME, bulletin("许昌市2026年9月"))
    assert (account.status, account.reason) == ("held", "macro.other_territory")
    assert "许昌市" in str(account.message)
    assert desk.query("SELECT count(*) FROM macroeconomy.source_record") == [(0,)]


def test_a_title_may_name_the_city_itself(desk: Office) -> None:
    assert desk.deliver("tj_stats", 1, NAME, bulletin("河南省漯河市2026年9月")).status == "loaded"


def test_the_whole_of_another_city_is_not_taken_for_this_one(desk: Office) -> None:
    names = ("魏都区", "建安区", "鄢陵县", "禹州市", "市本级", "全市合计")
    rows = [(2026, 9, name, "一般公共预算收入", 800, 7120, 4.6) for name in names]
    account = desk.deliver("cz_finance", 1, "cz_budget.csv", budget(rows))
    assert (account.status, account.reason) == ("held", "macro.other_territory")
    assert desk.query("SELECT count(*) FROM macroeconomy.observation") == [(0,)]


def test_an_unknown_indicator_is_never_created(desk: Office) -> None:
    rows = [*BULLETIN, ("社会消费品零售总客", "亿元", 1, 2, 3)]
    desk.deliver("tj_stats", 1, NAME, book(city_sheet("2026年9月", rows)))
    ((_, _, _, suggestion),) = desk.findings("macro.indicator_unknown")
    assert suggestion == "社会消费品零售总额"


def test_text_among_the_figures(desk: Office) -> None:
    rows = [("社会消费品零售总额", "亿元", "待核", 4.541, 9.5)]
    desk.deliver("tj_stats", 1, NAME, book(city_sheet("2026年9月", rows)))
    assert desk.findings("macro.not_a_number") == [(1, "全市!C5", "待核", None)]
    assert desk.values("RETAIL", "cur") == [] and desk.values("RETAIL", "ytd") != []


def test_a_figure_merged_over_two_indicators_belongs_to_none(desk: Office) -> None:
    name, rows, merged = city_sheet("2026年9月", BULLETIN)
    desk.deliver("tj_stats", 1, NAME, book((name, rows, [*merged, "D9:D10"])))
    found = desk.findings("macro.merged_value")
    assert [cell for _, cell, _, _ in found] == ["全市!D9", "全市!D10"]
    assert desk.values("RETAIL", "ytd") == [] and desk.values("BUDGET", "ytd") == []


def test_rows_that_share_one_merged_label_belong_to_none(desk: Office) -> None:
    name, rows, merged = city_sheet("2026年9月", BULLETIN)
    desk.deliver("tj_stats", 1, NAME, book((name, rows, [*merged, "A9:A10"])))
    found = desk.findings("macro.merged_value")
    assert {cell for _, cell, _, _ in found} == {f"全市!{column}{row}" for column in "CDE" for row in (9, 10)}
    assert desk.values("RETAIL", "ytd") == [] and desk.values("BUDGET", "ytd") == []


def test_a_formula_without_a_result_is_no_figure(desk: Office) -> None:
    rows = [("社会消费品零售总额", "亿元", 0.5, "=1/0", 9.5)]
    desk.deliver("tj_stats", 1, NAME, book(city_sheet("2026年9月", rows)))
    assert [cell for _, cell, _, _ in desk.findings("macro.formula_without_value")] == ["全市!D5"]
    assert desk.values("RETAIL", "ytd") == []


def test_an_older_file_that_says_something_else_is_history_with_a_finding(desk: Office) -> None:
    row = (2026, 9, "全市合计", "一般公共预算收入", 800)
    desk.deliver("cz_finance", 3, "cz_budget.csv", budget([(*row, 7120, 4.6)]))
    desk.deliver("cz_finance", 2, "cz_budget.csv", budget([(*row, 7000, 4.6)]))
    assert desk.findings("macro.older_than_standing") == [
        (1, "累计数(万元)", "7000", "现有 / stands: 7120 (2026-11-03)")
    ]
    assert desk.query(
        "SELECT value FROM macroeconomy.observation_current WHERE indicator = 'BUDGET' AND basis = 'ytd'"
    ) == [(7120.0,)]


def test_a_header_that_says_nothing_is_named(desk: Office) -> None:
    name, rows, merged = county_sheet("2026年9月", COUNTIES)
    rows[1] = ("县区", "某某某(亿元)", None, None, "一般公共预算收入(亿元)", None, None)
    desk.deliver("tj_stats", 1, NAME, book((name, rows, merged)))
    assert {cell for _, cell, _, _ in desk.findings("macro.indicator_unknown")} >= {"县区!B4", "县区!C5"}
    assert desk.values("RETAIL", "cur") == [] and len(desk.values("BUDGET", "cur")) == 1


def test_a_column_that_says_more_than_its_measure_is_not_taken_for_it(desk: Office) -> None:
    name, rows, merged = city_sheet("2026年9月", [("社会消费品零售总额", "亿元", 0.5, 4.5, 9.5)])
    rows[3] = (None, None, "本月", "上年同期累计", None)
    desk.deliver("tj_stats", 1, NAME, book((name, rows, merged)))
    assert [cell for _, cell, _, _ in desk.findings("macro.header_unknown")] == ["全市!D5"]
    assert desk.values("RETAIL", "ytd") == [] and len(desk.values("RETAIL", "cur")) == 1


def test_a_unit_that_changes_on_the_way_counts_from_there(desk: Office) -> None:
    rows = [
        ("社会消费品零售总额", None, 0.5, 4.5, 9.5),
        ("单位:万元",),
        ("一般公共预算收入", None, 800, 7120, 4.6),
    ]
    desk.deliver("tj_stats", 1, NAME, book(city_sheet("2026年9月", rows)))
    assert desk.values("RETAIL", "cur")[0][2] == "亿元" and desk.values("BUDGET", "cur")[0][2] == "万元"
    assert "published.unit_changes" in codes(desk)


def test_a_figure_without_any_unit_is_not_taken(desk: Office) -> None:
    name, rows, merged = city_sheet("2026年9月", [("社会消费品零售总额", None, 0.5, 4.5, 9.5)], unit="%")
    desk.deliver("tj_stats", 1, NAME, book((name, rows, merged)))
    assert {cell for _, cell, _, _ in desk.findings("macro.unit_unknown")} == {"全市!C5", "全市!D5"}
    assert desk.values("RETAIL", "ytd_yoy") != []


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("万千瓦时", [("2026-09", 769.0, "万千瓦时")]),
        ("亿千瓦时", [("2026-09", 769.0, "亿千瓦时")]),
        ("", [("2026-09", 769.0, "万千瓦时")]),
        ("兆焦", []),
    ],
)
def test_the_unit_a_document_states_counts_before_the_contracts(
    desk: Office, printed: str, kept: list[tuple[str, float, str]]
) -> None:
    stated = power({"2026-09": 769.0}).replace("万千瓦时".encode(), printed.encode())
    desk.deliver("dl_power", 1, "dl_power.json", stated)
    assert [row[:3] for row in desk.values("POWER", "cur")] == kept
    unread = [cell for _, cell, _, _ in desk.findings("macro.unit_unknown")]
    assert unread == ([] if kept else ["全社会用电量", "工业用电量"])


def test_missing_figures_are_findings_where_all_should_be_there(desk: Office) -> None:
    rows = [
        (2026, 8, "全市合计", "一般公共预算收入", "", 6320, 4.5),
        (2026, 9, "全市合计", "一般公共预算收入", 800, 7120, 4.6),
    ]
    desk.deliver("cz_finance", 1, "cz_budget.csv", budget(rows))
    assert desk.findings("macro.value_missing") == [(1, "本月数(万元)", None, None)]


@pytest.mark.parametrize("data", [b"PK\x03\x04broken", b""])
def test_a_damaged_workbook_is_refused(desk: Office, data: bytes) -> None:
    assert desk.deliver("tj_stats", 1, NAME, data).status == "refused"


def test_a_plan_finds_the_same_and_changes_nothing(desk: Office) -> None:
    rows = [("社会消费品零售总额", "亿元", "待核", 4.541, 9.5)]
    data = book(city_sheet("2026年9月", rows))
    planned = desk.deliver("tj_stats", 1, NAME, data, plan=True)
    assert desk.query("SELECT count(*) FROM macroeconomy.source_record") == [(0,)]
    loaded = desk.deliver("tj_stats", 1, NAME, data)
    assert (planned.counts, planned.findings) == (loaded.counts, loaded.findings)


def test_an_old_workbook_reads_like_a_new_one(desk: Office) -> None:
    data = (Path(__file__).parents[1] / "fixtures" / "figures" / "tj_monthly_202609.xls").read_bytes()
    account = desk.deliver("tj_stats", 1, "tj_monthly_202609.xls", data)
    assert account.status == "loaded" and account.findings == {"published.hidden": 1}
    figures = desk.query(
        "SELECT indicator, basis, value, unit FROM macroeconomy.observation ORDER BY row_no, cell"
    )
    assert figures == [
        ("RETAIL", "cur", 0.528, "亿元"), ("RETAIL", "ytd", 4.541, "亿元"), ("RETAIL", "ytd_yoy", 9.5, "%"),
        ("BUDGET", "cur", 0.08, "亿元"), ("BUDGET", "ytd", 0.712, "亿元"), ("BUDGET", "ytd_yoy", 4.6, "%"),
        ("TAX", "cur", 0.0515, "亿元"), ("TAX", "ytd", 0.4911, "亿元"), ("TAX", "ytd_yoy", 5.5, "%"),
        ("ENT_ABOVE", "stock", 20.0, "个"),
    ]  # fmt: skip
    (label,) = desk.query("SELECT raw FROM macroeconomy.source_record WHERE row_no = 3")[0]
    assert "一般公共预算收入/税收收入" in str(label), "an indent is a whole and its part"


def test_an_old_workbook_that_is_cut_off_is_refused(desk: Office) -> None:
    data = (Path(__file__).parents[1] / "fixtures" / "figures" / "tj_monthly_202609.xls").read_bytes()
    account = desk.deliver("tj_stats", 1, "tj_monthly_202609.xls", data[: len(data) // 3])
    assert account.status == "refused"
