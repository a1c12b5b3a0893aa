"""Forecasts of the M3 competition: accuracy, coverage of intervals, and time.

    python -m benchmarks.macro ../shared/data/m3/series.parquet

sMAPE of the default forecast beside single models; published: Naive2 9.95 / 16.89, Theta 8.96 / 13.89, median of
ETS, Theta, DOT, CES 9.08 / 13.62 (quarterly / monthly).
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from macroeconomy.forecast.combine import forecast

_PERIODS = {"QUARTERLY": 4, "MONTHLY": 12}
_MODELS = ("naive", "damped", "ets", "arima", "theta", "combined")


def smape(actual: np.ndarray, predicted: np.ndarray) -> float:
    """Symmetric mean absolute percentage error, 0 to 200."""
    return float(200 * np.mean(np.abs(actual - predicted) / (np.abs(actual) + np.abs(predicted))))


def measure(series: pd.DataFrame, period: int, model: str) -> dict[str, float]:
    """Mean sMAPE, coverage of both intervals in per cent, and milliseconds per series."""
    errors, covered = [], {0.8: [], 0.95: []}
    started = time.perf_counter()
    for row in series.itertuples():
        actual = np.asarray(row.test, float)
        found = forecast(np.asarray(row.train, float), len(actual), period, model)
        errors.append(smape(actual, found.point))
        for level, held in covered.items():
            lower, upper = found.interval(level)
            held.append(np.mean((actual >= lower) & (actual <= upper)))
    spent = time.perf_counter() - started
    return {
        "sMAPE": float(np.mean(errors)),
        "80 %": 100 * float(np.mean(covered[0.8])),
        "95 %": 100 * float(np.mean(covered[0.95])),
        "ms": 1000 * spent / len(series),
    }


def peers(series: pd.DataFrame, period: int) -> dict[str, float]:
    """Milliseconds per series that statsmodels takes, on every fortieth of the series."""
    from statsmodels.tsa.arima.model import ARIMA
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel
    from statsmodels.tsa.forecasting.theta import ThetaModel

    fits: dict[str, Callable[[np.ndarray, int], object]] = {
        "theta": lambda values, ahead: ThetaModel(values, period=period).fit().forecast(ahead),
        "ets": lambda values, ahead: (
            ETSModel(values, trend="add", damped_trend=True, seasonal="add", seasonal_periods=period)
            .fit(disp=False)
            .forecast(ahead)
        ),
        "arima": lambda values, ahead: ARIMA(values, order=(1, 1, 1)).fit().forecast(ahead),
    }
    chosen = [(np.asarray(row.train, float), len(row.test)) for row in series.iloc[::40].itertuples()]
    spent = {}
    for name, fit in fits.items():
        started = time.perf_counter()
        for values, ahead in chosen:
            fit(values, ahead)
        spent[name] = 1000 * (time.perf_counter() - started) / len(chosen)
    return spent


def main(path: str) -> None:
    """Print one line per frequency and model."""
    series = pd.read_parquet(path)
    for name, period in _PERIODS.items():
        chosen = series[series["freq"].str.upper() == name]
        for model in _MODELS:
            found = measure(chosen, period, model)
            print(f"{name:9} {model:9}", "  ".join(f"{key} {value:6.2f}" for key, value in found.items()))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a fit did not converge is not what is measured here
            spent = peers(chosen, period)
        told = "  ".join(f"{key} {value:.0f} ms" for key, value in spent.items())
        print(f"{name:9} statsmodels, one model each: {told}")


if __name__ == "__main__":
    main(sys.argv[1])
