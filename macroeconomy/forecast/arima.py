"""ARIMA models without seasonality: order by tests and AICc, parameters by conditional least squares.

The order of differencing is the least for which the KPSS test (Kwiatkowski et al. 1992) sees a stationary
series, as Hyndman & Khandakar (2008) have it; autoregressive and moving-average orders and a mean of the
differences are those with the least AICc. As for the other models, all parameters of a grid run through the
series at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from macroeconomy.forecast.models import Fit

Series = NDArray[np.floating[Any]]
#: Orders (autoregressive, moving average) that are compared.
ORDERS = ((0, 0), (1, 0), (0, 1), (1, 1), (2, 0), (0, 2))
#: 5 % point of the KPSS statistic about a level.
_KPSS = 0.463
_MOST_DIFFERENCES = 2
#: Partial autocorrelations: any of them give a stationary and invertible model (Jones 1980).
_PARTIAL = np.linspace(-0.95, 0.95, 39)


def _grid() -> tuple[Series, Series, Series]:
    """Per model of the grid two autoregressive and two moving-average coefficients, and how many are free."""
    autoregressive, moving, free = [], [], []
    for p, q in ORDERS:
        axes = np.meshgrid(*[_PARTIAL] * (p + q), indexing="ij") if p + q else []
        partial = np.array([axis.ravel() for axis in axes]).reshape(p + q, -1 if p + q else 1)
        autoregressive.append(_coefficients(partial[:p]))
        moving.append(-_coefficients(partial[p:]))
        free.append(np.full(partial.shape[1], p + q))
    return np.hstack(autoregressive), np.hstack(moving), np.concatenate(free)


def _coefficients(partial: Series) -> Series:
    """Two coefficients from none, one or two partial autocorrelations, by columns (Durbin–Levinson)."""
    found = np.zeros((2, partial.shape[1]))
    if len(partial) == 1:
        found[0] = partial[0]
    if len(partial) == 2:
        found[0], found[1] = partial[0] * (1 - partial[1]), partial[1]
    return found


_AR, _MA, _FREE = _grid()


@dataclass(frozen=True)
class Estimated:
    """One model: autoregressive and moving-average polynomials (leading 1), mean of the differences, AICc."""

    ar: Series
    ma: Series
    mean: float
    errors: Series
    aicc: float


def arima(values: Series, horizon: int) -> Fit:
    """The best ARIMA model's forecasts."""
    order = differences(values)
    found = estimate(np.diff(values, order), with_mean=order < 2)
    whole = found.ar
    for _ in range(order):
        whole = np.convolve(whole, [1.0, -1.0])
    weights = _impulses(whole, found.ma, horizon)
    errors = found.errors[1:] if order == 0 else found.errors
    return Fit(_ahead(values, found, whole, horizon), errors, np.sqrt(np.cumsum(weights**2)))


def differences(values: Series) -> int:
    """How often a series must be differenced to be stationary."""
    for order in range(_MOST_DIFFERENCES):
        if kpss(np.diff(values, order)) < _KPSS:
            return order
    return _MOST_DIFFERENCES


def kpss(values: Series) -> float:
    """The KPSS statistic about a level, with Bartlett weights over 4 (n/100)^¼ lags; 0 for a constant."""
    centred = values - values.mean()
    count = len(centred)
    lags = int(4 * (count / 100) ** 0.25)
    long_run = float(centred @ centred)
    for lag in range(1, lags + 1):
        long_run += 2 * (1 - lag / (lags + 1)) * float(centred[lag:] @ centred[:-lag])
    sums = np.cumsum(centred)
    return float(sums @ sums) / (count * long_run) if long_run > 1e-12 * float(values @ values) else 0.0


def estimate(values: Series, with_mean: bool = True) -> Estimated:
    """The best ARMA model of a stationary series: least squares of the one-step errors, given zeros before it.

    with_mean: whether a mean other than zero is tried.
    """
    means = (0.0, float(values.mean())) if with_mean else (0.0,)
    return min((_estimate(values, mean) for mean in means), key=lambda item: item.aicc)


def _estimate(values: Series, mean: float) -> Estimated:
    centred = values - mean
    before = np.r_[0.0, 0.0, centred]
    errors = centred[:, None] - before[1:-1, None] * _AR[0] - before[:-2, None] * _AR[1]
    for at in range(1, len(errors)):
        errors[at] -= _MA[0] * errors[at - 1]
        if at > 1:
            errors[at] -= _MA[1] * errors[at - 2]
    squares = np.maximum((errors**2).sum(axis=0), 1e-300)
    count, free = len(values), _FREE + 1 + (mean != 0)
    aicc = count * np.log(squares / count) + 2 * free * count / np.maximum(count - free - 1, 1)
    best = int(np.argmin(aicc))
    ar, ma = np.r_[1.0, -_AR[:, best]], np.r_[1.0, _MA[:, best]]
    return Estimated(ar, ma, mean, errors[:, best], float(aicc[best]))


def _impulses(whole: Series, ma: Series, horizon: int) -> Series:
    """How much a shock adds to the value so many periods later."""
    weights = np.r_[ma, np.zeros(horizon)][:horizon]
    for at in range(1, horizon):
        reach = min(at, len(whole) - 1)
        weights[at] -= whole[1 : reach + 1] @ weights[at - reach : at][::-1]
    return weights


def _ahead(values: Series, found: Estimated, whole: Series, horizon: int) -> Series:
    """Point forecasts: the recursion of the model, with shocks to come at zero."""
    level = found.mean * found.ar.sum()
    known = list(values[-(len(whole) - 1) :]) if len(whole) > 1 else []
    shocks = list(found.errors[-(len(found.ma) - 1) :]) if len(found.ma) > 1 else []
    result = []
    for _ in range(horizon):
        value = level - sum(weight * known[-lag] for lag, weight in enumerate(whole[1:], start=1))
        value += sum(weight * shocks[-lag] for lag, weight in enumerate(found.ma[1:], start=1))
        known.append(value)
        shocks.append(0.0)
        result.append(value)
    return np.array(result)
