"""Every printed figure is kept as printed; corrections are revisions; the current one is always known."""

from __future__ import annotations

from dataclasses import replace

from basedb.store.migrate import initialise
from basedb.store.native import reading
from macroeconomy import DOMAIN
from tests.macroeconomy.office import CITY, COUNTY, Office, power


def test_figures_are_stored_as_printed(told: Office) -> None:
    assert told.values("GDP", "ytd") == [("2026-Q3", 12.347, "亿元", "preliminary", "insert")]
    assert told.values("GDP_PRI", "ytd_yoy") == [("2026-Q3", 3.8, "%", "preliminary", "insert")]
    assert told.values("ENT_ABOVE", "stock") == [("2026-09", 20.0, "个", "preliminary", "insert")]
    assert told.values("TRADE_USD", "ytd") == [("2026-09", 1746.0, "万美元", "preliminary", "insert")]
    assert told.values("EXPORT_USD", "cur") == [("2026-09", 66.0, "万美元", "preliminary", "insert")]
    assert told.values("INC_URB", "ytd") == [("2026-Q3", 32250.0, "元", "final", "insert")]
    assert told.values("RETAIL", "cur", COUNTY) == [("2026-09", 0.0829, "亿元", "preliminary", "insert")]
    assert told.values("BUDGET", "cur", "411101000000")[0][:3] == ("2026-09", 0.0181, "亿元")


def test_index_figures_say_against_what(told: Office) -> None:
    found = told.values("CPI", "index")
    assert found == [
        ("2026-09", 102.2, "上年同月=100", "final", "insert"),
        ("2026-09", 101.5, "上年同期=100", "final", "insert"),
    ]


def test_signs_for_no_figure_are_no_figures(told: Office) -> None:
    assert told.values("IVA", "ytd") == [] and told.values("GDP_PRI", "cur") == []


def test_growth_and_values_have_their_price_basis(told: Office) -> None:
    prices = told.query(
        "SELECT DISTINCT indicator, basis, price FROM macroeconomy.observation"
        " WHERE indicator IN ('GDP', 'IVA', 'POWER') ORDER BY ALL"
    )
    assert prices == [
        ("GDP", "ytd", "current"), ("GDP", "ytd_yoy", "constant"), ("IVA", "ytd_yoy", "constant"), ("POWER", "cur", ""),
    ]  # fmt: skip


def test_a_corrected_bulletin_revises_what_changed_and_nothing_else(told: Office) -> None:
    assert told.values("RETAIL", "cur") == [
        ("2026-09", 0.528, "亿元", "preliminary", "insert"),  # the city's sheet
        ("2026-09", 0.528, "亿元", "preliminary", "insert"),  # the counties' sheet
        ("2026-09", 0.53, "亿元", "revised", "revise"),
    ]
    last_file = told.query("SELECT max(file_id) FROM basedb.delivery")[0][0]
    account = dict(
        told.query("SELECT outcome, cells FROM macroeconomy.cell_account WHERE file_id = ?", last_file)
    )
    assert account["revised"] == 1 and "inserted" not in account


def test_the_best_vintage_is_current_and_a_past_day_is_remembered(told: Office) -> None:
    now = (
        "SELECT value, status FROM macroeconomy.observation_current"
        " WHERE indicator = ? AND basis = 'cur' AND division = ? AND period = '2026-09'"
    )
    assert told.query(now, "RETAIL", CITY) == [(0.53, "revised")]
    assert told.query(now, "POWER", CITY) == [(766.11, "revised")]
    with reading(told.store) as reader:
        for day, value in ((2, 769.09), (3, 766.11)):
            answer = reader.ask(
                f"SELECT value FROM macroeconomy.observation_as_of(DATE '2026-11-0{day}')"
                " WHERE indicator = 'POWER' AND period = '2026-09'"
            )
            assert list(answer.rows) == [(value,)]


def test_of_equal_vintages_the_source_with_priority_counts(told: Office) -> None:
    current = told.query(
        "SELECT value, unit, normal_value, normal_unit, source FROM macroeconomy.observation_current"
        " WHERE indicator = 'BUDGET' AND basis = 'ytd' AND division = ?", CITY
    )  # fmt: skip
    assert current == [(7120.0, "万元", 7120.0, "万元", "cz_finance")]


def test_one_current_figure_per_series_and_period(told: Office) -> None:
    repeated = told.query(
        "SELECT series_id, period FROM macroeconomy.observation_current GROUP BY ALL HAVING count(*) > 1"
    )
    assert repeated == []


def test_the_same_file_again_is_nothing_new(told: Office) -> None:
    observations = told.query("SELECT count(*), count(DISTINCT observation_id) FROM macroeconomy.observation")
    assert observations[0][0] == observations[0][1] > 40


def test_every_cell_has_an_outcome(told: Office) -> None:
    accounted = told.query("SELECT file_id, sum(cells) FROM macroeconomy.cell_account GROUP BY 1 ORDER BY 1")
    assert [cells for _, cells in accounted] == [33 + 15, 4, 3, 4, 33 + 15]


