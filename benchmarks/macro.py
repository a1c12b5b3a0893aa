"""Forecasts of the M3 competition: accuracy, coverage of intervals, and time. Coverage of nowcasts.

    python -m benchmarks.macro ../shared/data/m3/series.parquet
    python -m benchmarks.macro --nowcasts 20 --first 1

sMAPE of the default forecast beside single models; published: Naive2 9.95 / 16.89, Theta 8.96 / 13.89, median of
ETS, Theta, DOT, CES 9.08 / 13.62 (quarterly / monthly). Nowcasts are of so many made economies (seeds from --first
on), of their last sixteen quarters, each from what was known then.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
import pandas as pd

from benchmarks._economy import economy
from macroeconomy.forecast.backtest import QUARTERS, Record, ratios
from macroeconomy.forecast.combine import forecast
from macroeconomy.forecast.distribution import Forecast
from macroeconomy.forecast.family import ENGINES

_PERIODS = {"QUARTERLY": 4, "MONTHLY": 12}
#: Quarters of each made economy that are nowcast.
_NOWCAST = 16
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


def engines(series: pd.DataFrame, period: int) -> str:
    """sMAPE and milliseconds per series of statsforecast's models, on every fortieth of the series."""
    chosen = series.iloc[::40]
    told = []
    for name in ENGINES:
        measure(chosen.head(1), period, name)  # what is loaded once is not counted
        found = measure(chosen, period, name)
        told.append(f"{name} {found['sMAPE']:.2f} {found['ms']:.0f} ms")
    default = measure(chosen, period, "combined")
    return "  ".join([*told, f"(combined {default['sMAPE']:.2f} {default['ms']:.0f} ms)"])


def nowcasts(seeds: range) -> None:
    """Print what share of quarters the intervals of their nowcasts hold, with and without the record of errors."""
    held: dict[str, list[list[bool]]] = {"as the model says": [], "as errors were": []}
    started = time.process_time()
    for seed in seeds:
        # A past quarter's record is of the quarters before it, so each quarter needs one model only.
        found = list(ratios(*economy(seed), _NOWCAST + QUARTERS))
        for at in range(_NOWCAST):
            claimed = Forecast("nowcast", np.zeros(1), np.ones((1, 1)), 1.0)
            seen = Record.of(found[at + 1 : at + 1 + QUARTERS]).widen(claimed)
            for name, said in zip(held, (claimed, seen), strict=True):
                held[name].append([abs(found[at]) <= said.interval(level)[1][0] for level in (0.8, 0.95)])
    for name, quarters in held.items():
        of80, of95 = 100 * np.mean(quarters, axis=0)
        print(
            f"nowcasts, intervals {name:17} 80 % holds {of80:.1f}  95 % holds {of95:.1f}  of {len(quarters)}"
        )
    print(
        f"processor seconds per model: {(time.process_time() - started) / len(seeds) / (_NOWCAST + QUARTERS):.2f}"
    )


def competition(path: str) -> None:
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
        if find_spec("statsforecast"):
            print(f"{name:9} statsforecast: {engines(chosen, period)}")
        else:
            print(f"{name:9} statsforecast is not installed: pip install 'basedb[statsforecast]'")


def main() -> None:
    """Run what is asked for."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("series", nargs="?", help="series.parquet of the M3 competition")
    asked.add_argument("--nowcasts", type=int, default=0, help="how many made economies")
    asked.add_argument("--first", type=int, default=1, help="seed of the first")
    told = asked.parse_args()
    if told.series:
        competition(told.series)
    if told.nowcasts:
        nowcasts(range(told.first, told.first + told.nowcasts))


if __name__ == "__main__":
    main()
