"""Figures of divisions that became others, on today's boundaries, with the rule beside them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basedb.domain import NightEnd
from macroeconomy import DOMAIN
from macroeconomy.rebased import rebase
from macroeconomy.successions import Change, Succession, changes
from tests.macroeconomy.conftest import found
from tests.macroeconomy.office import Office, budget

YUANHUI, YANCHENG, SHAOLING, WUYANG, LINYING = (
    f"{code}000000" for code in ("411102", "411103", "411104", "411121", "411122")
)
FORMER, CODED_ANEW = "411123000000", "411124000000"
# Until 2004 there was 郾城县; what it and 源汇区 had was then dealt out among three districts (the national list).
_REVENUE = {
    2003: {"源汇区": (100, 3), "郾城县": (200, 5), "舞阳县": (30, 1), "临颍县": (50, 2)},
    2005: {"源汇区": (120, 4), "郾城区": (80, 3), "召陵区": (200, 2), "舞阳县": (33, 1), "临颍县": (55, 2)},
    2025: {"源汇区": (500, 4), "郾城区": (300, 3), "召陵区": (400, 2), "临颍县": (170, 2)},
}
# What the base of space tells: 舞阳县 came to 临颍县 in 2020, and 召陵区 has another code since 2026.
_TOLD = f"""
    SELECT DATE '2020-01-01' AS effective, '{WUYANG}' AS before, '{LINYING}' AS after, true AS existed, false AS continues
    UNION ALL SELECT DATE '2026-01-01', '{SHAOLING}', '{CODED_ANEW}', false, false"""


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def counties(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Budget revenue of three years, after a night that knows what became of the counties."""
    office = found(request.param, request, tmp_path_factory.mktemp("counties"))
    rows = [
        (year, 12, name, "一般公共预算收入", 1, total, growth)
        for year, told in _REVENUE.items()
        for name, (total, growth) in told.items()
    ]
    office.deliver("cz_finance", 1, "cz_budget.csv", budget(rows))
    assert derive(office) > 0
    yield office


def derive(office: Office) -> int:
    with office.store.writing("derive", 20.0) as session:
        assert DOMAIN.after_night is not None
        none = (
            "SELECT NULL::TEXT AS subject, NULL::DATE AS since, NULL::TEXT AS division, NULL::DATE AS month,"
        )
        none += " NULL::BIGINT AS entered, NULL::BIGINT AS departed WHERE false"
        return DOMAIN.after_night(session, NightEnd("", none, "2026-11-02 00:00:00+00", 9, _TOLD))


def rebased(office: Office, year: int, basis: str = "ytd") -> dict[str, tuple[float, str]]:
    rows = office.query(
        "SELECT division, normal_value, rule FROM macroeconomy.observation_rebased"
        " WHERE indicator = 'BUDGET' AND basis = ? AND period = ?", basis, f"{year}-12"
    )  # fmt: skip
    assert len({division for division, _, _ in rows}) == len(rows)
    return {division: (value, rule) for division, value, rule in rows}


def test_a_county_that_was_parted_is_dealt_out_by_later_shares(counties: Office) -> None:
    assert rebased(counties, 2003) == {
        YUANHUI: (90.0, "apportioned"), YANCHENG: (60.0, "apportioned"), CODED_ANEW: (150.0, "apportioned"),
        LINYING: (80.0, "merged"),
    }  # fmt: skip


def test_a_county_that_was_joined_to_another_counts_with_it(counties: Office) -> None:
    found = rebased(counties, 2005)
    assert found[LINYING] == (88.0, "merged") and WUYANG not in found
    (row,) = counties.query(
        "SELECT members, effective FROM macroeconomy.observation_rebased"
        " WHERE division = ? AND basis = 'ytd' AND period = '2005-12'", LINYING
    )  # fmt: skip
    assert row == (f"{WUYANG}+{LINYING}", date(2020, 1, 1))


def test_another_code_keeps_all_its_figures_growth_included(counties: Office) -> None:
    assert rebased(counties, 2025)[CODED_ANEW] == (400.0, "recoded")
    assert rebased(counties, 2025)[YUANHUI] == (500.0, "published")
    assert rebased(counties, 2025, "ytd_yoy")[CODED_ANEW] == (2.0, "recoded")


def test_growth_of_divisions_that_were_joined_or_parted_is_not_carried(counties: Office) -> None:
    assert rebased(counties, 2003, "ytd_yoy") == {}
    assert LINYING not in rebased(counties, 2005, "ytd_yoy")


def test_a_second_night_changes_nothing(counties: Office) -> None:
    assert derive(counties) == 0


def test_what_a_year_dealt_out_is_one_change() -> None:
    year = date(2004, 1, 1)
    told = [
        Succession(year, "a", "b", existed=True, continues=False),
        Succession(year, "a", "c", existed=False, continues=False),
        Succession(year, "x", "y", existed=False, continues=False),
        Succession(date(1990, 1, 1), "o", "a", existed=False, continues=False),
    ]
    assert changes(told) == [
        Change(date(1990, 1, 1), ("o",), ("a",)), Change(year, ("a", "b"), ("b", "c")), Change(year, ("x",), ("y",)),
    ]  # fmt: skip


_SIZES = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=3)


@given(_SIZES, st.lists(st.integers(1, 1000), min_size=30, max_size=30))
def test_what_is_dealt_out_adds_up_to_what_was_published(
    sizes: list[tuple[int, int]], values: list[int]
) -> None:
    """A chain of changes, each of some of the divisions there are; every one publishes while it is there."""
    fresh, amounts = count(), iter(values)
    there = [f"d{next(fresh)}" for _ in range(3)]
    dealt_out, published = [], [(code, 2000, next(amounts)) for code in there]
    for at, (gives, takes) in enumerate(sizes):
        before = there[:gives]
        after = [f"d{next(fresh)}" for _ in range(takes)]
        dealt_out.append(Change(date(2001 + 2 * at, 1, 1), tuple(sorted(before)), tuple(sorted(after))))
        there = there[gives:] + after
        published += [(code, 2002 + 2 * at, next(amounts)) for code in there]
    with duckdb.connect() as engine:
        _publish(engine, published)
        told = engine.execute(
            f"SELECT period, sum(normal_value) FROM ({rebase(engine, dealt_out)} UNION ALL BY NAME"
            " SELECT division, period, normal_value FROM macroeconomy.observation_current"
            f" WHERE division IN ({', '.join(repr(code) for code in there)})) GROUP BY period"
        ).fetchall()
    last = f"{2002 + 2 * (len(sizes) - 1)}"
    sums = {f"{year}": sum(v for _, y, v in published if y == year) for _, year, _ in published}
    assert {period: pytest.approx(total) for period, total in told} == sums and last in sums


def _publish(engine: duckdb.DuckDBPyConnection, rows: list[tuple[str, int, int]]) -> None:
    engine.execute("CREATE SCHEMA macroeconomy")
    engine.execute("CREATE TABLE macroeconomy.indicator AS SELECT 'X' AS indicator, 'sum' AS aggregation")
    values = ", ".join(f"('{code}', '{year}', {value}.0::DOUBLE)" for code, year, value in rows)
    engine.execute(
        "CREATE TABLE macroeconomy.observation_current AS SELECT 'X' AS indicator, 'A' AS frequency, 'ytd' AS basis,"
        " '' AS price, '元' AS normal_unit, make_date(period::INTEGER, 12, 31) AS period_end, * FROM"
        f" (VALUES {values}) AS t(division, period, normal_value)"
    )
