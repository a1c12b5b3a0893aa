"""What does not agree and is no wrong figure: gaps, registers, releases, each with its owner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from basedb.domain import NightEnd
from etl.after_night import after_night
from macroeconomy import DOMAIN
from macroeconomy.notes import kind_of
from tests.macroeconomy.conftest import found
from tests.macroeconomy.office import CITY, COUNTY, Office, book, bulletin, power

NOTE = "注:部分指标县区汇总数与全市数不等,主要是市本级数据及四舍五入的影响。"
_COUNTIES = ("源汇区", "郾城区", "召陵区", "舞阳县", "临颍县")


def yearbook(year: int, people: Sequence[float], note: str = "注:本表为年报数。") -> bytes:
    """A yearbook's table of the counties: the permanent population at the year's end, the city first."""
    rows: list[Sequence[Any]] = [
        (f"各县区主要经济指标({year}年)",), ("县区", "年末常住人口(万人)"), ("漯河市", people[0]),
        *zip(_COUNTIES, people[1:], strict=True), (note,),
    ]  # fmt: skip
    return book((str(year), rows, []))


def movements(*rows: tuple[str, str, int, int], since: str = "2023-11-01") -> str:
    """The movements of the resident register: division, month, entered, departed."""
    values = ", ".join(
        f"('{code}', DATE '{month}', {entered}, {left})" for code, month, entered, left in rows
    )
    return (
        f"SELECT 'resident' AS subject, DATE '{since}' AS since, division, month, entered, departed"
        f" FROM (VALUES {values}) AS t(division, month, entered, departed)"
    )


def derive(office: Office, moved: str) -> int:
    with office.store.writing("derive", 20.0) as session:
        assert DOMAIN.after_night is not None
        return DOMAIN.after_night(session, NightEnd("", moved, "2026-11-02 00:00:00+00", 9))


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def told_twice(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Bulletins with and without a note, a late one, and power figures that ended."""
    office = found(request.param, request, tmp_path_factory.mktemp("released"))
    counties = [
        ("漯河市", 0.528, 4.541, 9.5, 0.08, 0.712, 4.6), ("源汇区", 0.2, 2.0, 9.9, 0.04, 0.4, 7.6),
        ("郾城区", 0.2, 2.3, 9.9, 0.04, 0.312, 7.6),
    ]  # fmt: skip
    months = {f"{year}-{month:02d}": 700.0 for year in (2025, 2026) for month in range(1, 9)}
    office.deliver("dl_power", 1, "dl_power.json", power({**months, "2025-09": 700.0, "2025-10": 700.0}))
    office.deliver("tj_stats", 2, "tj_monthly_202609.xlsx", bulletin("2026年9月", counties=counties))
    office.deliver("tj_stats", 27, "tj_monthly_202610.xlsx", bulletin("2026年10月", counties=counties))
    after_night(office.store, {"macroeconomy": DOMAIN}, 20.0)
    yield office


def test_gaps_are_told_with_what_the_table_says_of_them(told_twice: Office) -> None:
    rows = told_twice.query(
        "SELECT code, department, basis, period, periods, round(published, 4), round(expected, 4)"
        " FROM macroeconomy.discrepancy WHERE indicator = 'RETAIL' AND code LIKE 'macro.gap%' ORDER BY basis, period"
    )
    assert rows[0] == ("macro.gap_undocumented", "统计局", "cur", "2026-10", 2, 0.528, 0.4)
    assert [row[2:] for row in rows[1:]] == [("ytd", "2026-10", 2, 4.541, 4.3)]


def test_a_note_makes_a_gap_a_documented_one(desk: Office) -> None:
    desk.deliver("tj_stats", 1, "tj_yearbook_2026.xlsx", yearbook(2025, (250.0, 40, 50, 50, 50, 50), NOTE))
    after_night(desk.store, {"macroeconomy": DOMAIN}, 20.0)
    rows = desk.query("SELECT code, periods, published, expected, explanation FROM macroeconomy.discrepancy")
    assert rows == [("macro.gap_documented", 1, 250.0, 240.0, NOTE)]
    assert desk.query("SELECT kind, title, period FROM macroeconomy.note") == [
        ("division_gap", "各县区主要经济指标(2025年)", "2025年")
    ]


def test_late_and_missing_releases_are_told_by_the_calendar(told_twice: Office) -> None:
    rows = told_twice.query(
        "SELECT DISTINCT code, department, period FROM macroeconomy.discrepancy WHERE code LIKE 'macro.release%'"
    )
    assert sorted(rows) == [
        ("macro.release_late", "统计局", "2026-10"), ("macro.release_missing", "供电公司", "2026-09"),
        ("macro.release_missing", "供电公司", "2026-10"),
    ]  # fmt: skip


def test_nothing_new_is_derived_twice(told_twice: Office) -> None:
    assert after_night(told_twice.store, {"macroeconomy": DOMAIN}, 20.0) == 0


def test_registers_are_counted_at_the_ends_of_months(office: Office) -> None:
    for year, county in ((2023, 50.0), (2024, 50.0), (2025, 50.0)):
        office.deliver(
            "tj_stats",
            year - 2022,
            f"tj_yearbook_{year + 1}.xlsx",
            yearbook(year, (90.0, county, 40.0, 0, 0, 0)),
        )
    second = "411103000000"
    moved = [
        (COUNTY, "2000-01-01", 450_000, 0), (second, "2000-01-01", 380_000, 0), (COUNTY, "2024-03-01", 5_000, 0),
        (COUNTY, "2025-06-01", 0, 60_000), (second, "2025-06-01", 1_000, 1_000),
    ]  # fmt: skip
    assert derive(office, movements(*moved)) > 0
    assert derive(office, movements(*moved)) == 0
    counts = office.query(
        "SELECT period, registered, reconstructed FROM macroeconomy.register_count"
        " WHERE division = ? AND period IN ('2023-12', '2024-02', '2024-03', '2026-10') ORDER BY period", COUNTY,
    )  # fmt: skip
    assert counts == [
        ("2023-12", 450_000, False), ("2024-02", 450_000, False), ("2024-03", 455_000, False),
        ("2026-10", 395_000, False),
    ]  # fmt: skip
    (row,) = office.query(
        "SELECT published, registered, difference, round(explained), round(unexplained)"
        " FROM macroeconomy.base_comparison WHERE division = ? AND period = '2025'", COUNTY,
    )  # fmt: skip
    assert row == (500_000, 395_000, 105_000, 45_000, 60_000)
    differs = office.query(
        "SELECT division, period, department FROM macroeconomy.discrepancy WHERE code = 'macro.register_differs'"
        " ORDER BY division"
    )
    assert differs == [(CITY, "2025", "统计局"), (COUNTY, "2025", "统计局")]
    # Departures before the register began cannot be told from what stands.
    derive(office, movements(*moved, since="2026-11-01"))
    assert office.query(
        "SELECT count(*) FROM macroeconomy.discrepancy WHERE code = 'macro.register_differs'"
    ) == [(0,)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (NOTE, "division_gap"), ("注：各县区之和与全市不一致", "division_gap"), ("本表合计不等于全市数。", "division_gap"),
        ("注:1月份数据与2月份合并公布。", "combined"), ("③自2015年1月1日起，口径调整", "scope"),
        ("①增速按可比价格计算。", "price"), ("注:“-”表示无该项数据", "symbol"), ("资料来源：统计局", "other"),
    ],
)  # fmt: skip
def test_notes_are_of_kinds(text: str, kind: str) -> None:
    assert kind_of(text) == kind
