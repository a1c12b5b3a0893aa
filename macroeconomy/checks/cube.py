"""One value per figure to reckon with, placed so that last month and last year are a shift away."""

from __future__ import annotations

import numpy as np

from macroeconomy.checks.context import Array, Names, Prints

#: Room before the first time: a year and the period before it.
BEFORE = 13


class Cube:
    """Reference values and steps: measure × pair × division × time, NaN where there is none.

    Of several prints of one figure the source's own of the status counts before any other, of equal ones
    the later. Times are counted by pair from its first one, `BEFORE` places in.
    """

    def __init__(self, names: Names, every: Prints, source: int, status: int):
        self.names = names
        self._origin = np.full(len(names.pairs), np.iinfo(np.int64).max)
        np.minimum.at(self._origin, every.pair, every.t)
        x = self.x(every)
        shape = (len(names.measures), len(names.pairs), len(names.divisions), int(x.max()) + 2)
        self.values = np.full(shape, np.nan)
        self.steps = np.full(shape, np.nan)
        nearness = 2 * (every.source == source) + (every.status == status)
        # Where a place is assigned twice, the last one stays.
        order = np.lexsort((every.observation_id, nearness))
        place = every.measure[order], every.pair[order], every.division[order], x[order]
        self.values[place] = every.value[order]
        self.steps[place] = every.step[order]

    def x(self, prints: Prints) -> Array:
        """Where prints stand on the axis of time."""
        return prints.t - self._origin[prints.pair] + BEFORE

    def layer(self, measure: str) -> Array:
        """The values of a measure, pair × division × time."""
        number = self.names.measure(measure)
        return self.values[number] if number >= 0 else np.full(self.values.shape[1:], np.nan)

    def places(self) -> Array:
        """Pair × time: a period's number in its year, from 1."""
        t = np.arange(self.values.shape[3])[None, :] - BEFORE + self._origin[:, None]
        found: Array = (t - 1) % self.names.per_year[:, None] + 1
        return found


def quantile(values: Array, share: float) -> Array:
    """The quantile of every row's numbers, interpolated; NaN of rows without any."""
    ordered = np.sort(values, axis=1)
    count = (~np.isnan(values)).sum(axis=1)
    place = np.maximum(count - 1, 0) * share
    low = np.floor(place).astype(np.int64)
    rows = np.arange(len(values))
    lower, upper = ordered[rows, low], ordered[rows, np.minimum(low + 1, np.maximum(count - 1, 0))]
    return np.where(count > 0, lower + (upper - lower) * (place - low), np.nan)
