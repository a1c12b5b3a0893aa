"""What other figures say a figure should be.

Every function takes prints (`macroeconomy.checks.context`) with the wide reference table and returns
evidence: observation_id, kind, predicted (in the indicator's unit), tolerance, whether it is tight (binding)
or loose (what is usual), and whether it is exact (an identity, up to rounding and revisions).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from macroeconomy.checks.context import GROUP, is_nominal

#: Share of a month's figure by which departments revise it in the next cumulative total.
_REVISED = 0.02
#: Percentage points between published growth and that of the published totals: scope and revisions.
_GROWTH_SLACK = 1.5
#: Between vintages of one figure.
_VINTAGE_SLACK = 0.025
_CENSUS_SLACK = 0.08
#: Cumulative growth moves by no more than this many points, divided by the month's number.
_DRIFT = 18.0
_SEASON_SLACK = 0.45
GROWTHS = ("ytd_yoy", "cur_yoy", "stock_yoy")
COLUMNS = ["observation_id", "kind", "predicted", "tolerance", "tight", "exact"]
#: Binding, but no identities: growth may turn.
_INEXACT = ("drift", "next drift", "stock before", "stock after", "members")


def gather(prints: pd.DataFrame, table: pd.DataFrame, every: pd.DataFrame) -> pd.DataFrame:
    """All evidence about `prints`; `table` is the wide reference, `every` all prints known."""
    around = _around(prints, table)
    parts = [
        *_flows(around), *_totals(around), *_growth(around, table), *_stocks(around), *_indices(around, table),
        _other_prints(prints, every), *_divisions(prints, table), *_peers(prints, table),
        *_members(prints, table),
    ]  # fmt: skip
    found = pd.concat([part for part in parts if len(part)] or [pd.DataFrame(columns=COLUMNS)])
    sound = np.isfinite(found["predicted"].astype(float)) & np.isfinite(found["tolerance"].astype(float))
    return found[sound].reset_index(drop=True)


def _around(prints: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Prints with the group's measures at their own time (`now_`), before, after and a year earlier."""
    result = prints
    year = int(prints["per_year"].iloc[0]) if prints["per_year"].nunique() == 1 else None
    if year is None:
        return pd.concat([_around(part, table) for _, part in prints.groupby("per_year")])
    for name, lag in (("now", 0), ("before", -1), ("after", 1), ("year", -year)):
        shifted = table.reset_index()
        shifted["t"] = shifted["t"] - lag
        shifted = shifted.set_index([*GROUP, "t"]).add_prefix(f"{name}_")
        result = result.join(shifted, on=[*GROUP, "t"])
    return result


def _evidence(
    rows: pd.DataFrame, kind: str, predicted: pd.Series, tolerance: pd.Series, tight: bool
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "observation_id": rows["observation_id"],
            "kind": kind,
            "predicted": predicted,
            "tolerance": tolerance,
            "tight": tight,
            "exact": tight and kind not in _INEXACT,
        }
    )


def _steps(rows: pd.DataFrame, *names: str) -> pd.Series:
    """Half the places that take part in a sum: what rounding can amount to."""
    total = rows["step"] * 0.55
    for name in names:
        total = total + rows[name].fillna(0.0) * 0.55
    return total


