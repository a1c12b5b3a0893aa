"""Forecasts: laws of the models, and libraries as oracles."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsforecast.models import AutoARIMA
from statsmodels.tsa.arima.model import ARIMA
from statsmodels.tsa.forecasting.theta import ThetaModel
from statsmodels.tsa.holtwinters import SimpleExpSmoothing
from statsmodels.tsa.stattools import kpss as statsmodels_kpss

from macroeconomy.forecast.arima import differences, estimate, kpss
from macroeconomy.forecast.combine import TooShort, forecast
from macroeconomy.forecast.family import ENGINES, MODELS
from macroeconomy.forecast.models import simple, theta
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


def arma(phi: float, theta_: float, count: int = 300, seed: int = 5) -> np.ndarray:
    shocks = np.random.default_rng(seed).normal(0, 1, count)
    values = np.zeros(count)
    for at in range(count):
        values[at] = shocks[at] + (phi * values[at - 1] + theta_ * shocks[at - 1] if at else 0.0)
    return values


@pytest.mark.filterwarnings("ignore:Non-")
@pytest.mark.parametrize(("phi", "theta_"), [(0.7, 0.0), (0.0, 0.6), (0.6, -0.3), (0.0, 0.0)])
def test_arma_parameters_as_statsmodels_estimates_them(phi: float, theta_: float) -> None:
    values = arma(phi, theta_) + 10
    found = estimate(values)
    p, q = int(np.count_nonzero(found.ar[1:])), int(np.count_nonzero(found.ma[1:]))
    oracle = ARIMA(values, order=(p, 0, q)).fit()
    mine = [found.mean, *-found.ar[1 : p + 1], *found.ma[1 : q + 1]]
    # The grid is a twentieth wide.
    assert mine == pytest.approx(list(oracle.params[:-1]), abs=0.1)
    best = min(ARIMA(values, order=(a, 0, b)).fit().aicc for a, b in ((1, 0), (0, 1), (1, 1), (0, 0)))
    assert oracle.aicc <= best + 2


def test_arima_forecasts_as_statsmodels_does_with_the_same_parameters() -> None:
    walk = 100 + np.cumsum(arma(0.6, 0.0, 120))
    assert differences(walk) == 1
    found, fit = estimate(np.diff(walk)), MODELS["arima"](walk, 8)
    p, q = int(np.count_nonzero(found.ar[1:])), int(np.count_nonzero(found.ma[1:]))
    oracle = ARIMA(np.diff(walk), order=(p, 0, q), trend="c")
    state = oracle.smooth([found.mean, *-found.ar[1 : p + 1], *found.ma[1 : q + 1], 1.0])
    ahead = state.get_forecast(8)
    assert fit.forecast == pytest.approx(walk[-1] + np.cumsum(ahead.predicted_mean), abs=0.05)
    impulses = np.cumsum(oracle.impulse_responses(state.params, steps=7))
    assert fit.spread == pytest.approx(np.sqrt(np.cumsum(impulses**2)), rel=1e-6)


def test_stationarity_as_statsmodels_tests_it() -> None:
    for values in (WALK, np.diff(WALK), arma(0.5, 0.0, 90)):
        lags = int(4 * (len(values) / 100) ** 0.25)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its table of p values ends somewhere
            assert kpss(values) == pytest.approx(statsmodels_kpss(values, nlags=lags)[0])
    assert differences(WALK) == 1 and differences(arma(0.5, 0.0)) == 0


def test_ets_is_one_of_the_family_and_follows_a_trend() -> None:
    line = 50 + 2.0 * np.arange(40) + np.random.default_rng(1).normal(0, 0.1, 40)
    assert MODELS["ets"](line, 3).forecast == pytest.approx(MODELS["holt"](line, 3).forecast, rel=0.01)
    flat = np.random.default_rng(1).normal(50, 1, 60)
    assert MODELS["ets"](flat, 3).forecast.tolist() == MODELS["ses"](flat, 3).forecast.tolist()


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_automatic_models_know_seasons(name: str) -> None:
    noise = np.random.default_rng(3).normal(0, 0.3, 68)
    values = 50 + 0.2 * np.arange(68) + np.tile([4.0, -1.0, -5.0, 2.0], 17) + noise
    found = forecast(values[:60], 8, 4, name)
    assert np.abs(found.point - values[60:]).mean() < 1
    (low, high), (lower, higher) = found.interval(0.8), found.interval(0.95)
    assert (lower < low).all() and (high < higher).all() and (np.diff(found.deviations) > -1e-9).all()
    assert 0.1 < found.deviation < 1 and len(found.errors) > 50


def test_automatic_arima_is_that_of_the_library() -> None:
    told = AutoARIMA(season_length=4).forecast(y=WALK, h=6, level=[80])
    found = forecast(WALK, 6, 4, "auto_arima")
    assert found.point == pytest.approx(told["mean"])
    # Its intervals are normal, ours have heavier tails.
    claimed = (np.asarray(told["hi-80"]) - told["mean"]) / 1.28155
    assert found.deviations == pytest.approx(claimed, rel=1e-4)


@pytest.mark.parametrize("name", sorted([*MODELS, *ENGINES]))
def test_a_constant_stays_constant(name: str) -> None:
    found = forecast(np.full(30, 7.0), 4, 12, name)
    seven = pytest.approx(np.full(4, 7.0), rel=1e-4)
    assert found.point == seven and found.interval(0.95)[1] == seven
