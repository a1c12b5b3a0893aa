"""Business-cycle indices: diffusion, and composite indices as The Conference Board computes them (2001).

Which indicator leads, goes with or follows the cycle is data (`data/cycle.csv`), with the reason for each.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

_LIST = Path(__file__).parents[1] / "data" / "cycle.csv"
LEADING, COINCIDENT, LAGGING = ROLES = ("leading", "coincident", "lagging")


@cache
def roles() -> dict[str, str]:
    """The role in the cycle of every indicator that has one, by its code."""
    with _LIST.open(encoding="utf-8", newline="") as file:
        return {row["indicator"]: row["role"] for row in csv.DictReader(file)}


def cycle_table(components: pd.DataFrame, rates: tuple[str, ...], span: int) -> pd.DataFrame:
    """A column per role that has components: its composite index, the first whole year at 100; and ``rising``:
    the share of coincident components that rose over `span` months, in per cent.

    components: adjusted monthly figures, a column per indicator code (`roles`), by PeriodIndex. rates: those of
    them that are rates or indices.
    """
    found = {}
    january = next((period for period in components.index[1:] if period.month == 1), components.index[0])
    year = slice(january, january + 11)
    for role in ROLES:
        mine = [name for name in map(str, components) if roles()[name] == role]
        if mine:
            found[role] = composite(components[mine], tuple(name for name in mine if name in rates), year)
            if role == COINCIDENT:
                found["rising"] = diffusion(components[mine], span)
    return pd.DataFrame(found)


def diffusion(components: pd.DataFrame, span: int = 1, dead_band: float = 0.0) -> pd.Series:
    """Share of components that rose over `span` periods, in per cent; those within the band count half.

    dead_band: relative change that counts as none. Periods with fewer than half of the components are NaN.
    """
    change = components.diff(span)
    still = change.abs() <= dead_band * components.shift(span).abs()
    known = change.notna()
    rising = (change > 0) & ~still & known
    share = 100 * (rising.sum(axis=1) + 0.5 * (still & known).sum(axis=1)) / known.sum(axis=1)
    return share.where(known.sum(axis=1) * 2 >= components.shape[1])


def composite(
    components: pd.DataFrame, rates: tuple[str, ...] = (), base: str | slice | None = None
) -> pd.Series:
    """A composite index of monthly components, weighted so that each moves it equally.

    Symmetric changes (200·(x−x₋₁)/(x+x₋₁)); differences for `rates`, components that are rates already.
    Each change is divided by its standard deviation, the weights sum to 1. base: label or slice set to 100;
    the first period if it is None.
    """
    before = components.shift(1)
    symmetric = 200 * (components - before) / (components + before)
    for name in rates:
        symmetric[name] = components[name] - before[name]
    precision = 1 / symmetric.std()
    weighted = symmetric * (precision / precision.sum())
    # A component not yet published leaves its weight to the others.
    there = symmetric.notna() * (precision / precision.sum())
    growth = weighted.sum(axis=1, min_count=1) / there.sum(axis=1).replace(0, np.nan)
    level = ((200 + growth) / (200 - growth)).fillna(1.0).cumprod()
    reference = level.iloc[0] if base is None else float(np.mean(level.loc[base]))
    return 100 * level / reference
