"""Series of higher frequency that agree with totals of a lower one.

Denton (1971) in its proportional first-difference form with Cholette's start, and Chow & Lin (1971) with
errors that follow a first-order autoregression. Totals are sums of `ratio` consecutive values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.floating[Any]]


def _sums(totals: int, length: int, ratio: int) -> Series:
    """The matrix that sums values to totals; values after the last total stand alone."""
    if length < totals * ratio:
        raise ValueError(f"{totals} totals need {totals * ratio} values, not {length}")
    matrix = np.zeros((totals, length))
    for at in range(totals):
        matrix[at, at * ratio : (at + 1) * ratio] = 1.0
    return matrix


def denton(indicator: Series, totals: Series, ratio: int) -> Series:
    """Values that sum to `totals` and move as `indicator` does (proportional first differences).

    indicator: positive, at least ``len(totals) * ratio`` values; those beyond the last total are carried
    on with the last ratio. ValueError for values that are not positive or too few.
    """
    indicator, totals = np.asarray(indicator, float), np.asarray(totals, float)
    if np.any(indicator <= 0):
        raise ValueError("the indicator must be positive")
    count, known = len(indicator), len(totals)
    sums = _sums(known, count, ratio)
    scaled = np.diff(np.eye(count), axis=0) / indicator  # differences of value over indicator
    left = np.block([[scaled.T @ scaled, sums.T], [sums, np.zeros((known, known))]])
    right = np.r_[np.zeros(count), totals]
    return np.linalg.solve(left, right)[:count]


@dataclass(frozen=True)
class Disaggregated:
    """values: the estimated series; coefficients: of the regressors; rho: of the errors."""

    values: Series
    coefficients: Series
    rho: float


def chow_lin(regressors: Series, totals: Series, ratio: int) -> Disaggregated:
    """The best linear unbiased series that sums to `totals`, explained by `regressors`.

    regressors: one row per value (a constant is added); rho by maximum likelihood on a grid. Values beyond
    the last total are predicted.
    """
    totals = np.asarray(totals, float)
    columns = np.asarray(regressors, float).reshape(len(regressors), -1)
    design = np.column_stack([np.ones(len(columns)), columns])
    sums = _sums(len(totals), len(design), ratio)
    fits = [_fit(design, totals, sums, rho) for rho in np.linspace(0.0, 0.99, 34)]
    return max(fits, key=lambda fit: fit[0])[1]


def _fit(design: Series, totals: Series, sums: Series, rho: float) -> tuple[float, Disaggregated]:
    place = np.arange(len(design))
    covariance = rho ** np.abs(place[:, None] - place[None, :]) / (1 - rho**2)
    observed = sums @ covariance @ sums.T
    weight = np.linalg.inv(observed)
    summed = sums @ design
    beta = np.linalg.solve(summed.T @ weight @ summed, summed.T @ weight @ totals)
    errors = totals - summed @ beta
    count = len(totals)
    variance = float(errors @ weight @ errors) / count
    likelihood = -0.5 * (count * np.log(max(variance, 1e-300)) + np.linalg.slogdet(observed)[1])
    values = design @ beta + covariance @ sums.T @ weight @ errors
    return float(likelihood), Disaggregated(values, beta, float(rho))
