"""The default forecast: the mean of damped trend, Theta and Theta on logarithms, with intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from macroeconomy.forecast.distribution import Forecast, shock_weights
from macroeconomy.forecast.family import COMBINED, ENGINES, MODELS
from macroeconomy.forecast.models import Fit
from macroeconomy.forecast.seasonality import adjust, ahead

Series = NDArray[np.floating[Any]]
#: The least history a forecast is made from.
SHORTEST = 8


class TooShort(ValueError):
    """A series with too little history to forecast."""


def forecast(values: Series, horizon: int, period: int, model: str = "combined") -> Forecast:
    """Forecasts `horizon` periods after a series without gaps.

    period: of the seasonality (12, 4, 1). model: a name of `MODELS` or `ENGINES`, or ``combined``. Seasonality is
    taken out by indices where the series has it and put back; engines do without. TooShort for less than `SHORTEST`
    values, ValueError for gaps, ModuleNotFoundError for an engine without statsforecast.
    """
    values = np.asarray(values, float)
    if len(values) < SHORTEST:
        raise TooShort(f"a forecast needs {SHORTEST} values, not {len(values)}")
    if not np.isfinite(values).all():
        raise ValueError("the series has gaps")
    if model in ENGINES:
        from macroeconomy.forecast.engines import automatic

        return automatic(values, horizon, period, model)
    names = COMBINED if model == "combined" else (model,)
    adjusted, found = adjust(values, period)
    fits = [MODELS[name](adjusted, horizon) for name in names]
    seasonal = ahead(found, len(values), horizon)
    spread = np.mean([fit.spread for fit in fits], axis=0)
    errors = _combined_errors(fits)
    return Forecast(
        model,
        np.mean([fit.forecast for fit in fits], axis=0) * seasonal,
        seasonal[:, None] * shock_weights(spread),
        _deviation(errors),
        # What was never negative is not forecast to be.
        0.0 if values.min() >= 0 else -np.inf,
        errors,
    )


def _combined_errors(fits: list[Fit]) -> Series:
    """One-step errors of the mean of the models."""
    # A model of differences has no errors for the first values.
    shortest = min(len(fit.errors) for fit in fits)
    errors: Series = np.mean([fit.errors[-shortest:] for fit in fits], axis=0)
    return errors


def _deviation(errors: Series) -> float:
    """The deviation of one-step errors, with the degrees of freedom the models used."""
    return float(np.sqrt((errors**2).sum() / max(len(errors) - 3, 1)))
