"""Forecasts of a whole and of its parts: they add up, and nothing is lost by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from basedb.cli.main import main
from macroeconomy.forecast.combine import forecast
from macroeconomy.forecast.distribution import Forecast, shock_weights
from macroeconomy.forecast.reconcile import METHODS, reconcile, shrunk_correlation
from tests.macroeconomy.conftest import found as new_office
from tests.macroeconomy.office import budget

HORIZON = 4


def family(seed: int, parts: int = 3, lowest: float = 0.0, level: float = 20.0) -> list[Forecast]:
    """Forecasts of a whole and its parts that do not add up, with errors that move together."""
    random = np.random.default_rng(seed)
    own = random.normal(0, 1, (60, parts)) * random.uniform(0.5, 3, parts)
    errors = np.column_stack([own.sum(axis=1) + random.normal(0, 1, 60), own])
    means = random.uniform(level, 3 * level, (parts, HORIZON))
    whole = means.sum(axis=0) + random.normal(0, 5, HORIZON)
    loading = shock_weights(np.sqrt(1 + 0.3 * np.arange(HORIZON)))
    return [
        Forecast("made", mean, loading, float(np.sqrt((error**2).mean())), lowest, error)
        for mean, error in zip(np.vstack([whole, means]), errors.T, strict=True)
    ]


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(1, 6), st.sampled_from(METHODS))
def test_parts_add_up_at_every_horizon_with_their_errors(seed: int, parts: int, method: str) -> None:
    base = family(seed, parts)
    whole, *found = reconcile(base[0], base[1:], method)
    assert whole.mean == pytest.approx(sum(item.mean for item in found))
    # So do the errors, shock by shock: no draw of the future breaks the sum.
    assert whole.loading == pytest.approx(sum(item.loading for item in found), abs=1e-9)
    assert all(item.model == f"made+{method}" for item in found)


@given(st.integers(0, 10**6), st.sampled_from(METHODS))
def test_what_adds_up_already_stays(seed: int, method: str) -> None:
    base = family(seed)
    together = Forecast(
        "made", sum((item.mean for item in base[1:]), np.zeros(HORIZON)), base[0].loading, base[0].deviation,
        0.0, base[0].errors,
    )  # fmt: skip
    found = reconcile(together, base[1:], method)
    for before, after in zip([together, *base[1:]], found, strict=True):
        assert after.mean == pytest.approx(before.mean)


@pytest.mark.parametrize("method", ["ols", "wls", "mint"])
def test_the_projection_is_that_of_the_paper(method: str) -> None:
    base = family(3)
    correlation = shrunk_correlation([item.errors for item in base])
    deviation = np.array([item.deviation for item in base])
    weights = {
        "ols": np.eye(4), "wls": np.diag(deviation**2), "mint": correlation * np.outer(deviation, deviation),
    }[method]  # fmt: skip
    summing = np.vstack([np.ones(3), np.eye(3)])
    inverse = np.linalg.inv(weights)
    project = summing @ np.linalg.inv(summing.T @ inverse @ summing) @ summing.T @ inverse
    expected = project @ np.array([item.mean for item in base])
    found = reconcile(base[0], base[1:], method)
    assert np.array([item.mean for item in found]) == pytest.approx(expected)


def test_minimum_trace_makes_no_forecast_less_sure() -> None:
    base = family(7)
    found = reconcile(base[0], base[1:], "mint")
    for before, after in zip(base, found, strict=True):
        assert np.all(after.deviations <= before.deviations * (1 + 1e-9))
    assert found[0].deviations[0] < base[0].deviations[0]


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.sampled_from(METHODS))
def test_parts_that_cannot_be_negative_are_not(seed: int, method: str) -> None:
    base = family(seed, level=0.5)
    low = Forecast("made", np.full(HORIZON, 0.1), base[0].loading, base[0].deviation, 0.0, base[0].errors)
    whole, *found = reconcile(low, base[1:], method)
    assert all((item.mean >= 0).all() for item in found)
    assert whole.mean == pytest.approx(sum(item.mean for item in found))


def test_bottom_up_leaves_the_parts_alone() -> None:
    base = family(9)
    found = reconcile(base[0], base[1:], "bottom_up")
    assert [item.mean.tolist() for item in found[1:]] == [item.mean.tolist() for item in base[1:]]
    assert found[1].deviations == pytest.approx(base[1].deviations)


def test_what_cannot_be_reconciled_is_refused() -> None:
    base = family(1)
    with pytest.raises(ValueError, match="no such method"):
        reconcile(base[0], base[1:], "guess")
    with pytest.raises(ValueError, match="horizons"):
        reconcile(forecast(np.arange(20.0), 2, 1), base[1:])


PLACES = ("源汇区", "郾城区", "召陵区", "舞阳县", "临颍县", "市本级")


@pytest.mark.parametrize("kind", ["duckdb", "postgresql"])
def test_counties_add_up_to_the_city_and_a_lasting_gap_stays(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    random = np.random.default_rng(4)
    rows: list[tuple[Any, ...]] = []
    for year in (2022, 2023, 2024, 2025):
        totals = dict.fromkeys(("全市合计", *PLACES), 0)
        taxes = dict.fromkeys(("全市合计", *PLACES), 0)
        for month in range(1, 13):
            own = {place: int(random.integers(90, 110)) for place in PLACES}
            # What the city's own treasury collects of taxes is in no county.
            for item, kept, extra in (("一般公共预算收入", totals, 0), ("税收收入", taxes, 20)):
                for place, value in ({"全市合计": sum(own.values()) + extra} | own).items():
                    kept[place] += value
                    rows.append((year, month, place, item, value, kept[place], ""))
    office = new_office(kind, request, tmp_path)
    office.deliver("cz_finance", 1, "cz_budget.csv", budget(rows))
    words = ["--store", office.store.url, "macro", "forecast", "--all", "--horizon", "3", "--json"]
    result = CliRunner().invoke(main, [*words, "--reconcile", "mint"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)["rows"]
    for indicator, gap in (("BUDGET", 0.0), ("TAX", 20.0)):
        for period in ("2026-01", "2026-02", "2026-03"):
            values = {
                row["division"]: row["value"]
                for row in told
                if (row["indicator"], row["period"]) == (indicator, period)
            }
            assert len(values) == 7
            city = values.pop("411100000000")
            assert city - sum(values.values()) == pytest.approx(gap, abs=1e-6 if not gap else 3)
    assert CliRunner().invoke(main, [*words[:4], "BUDGET", "--reconcile", "mint"]).exit_code == 2
