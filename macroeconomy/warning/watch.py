"""The lights of a division on a day, what to expect next, and their record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
from scipy.special import stdtr

from basedb.store.native import Reader
from macroeconomy.forecast.combine import TooShort
from macroeconomy.forecast.distribution import TAILS
from macroeconomy.forecast.history import History, histories, read_figures, usual
from macroeconomy.forecast.predict import predict
from macroeconomy.periods import PER_YEAR, period_at
from macroeconomy.warning.lights import COLOURS, Colour, light
from macroeconomy.warning.limits import Rule
from macroeconomy.warning.realtime import lights_known, lights_now, lights_then, read_releases
from macroeconomy.warning.record import COLD, HOT, Record, judge


@dataclass(frozen=True)
class Watched:
    """One indicator under watch.

    known: its last two lights by the figures of the day; then: all of them as they were when the figures came
    out (see `lights_then`); now: the scores in hindsight.
    """

    rule: Rule
    history: History
    known: pd.DataFrame
    then: pd.DataFrame
    now: pd.Series

    @property
    def last(self) -> Colour:
        """Its light now."""
        return COLOURS[int(self.known["score"].iloc[-1]) - 1]

    @property
    def previous(self) -> Colour | None:
        """Its light before, if it had one."""
        return COLOURS[int(self.known["score"].iloc[-2]) - 1] if len(self.known) > 1 else None

    @property
    def period(self) -> str:
        """The period of its last light."""
        return period_at(self.history.frequency, int(self.known.index[-1])).code

    def records(self) -> list[Record]:
        """Of both sides."""
        window = PER_YEAR[self.history.frequency]
        return [judge(self.then["score"], self.now, side, window) for side in (COLD, HOT)]

    def agreement(self) -> float:
        """Share of periods whose light then was that in hindsight."""
        return float((self.then["score"] == self.now[self.then.index]).mean())


@dataclass(frozen=True)
class Expected:
    """The next light: its period and colour, and how likely the figure is too low or too high for green."""

    period: str
    value: float
    colour: Colour
    cold: float
    hot: float


def watch(
    reader: Reader, division: str, vintage: date, rules: Sequence[Rule]
) -> tuple[list[Watched], list[Rule]]:
    """The indicators of a division that have lights on a day, and the rules that find too few figures."""
    found = histories(read_figures(reader, vintage, division=division), vintage)
    chosen = [
        (
            rule,
            usual([item for item in found if (item.indicator, item.basis) == (rule.indicator, rule.basis)]),
        )
        for rule in rules
    ]
    series = [history.series_id for _, history in chosen if history]
    if not series:
        return [], list(rules)
    releases = dict(iter(read_releases(reader, series, vintage).groupby("series_id")))
    watched, without = [], []
    for rule, history in chosen:
        if history is None:
            without.append(rule)
            continue
        out = releases[history.series_id]
        known = lights_known(out, rule, history.frequency, last=2)
        if known.empty:
            without.append(rule)
            continue
        then = lights_then(out, rule, history.frequency)
        watched.append(Watched(rule, history, known, then, lights_now(out, rule)))
    return watched, without


def expect(item: Watched, model: str = "combined") -> Expected | None:
    """The light to expect of the next figure; None where too little is known to forecast one."""
    try:
        prediction = predict(item.history, 2, model)
    except TooShort:
        return None
    values = item.history.values
    published = values[~values.index.isin(list(item.history.estimated))]
    limits = item.rule.at(published.to_numpy(float), item.history.frequency)
    if limits is None or not prediction.periods:
        return None
    point, deviation = float(prediction.forecast.point[0]), float(prediction.forecast.deviations[0])
    cold, hot = (float(point < limits[1]), float(point > limits[2]))
    if deviation > 0:
        cold = float(stdtr(TAILS, (limits[1] - point) / deviation))
        hot = float(stdtr(TAILS, (point - limits[2]) / deviation))
    return Expected(prediction.periods[0].code, point, light(point, limits), cold, hot)