def _flows(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The period's own figure: difference of totals; the year before times growth."""
    own = rows[rows["measure"] == "cur"]
    first = own["place"] == 1
    increase = own["now_ytd"] - own["before_ytd"].where(~first, 0.0)
    rounding = _steps(own, "now_step_ytd", "before_step_ytd")
    yield _evidence(own, "cumulative", increase, rounding + _REVISED * increase.abs(), True)
    grown = own["year_cur"] * (1 + own["now_ytd_yoy"].fillna(0.0) / 100)
    yield _evidence(own, "season", grown, rounding + _SEASON_SLACK * grown.abs(), False)
    usual = own["before_cur"]
    yield _evidence(own, "neighbour", usual, rounding + 0.75 * usual.abs(), False)


def _totals(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The total so far: last month's and this month's; the next one's less its month; growth."""
    own = rows[rows["measure"] == "ytd"]
    first, last = own["place"] == 1, own["place"] == own["per_year"]
    summed = own["before_ytd"].where(~first, 0.0) + own["now_cur"]
    rounding = _steps(own, "now_step_cur", "before_step_ytd")
    yield _evidence(own, "cumulative", summed, rounding + _REVISED * own["now_cur"].abs(), True)
    later = (own["after_ytd"] - own["after_cur"]).where(~last)
    yield _evidence(own, "next", later, rounding + _REVISED * own["after_cur"].abs(), True)
    grown = own["year_ytd"] * (1 + own["now_ytd_yoy"] / 100)
    nominal = is_nominal(own["indicator"])
    slack = own["year_ytd"].abs() * _GROWTH_SLACK / 100 + rounding * 2
    yield _evidence(own[nominal], "growth", grown[nominal], slack[nominal], True)
    yield _evidence(own[~nominal], "real growth", grown[~nominal], 0.12 * grown[~nominal].abs(), False)
    usual = own["year_ytd"]
    yield _evidence(own, "season", usual, rounding + _SEASON_SLACK * usual.abs(), False)
    pace = (own["before_ytd"] * own["place"] / (own["place"] - 1).clip(lower=1)).where(~first)
    yield _evidence(own, "pace", pace, rounding + 0.4 * pace.abs(), False)


def _growth(rows: pd.DataFrame, table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Published growth: that of the totals; last month's, which a cumulative rate leaves slowly."""
    own = rows[rows["measure"] == "ytd_yoy"]
    ratio = 100 * (own["now_ytd"] / own["year_ytd"].where(own["year_ytd"] > 0) - 1)
    blur = 100 * 0.55 * (own["now_step_ytd"] + own["year_step_ytd"]) / own["year_ytd"].abs()
    nominal = is_nominal(own["indicator"])
    yield _evidence(own[nominal], "growth", ratio[nominal], (blur + _GROWTH_SLACK + 0.06)[nominal], True)
    yield _evidence(own[~nominal], "real growth", ratio[~nominal], (blur + 10.0)[~nominal], False)
    lively = own["indicator"].map(_liveliness(table)).fillna(0.0)
    reach = (
        (4.5 * lively).clip(lower=_DRIFT) / own["place"] * own["per_year"].map({12: 1.0, 4: 0.6}).fillna(1.0)
    )
    started = own["place"] > 1
    yield _evidence(own, "drift", own["before_ytd_yoy"].where(started), reach, True)
    coming = own["after_ytd_yoy"].where(own["place"] < own["per_year"])
    yield _evidence(own, "next drift", coming, reach, True)


def _liveliness(table: pd.DataFrame) -> pd.Series:
    """By indicator, the usual movement of cumulative growth times the month's number."""
    rates = table["ytd_yoy"].dropna().reset_index().sort_values([*GROUP, "t"])
    rates = rates[rates["frequency"] == "M"]
    place = (rates["t"] - 1) % 12 + 1
    moved = rates.groupby(GROUP)["ytd_yoy"].diff().abs() * place
    follows = (rates.groupby(GROUP)["t"].diff() == 1) & (place > 2)
    return moved[follows].groupby(rates["indicator"]).median()


def _stocks(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Balances and counts move little from one end of a period to the next."""
    own = rows[rows["measure"] == "stock"]
    for kind in ("before", "after"):
        near = own[f"{kind}_stock"]
        slack = pd.Series(np.maximum(0.15 * near.abs(), 2.5 * own["step"]), own.index)
        yield _evidence(own, f"stock {kind}", near, slack, kind == "before")
    usual = own["year_stock"] * (1 + own["now_stock_yoy"].fillna(0.0) / 100)
    slack = pd.Series(np.maximum(0.35 * usual.abs(), 3 * own["step"]), own.index)
    yield _evidence(own, "season", usual, slack, False)
    rate = rows[rows["measure"] == "stock_yoy"]
    ratio = 100 * (rate["now_stock"] / rate["year_stock"].where(rate["year_stock"] > 0) - 1)
    yield _evidence(rate, "growth", ratio, pd.Series(_GROWTH_SLACK + 0.1, rate.index), True)
    yield _evidence(rate, "drift", rate["before_stock_yoy"], pd.Series(4.0, rate.index), True)


def _indices(rows: pd.DataFrame, table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Price indices stay within a few points of the month before, and of 100."""
    for measure in [name for name in table if str(name).startswith("index:")]:
        own = rows[rows["measure"] == measure]
        slack = pd.Series(3.0, own.index)
        yield _evidence(own, "stock before", own[f"before_{measure}"], slack, True)
        yield _evidence(own, "level", pd.Series(100.0, own.index), pd.Series(15.0, own.index), False)


def _other_prints(prints: pd.DataFrame, every: pd.DataFrame) -> pd.DataFrame:
    """The same figure printed elsewhere: on another sheet, in another table, by another department."""
    key = [*GROUP, "measure", "t"]
    columns = [*key, "observation_id", "value", "step", "status", "source_key", "cell", "slot"]
    pairs = prints[columns].merge(every[columns], on=key, suffixes=("", "_other"))
    apart = (pairs["observation_id"] != pairs["observation_id_other"]) & (
        (pairs["source_key"] != pairs["source_key_other"]) | (pairs["slot"] != pairs["slot_other"])
    )
    pairs = pairs[apart]
    is_rate = pairs["measure"].isin(GROWTHS) | pairs["measure"].str.startswith("index:")
    same = pairs["status"] == pairs["status_other"]
    level = pairs["value_other"].abs() * np.where(same, _VINTAGE_SLACK, _CENSUS_SLACK)
    rounding = 0.55 * (pairs["step"] + pairs["step_other"])
    tolerance = rounding + np.where(is_rate, np.where(same, 0.3, 1.0), level)
    return pd.DataFrame(
        {
            "observation_id": pairs["observation_id"],
            "kind": "print " + pairs["status_other"],
            "predicted": pairs["value_other"],
            "tolerance": tolerance,
            "tight": same.to_numpy(bool),
            "exact": same.to_numpy(bool),
        }
    )


def _divisions(prints: pd.DataFrame, table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """A county is what the city has beyond the others, a city what its counties have, as in the past."""
    for measure in ("cur", "ytd", "stock"):
        own = prints[prints["measure"] == measure]
        if own.empty:
            continue
        values = table[measure].dropna().unstack("division")
        codes = [str(name) for name in values]
        city = next((name for name in codes if name.endswith("00000000")), None)
        parts = [name for name in codes if name != city]
        if city is None or len(parts) < 2:
            continue
        # Members that report at all times add up to the city but for a share that moves little.
        members = values[parts].notna().groupby(level=["indicator", "frequency"]).transform("mean") > 0.5
        complete = (values[parts].notna() | ~members).all(axis=1)
        total = values[parts].where(members).sum(axis=1, min_count=2).where(complete)
        share = (values[city] / total).where(total > 0)
        usual, slack = _usual_share(share)
        yield _shared(own, values, city, parts, total, usual, slack)


def _usual_share(share: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The share of the period before in the same year, and how far it moves within years.

    Between years accounts are revised and scopes change.
    """
    by = share.groupby(level=["indicator", "frequency"])
    per_year = share.index.get_level_values("frequency").map({"M": 12, "Q": 4, "H": 2, "A": 1})
    starts = (share.index.get_level_values("t") - 1) % per_year == 0
    before: pd.Series = by.shift(1).where(~starts)
    moved = (share / before - 1).abs().dropna()
    typical = moved.groupby(level=["indicator", "frequency"]).median()
    moves = pd.Series(typical.reindex(share.reset_index("t", drop=True).index).to_numpy(), share.index)
    return before, (moves.fillna(0.0) * 5).clip(lower=0.0006)


def _shared(
    own: pd.DataFrame,
    values: pd.DataFrame,
    city: str,
    parts: list[str],
    total: pd.Series,
    usual: pd.Series,
    slack: pd.Series,
) -> pd.DataFrame:
    index = pd.MultiIndex.from_frame(own[["indicator", "frequency", "t"]])
    whole = values[city].reindex(index).to_numpy()
    summed = total.reindex(index).to_numpy()
    ratio, loose = usual.reindex(index).to_numpy(), slack.reindex(index).to_numpy()
    is_city = (own["division"] == city).to_numpy()
    held = (
        values.stack()
        .reindex(pd.MultiIndex.from_frame(own[["indicator", "frequency", "t", "division"]]))
        .to_numpy()
    )
    predicted = np.where(is_city, summed * ratio, whole / ratio - (summed - held))
    tolerance = np.abs(whole) * loose + own["step"].to_numpy() * (1 + 0.3 * len(parts))
    known = is_city | np.isin(own["division"], parts)
    return _evidence(
        own,
        "divisions",
        pd.Series(np.where(known, predicted, np.nan), own.index),
        pd.Series(tolerance, own.index),
        True,
    )


def _peers(prints: pd.DataFrame, table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Growth is seldom far from that of the neighbouring divisions."""
    own = prints[prints["measure"] == "ytd_yoy"]
    rates = table["ytd_yoy"].dropna().unstack("division")
    if own.empty or rates.shape[1] < 3:
        return
    middle, spread = rates.median(axis=1), rates.quantile(0.75, axis=1) - rates.quantile(0.25, axis=1)
    index = pd.MultiIndex.from_frame(own[["indicator", "frequency", "t"]])
    predicted = pd.Series(middle.reindex(index).to_numpy(), own.index)
    tolerance = pd.Series(np.maximum(18.0, 4 * spread.reindex(index).to_numpy()), own.index)
    yield _evidence(own, "peers", predicted, tolerance, False)


def _members(prints: pd.DataFrame, table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """A county's growth from the city's and the other counties': last year's totals add up, too."""
    own = prints[(prints["measure"] == "ytd_yoy") & is_nominal(prints["indicator"])]
    earlier = (table["ytd"] / (1 + table["ytd_yoy"] / 100)).dropna().unstack("division")
    city = next((name for name in earlier if str(name).endswith("00000000")), None)
    if own.empty or city is None or earlier.shape[1] < 3:
        return
    parts = [name for name in earlier if name != city]
    members = earlier[parts].notna().groupby(level=["indicator", "frequency"]).transform("mean") > 0.5
    complete = (earlier[parts].notna() | ~members).all(axis=1)
    index = pd.MultiIndex.from_frame(own[["indicator", "frequency", "t"]])
    both = pd.MultiIndex.from_frame(own[["indicator", "frequency", "t", "division"]])
    held = earlier.stack().reindex(both).to_numpy()
    now = table["ytd"].unstack("division").stack().reindex(both).to_numpy()
    rest = earlier[parts].sum(axis=1).where(complete).reindex(index).to_numpy() - held
    left = earlier[city].reindex(index).to_numpy() - rest
    step = table["step_ytd"].reindex(pd.MultiIndex.from_frame(own[[*GROUP, "t"]])).to_numpy()
    is_county = (own["division"] != city).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        predicted = np.where(is_county & (left > 0), 100 * (now / left - 1), np.nan)
        blur = 100 * (2 * step + 0.001 * earlier[city].reindex(index).to_numpy()) / left
    slack = pd.Series(_GROWTH_SLACK + blur, own.index)
    yield _evidence(own, "members", pd.Series(predicted, own.index), slack, True)
