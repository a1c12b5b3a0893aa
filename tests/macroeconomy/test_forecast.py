"""Forecasts: laws of the models, and libraries as oracles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.tsa.forecasting.theta import ThetaModel
from statsmodels.tsa.holtwinters import SimpleExpSmoothing

from macroeconomy.forecast.combine import TooShort, forecast
from macroeconomy.forecast.models import MODELS, simple, theta
from macroeconomy.forecast.seasonality import adjust, is_seasonal

RANDOM = np.random.default_rng(7)
WALK = 100 + np.cumsum(RANDOM.normal(0.3, 1.0, 80))
SEASON = np.array([0.8, 0.9, 1.1, 1.2])


def test_smoothing_as_statsmodels_does() -> None:
    oracle = SimpleExpSmoothing(WALK, initialization_method="known", initial_level=WALK[:3].mean()).fit()
    assert simple(WALK, 1).forecast[0] == pytest.approx(oracle.forecast(1)[0], rel=2e-3)


def test_theta_as_statsmodels_does() -> None:
    oracle = ThetaModel(WALK, deseasonalize=False).fit().forecast(8).to_numpy()
    assert theta(WALK, 8).forecast == pytest.approx(oracle, rel=0.01)


@pytest.mark.parametrize("name", sorted(set(MODELS) - {"naive", "ses"}))
def test_a_straight_line_goes_on(name: str) -> None:
    line = 50 + 2.0 * np.arange(40)
    assert MODELS[name](line, 4).forecast == pytest.approx(50 + 2.0 * np.arange(40, 44), rel=0.04)


@settings(max_examples=25)
@given(st.floats(0.01, 1000), st.integers(0, 10**6))
def test_scale_changes_nothing_but_scale(scale: float, seed: int) -> None:
    values = 100 + np.cumsum(np.random.default_rng(seed).normal(0, 1, 30))
    one, other = forecast(values, 5, 1), forecast(values * scale, 5, 1)
    assert other.point == pytest.approx(one.point * scale, rel=1e-6)
    assert other.interval(0.8)[1] == pytest.approx(one.interval(0.8)[1] * scale, rel=1e-6)


def test_intervals_are_nested_and_widen() -> None:
    found = forecast(WALK, 6, 4)
    (low80, high80), (low95, high95) = found.interval(0.8), found.interval(0.95)
    assert np.all(low95 <= low80) and np.all(low80 <= found.point) and np.all(high80 <= high95)
    assert np.all(np.diff(high95 - low95) > 0)


def test_seasonality_is_found_and_put_back() -> None:
    values = (100 + np.arange(48)) * np.tile(SEASON, 12)
    assert is_seasonal(values, 4) and not is_seasonal(RANDOM.normal(100, 5, 48), 4)
    adjusted, found = adjust(values, 4)
    assert found == pytest.approx(SEASON, abs=0.02) and np.std(np.diff(adjusted)) < 1.5
    assert forecast(values, 4, 4).point == pytest.approx((148 + np.arange(4)) * SEASON, rel=0.03)


def test_what_was_never_negative_stays_so() -> None:
    values = np.maximum(0, 20 - np.arange(20.0))
    found = forecast(values, 5, 1)
    assert found.point.min() >= 0 and found.interval(0.95)[0].min() >= 0


def test_too_short_and_gaps_are_refused() -> None:
    with pytest.raises(TooShort):
        forecast(WALK[:5], 3, 12)
    with pytest.raises(ValueError, match="gaps"):
        forecast(np.r_[WALK, np.nan], 3, 12)
