"""Classical seasonal adjustment before forecasting, as in the M3 competition (Makridakis & Hibon 2000)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.floating[Any]]
#: Normal quantile of the 90 % test on the autocorrelation at the seasonal lag.
_TEST = 1.645


def is_seasonal(values: Series, period: int) -> bool:
    """Whether the autocorrelation at lag `period` differs from zero at 90 % (Bartlett's variance)."""
    if period < 2 or len(values) < 3 * period:
        return False
    centred = values - values.mean()
    variance = float(centred @ centred)
    if variance == 0:
        return False
    rho = np.array([centred[lag:] @ centred[:-lag] / variance for lag in range(1, period + 1)])
    limit = _TEST * np.sqrt((1 + 2 * np.sum(rho[:-1] ** 2)) / len(values))
    return bool(abs(rho[-1]) > limit)


def indices(values: Series, period: int) -> Series:
    """Multiplicative seasonal indices by ratio to the centred moving average, `period` of them, mean 1.

    The first belongs to the first value of the series. Values must be positive.
    """
    weights = np.ones(period) if period % 2 else np.r_[0.5, np.ones(period - 1), 0.5]
    trend = np.convolve(values, weights / period, "valid")
    offset = len(weights) // 2
    ratios = values[offset : offset + len(trend)] / trend
    place = (np.arange(len(ratios)) + offset) % period
    found = np.array([ratios[place == at].mean() if np.any(place == at) else 1.0 for at in range(period)])
    result: Series = found / found.mean()
    return result


def adjust(values: Series, period: int) -> tuple[Series, Series]:
    """The seasonally adjusted series and the indices (ones where there is no seasonality)."""
    if np.min(values) <= 0 or not is_seasonal(values, period):
        return values.astype(float), np.ones(max(period, 1))
    found = indices(values, period)
    return values / found[np.arange(len(values)) % period], found


def ahead(found: Series, length: int, horizon: int) -> Series:
    """The indices of the `horizon` periods that follow a series of `length` values."""
    result: Series = found[(length + np.arange(horizon)) % len(found)]
    return result
