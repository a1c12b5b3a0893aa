"""Made economies: a cycle nobody sees, monthly series that follow it more or less, and a quarter's product."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from macroeconomy.forecast.history import History

_FIRST, _YEARS = 2014, 12
# Indicator, how much of the cycle it has, its own noise in per cent of growth, and how late it is in months.
_MONTHLY = (("BUDGET", 1.0, 1.0, 0), ("POWER", 0.8, 0.3, 0), ("RETAIL", 0.6, 0.5, 1), ("LOAN", 0.4, 0.4, 2))


def economy(seed: int) -> tuple[History, list[History]]:
    """The quarterly product, and the monthly series as they are known when its last quarter ends.

    Seasons, persistence, how much of the product is no part of the cycle, and whether its own shocks have heavy tails
    are drawn with the seed.
    """
    random = np.random.default_rng(seed)
    months = 12 * _YEARS
    cycle = np.zeros(months)
    persistence = random.uniform(0.5, 0.9)
    for at in range(1, months):
        cycle[at] = persistence * cycle[at - 1] + random.normal(0, 0.5)
    monthly = []
    for number, (name, part, noise, late) in enumerate(_MONTHLY, 1):
        growth = 0.5 + part * cycle + random.normal(0, noise, months)
        values = 100 * np.exp(np.cumsum(growth) / 100) * _seasons(random)
        monthly.append(_history(name, "M", values[: months - late], number))
    own = random.standard_t(random.choice([4, 30]), months // 3) * random.uniform(0.1, 1.0) / 100
    product = (np.exp(np.cumsum(0.5 + 0.9 * cycle) / 100) * _seasons(random)).reshape(-1, 3).sum(axis=1)
    return _history("GDP", "Q", 10 * product * np.exp(own), 9), monthly


def _seasons(random: np.random.Generator) -> np.ndarray:
    return np.tile(np.exp(random.normal(0, 0.08, 12)), _YEARS)


def _history(indicator: str, frequency: str, values: np.ndarray, series_id: int) -> History:
    per_year = 12 if frequency == "M" else 4
    start = _FIRST * per_year + 1
    return History(
        series_id, indicator, "411100000000", frequency, "cur", "current", "", "亿元", date(2026, 1, 20),
        pd.Series(values, pd.RangeIndex(start, start + len(values))), pd.Series(dtype=float),
        frozenset(range(1, per_year + 1)), 0,
    )  # fmt: skip
