"""Figures that cannot be right are doubted, with what they should be; right ones are left alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from macroeconomy.checks.cube import quantile
from tests.macroeconomy.office import BULLETIN, Office, budget, bulletin, power

DIVISIONS = {"源汇区": 1.0, "郾城区": 0.8, "召陵区": 1.3, "舞阳县": 1.1, "临颍县": 1.6, "市本级": 2.2}
ITEM = "一般公共预算收入"


def rows(years: tuple[int, ...] = (2024, 2025)) -> list[list[object]]:
    """Budget revenue of a city and its parts over whole years, adding up in every direction."""
    own = {
        (name, year, month): round(100 * size * (1 + 0.07 * (year - 2023)) * (1 + 0.3 * math.sin(month)))
        for name, size in DIVISIONS.items() for year in (years[0] - 1, *years) for month in range(1, 13)
    }  # fmt: skip
    for year in (years[0] - 1, *years):
        for month in range(1, 13):
            own["全市合计", year, month] = sum(own[name, year, month] for name in DIVISIONS)
    table: list[list[object]] = []
    for year in years:
        for month in range(1, 13):
            for name in (*DIVISIONS, "全市合计"):
                total, before = (sum(own[name, y, m] for m in range(1, month + 1)) for y in (year, year - 1))
                growth = round(100 * (total / before - 1), 1)
                table.append([year, month, name, ITEM, own[name, year, month], total, growth])
    return table


def place(table: list[list[object]], year: int, month: int, name: str) -> int:
    return next(at for at, row in enumerate(table) if row[:3] == [year, month, name])


def doubted(desk: Office) -> list[tuple[object, ...]]:
    return desk.query("SELECT code, row_no, cell, value, expected FROM macroeconomy.doubtful ORDER BY ALL")


def test_sound_figures_are_not_doubted(desk: Office) -> None:
    desk.deliver("cz_finance", 1, "cz_budget.csv", budget(rows()))
    assert doubted(desk) == [] and desk.findings("macro.period_missing") == []


def test_a_total_typed_over_in_both_sheets_is_doubted(desk: Office) -> None:
    table = rows()
    desk.deliver("cz_finance", 1, "cz_budget.csv", budget([row for row in table if row[:2] != [2025, 12]]))
    last = {row[2]: row[4:] for row in table if row[:2] == [2025, 12]}
    month, total, growth = last.pop("全市合计")
    typed = round(total * 1.1 / 1e4, 4)
    counties: list[tuple[object, ...]] = [
        (name, None, None, None, cur / 1e4, ytd / 1e4, rate) for name, (cur, ytd, rate) in last.items()
    ]
    data = bulletin(
        "2025年12月",
        [("一般公共预算收入", "亿元", month / 1e4, typed, growth)],
        [("漯河市", None, None, None, month / 1e4, typed, growth), *counties],
    )
    desk.deliver("tj_stats", 2, "tj_monthly_202512.xlsx", data)
    found = doubted(desk)
    assert {(code, cell) for code, _, cell, _, _ in found} == {
        ("macro.inconsistent", "全市!D5"), ("macro.inconsistent", "县区!F4"),
    }  # fmt: skip
    assert all(expected == pytest.approx(total / 1e4, rel=0.002) for *_, expected in found)


@pytest.mark.parametrize(
    ("column", "spoil", "code"),
    [
        (4, lambda value: value * 10, "macro.decimal_shift"), (5, lambda value: value * 10, "macro.decimal_shift"),
        (5, lambda value: value / 1e4, "macro.unit_slip"), (6, lambda value: -value, "macro.sign"),
        (6, lambda value: round(value * 10, 1), "macro.decimal_shift"),
        (5, lambda value: int(f"{value}"[0] + f"{value}"[2] + f"{value}"[1] + f"{value}"[3:]), "macro.digits_transposed"),
    ],
)  # fmt: skip
def test_a_spoilt_figure_is_doubted_and_restored(desk: Office, column: int, spoil, code: str) -> None:  # type: ignore[no-untyped-def]
    table = rows()
    at = place(table, 2025, 7, "召陵区")
    right = table[at][column]
    table[at][column] = spoil(right)
    desk.deliver("cz_finance", 1, "cz_budget.csv", budget(table))
    names = {4: "本月数(万元)", 5: "累计数(万元)", 6: "累计同比(%)"}
    ((found, row_no, cell, value, expected),) = doubted(desk)
    assert (found, row_no, cell) == (code, at + 1, names[column])
    assert value == pytest.approx(table[at][column]) and expected == pytest.approx(right)
    ((_, _, _, suggestion),) = desk.findings(code)
    assert "should be" in suggestion


def test_the_spoilt_figure_itself_stays_what_was_printed(desk: Office) -> None:
    table = rows()
    at = place(table, 2025, 7, "全市合计")
    table[at][4] = int(str(table[at][4])) * 10
    desk.deliver("cz_finance", 1, "cz_budget.csv", budget(table))
    assert desk.query(
        "SELECT value FROM macroeconomy.observation_current WHERE basis = 'cur' AND period = '2025-07'"
        " AND division = '411100000000'"
    ) == [(table[at][4],)]


def test_of_two_signs_the_possible_one_is_believed(desk: Office) -> None:
    """Retail sales are never negative: the sheet that says so is not held against the other one."""
    spoilt = [
        (name, unit, -month if name == "二、社会消费品零售总额" else month, total, growth)
        for name, unit, month, total, growth in BULLETIN
    ]
    desk.deliver("tj_stats", 1, "tj_monthly_202609.xlsx", bulletin("2026年9月", spoilt))
    assert [row[0::2] for row in doubted(desk)] == [("macro.sign", "全市!C9", 0.528)]


def test_a_month_that_was_left_out_is_missed(desk: Office) -> None:
    table = [row for row in rows() if row[:2] != [2025, 7]]
    desk.deliver("cz_finance", 1, "cz_budget.csv", budget(table))
    assert [value for _, _, value, _ in desk.findings("macro.period_missing")] == ["2025-07"]


def test_gaps_between_the_city_and_its_parts_are_shown(office: Office) -> None:
    table = rows((2025,))
    at = place(table, 2025, 1, "全市合计")
    table[at][4] = int(str(table[at][4])) + 5
    office.deliver("cz_finance", 1, "cz_budget.csv", budget(table))
    office.deliver("dl_power", 1, "dl_power.json", power({"2025-01": 700.0}))
    gaps = office.query(
        "SELECT period, gap FROM macroeconomy.division_gap WHERE basis = 'cur' AND abs(gap) > 0.001 ORDER BY 1"
    )
    assert gaps == [("2025-01", 5.0)]
    cumulated = office.query("SELECT period, gap FROM macroeconomy.cumulative_gap WHERE abs(gap) > 0.001")
    assert ("2025-01", -5.0) in cumulated


_NUMBERS = st.one_of(st.just(math.nan), st.floats(-1e6, 1e6))


@given(arrays(float, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=_NUMBERS), st.floats(0, 1))
def test_quantiles_are_those_of_the_numbers_there_are(values: np.ndarray, share: float) -> None:
    expected = [
        np.quantile(row[~np.isnan(row)], share) if (~np.isnan(row)).any() else np.nan for row in values
    ]
    np.testing.assert_allclose(quantile(values, share), expected, rtol=1e-9, atol=1e-6)
