"""Figures of divisions that became others, on today's boundaries, with the rule beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import count

import duckdb
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from basedb.cli.main import main
from basedb.domain import NightEnd
from basedb.store.native import reading
from macroeconomy import DOMAIN
from macroeconomy.rebased import rebase
from macroeconomy.successions import Change, Succession, changes
from tests.macroeconomy.conftest import found
from tests.macroeconomy.office import Office, budget

YUANHUI, YANCHENG, SHAOLING, WUYANG, LINYING = (
    f"{code}000000" for code in ("411102", "411103", "411104", "411121", "411122")
)
OPEN = 99
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
    office.deliver("cz_finance", 1, "cz_budget.csv", budget(revenue({})))
    assert derive(office) > 0
    yield office


@pytest.fixture(scope="module")
def revised(counties: Office) -> Office:
    """The same after a day that says more of 源汇区 and of what it was dealt out by."""
    counties.deliver(
        "cz_finance", 4, "cz_budget.csv", budget(revenue({(2003, "源汇区"): 160, (2005, "源汇区"): 200}))
    )
    assert derive(counties, 2) > 0
    return counties


def revenue(instead: dict[tuple[int, str], int]) -> list[tuple[object, ...]]:
    """Rows of the department's file; totals of some years and counties other than `_REVENUE` has them."""
    return [
        (year, 12, name, "一般公共预算收入", 1, instead.get((year, name), total), growth)
        for year, told in _REVENUE.items()
        for name, (total, growth) in told.items()
    ]


def derive(office: Office, run_id: int = 1) -> int:
    with office.store.writing("derive", 20.0) as session:
        assert DOMAIN.after_night is not None
        none = (
            "SELECT NULL::TEXT AS subject, NULL::DATE AS since, NULL::TEXT AS division, NULL::DATE AS month,"
        )
        none += " NULL::BIGINT AS entered, NULL::BIGINT AS departed WHERE false"
        return DOMAIN.after_night(session, NightEnd("", none, "2026-11-02 00:00:00+00", run_id, _TOLD))


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


def test_what_was_known_on_a_day_stays_as_it_was(revised: Office) -> None:
    """Runs last of those that share the store."""
    with reading(revised.store) as reader:
        before, after, never = (
            dict(
                reader.ask(
                    "SELECT division, normal_value"
                    f" FROM macroeconomy.observation_rebased_as_of(DATE '{day}')"
                    " WHERE indicator = 'BUDGET' AND basis = 'ytd' AND period = '2003-12'"
                ).rows
            )
            for day in ("2026-11-03", "2026-11-04", "2026-10-31")
        )
    assert before == {YUANHUI: 90.0, YANCHENG: 60.0, CODED_ANEW: 150.0, LINYING: 80.0} and never == {}
    assert after == {YUANHUI: 150.0, YANCHENG: 60.0, CODED_ANEW: 150.0, LINYING: 80.0}
    assert {code: value for code, (value, _) in rebased(revised, 2003).items()} == after
    kept = revised.query(
        "SELECT current_from, current_to FROM macroeconomy.observation_rebased_history"
        " WHERE basis = 'ytd' AND period = '2003-12' AND division = ? ORDER BY 1", YANCHENG
    )  # fmt: skip
    # 300 by 80 in 400 is 360 by 80 in 480: one reign.
    assert kept == [(date(2026, 11, 1), date(9999, 12, 31))]


def test_people_are_shown_a_day_with_the_rule(revised: Office) -> None:
    words = ["macro", "show", "BUDGET", "--division", "411102", "--boundaries", "today", "--basis", "ytd"]
    told = [
        json.loads(CliRunner().invoke(main, ["--store", revised.store.url, *words, *day, "--json"]).output)
        for day in (["--as-of", "2026-11-02"], [])
    ]
    found = [next(row for row in item["rows"] if row["period"] == "2003-12") for item in told]
    assert [(row["normal_value"], row["rule"]) for row in found] == [
        (90.0, "apportioned"),
        (150.0, "apportioned"),
    ]


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


