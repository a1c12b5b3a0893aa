"""Business-cycle indices: diffusion, and composite indices as The Conference Board computes them (2001)."""

from __future__ import annotations

import numpy as np
import pandas as pd


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
