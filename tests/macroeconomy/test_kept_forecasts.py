"""Forecasts are kept with what was known, once, and judged by what came."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from basedb.cli import macro_forecast
from basedb.cli.main import main
from basedb.store import open_store
from etl.after_night import after_night
from etl.archive import Archive
from etl.rebuild import rebuild
from macroeconomy import DOMAIN
from macroeconomy.forecast.models import VERSION
from tests.macroeconomy.conftest import found
from tests.macroeconomy.office import Office, budget, power

MONTHS = [f"{year}-{month:02d}" for year in (2023, 2024, 2025, 2026) for month in range(1, 13)]
_NOISE = np.random.default_rng(11).normal(0, 4, len(MONTHS))
_SEASON = 1 + 0.15 * np.sin(np.arange(len(MONTHS)) * np.pi / 6)
LOADS = {month: round(float((700 + 2 * at) * _SEASON[at] + _NOISE[at]), 2) for at, month in enumerate(MONTHS)}


def until(month: str) -> dict[str, float | None]:
    return {name: value for name, value in LOADS.items() if name <= month}


def ask(office: Office, *words: str) -> Result:
    return CliRunner().invoke(main, ["--store", office.store.url, "macro", *words])


def answer(office: Office, *words: str) -> dict[str, Any]:
    result = ask(office, *words, "--json")
    assert result.exit_code == 0, result.output
    loaded: dict[str, Any] = json.loads(result.output)
    return loaded


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def foretold(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Consumption up to August, forecasts kept of it, then two more months, the first of them revised."""
    office = found(request.param, request, tmp_path_factory.mktemp("foretold"))
    office.deliver("dl_power", 1, "dl_power.json", power(until("2026-08")))
    assert answer(office, "forecast", "--all", "--horizon", "3", "--save")["kept"] == 6
    later = until("2026-10")
    office.deliver("dl_power", 5, "dl_power.json", power(later | {"2026-09": LOADS["2026-09"] + 1}))
    office.deliver("dl_power", 6, "dl_power.json", power(later))
    yield office


def test_a_forecast_is_kept_with_what_it_was_made_from(foretold: Office) -> None:
    rows = foretold.query(
        "SELECT period, horizon, model, model_version, CAST(vintage AS TEXT), origin, scenario, figures"
        " FROM macroeconomy.forecast WHERE indicator = 'POWER' AND vintage = DATE '2026-11-01' ORDER BY horizon"
    )
    assert rows == [
        (period, horizon, "combined", VERSION, "2026-11-01", "2026-08", "", 44)
        for horizon, period in enumerate(("2026-09", "2026-10", "2026-11"), start=1)
    ]
    broken = foretold.query(
        "SELECT count(*) FROM (SELECT value <= lag(value) OVER ("
        " PARTITION BY forecast_id ORDER BY probability) AS falls FROM macroeconomy.forecast_quantile) AS q WHERE falls"
    )
    assert broken == [(0,)]
    run = foretold.query(
        "SELECT DISTINCT r.command, r.status FROM basedb.run r JOIN macroeconomy.forecast f ON f.run_id = r.run_id"
    )
    assert run == [("macro forecast", "published")]


def test_the_same_forecast_is_kept_once_even_when_more_is_known(foretold: Office) -> None:
    then = ("forecast", "--all", "--horizon", "3", "--as-of", "2026-11-01", "--save")
    assert answer(foretold, *then) | {"rows": []} == {
        "model": "combined", "vintage": "2026-11-01", "kept": 0, "run_id": None, "rows": [],
    }  # fmt: skip
    runs = foretold.query("SELECT count(*) FROM basedb.run WHERE command = 'macro forecast'")
    assert runs == [(1,)]


