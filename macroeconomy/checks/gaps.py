"""Periods that a source left out."""

from __future__ import annotations

import numpy as np

from basedb.findings import Severity, define
from macroeconomy.checks.context import Array, Context, Prints

PERIOD_MISSING = define(
    "macro.period_missing",
    Severity.WARNING,
    "缺少该时期的数据，而往年同期有发布",
    "no figures for a period whose counterpart of the year before was published",
)
#: Times of one series are this far from those of the next in the keys of `_keys`.
_SPAN = 1 << 20


def missing_periods(context: Context, source: str) -> list[tuple[str, str]]:
    """Periods before a newly published one that have no figure though a year earlier there was one.

    (period, indicator codes, joined), in order. A month that is never published is no gap.
    """
    names, every = context.names, context.every
    own = every.only(every.source == names.sources.index(source))
    known = np.unique(_keys(context, own))
    new = context.new
    keys, first = np.unique(_keys(context, new), return_index=True)
    per_year = names.per_year[new.pair[first]]
    is_gap = ~np.isin(keys - 1, known) & np.isin(keys - 1 - per_year, known)
    gaps = new.only(first[is_gap])
    gaps = gaps.only(~_told_together(context, gaps, own))
    found: dict[str, set[str]] = {}
    for pair, t in zip(gaps.pair, gaps.t, strict=True):
        code, frequency = names.pairs[pair]
        found.setdefault(_code(int(t) - 1, frequency, int(names.per_year[pair])), set()).add(code)
    return [(period, "、".join(sorted(codes))) for period, codes in sorted(found.items())]


def _keys(context: Context, prints: Prints, measure: Array | None = None) -> Array:
    """One number per series and time; a period later is one more."""
    names = context.names
    measures = prints.measure if measure is None else measure
    series = (prints.pair * len(names.divisions) + prints.division) * (len(names.measures) + 1) + measures
    return series * _SPAN + prints.t


def _told_together(context: Context, gaps: Prints, own: Prints) -> Array:
    """January and February published as one total, as is usual around the Spring Festival."""
    names = context.names
    monthly = names.per_year[gaps.pair] == 12
    place = (gaps.t - 2) % 12 + 1
    totals = own.only(np.isin(own.measure, [names.measure("ytd"), names.measure("ytd_yoy")]))
    told = _keys(context, totals, np.zeros(len(totals), np.int64))
    february = _keys(context, gaps, np.zeros(len(gaps), np.int64)) - 1 + (2 - place)
    return monthly & (place <= 2) & np.isin(february, told)


def _code(t: int, frequency: str, per_year: int) -> str:
    year, place = (t - 1) // per_year, (t - 1) % per_year + 1
    return {"M": f"{year:04d}-{place:02d}", "Q": f"{year:04d}-Q{place}", "H": f"{year:04d}-H{place}"}.get(
        frequency, f"{t:04d}"
    )
