"""What a forecast says of the periods ahead: points, and how wrong they may be together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Series = NDArray[np.floating[Any]]
#: Degrees of freedom of the errors: series change their course more often than normal errors admit. With
#: the series' own length intervals hold some eight points too few of the M3 competition's outcomes.
TAILS = 5


@dataclass(frozen=True)
class Forecast:
    """Points ahead, with errors that are sums of the shocks to come.

    mean: one value per period. loading: periods × shocks, how much of each shock is in each error.
    deviation: of one shock. lowest: the least value possible. errors: of the one-step forecasts within the series.
    tails: degrees of freedom of the errors.
    """

    model: str
    mean: Series
    loading: Series
    deviation: float
    lowest: float = -np.inf
    errors: Series = field(default_factory=lambda: np.zeros(0), repr=False)
    tails: float = TAILS

    @property
    def point(self) -> Series:
        """The forecasts, none below what is possible."""
        return np.maximum(self.mean, self.lowest)

    @property
    def deviations(self) -> Series:
        """The standard deviation of each error."""
        result: Series = self.deviation * np.sqrt((self.loading**2).sum(axis=1))
        return result

    @property
    def covariance(self) -> Series:
        """Of the errors with each other."""
        result: Series = self.deviation**2 * self.loading @ self.loading.T
        return result

    def quantile(self, probability: float) -> Series:
        """The values that the figures stay below with a probability (0 to 1)."""
        return np.maximum(self.mean + stdtrit(self.tails, probability) * self.deviations, self.lowest)

    def interval(self, level: float) -> tuple[Series, Series]:
        """The bounds that hold the figures with a probability `level` (0 to 1)."""
        return self.quantile(0.5 - level / 2), self.quantile(0.5 + level / 2)

    def through(self, matrix: Series, start: Series | float = 0.0, lowest: float | None = None) -> Forecast:
        """The forecast of ``start + matrix @ values``: totals, differences, growth rates.

        lowest: the least value possible after it; that of before if it is None.
        """
        bound = self.lowest if lowest is None else lowest
        return Forecast(
            self.model,
            start + matrix @ self.mean,
            matrix @ self.loading,
            self.deviation,
            bound,
            tails=self.tails,
        )


def shock_weights(spread: Series) -> Series:
    """How much each step's shock adds to each step's error: lower triangular, from the errors' growth.

    spread: standard deviations of the 1, 2, …-step errors, as multiples of the first.
    """
    weights = np.sqrt(np.maximum(np.diff(spread**2, prepend=0.0), 0.0))
    lag = np.subtract.outer(np.arange(len(spread)), np.arange(len(spread)))
    return np.where(lag >= 0, weights[np.abs(lag)], 0.0)
