"""How far nowcasts were off: past quarters nowcast with what was published as long before as now.

What a factor model says of its own error leaves out that its parameters and the seasons were estimated. Rolling origins
(Tashman 2000) see all of it: for each of the last quarters everything is estimated anew from the figures before it, and
the error is held against the deviation the model claimed. With the mean square of n such ratios in place of one, and
Student's distribution with n degrees of freedom in place of the normal one, intervals hold what they should.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from macroeconomy.forecast.distribution import Forecast
from macroeconomy.forecast.history import History
from macroeconomy.forecast.nowcast import NotEstimated, Nowcaster
from macroeconomy.forecast.panel import build

#: Quarters looked back on: each costs as much as the nowcast itself.
QUARTERS = 8
#: With fewer nothing can be said.
_LEAST = 4
_PER_QUARTER = {"Q": 1, "M": 3}


@dataclass(frozen=True)
class Record:
    """What past quarters showed: how many, and by what factor their errors were larger than the model claimed."""

    quarters: int
    factor: float

    @classmethod
    def of(cls, found: Sequence[float]) -> Record:
        """The record that errors over claimed deviations make."""
        if len(found) < _LEAST:
            return UNTESTED
        return cls(len(found), float(np.sqrt(np.mean(np.square(found)))))

    def widen(self, forecast: Forecast) -> Forecast:
        """A forecast with the errors that were seen."""
        if not self.quarters:
            return forecast
        return replace(forecast, deviation=self.factor * forecast.deviation, tails=float(self.quarters))


#: Of a series too short to look back on: the model is taken at its word.
UNTESTED = Record(0, 1.0)


def record(target: History, others: Sequence[History], quarters: int = QUARTERS) -> Record:
    """The record of nowcasts of a quarterly target from the series beside it; `UNTESTED` with too little history."""
    return Record.of(list(ratios(target, others, quarters)))


def ratios(target: History, others: Sequence[History], quarters: int) -> Iterator[float]:
    """By quarter, the last first: the error of its nowcast over the deviation the model claimed."""
    for back in range(1, quarters + 1):
        then = _cut(target, back)
        try:
            panel = build(then, [_cut(item, back) for item in others if item.frequency == "M"])
        except ValueError:  # too little history before that quarter
            return
        try:
            model = Nowcaster(panel)
        except NotEstimated:  # no nowcast would have been made then
            continue
        told = model.forecast(model.quarters()[:1])
        error = float(target.values.iloc[-back]) - float(told.mean[0])
        yield error / float(told.deviations[0])


def _cut(item: History, back: int) -> History:
    """A series without its last quarters."""
    return replace(item, values=item.values.iloc[: -back * _PER_QUARTER[item.frequency]])
