"""Nowcasts: a quarter from its months, the news between vintages, and scenarios."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from datetime import date
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from statsmodels.tools.sm_exceptions import EstimationWarning
from statsmodels.tsa.statespace.dynamic_factor_mq import DynamicFactorMQ

from basedb.cli.main import main
from macroeconomy.analysis import x13
from macroeconomy.forecast import backtest
from macroeconomy.forecast.backtest import Record
from macroeconomy.forecast.combine import forecast
from macroeconomy.forecast.distribution import Forecast
from macroeconomy.forecast.history import History
from macroeconomy.forecast.nowcast import NotEstimated, Nowcaster
from macroeconomy.forecast.panel import Panel, build, periods
from tests.macroeconomy.conftest import found as new_office
from tests.macroeconomy.office import Office, budget, power

FIRST, LENGTH = 2016 * 12 + 1, 10 * 12


def history(indicator: str, frequency: str, values: np.ndarray, series_id: int) -> History:
    start = FIRST if frequency == "M" else 2016 * 4 + 1
    basis, unit = ("cur", "万元") if frequency == "M" else ("ytd", "亿元")
    return History(
        series_id, indicator, "411100000000", frequency, basis, "current", "", unit, date(2026, 1, 20),
        pd.Series(values, pd.RangeIndex(start, start + len(values))), pd.Series(dtype=float),
        frozenset(range(1, 13)), 0,
    )  # fmt: skip


def economy(seed: int = 3, swing: float = 0.1) -> tuple[list[History], History]:
    """Monthly series that a common cycle drives, and a quarter's output that follows it."""
    random = np.random.default_rng(seed)
    cycle = np.zeros(LENGTH)
    for at in range(1, LENGTH):
        cycle[at] = 0.8 * cycle[at - 1] + random.normal(0, 0.6)
    season = np.tile(1 + swing * np.sin(np.arange(12) * np.pi / 6), LENGTH // 12)
    monthly = []
    for number, (name, weight) in enumerate(
        (("BUDGET", 1.0), ("POWER", 0.8), ("RETAIL", 0.6), ("LOAN", 0.5)), 1
    ):
        growth = 0.5 + weight * cycle + random.normal(0, 0.3, LENGTH)
        monthly.append(history(name, "M", 100 * np.exp(np.cumsum(growth) / 100) * season, number))
    output = np.exp(np.cumsum(0.5 + 0.9 * cycle) / 100) * season
    return monthly, history("GDP", "Q", 10 * output.reshape(-1, 3).sum(axis=1), 9)


def shortened(item: History, by: int) -> History:
    return replace(item, values=item.values.iloc[:-by]) if by else item


@pytest.fixture(scope="module")
def world() -> tuple[list[History], History, Panel, Nowcaster]:
    """All months known, the last quarter not yet."""
    monthly, output = economy()
    panel = build(shortened(output, 1), monthly)
    return monthly, output, panel, Nowcaster(panel)


def test_a_model_that_goes_astray_is_estimated_more_simply(
    world: tuple[list[History], History, Panel, Nowcaster], monkeypatch: pytest.MonkeyPatch
) -> None:
    panel, fit, failing = world[2], DynamicFactorMQ.fit, {True}
    assert world[3].autocorrelated

    def fails(self: DynamicFactorMQ, **options: Any) -> Any:
        if self.idiosyncratic_ar1 in failing:
            warnings.warn("the likelihood fell", EstimationWarning, stacklevel=2)
        return fit(self, **options)

    monkeypatch.setattr(DynamicFactorMQ, "fit", fails)
    simpler = Nowcaster(panel)
    assert not simpler.autocorrelated
    assert simpler.growth(simpler.quarters())[0] == pytest.approx(
        world[3].growth(simpler.quarters())[0], abs=1
    )
    failing.add(False)
    with pytest.raises(NotEstimated):
        Nowcaster(panel)


def test_periods_are_those_of_the_ordinals() -> None:
    assert str(periods("M", pd.RangeIndex(2026 * 12 + 2, 2026 * 12 + 4))[0]) == "2026-02"
    assert [str(item) for item in periods("Q", pd.RangeIndex(2026 * 4, 2026 * 4 + 2))] == ["2025Q4", "2026Q1"]


def test_a_quarter_is_nearer_with_its_months_than_without() -> None:
    errors, blind = [], []
    for seed in (1, 2, 4):
        monthly, output = economy(seed, swing=0.0)
        known = shortened(output, 1)
        model = Nowcaster(build(known, monthly))
        (quarter,) = model.quarters()
        assert str(quarter) == "2025Q4"
        nowcast, truth = model.forecast(model.quarters()), float(output.values.iloc[-1])
        errors.append(abs(nowcast.point[0] / truth - 1))
        blind.append(abs(forecast(known.values.to_numpy(float), 1, 4).point[0] / truth - 1))
        assert abs(nowcast.point[0] - truth) < 4 * nowcast.deviations[0]
    assert np.mean(errors) < 0.005 and np.mean(errors) < np.mean(blind)


def test_news_adds_up_to_the_change(world: tuple[list[History], History, Panel, Nowcaster]) -> None:
    monthly, output, panel, model = world
    revised = replace(
        monthly[0], values=monthly[0].values * np.where(np.arange(LENGTH) == LENGTH - 5, 1.02, 1.0)
    )
    ragged = [shortened(revised, 1), shortened(monthly[1], 2), shortened(monthly[2], 1), monthly[3]]
    news = model.news(panel.of([*ragged, shortened(output, 1)]), model.quarters()[0])
    assert news.before + news.revisions + news.surprises["impact"].sum() == pytest.approx(
        news.after, abs=1e-6
    )
    assert news.after == pytest.approx(model.growth(model.quarters())[0][0], abs=1e-6)
    assert sorted(news.surprises["indicator"]) == ["BUDGET", "POWER", "POWER", "RETAIL"]
    by_hand = (news.surprises["observed"] - news.surprises["expected"]) * news.surprises["weight"]
    assert by_hand.to_numpy() == pytest.approx(news.surprises["impact"].to_numpy())
    assert abs(news.revisions) > 1e-4


def test_no_news_is_no_change(world: tuple[list[History], History, Panel, Nowcaster]) -> None:
    monthly, output, panel, model = world
    news = model.news(panel.of([*monthly, shortened(output, 1)]), model.quarters()[0])
    assert news.surprises.empty and news.before == pytest.approx(news.after)


def test_a_scenario_moves_the_target_its_way(world: tuple[list[History], History, Panel, Nowcaster]) -> None:
    model = world[3]
    quarters = model.quarters(3)
    base, _ = model.growth(quarters)
    up, _ = model.growth(quarters, {"BUDGET": 2.0, "POWER": 2.0})
    down, _ = model.growth(quarters, {"BUDGET": -2.0, "POWER": -2.0})
    # All months of the first quarter are known: nothing assumed can change them.
    assert up[1] > base[1] + 0.1 and down[1] < base[1] - 0.1
    assert up[1] - base[1] == pytest.approx(base[1] - down[1], rel=0.1)
    same, _ = model.growth(quarters, {"BUDGET": 0.0})
    assert same == pytest.approx(base, abs=1e-6)
    with pytest.raises(KeyError):
        model.growth(quarters, {"NONE": 1.0})


def test_what_says_the_same_twice_is_taken_once() -> None:
    monthly, output = economy()
    doubled = replace(monthly[0], indicator="DEPOSIT", series_id=20)
    part = replace(monthly[1], indicator="TAX", series_id=21)
    dollars = replace(monthly[2], indicator="TRADE_USD", series_id=22)
    short = replace(shortened(monthly[2], 90), indicator="POWER_IND", series_id=23)
    panel = build(output, [*monthly, doubled, part, dollars, short])
    assert list(panel.monthly.columns) == ["BUDGET", "LOAN", "POWER", "RETAIL"]


def test_what_cannot_be_nowcast_is_refused(world: tuple[list[History], History, Panel, Nowcaster]) -> None:
    monthly, output, panel, _ = world
    with pytest.raises(ValueError, match="quarterly"):
        build(monthly[0], monthly)
    with pytest.raises(ValueError, match="no monthly"):
        build(output, [shortened(item, 90) for item in monthly])
    with pytest.raises(ValueError, match="earlier vintage"):
        panel.of(monthly)


def gross_product(output: History, quarters: int) -> bytes:
    """The office's SDMX-CSV of totals since the new year."""
    own = output.values.iloc[:quarters]
    totals = own.groupby((own.index - 1) // 4).cumsum()
    lines = [
        f"TJJ:LH_GDP(1.0),Q,411100,GDP,V,YTD,CNY,{(number - 1) // 4}-Q{(number - 1) % 4 + 1},{total * 1e4:.0f},P,4"
        for number, total in totals.items()
        if isinstance(number, int)
    ]
    head = (
        "DATAFLOW,FREQ,REF_AREA,INDICATOR,PRICE,ACCUM,UNIT_MEASURE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT"
    )
    return "\n".join([head, *lines]).encode()


@pytest.fixture(scope="module")
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An embedded store of the economy."""
    return published(new_office("duckdb", request, tmp_path_factory.mktemp("nowcast")))


def published(place: Office) -> Office:
    """Output up to the third quarter, consumption and revenue up to November, then December."""
    monthly, output = economy()
    own = monthly[0].values.round()
    totals = own.groupby((own.index - 1) // 12).cumsum()
    item = ("全市合计", "一般公共预算收入")
    rows = [
        ((number - 1) // 12, (number - 1) % 12 + 1, *item, own[number], totals[number], "")
        for number in own.index
    ]
    loads = {
        f"{(number - 1) // 12}-{(number - 1) % 12 + 1:02d}": round(float(monthly[1].values[number]), 2)
        for number in own.index
    }
    place.deliver("tj_stats", 1, "gdp_sdmx.csv", gross_product(output, 39))
    place.deliver("cz_finance", 1, "cz_budget.csv", budget(rows[:-1]))
    place.deliver("dl_power", 1, "dl_power.json", power({month: loads[month] for month in list(loads)[:-1]}))
    place.deliver("cz_finance", 5, "cz_budget.csv", budget(rows))
    place.deliver("dl_power", 6, "dl_power.json", power(dict(loads)))
    return place


def answer(office: Office, *words: str, command: str = "nowcast") -> dict[str, Any]:
    result = CliRunner().invoke(main, ["--store", office.store.url, "macro", command, *words, "--json"])
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.output)
    return told


@pytest.fixture
def at_its_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model is not tested on past quarters, which costs most of the time."""
    monkeypatch.setattr(backtest, "record", lambda target, others: backtest.UNTESTED)


def test_nowcast_at_the_command_line(office: Office) -> None:
    told = answer(office, "--since", "2026-11-01", "--save")
    assert told["tested"]["quarters"] == 8 and told["tested"]["factor"] > 0
    (row,) = told["rows"]
    assert (told["to"], row["period"]) == ("2025-Q3", "2025-Q4") and told["from_monthly"] == [
        "BUDGET",
        "POWER",
    ]
    _, output = economy()
    whole = float(output.values.iloc[-4:].sum())
    assert row["value"] == pytest.approx(whole, rel=0.02)
    assert row["growth"] == pytest.approx(100 * (whole / float(output.values.iloc[-8:-4].sum()) - 1), abs=2)
    assert {item["indicator"] for item in told["news"]["surprises"]} == {"BUDGET", "POWER"}
    assert row["low95"] < row["low80"] < whole < row["high80"] < row["high95"]
    assert told["kept"] == 1


@pytest.mark.usefixtures("at_its_word")
def test_a_nowcast_is_kept_once_per_figures(office: Office) -> None:
    # The store has that of all figures; other figures beside the same target make another one.
    assert [answer(office, "--as-of", "2026-11-05", "--save")["kept"] for _ in range(2)] == [1, 0]


@pytest.mark.usefixtures("at_its_word")
def test_a_server_answers_too(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    server = published(new_office("postgresql", request, tmp_path))
    told = answer(server, "--save")
    _, output = economy()
    assert told["rows"][0]["value"] == pytest.approx(float(output.values.iloc[-4:].sum()), rel=0.02)
    assert told["kept"] == 1
    rows = answer(server, "POWER", "--basis", "cur", "--last", "12", command="adjust")["rows"]
    assert len(rows) == 12 and all(row["adjusted"] * row["seasonal"] > 0 for row in rows)


def test_seasons_are_taken_out_by_x13_where_asked(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("POWER", "--basis", "cur", "--method", "x13")
    told, beside = answer(office, *words, command="adjust"), answer(office, *words[:3], command="adjust")
    assert told["model"].startswith("X-13ARIMA-SEATS") and beside["model"] == "STL"
    pairs = zip(told["rows"], beside["rows"], strict=True)
    assert all(one["adjusted"] == pytest.approx(other["adjusted"], rel=0.02) for one, other in pairs)
    people = ["--store", office.store.url, "macro", "adjust", *words]
    assert "X-13ARIMA-SEATS 1." in CliRunner().invoke(main, people).output

    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(x13, "distribution", missing)
    result = CliRunner().invoke(main, people)
    assert result.exit_code == 2 and "basedb[x13]" in result.output


@pytest.mark.usefixtures("at_its_word")
def test_scenarios_are_kept_under_their_name(office: Office) -> None:
    words = ("--quarters", "2", "--assume", "POWER=+5", "--save")
    told = answer(office, *words)
    assert told["scenario"]["assumed"] == "POWER=+5%" and told["kept"] == 2
    assert answer(office, *words)["kept"] == 0
    assert told["scenario"]["rows"][1]["value"] > told["rows"][1]["value"]
    names = office.query("SELECT DISTINCT scenario FROM macroeconomy.forecast WHERE period = '2026-Q1'")
    assert names == [("POWER=+5%",)]


@pytest.mark.parametrize(
    "words",
    [
        ("--assume", "POWER"),
        ("--assume", "NONE=5"),
        ("--assume", "LOAN=5"),
        ("POWER",),
        ("--as-of", "2020-01-01"),
    ],
)
def test_what_cannot_be_asked(office: Office, words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, ["--store", office.store.url, "macro", "nowcast", *words])
    assert result.exit_code == 2, result.output


@pytest.mark.usefixtures("at_its_word")
def test_the_table_for_people(office: Office) -> None:
    words = ["--store", office.store.url, "macro", "nowcast", "--since", "2026-11-01", "--assume", "POWER=-3"]
    output = CliRunner().invoke(main, words).output
    assert "2025-Q4" in output and "POWER=-3%" in output and "影响" in output
    assert "未经以往误差检验" in output


def test_intervals_are_as_wide_as_errors_were() -> None:
    told = Forecast("nowcast", np.array([100.0, 100.0]), np.tril(np.ones((2, 2))), 2.0)
    wider = Record(8, 1.5).widen(told)
    low, high = wider.interval(0.8)
    # Student's 90 % point of eight degrees of freedom is 1.397.
    assert high - 100 == pytest.approx(1.397 * 3 * np.sqrt([1, 2]), rel=1e-3)
    assert 100 - low == pytest.approx(high - 100)
    assert wider.through(np.eye(2)).quantile(0.9) == pytest.approx(high)
    assert backtest.UNTESTED.widen(told) == told


def test_a_short_history_is_not_tested() -> None:
    monthly, output = economy()
    short = [replace(item, values=item.values.iloc[-17 * 3 :]) for item in monthly]
    recent = replace(output, values=output.values.iloc[-17:])
    assert backtest.record(recent, short) == backtest.UNTESTED