@settings(max_examples=40)
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
        _publish(engine, [(*row, 0, OPEN) for row in published])
        told = engine.execute(
            f"SELECT period, sum(normal_value) FROM ({rebase(engine, dealt_out)} UNION ALL BY NAME"
            " SELECT division, period, normal_value FROM macroeconomy.observation"
            f" WHERE division IN ({', '.join(repr(code) for code in there)})) GROUP BY period"
        ).fetchall()
    last = f"{2002 + 2 * (len(sizes) - 1)}"
    sums = {f"{year}": sum(v for _, y, v in published if y == year) for _, year, _ in published}
    assert {period: pytest.approx(total) for period, total in told} == sums and last in sums


_REIGNS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(1, 9)), max_size=3, unique_by=lambda item: item[0]
)
# Two become two, one of them and another become one.
_DEALT_OUT = [
    Change(date(2001, 1, 1), ("a", "b"), ("b", "c")),
    Change(date(2003, 1, 1), ("c", "x"), ("y",)),
]
_FIGURES = [
    ("a", 2000),
    ("b", 2000),
    ("x", 2000),
    ("c", 2000),
    ("b", 2002),
    ("c", 2002),
    ("x", 2002),
    ("y", 2004),
]


@settings(max_examples=25)
@given(st.tuples(*(_REIGNS for _ in _FIGURES)), st.integers(0, 7))
def test_a_day_is_as_if_nothing_had_come_after_it(told: tuple[list[tuple[int, int]], ...], day: int) -> None:
    """Each figure has some releases; one of 9 withdraws it."""
    releases = []
    for (code, year), days in zip(_FIGURES, told, strict=True):
        begun = sorted(days)
        ends = [*(first for first, _ in begun), OPEN][1:]
        releases += [
            (code, year, value, first, end)
            for (first, value), end in zip(begun, ends, strict=True)
            if value < 9
        ]
    known = [(*row[:3], 0, OPEN) for row in releases if row[3] <= day < row[4]]
    columns = "division, period, normal_value, rule, members, effective"
    kept, alone = (
        _rebased(
            rows, f"SELECT {columns} FROM kept WHERE current_from <= {_day(day)} AND current_to > {_day(day)}"
        )
        for rows in (releases, known)
    )
    assert kept == alone


def _rebased(rows: Sequence[tuple[str, int, float, int, int]], query: str) -> list[tuple[object, ...]]:
    """What a query of table `kept` gives after some figures were rebased by `_DEALT_OUT`."""
    with duckdb.connect() as engine:
        _publish(engine, [*rows, ("elsewhere", 2000, 1.0, 0, OPEN)])
        engine.execute(f"CREATE TABLE kept AS {rebase(engine, _DEALT_OUT)}")
        return engine.execute(f"{query} ORDER BY ALL").fetchall()


def _publish(engine: duckdb.DuckDBPyConnection, rows: Sequence[tuple[str, int, float, int, int]]) -> None:
    """Annual figures: division, year, value, and the first and the last day but one of their reign."""
    engine.execute("CREATE SCHEMA macroeconomy")
    engine.execute("CREATE TABLE macroeconomy.indicator AS SELECT 'X' AS indicator, 'sum' AS aggregation")
    values = ", ".join(
        f"('{code}', '{year}', {value}::DOUBLE, {_day(first)}, {_day(last)})"
        for code, year, value, first, last in rows
    )
    engine.execute(
        "CREATE TABLE macroeconomy.observation AS SELECT 'X' AS indicator, 'A' AS frequency, 'ytd' AS basis,"
        " '' AS price, '元' AS normal_unit, make_date(period::INTEGER, 12, 31) AS period_end, * FROM"
        f" (VALUES {values}) AS t(division, period, normal_value, current_from, current_to)"
    )


def _day(number: int) -> str:
    return f"DATE '2026-01-01' + {number}" if number < OPEN else "DATE '9999-12-31'"
