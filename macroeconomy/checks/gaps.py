"""Periods that a source left out."""

from __future__ import annotations

import pandas as pd

from basedb.findings import Severity, define
from macroeconomy.checks.context import GROUP, Context

PERIOD_MISSING = define(
    "macro.period_missing",
    Severity.WARNING,
    "缺少该时期的数据，而往年同期有发布",
    "no figures for a period whose counterpart of the year before was published",
)
_PER_YEAR = {"M": 12, "Q": 4, "H": 2, "A": 1}


def missing_periods(context: Context, source: str) -> pd.DataFrame:
    """Periods before a newly published one that have no figure though a year earlier there was one.

    Columns: period, indicators (codes, joined). A month that is never published is no gap.
    """
    every = context.every
    own = every[every["source"] == source]
    series = [*GROUP, "measure"]
    known = pd.MultiIndex.from_frame(own[[*series, "t"]].drop_duplicates())
    new = context.new[context.new["frequency"].isin(_PER_YEAR)].drop_duplicates([*series, "t"])
    before = new.assign(t=new["t"] - 1)
    year_ago = before.assign(t=before["t"] - before["frequency"].map(_PER_YEAR))
    is_gap = ~pd.MultiIndex.from_frame(before[[*series, "t"]]).isin(known)
    had_one = pd.MultiIndex.from_frame(year_ago[[*series, "t"]]).isin(known)
    gaps = before[is_gap & had_one]
    gaps = gaps[~_told_together(gaps, own)]
    named = gaps.assign(
        period=[_code(int(t), kind) for t, kind in zip(gaps["t"], gaps["frequency"], strict=True)]
    )
    listed = named.groupby("period")["indicator"].agg(lambda codes: "、".join(sorted(set(codes))))
    return listed.rename("indicators").reset_index()


def _told_together(gaps: pd.DataFrame, own: pd.DataFrame) -> pd.Series:
    """January and February published as one total, as is usual around the Spring Festival."""
    monthly = gaps["frequency"] == "M"
    place = (gaps["t"] - 1) % 12 + 1
    totals = own[own["measure"].isin(["ytd", "ytd_yoy"])]
    told = pd.MultiIndex.from_frame(totals[[*GROUP, "t"]])
    february = gaps.assign(t=gaps["t"] + (2 - place))
    return monthly & (place <= 2) & pd.MultiIndex.from_frame(february[[*GROUP, "t"]]).isin(told)


def _code(t: int, frequency: str) -> str:
    width = _PER_YEAR[frequency]
    year, place = (t - 1) // width, (t - 1) % width + 1
    return {"M": f"{year:04d}-{place:02d}", "Q": f"{year:04d}-Q{place}", "H": f"{year:04d}-H{place}"}.get(
        frequency, f"{t:04d}"
    )