def test_forecasts_are_judged_by_the_first_release_and_the_latest(foretold: Office) -> None:
    rows = foretold.query(
        "SELECT period, predicted, first_value, latest_value, error_first, error_latest, within95"
        " FROM macroeconomy.forecast_accuracy WHERE indicator = 'POWER' AND horizon <= 2 ORDER BY period"
    )
    assert [row[0] for row in rows] == ["2026-09", "2026-10"]
    first, second = rows
    assert first[2:4] == (LOADS["2026-09"] + 1, LOADS["2026-09"])
    assert second[2:4] == (LOADS["2026-10"], LOADS["2026-10"])
    for _, predicted, early, late, error_early, error_late, within in rows:
        assert (error_early, error_late) == pytest.approx((early - predicted, late - predicted))
        assert within and abs(error_early) < 0.05 * early
    ((forecasts, held, error),) = foretold.query(
        "SELECT forecasts, held95, mean_absolute_error FROM macroeconomy.forecast_record"
        " WHERE indicator = 'POWER' AND horizon = 1"
    )
    assert (forecasts, held) == (1, 100) and error == pytest.approx(abs(first[4]))


def test_a_rebuild_keeps_what_was_said(foretold: Office) -> None:
    after_night(foretold.store, {"macroeconomy": DOMAIN}, 20.0)
    into = open_store(f"duckdb:///{foretold.folder / 'again.duckdb'}")
    compared = rebuild(foretold.store, into, Archive(foretold.folder / "archive"), {"macroeconomy": DOMAIN})
    assert [table for table in compared.tables if table.only != (0, 0)] == []
    assert compared.equal
    assert {table.table: table.rows for table in compared.tables}["macroeconomy.forecast"] == (6, 6)
    again = Office(into, foretold.folder)
    assert answer(again, "forecast", "POWER", "--horizon", "2", "--save")["kept"] == 2
    ids = again.query("SELECT count(*), count(DISTINCT forecast_id) FROM macroeconomy.forecast")
    assert ids == [(8, 8)]


def test_what_is_asked_must_be_one_thing(foretold: Office) -> None:
    assert ask(foretold, "forecast").exit_code == 2
    assert ask(foretold, "forecast", "POWER", "--all").exit_code == 2
    assert ask(foretold, "forecast", "--all", "--basis", "cur").exit_code == 2
    assert ask(foretold, "forecast", "POWER", "--as-of", "2020-01-01").exit_code == 2


def test_automatic_models_are_an_extra(foretold: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("forecast", "POWER", "--basis", "cur", "--model", "auto_theta")
    told = answer(foretold, *words)
    assert told["model"] == "auto_theta" and len(told["rows"]) == 6
    monkeypatch.setattr(macro_forecast, "find_spec", lambda name: None)
    result = ask(foretold, *words)
    assert result.exit_code == 2 and "basedb[statsforecast]" in result.output


def test_totals_are_forecast_as_sums_of_their_months(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    office = found("duckdb", request, tmp_path)

    def rows(year: int) -> list[tuple[Any, ...]]:
        own = [100 + 10 * (year - 2020) + month for month in range(1, 13)]
        item = ("全市合计", "一般公共预算收入")
        return [(year, month, *item, own[month - 1], sum(own[:month]), 4.0) for month in range(1, 13)]

    office.deliver(
        "cz_finance", 1, "cz_budget.csv", budget([row for year in range(2020, 2026) for row in rows(year)])
    )
    own = answer(office, "forecast", "BUDGET", "--basis", "cur", "--horizon", "12")["rows"]
    totals = answer(office, "forecast", "BUDGET", "--basis", "ytd", "--horizon", "12")["rows"]
    values = np.array([row["value"] for row in own])
    assert [row["value"] for row in totals] == pytest.approx(np.cumsum(values), rel=1e-9)
    widths = [row["high80"] - row["low80"] for row in totals]
    # Errors of the months neither cancel nor all go one way.
    apart = np.array([row["high80"] - row["low80"] for row in own])
    assert np.sqrt((apart**2).sum()) <= widths[-1] * (1 + 1e-9) and widths[-1] <= apart.sum()
