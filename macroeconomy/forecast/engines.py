"""Automatic models of statsforecast, for those who want them beside ours. Needs the extra ``statsforecast``.

They choose among many more forms than ours do, seasonal ones included, and take longer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from statsforecast import models as engines

from macroeconomy.forecast.distribution import Forecast, shock_weights
from macroeconomy.forecast.family import ENGINES

Series = NDArray[np.floating[Any]]
#: Seasons a series must have seen for a model with seasons.
_SEASONS = 3
_LEVEL = 80
_WIDTH = 2 * norm.ppf(0.5 + _LEVEL / 200)


def automatic(values: Series, horizon: int, period: int, model: str) -> Forecast:
    """Forecasts `horizon` periods after a series by an engine of `family.ENGINES`.

    period: of the seasonality, which the engine models itself. The error's growth is that of the engine's intervals.
    """
    engine = getattr(engines, ENGINES[model])(season_length=period if len(values) >= _SEASONS * period else 1)
    found = engine.forecast(y=values, h=horizon, level=[_LEVEL], fitted=True)
    low, high = (np.asarray(found[f"{side}-{_LEVEL}"], float) for side in ("lo", "hi"))
    deviations = (high - low) / _WIDTH
    first = float(deviations[0])
    errors = values - np.asarray(found["fitted"], float)
    return Forecast(
        model,
        np.asarray(found["mean"], float),
        shock_weights(deviations / first if first > 0 else np.ones(horizon)),
        first,
        0.0 if values.min() >= 0 else -np.inf,
        errors[np.isfinite(errors)],
    )
