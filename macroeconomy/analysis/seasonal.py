"""Seasonal adjustment with moving holidays: regression with ARIMA errors, then STL.

The calendar's effects are estimated beside an airline model (0 1 1)(0 1 1) of the series (Box & Jenkins 1976), as
X-13ARIMA-SEATS does it; what is left is taken apart by STL (Cleveland et al. 1990). Needs statsmodels. The program
of the Census Bureau itself can take the series apart instead: `macroeconomy.analysis.x13`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import hankel
from scipy.optimize import minimize
from scipy.signal import lfilter
from scipy.stats import chi2, kruskal
from statsmodels.tsa.seasonal import STL

from macroeconomy.analysis.holidays import regressors
from macroeconomy.periods import PER_YEAR

Series = NDArray[np.floating[Any]]
#: The least history, in years.
SHORTEST = 4
#: Regressors stand or fall together.
_GROUPS = (("working_days",), ("before", "during", "after"))
#: How many years after the last value regressors are known: what extends a series by forecasts needs them.
_AHEAD = 3
#: Years over which seasons are smoothed: fewer let the cycle leak into the last of them.
_SEASONAL = 13
#: Without a test that sees seasons at this level there are none to take out.
_SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Given:
    """What is to be taken apart: values and their level (logarithms, if parts are factors), by ordinal.

    design: the regressors that count, of the values' periods and of those `_AHEAD` years on. airline: the model
    of the level with them.
    """

    values: pd.Series
    level: pd.Series
    design: pd.DataFrame
    airline: Airline
    per_year: int
    multiplicative: bool


@dataclass(frozen=True)
class Parts:
    """A level as a sum of parts, by ordinal; what is left over is irregular.

    effects: regressor → (coefficient, t value). model: what took it apart. outliers: periods it did not believe, as
    the model names them.
    """

    trend: pd.Series
    seasonal: pd.Series
    calendar: pd.Series
    effects: Mapping[str, tuple[float, float]]
    model: str
    outliers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Adjusted:
    """A series taken apart; the parts multiply to the values (add up, if not `multiplicative`).

    effects: of the calendar, regressor → (coefficient, t value); those that were left out are missing.
    seasonality_before, seasonality_after: p values of the test that there is none, in the values and in the
    adjusted series (QS on the differences; Kruskal–Wallis over the places of the year). model, outliers: see `Parts`.
    """

    adjusted: pd.Series
    trend: pd.Series
    seasonal: pd.Series
    calendar: pd.Series
    multiplicative: bool
    effects: Mapping[str, tuple[float, float]]
    seasonality_before: tuple[float, float]
    seasonality_after: tuple[float, float]
    model: str
    outliers: tuple[str, ...]


def by_stl(given: Given) -> Parts:
    """Effects beside the airline model, then robust STL."""
    design, fitted = given.design.loc[given.level.index], given.airline
    calendar = pd.Series(design.to_numpy(float) @ np.array(fitted.coefficients), design.index)
    told = zip(fitted.coefficients, fitted.t_values, strict=True)
    effects = dict(zip(map(str, design), told, strict=True))
    # Seasons as local means (R's default), not local trends: those lead the last years astray.
    parts = STL(
        given.level - calendar, period=given.per_year, seasonal=_SEASONAL, seasonal_deg=0, robust=True
    ).fit()
    return Parts(parts.trend, parts.seasonal, calendar, effects, "STL")


def adjust(
    values: pd.Series,
    frequency: str,
    multiplicative: bool,
    at_end: bool = False,
    estimated: frozenset[int] = frozenset(),
    take_apart: Callable[[Given], Parts] = by_stl,
) -> Adjusted:
    """Take the seasons and the calendar out of a monthly or quarterly series without gaps.

    values: by `periods.ordinal`. multiplicative: parts are factors (values must be positive). at_end: a stock.
    estimated: periods whose values were shared out or bridged: the calendar is not seen in them. take_apart: the
    method. ValueError for less than `SHORTEST` years, other frequencies, and values that are not positive where they
    must be.
    """
    per_year = PER_YEAR[frequency]
    if per_year not in (4, 12):
        raise ValueError("only monthly and quarterly series have seasons")
    if len(values) < SHORTEST * per_year:
        raise ValueError(f"seasonal adjustment needs {SHORTEST} years, not {len(values)} values")
    if multiplicative and values.min() <= 0:
        raise ValueError("factors need positive values")
    level = np.log(values) if multiplicative else values.astype(float)
    design, beside = _regressors_that_count(level, frequency, at_end, estimated)
    parts = take_apart(Given(values.astype(float), level, design, beside, per_year, multiplicative))
    free = level - parts.calendar
    tests = residual_seasonality(free, per_year)
    seasonal = parts.seasonal if min(tests) < _SIGNIFICANT else pd.Series(0.0, values.index)
    adjusted = free - seasonal
    back = np.exp if multiplicative else np.asarray
    shown = [
        pd.Series(back(part), values.index) for part in (adjusted, parts.trend, seasonal, parts.calendar)
    ]
    return Adjusted(
        shown[0], shown[1], shown[2], shown[3], multiplicative, parts.effects,
        tests, residual_seasonality(adjusted, per_year), parts.model, parts.outliers,
    )  # fmt: skip


def residual_seasonality(values: pd.Series, per_year: int) -> tuple[float, float]:
    """p values of "there is no seasonality" in the differences of a series: QS, and Kruskal–Wallis.

    QS: Ljung–Box over the first two seasonal lags, negative autocorrelations counting as none (Maravall 2003).
    """
    change = values.diff().dropna()
    centred = (change - change.mean()).to_numpy()
    variance, count = float(centred @ centred), len(centred)
    if variance <= 1e-20 * float((values**2).sum()):
        return 1.0, 1.0
    lags = (per_year, 2 * per_year)
    first, second = (float(centred[lag:] @ centred[:-lag]) / variance for lag in lags)
    told = [rho**2 / (count - lag) for rho, lag in zip((first, max(second, 0.0)), lags, strict=True)]
    qs = count * (count + 2) * sum(told) if first > 0 else 0.0
    place = (change.index.to_numpy() - 1) % per_year
    return float(chi2.sf(qs, 2)), float(kruskal(*(centred[place == at] for at in range(per_year))).pvalue)


def _regressors_that_count(
    level: pd.Series, frequency: str, at_end: bool, estimated: frozenset[int]
) -> tuple[pd.DataFrame, Airline]:
    """The groups of regressors that make the best airline model by AICc, and that; no columns if none makes it better."""
    per_year = PER_YEAR[frequency]
    numbers = pd.RangeIndex(level.index[0], level.index[-1] + 1 + _AHEAD * per_year)
    design = regressors(frequency, numbers, at_end).mul(~numbers.isin(list(estimated)), axis=0)
    seen = design.loc[level.index]
    seen = seen.loc[:, seen.abs().max() > 1e-9]
    groups = [tuple(name for name in group if name in seen) for group in _GROUPS]
    subsets = {sum(taken, ()) for size in range(len(groups) + 1) for taken in combinations(groups, size)}
    fits = {names: airline(level, seen[list(names)], per_year) for names in sorted(subsets, key=len)}
    names, best = min(fits.items(), key=lambda item: item[1].aicc)
    return design[list(names)], best


@dataclass(frozen=True)
class Airline:
    """The airline model with regressors: their coefficients and t values, both moving averages, and AICc."""

    coefficients: tuple[float, ...]
    t_values: tuple[float, ...]
    moving_average: tuple[float, float]
    aicc: float


def airline(level: pd.Series, design: pd.DataFrame, per_year: int) -> Airline:
    """Regression with errors (0 1 1)(0 1 1), by unconditional least squares (Box & Jenkins 1976, 7.1).

    Given the moving averages everything is linear, the shocks before the first value included, so only two
    parameters are searched for.
    """
    columns = np.column_stack([level.to_numpy(float), design.to_numpy(float)])
    change = np.diff(columns, axis=0)
    change = change[per_year:] - change[:-per_year]
    free = columns.shape[1] - 1
    shocks = per_year + 1

    def regress(moving: Series) -> tuple[float, Series, Series]:
        weights = np.convolve([1.0, moving[0]], np.r_[1.0, np.zeros(per_year - 1), moving[1]])
        early = np.zeros((len(change), shocks))
        early[:shocks] = -hankel(weights[1:])
        white = lfilter([1.0], weights, np.column_stack([change, early]), axis=0)
        # Earlier shocks are shocks like others: each costs its square.
        white = np.vstack([white, np.eye(shocks, free + 1 + shocks, free + 1)])
        beta = np.linalg.lstsq(white[:, 1:], white[:, 0], rcond=None)[0]
        errors = white[:, 0] - white[:, 1:] @ beta
        return float(errors @ errors), beta, white[:, 1:]

    found = minimize(
        lambda moving: np.log(max(regress(moving)[0], 1e-300)),
        x0=(-0.4, -0.6), bounds=[(-0.98, 0.98)] * 2, method="L-BFGS-B",
    )  # fmt: skip
    squares, beta, white = regress(found.x)
    count, parameters = len(change), free + 3
    variances = squares / (count - free - 2) * np.diag(np.linalg.pinv(white.T @ white))[:free]
    beta = beta[:free]
    t_values = np.divide(beta, np.sqrt(variances), out=np.zeros_like(beta), where=variances > 0)
    aicc = count * np.log(max(squares, 1e-300) / count) + 2 * parameters * count / (count - parameters - 1)
    return Airline(
        tuple(beta.tolist()), tuple(t_values.tolist()), (float(found.x[0]), float(found.x[1])), float(aicc)
    )


def factors(found: Adjusted, frequency: str, numbers: pd.Index, at_end: bool = False) -> pd.Series:
    """Seasons and calendar together for any periods by ordinal: what adjusted values are multiplied with.

    After the last period the seasons are those of its last year. ValueError if the parts add up.
    """
    if not found.multiplicative:
        raise ValueError("a series whose parts add up has no factors")
    per_year = PER_YEAR[frequency]
    last_year = found.seasonal.tail(per_year)
    by_place = dict(zip((last_year.index - 1) % per_year, last_year, strict=True))
    seasonal = found.seasonal.reindex(numbers)
    seasonal = seasonal.fillna(pd.Series([by_place[(number - 1) % per_year] for number in numbers], numbers))
    coming = regressors(frequency, numbers, at_end).reindex(columns=list(found.effects), fill_value=0.0)
    effect = coming @ np.array([beta for beta, _ in found.effects.values()])
    return seasonal * found.calendar.reindex(numbers).fillna(effect.map(np.exp))
