"""The default forecast: the mean of damped trend, Theta and Theta on logarithms, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from macroeconomy.forecast.models import COMBINED, MODELS, Fit
from macroeconomy.forecast.seasonality import adjust, ahead

Series = NDArray[np.floating[Any]]
#: The least history a forecast is made from.
SHORTEST = 8
#: Degrees of freedom of the errors: series change their course more often than normal errors admit. With
#: the series' own length intervals hold some eight points too few of the M3 competition's outcomes.
_TAILS = 5


class TooShort(ValueError):
    """A series with too little history to forecast."""


@dataclass(frozen=True)
class Forecast:
    """Point forecasts of the periods ahead with the bounds of intervals: level (0 to 1) → (lower, upper)."""

    model: str
    point: Series
    intervals: dict[float, tuple[Series, Series]]


def forecast(
    values: Series,
    horizon: int,
    period: int,
    model: str = "combined",
    levels: tuple[float, ...] = (0.8, 0.95),
) -> Forecast:
    """Forecasts `horizon` periods after a series without gaps.

    period: of the seasonality (12, 4, 1). model: a name of `MODELS`, or ``combined``. Seasonality is taken
    out by indices where the series has it and put back. Intervals are Student's (heavy tails) with the one-step
    errors' deviation, widened with the horizon as the models' state equations say. TooShort for less than
    `SHORTEST` values, ValueError for gaps.
    """
    values = np.asarray(values, float)
    if len(values) < SHORTEST:
        raise TooShort(f"a forecast needs {SHORTEST} values, not {len(values)}")
    if not np.isfinite(values).all():
        raise ValueError("the series has gaps")
    names = COMBINED if model == "combined" else (model,)
    adjusted, found = adjust(values, period)
    fits = [MODELS[name](adjusted, horizon) for name in names]
    seasonal = ahead(found, len(values), horizon)
    point = np.mean([fit.forecast for fit in fits], axis=0) * seasonal
    deviation = _deviation(fits) * np.mean([fit.spread for fit in fits], axis=0) * seasonal
    intervals = {}
    for level in levels:
        half = student.ppf(0.5 + level / 2, _TAILS) * deviation
        intervals[level] = (_bounded(point - half, values), _bounded(point + half, values))
    return Forecast(model, _bounded(point, values), intervals)


def _deviation(fits: list[Fit]) -> float:
    """The deviation of the combined one-step error, with the degrees of freedom the models used."""
    combined = np.mean([fit.errors for fit in fits], axis=0)
    return float(np.sqrt((combined**2).sum() / max(len(combined) - 3, 1)))


def _bounded(forecasts: Series, values: Series) -> Series:
    """What was never negative is not forecast to be."""
    return np.maximum(forecasts, 0.0) if values.min() >= 0 else forecasts