def test_revisions_are_counted_from_the_first_release(told: Office) -> None:
    found = told.query(
        "SELECT vintage, normal_value, revision FROM macroeconomy.revision"
        " WHERE indicator = 'POWER' AND basis = 'cur' AND period = '2026-09' ORDER BY vintage"
    )
    assert [(v, value) for v, value, _ in found] == [(1, 769.09), (2, 766.11)]
    assert found[0][2] is None and round(found[1][2], 2) == -2.98


def test_a_figure_that_is_printed_no_more_is_withdrawn(office: Office) -> None:
    office.deliver("dl_power", 1, "dl_power.json", _power(8, 9))
    office.deliver("dl_power", 2, "dl_power.json", _power(8, 9, 10))
    contract = office.contracts["dl_power"]
    office.contracts["dl_power"] = replace(
        contract, delivery=replace(contract.delivery, max_retire_ratio=1.0)
    )
    office.deliver("dl_power", 3, "dl_power.json", _power(8, 9))
    assert [row[4] for row in office.values("POWER", "cur")] == ["insert", "insert", "insert", "delete"]
    current = office.query(
        "SELECT period FROM macroeconomy.observation_current WHERE indicator = 'POWER' ORDER BY 1"
    )
    assert current == [("2026-08",), ("2026-09",)]


#: What a vintage is, told from all observations: releases of another value than that of the one before.
_TOLD_ANEW = """
    WITH ranked AS (
        SELECT *, lag(normal_value) OVER (
            PARTITION BY series_id, period ORDER BY status_rank, released_at, priority, observation_id) AS before
        FROM macroeconomy.observation WHERE action <> 'delete')
    SELECT observation_id, rank() OVER w, first(normal_value) OVER w, lag(normal_value) OVER w
    FROM ranked WHERE before IS NULL OR abs(normal_value - before) > 0.0005 * abs(before) + 0.0000001
    WINDOW w AS (PARTITION BY series_id, period ORDER BY status_rank, released_at, priority, observation_id)
    ORDER BY observation_id"""
_TOLD = "SELECT observation_id, vintage, first_value, previous_value FROM macroeconomy.revision ORDER BY observation_id"


def test_vintages_are_those_of_all_releases_in_whatever_order_they_came(office: Office) -> None:
    sheets = {2: 770.0, 4: 771.5, 5: 771.5, 6: 769.0}
    for place, night in enumerate((4, 2, 6, 5)):
        office.deliver("dl_power", night, f"dl_power_{place}.json", power({"2026-09": sheets[night]}))
    found = office.query(_TOLD)
    assert found == office.query(_TOLD_ANEW) and max(vintage for _, vintage, _, _ in found) > 1
    (open_ones,) = office.query(
        "SELECT count(*), count(DISTINCT (series_id, period)) FROM macroeconomy.observation_current"
    )
    assert open_ones[0] == open_ones[1] == 2


def test_an_older_base_learns_which_vintages_its_observations_are(office: Office) -> None:
    for night, value in ((1, 770.0), (2, 771.5)):
        office.deliver("dl_power", night, "dl_power.json", power({"2026-09": value}))
    told = office.query(_TOLD)
    with office.store.writing("an older base") as session:
        session.apply(
            "UPDATE macroeconomy.observation SET vintage = NULL, first_value = NULL, previous_value = NULL"
        )
        session.apply("DELETE FROM basedb.migration WHERE component = 'macroeconomy' AND name = 'vintages'")
    assert office.query(_TOLD) == []
    initialise(office.store, [DOMAIN])
    assert office.query(_TOLD) == told and len(told) > 2


def _power(*months: int) -> bytes:
    return power({f"2026-{month:02d}": 700.0 + month for month in months})


def test_figures_read_long_and_wide(told: Office) -> None:
    long = told.query(
        "SELECT indicator_name, division_name, measure, value, unit FROM macroeconomy.figure_long"
        " WHERE indicator = 'RETAIL' AND division = ? AND period = '2026-09' ORDER BY basis", CITY,
    )  # fmt: skip
    assert [row[:3] for row in long] == [
        ("社会消费品零售总额", "漯河市", measure) for measure in ("当期", "累计", "累计同比")
    ]
    wide = told.query(
        "SELECT unit, cur, ytd, ytd_yoy, stock, index_month FROM macroeconomy.figure_wide"
        " WHERE indicator = 'RETAIL' AND division = ? AND period = '2026-09'", CITY,
    )  # fmt: skip
    assert wide == [(long[0][4], long[0][3], long[1][3], long[2][3], None, None)]
    (prices,) = told.query(
        "SELECT index_month, index_so_far, unit FROM macroeconomy.figure_wide WHERE indicator = 'CPI'"
    )
    assert prices == (102.2, 101.5, None)
    own = told.query(
        "SELECT DISTINCT division_name FROM macroeconomy.figure_long WHERE division = '411101000000'"
    )
    assert own == [("市本级",)]
