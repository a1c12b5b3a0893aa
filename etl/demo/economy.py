"""The invented economy of a synthetic city: what its offices would publish, month by month.

All figures follow from the seed. Flows have a level, growth, a season (with the Spring Festival's quiet month),
and chance; the city is the sum of its counties and, for revenue, of what it keeps itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from etl.demo.draws import Draws
from etl.demo.spec import City

Floats = NDArray[np.float64]
_YEARS = 4
#: By month of the year, how busy it is against the average.
_SEASON = np.array([0.98, 0.82, 0.97, 0.96, 0.98, 1.06, 0.97, 0.98, 1.04, 1.02, 1.05, 1.17])


@dataclass(frozen=True)
class Flow:
    """A monthly flow: yuan (or kWh) per head and year, yearly growth in per cent, share kept by the city itself."""

    name: str
    per_head: float
    growth: float
    own_share: float = 0.0
    roughness: float = 0.02


FLOWS = {
    "budget": Flow("一般公共预算收入", 4_000, 5.0, 0.2),
    "tax": Flow("税收收入", 2_700, 5.5, 0.2),
    "export": Flow("出口", 2_600, 3.0, roughness=0.06),
    "import": Flow("进口", 1_100, -2.0, roughness=0.08),
    "power": Flow("全社会用电量", 4_200, 4.5),
    "power_industry": Flow("工业用电量", 2_300, 3.5),
    "retail": Flow("社会消费品零售总额", 24_000, 6.5),
    "gdp": Flow("地区生产总值", 68_000, 5.5),
}
STOCKS = {"deposit": (98_000.0, 9.0), "loan": (67_000.0, 8.0)}


@dataclass(frozen=True)
class Economy:
    """Monthly figures of a city of so many people, from January three years back to the month before `start`."""

    city: City
    people: int
    seed: int
    start: date

    @cached_property
    def months(self) -> list[tuple[int, int]]:
        """(year, month) in order; the last is the month before `start`."""
        last = self.start.year * 12 + self.start.month - 2
        first = (self.start.year - _YEARS + 1) * 12
        return [divmod(number, 12) for number in range(first, last + 1)]

    @cached_property
    def _shares(self) -> Floats:
        weights = np.array([county.weight for county in self.city.counties], float)
        return np.asarray(weights / weights.sum(), float)

    def flow(self, key: str, unit: float, decimals: int = 0) -> Floats:
        """A flow as printed, in `unit` yuan (or kWh): months × (counties, own level, city); the city is their sum."""
        told = FLOWS[key]
        counties = np.array([county.code for county in self.city.counties])
        places = np.append(counties, self.city.code)
        shares = np.append(self._shares * (1 - told.own_share), told.own_share)
        size = len(self.months) * len(places)
        draws = Draws(self.seed)
        keys = np.arange(size)
        chance = draws.uniform(f"economy.{key}.a", keys) + draws.uniform(f"economy.{key}.b", keys) - 1
        rough = 1 + told.roughness * chance.reshape(len(self.months), len(places))
        tilt = 1 + 0.02 * (draws.uniform(f"economy.{key}.tilt", places) - 0.5)
        elapsed = np.arange(len(self.months))[:, None] / 12
        growth = (1 + told.growth / 100) ** elapsed * tilt**elapsed
        season = np.array([_SEASON[month] for _, month in self.months])[:, None]
        yearly = told.per_head * self.people * shares[None, :]
        parts = np.round(yearly / 12 * growth * season * rough / unit, decimals)
        return np.column_stack([parts, np.round(parts.sum(axis=1), decimals)])

    def stock(self, key: str, unit: float, decimals: int = 4) -> Floats:
        """A balance at month's ends, as `flow`: months × (counties, city)."""
        per_head, growth = STOCKS[key]
        elapsed = np.arange(len(self.months))[:, None] / 12
        keys = np.arange(len(self.months) * len(self._shares))
        chance = Draws(self.seed).uniform(f"economy.{key}", keys).reshape(len(self.months), -1) - 0.5
        level = per_head * self.people * self._shares[None, :] * (1 + growth / 100) ** elapsed
        parts = np.round(level * (1 + 0.008 * chance) / unit, decimals)
        return np.column_stack([parts, np.round(parts.sum(axis=1), decimals)])

    def so_far(self, figures: Floats) -> Floats:
        """Figures cumulated from each January."""
        total = np.zeros_like(figures)
        for at, (_, month) in enumerate(self.months):
            total[at] = figures[at] + (total[at - 1] if month and at else 0.0)
        return np.round(total, 6)

    @staticmethod
    def growth(figures: Floats) -> Floats:
        """Growth on the same month a year earlier in per cent, one decimal; NaN in the first year."""
        rates = np.full_like(figures, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            rates[12:] = np.round(100 * (figures[12:] / figures[:-12] - 1), 1)
        return np.where(np.isfinite(rates), rates, np.nan)

    def prices(self) -> Floats:
        """The consumer price index, against the same month a year earlier."""
        keys = np.arange(len(self.months))
        swing = 1.2 * np.sin(keys / 9.0 + self.seed % 7)
        return np.asarray(np.round(101.6 + swing + 0.3 * Draws(self.seed).uniform("economy.cpi", keys), 1))
