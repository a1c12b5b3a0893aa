"""Forecasting models of one series without seasonality: point forecasts, one-step errors, and their growth.

Grids make the recursions vectors: all parameters of a model run through the series at once, and the one
with the least squared one-step error is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.floating[Any]]
#: Of the models together: another one wherever the same figures would give another forecast.
VERSION = "2"


@dataclass(frozen=True)
class Fit:
    """Forecasts of the periods ahead.

    errors: of the one-step forecasts within the series. spread: standard deviation of the h-step error
    as a multiple of the one-step error's, one per period ahead.
    """

    forecast: Series
    errors: Series
    spread: Series


Model = Callable[[Series, int], Fit]

_ALPHA = np.linspace(0.02, 0.99, 50)
_LEVELS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 0.99)
_TRENDS = (0.005, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7)
_DAMPED = np.array(list(product(_LEVELS, _TRENDS, (0.8, 0.85, 0.9, 0.95, 0.98))))
_LINEAR = np.array(list(product(_LEVELS, _TRENDS, (1.0,))))
#: Over how many values the first level and trend are estimated.
_START = 8


def naive(values: Series, horizon: int) -> Fit:
    """The last value: a random walk."""
    return Fit(np.full(horizon, values[-1]), np.diff(values), np.sqrt(np.arange(1.0, horizon + 1)))


def simple(values: Series, horizon: int) -> Fit:
    """Simple exponential smoothing, ETS(A,N,N)."""
    level, errors, alpha = _smooth(values)
    return Fit(np.full(horizon, level), errors[1:], _spread(np.full(horizon - 1, alpha)))


def damped(values: Series, horizon: int) -> Fit:
    """Holt's method with a damped trend, ETS(A,Ad,N) (Gardner & McKenzie 1985)."""
    return _holt(values, horizon, _DAMPED)


def holt(values: Series, horizon: int) -> Fit:
    """Holt's linear trend, ETS(A,A,N)."""
    return _holt(values, horizon, _LINEAR)


def ets(values: Series, horizon: int) -> Fit:
    """Of simple smoothing, damped and linear trend the one with the least AICc (Hyndman et al. 2002)."""
    fits = [(model(values, horizon), free) for model, free in ((simple, 3), (damped, 6), (holt, 5))]
    return min(fits, key=lambda item: _aicc(*item))[0]


def _aicc(fit: Fit, free: int) -> float:
    count = len(fit.errors)
    squares = max(float(fit.errors @ fit.errors), 1e-300)
    return count * float(np.log(squares / count)) + 2 * free * count / max(count - free - 1, 1)


def theta(values: Series, horizon: int) -> Fit:
    """The Theta method (Assimakopoulos & Nikolopoulos 2000).

    The mean of the straight line through the series and of smoothing the series with doubled curvature.
    """
    place = np.arange(len(values) + horizon)
    line = np.polyval(np.polyfit(place[: len(values)], values, 1), place)
    curved = 2 * values - line[: len(values)]
    level, errors, alpha = _smooth(curved)
    fitted = 0.5 * (line[: len(values)] + curved - errors)
    return Fit(
        0.5 * (line[len(values) :] + level),
        (values - fitted)[1:],
        _spread(np.full(horizon - 1, alpha)),
    )


def log_theta(values: Series, horizon: int) -> Fit:
    """The Theta method on logarithms, for growth by rates; plain Theta unless all values are positive."""
    if values.min() <= 0:
        return theta(values, horizon)
    fit = theta(np.log(values), horizon)
    fitted = values[1:] / np.exp(fit.errors)
    return Fit(np.exp(fit.forecast), values[1:] - fitted, fit.spread)


def _smooth(values: Series) -> tuple[float, Series, float]:
    """Last level, errors and parameter of the best simple smoothing."""
    level = np.full(len(_ALPHA), values[:3].mean())
    errors = np.empty((len(values), len(_ALPHA)))
    for at, value in enumerate(values):
        errors[at] = value - level
        level = level + _ALPHA * errors[at]
    best = int(np.argmin((errors[1:] ** 2).sum(axis=0)))
    return float(level[best]), errors[:, best], float(_ALPHA[best])


def _holt(values: Series, horizon: int, grid: Series) -> Fit:
    alpha, beta, phi = grid.T
    span = min(len(values), _START)
    slope = float(np.polyfit(np.arange(span), values[:span], 1)[0])
    level = np.full(len(grid), values[:span].mean() - slope * (span + 1) / 2)
    trend = np.full(len(grid), slope)
    errors = np.empty((len(values), len(grid)))
    for at, value in enumerate(values):
        expected = level + phi * trend
        errors[at] = value - expected
        level = expected + alpha * errors[at]
        trend = phi * trend + alpha * beta * errors[at]
    best = int(np.argmin((errors[1:] ** 2).sum(axis=0)))
    steps = np.cumsum(phi[best] ** np.arange(1, horizon + 1))
    weights = alpha[best] * (1 + beta[best] * np.cumsum(phi[best] ** np.arange(1, horizon)))
    return Fit(level[best] + steps * trend[best], errors[1:, best], _spread(weights))


def _spread(weights: Series) -> Series:
    """Growth of the error's deviation from the weights of past errors (Hyndman et al. 2008, table 6.1)."""
    return np.sqrt(np.r_[1.0, 1.0 + np.cumsum(weights**2)])
