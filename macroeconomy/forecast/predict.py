"""Forecasts of stored series in the form they are published in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from macroeconomy.forecast.combine import TooShort, forecast
from macroeconomy.forecast.distribution import Forecast
from macroeconomy.forecast.history import History
from macroeconomy.periods import PER_YEAR, Period, period_at


@dataclass(frozen=True)
class Prediction:
    """A series and what is forecast of it: one period per value of `forecast`, horizons counted from 1.

    beside: other series the forecast was made from.
    """

    history: History
    periods: tuple[Period, ...]
    horizons: tuple[int, ...]
    forecast: Forecast
    beside: tuple[History, ...] = ()

    @property
    def inputs(self) -> str:
        """A fingerprint of all figures the forecast was made from."""
        if not self.beside:
            return self.history.digest
        digests = [self.history.digest, *sorted(item.digest for item in self.beside)]
        return sha256("".join(digests).encode()).hexdigest()[:16]


def predict(history: History, horizon: int, model: str = "combined") -> Prediction:
    """The next `horizon` periods, without those the series does not publish (January, of many).

    TooShort for a series with too little history.
    """
    per_year = PER_YEAR[history.frequency]
    own = forecast(history.values.to_numpy(float), horizon, per_year, model)
    return published(history, own)


def published(history: History, own: Forecast, beside: tuple[History, ...] = ()) -> Prediction:
    """The forecast of a series from that of its periods' own figures: totals where it publishes totals.

    beside: other series it was made from.
    """
    per_year = PER_YEAR[history.frequency]
    numbers = int(history.values.index[-1]) + 1 + np.arange(len(own.mean))
    matrix, start = np.eye(len(numbers)), np.zeros(len(numbers))
    if history.total:
        year = (numbers - 1) // per_year
        matrix = np.tril(np.equal.outer(year, year)).astype(float)
        start = np.where(year == year_to_date(history)[0], year_to_date(history)[1], 0.0)
    shown = np.flatnonzero([(number - 1) % per_year + 1 in history.places for number in numbers])
    return Prediction(
        history,
        tuple(period_at(history.frequency, int(numbers[at])) for at in shown),
        tuple(int(at) + 1 for at in shown),
        own.through(matrix[shown], start[shown]),
        beside,
    )


def year_to_date(history: History) -> tuple[int, float]:
    """The year of the last period known, and what came together in it so far."""
    per_year = PER_YEAR[history.frequency]
    year = (int(history.values.index[-1]) - 1) // per_year
    own = history.values[(history.values.index - 1) // per_year == year]
    told = history.totals[(history.totals.index - 1) // per_year == year]
    if told.empty:
        return year, float(own.sum())
    return year, float(told.iloc[-1] + own[own.index > told.index[-1]].sum())


def predict_all(found: Iterable[History], horizon: int, model: str) -> tuple[list[Prediction], list[History]]:
    """The predictions of many series, and the series that are too short for one."""
    made: list[Prediction] = []
    short: list[History] = []
    for history in found:
        try:
            made.append(predict(history, horizon, model))
        except TooShort:
            short.append(history)
    return made, short
