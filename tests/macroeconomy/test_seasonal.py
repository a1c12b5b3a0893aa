"""Seasonal adjustment: series made of known parts come apart into them; a library as oracle."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.tsa.statespace.sarimax import SARIMAX

from macroeconomy.analysis.holidays import calendar_table, new_years, regressors
from macroeconomy.analysis.own import bridged, own_figures
from macroeconomy.analysis.seasonal import adjust, airline, residual_seasonality

MONTHS = pd.RangeIndex(2012 * 12 + 1, 2026 * 12 + 1)
SEASON = np.log([0.92, 0.85, 1.0, 0.98, 1.02, 1.05, 1.1, 1.12, 0.97, 0.98, 1.0, 1.01])


def made(seed: int, festival: float, days: float = 0.0, noise: float = 0.01) -> tuple[pd.Series, pd.Series]:
    """A monthly series with the festival's effect, and the same without seasons and calendar."""
    random = np.random.default_rng(seed)
    plain = 5 + 0.004 * np.arange(len(MONTHS)) + random.normal(0, noise, len(MONTHS))
    calendar = regressors("M", MONTHS)
    moved = festival * calendar["during"] + days * calendar["working_days"]
    season = (SEASON - SEASON.mean())[(MONTHS.to_numpy() - 1) % 12]
    return np.exp(pd.Series(plain + season, MONTHS) + moved), np.exp(pd.Series(plain, MONTHS))


def test_the_festival_is_where_the_calendar_has_it() -> None:
    assert [str(day) for day in new_years(2023, 2026)] == [
        "2023-01-22",
        "2024-02-10",
        "2025-01-29",
        "2026-02-17",
    ]
    during = calendar_table("M")["during"]
    # 2025: from 29 January to 4 February.
    assert during.loc[2025 * 12 + 1] == pytest.approx(3 / 7) and during.loc[2025 * 12 + 2] == pytest.approx(
        4 / 7
    )
    ends = calendar_table("M", at_end=True)
    assert ends.loc[2025 * 12 + 1, "during"] == 1 and ends.loc[2024 * 12 + 1, "before"] == 1


