"""A city's series with those of its counties: which of them add up, and forecasts that do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from macroeconomy.forecast.combine import TooShort, forecast
from macroeconomy.forecast.history import History
from macroeconomy.forecast.predict import Prediction, published
from macroeconomy.forecast.reconcile import reconcile
from macroeconomy.indicators import indicators
from macroeconomy.periods import PER_YEAR

#: Over the last year the parts make up the whole but for so much, or they are not its parts.
_MOST_APART = 0.1
#: A lasting difference of more than this is a part of its own: it has a cause, and goes on.
_ROUNDING = 0.002


@dataclass(frozen=True)
class Hierarchy:
    """The series of a city and of its parts, known up to the same period.

    remainder: mean share of the city's figure over the last year that no part has.
    """

    whole: History
    parts: tuple[History, ...]
    remainder: float


def hierarchies(found: Iterable[History]) -> list[Hierarchy]:
    """Series of a whole city with those of its parts, where the parts make it up."""
    groups: dict[tuple[str, str, str], list[History]] = {}
    for item in found:
        if indicators()[item.indicator].aggregation == "sum" and not item.basis.endswith("_yoy"):
            groups.setdefault((item.indicator, item.division[:4], item.frequency), []).append(item)
    result = []
    for group in groups.values():
        whole = next((item for item in group if item.division[4:6] == "00"), None)
        if whole is None:
            continue
        last = whole.values.index[-1]
        parts = tuple(item for item in group if item is not whole and item.values.index[-1] == last)
        apart = _apart(whole, parts)
        if parts and apart is not None and abs(apart) <= _MOST_APART:
            result.append(Hierarchy(whole, parts, apart))
    return result


def predict_together(group: Hierarchy, horizon: int, model: str, method: str) -> list[Prediction]:
    """Forecasts of a city and its parts that add up, in the form each is published in.

    A lasting difference between the city and its parts is forecast beside them and stays. TooShort if one of
    the series has too little history.
    """
    per_year = PER_YEAR[group.whole.frequency]
    base = [
        forecast(item.values.to_numpy(float), horizon, per_year, model)
        for item in (group.whole, *group.parts)
    ]
    if abs(group.remainder) > _ROUNDING:
        rest = group.whole.values - sum(item.values for item in group.parts)
        base.append(forecast(rest.dropna().to_numpy(float), horizon, per_year, model))
    found = reconcile(base[0], base[1:], method)
    series = (group.whole, *group.parts)
    return [
        published(item, own, tuple(other for other in series if other is not item))
        for item, own in zip(series, found, strict=False)
    ]


def predict_hierarchies(
    found: list[History], horizon: int, model: str, method: str
) -> tuple[list[Prediction], set[int]]:
    """The predictions of all hierarchies among some series, and the ids of the series in them."""
    made: list[Prediction] = []
    for group in hierarchies(found):
        try:
            made += predict_together(group, horizon, model, method)
        except TooShort:  # its series are told one by one
            continue
    return made, {item.history.series_id for item in made}


def _apart(whole: History, parts: tuple[History, ...]) -> float | None:
    """Mean share of the whole that the parts leave over in the last year; None if a part is not known then."""
    year = whole.values.tail(PER_YEAR[whole.frequency])
    if not parts or float(year.abs().sum()) == 0:
        return None
    together = np.sum([item.values.reindex(year.index).to_numpy(float) for item in parts], axis=0)
    share = float((year.to_numpy(float) - together).sum() / year.sum())
    return share if np.isfinite(share) else None