def test_working_days_are_those_of_the_law() -> None:
    days = calendar_table("M")["working_days"]
    year = pd.Index((days.index - 1) // 12)
    by_year = days.groupby(year).sum()
    assert (by_year[2023], by_year[2024], by_year[2025]) == (249, 251, 248)
    assert days.loc[2026 * 12 + 2] == 16  # with the Saturdays that are worked instead


def test_regressors_say_nothing_of_the_seasons() -> None:
    whole = pd.RangeIndex(1950 * 12 + 1, 2050 * 12 + 1)
    means = regressors("M", whole).groupby((whole - 1) % 12).mean()
    assert np.abs(means.to_numpy()).max() < 1e-12
    assert list(regressors("Q", pd.RangeIndex(2012 * 4 + 1, 2026 * 4 + 1)).columns) == ["working_days"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_known_parts_are_found(seed: int) -> None:
    values, plain = made(seed, festival=-0.15, days=0.01)
    found = adjust(values, "M", multiplicative=True)
    assert found.effects["during"][0] == pytest.approx(-0.15, abs=0.03) and found.effects["during"][1] < -5
    assert found.effects["working_days"][0] == pytest.approx(0.01, abs=0.004)
    season = np.log(found.seasonal.tail(12).to_numpy())
    assert season == pytest.approx(SEASON - SEASON.mean(), abs=0.025)
    assert np.abs(np.log(found.adjusted / plain)).mean() < 0.012
    assert min(found.seasonality_before) < 1e-6 and min(found.seasonality_after) > 0.05
    together = found.adjusted * found.seasonal * found.calendar
    assert together.to_numpy() == pytest.approx(values.to_numpy())


def test_without_the_festival_january_stays_uneven() -> None:
    values, plain = made(5, festival=-0.2)
    found = adjust(values, "M", multiplicative=True)
    blind = adjust(values, "M", multiplicative=True, estimated=frozenset(MONTHS))
    assert blind.effects == {}
    error, error_blind = (np.abs(np.log(item.adjusted / plain)).mean() for item in (found, blind))
    assert error < 0.6 * error_blind


@settings(max_examples=10)
@given(st.floats(0.01, 1000), st.integers(0, 10**6))
def test_a_change_of_unit_changes_the_unit_only(scale: float, seed: int) -> None:
    values, _ = made(seed, festival=-0.1)
    one, other = adjust(values, "M", multiplicative=True), adjust(values * scale, "M", multiplicative=True)
    assert (one.adjusted * scale).to_numpy() == pytest.approx(other.adjusted.to_numpy(), rel=1e-4)


def test_what_has_no_seasons_keeps_its_own() -> None:
    walk = pd.Series(100 + np.cumsum(np.random.default_rng(8).normal(0, 1, len(MONTHS))), MONTHS)
    found = adjust(walk, "M", multiplicative=False)
    assert (found.seasonal == 0).all() and min(found.seasonality_before) > 0.05
    assert (found.adjusted + found.calendar).to_numpy() == pytest.approx(walk.to_numpy())


def test_the_airline_model_as_statsmodels_fits_it() -> None:
    shocks = np.random.default_rng(4).normal(0, 0.02, len(MONTHS) + 13)
    moved = np.convolve(shocks, np.convolve([1, -0.5], np.r_[1, np.zeros(11), -0.6]), "valid")
    walk = np.cumsum(moved)
    for at in range(12, len(walk)):
        walk[at] += walk[at - 12]
    design = regressors("M", MONTHS)[["during"]]
    level = pd.Series(walk, MONTHS) - 0.15 * design["during"]
    oracle = SARIMAX(
        level.to_numpy(), design.to_numpy(), order=(0, 1, 1), seasonal_order=(0, 1, 1, 12)
    ).fit(disp=False, cov_type="oim")  # fmt: skip
    found = airline(level, design, 12)
    assert found.coefficients[0] == pytest.approx(oracle.params[0], abs=0.005)
    assert found.t_values[0] == pytest.approx(oracle.tvalues[0], rel=0.15)
    # Least squares leave the determinant of the likelihood out.
    assert found.moving_average == pytest.approx(oracle.params[1:3], abs=0.12)


def test_tests_see_seasons_where_there_are_some() -> None:
    values, plain = made(6, festival=0.0)
    assert max(residual_seasonality(np.log(values), 12)) < 0.001
    assert min(residual_seasonality(np.log(plain), 12)) > 0.01


def test_too_short_and_not_positive_are_refused() -> None:
    values, _ = made(1, festival=0.0)
    with pytest.raises(ValueError, match="4 years"):
        adjust(values.tail(40), "M", multiplicative=True)
    with pytest.raises(ValueError, match="positive"):
        adjust(values - 200, "M", multiplicative=True)
    with pytest.raises(ValueError, match="seasons"):
        adjust(values, "A", multiplicative=True)


@given(st.lists(st.integers(1, 1000), min_size=24, max_size=24), st.sets(st.integers(0, 23), max_size=6))
def test_own_figures_come_back_from_totals(own: list[int], hidden: set[int]) -> None:
    """What a total and its neighbours determine is found; what several share adds up to it."""
    index = pd.RangeIndex(2024 * 12 + 1, 2026 * 12 + 1)
    truth = pd.Series(own, index, dtype=float)
    totals = truth.groupby((index - 1) // 12).cumsum()
    published = totals[[at not in hidden for at in range(24)]]
    found, shared = own_figures(totals.iloc[:0], published, "M")
    alone = [number for number in found.dropna().index if number not in shared]
    assert found[alone].to_numpy() == pytest.approx(truth[alone].to_numpy(), abs=1e-6)
    again = found.groupby((found.index - 1) // 12).cumsum(skipna=False)[published.index].dropna()
    assert again.to_numpy() == pytest.approx(totals[again.index].to_numpy(), abs=1e-6)


def test_january_and_february_share_their_total_by_days() -> None:
    first = 2025 * 12 + 1
    found, shared = own_figures(
        pd.Series({first + 2: 40.0}), pd.Series({first + 1: 59.0, first + 2: 99.0}), "M"
    )
    assert found.tolist() == pytest.approx([31, 28, 40]) and list(shared) == [first, first + 1]


def test_short_gaps_are_bridged_and_long_ones_end_the_series() -> None:
    values = pd.Series([1.0, np.nan, 3, np.nan, np.nan, np.nan, 7, 8, np.nan, np.nan, 11], pd.RangeIndex(11))
    run, which = bridged(values)
    assert run.tolist() == [7, 8, 9, 10, 11] and list(which) == [8, 9]
