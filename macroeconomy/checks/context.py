"""The figures of a load beside those that stand around them, as frames to reckon with.

A *print* is one printed figure: group (indicator, division, frequency), measure, time `t` (months,
quarters or years since year 0), value in the indicator's unit, and `step`, the place it is printed to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from basedb.domain import Load
from macroeconomy.indicators import indicators
from macroeconomy.units import parse_unit

#: How far back and ahead of a load's periods figures are looked at.
_MONTHS_BACK, _MONTHS_AHEAD = 26, 3
_MONTHS = {"M": 1, "Q": 3, "H": 6, "A": 12}
GROUP = ["indicator", "division", "frequency"]
KEY = [*GROUP, "measure", "t"]

_COLUMNS = (
    "o.observation_id, o.indicator, o.division, o.frequency, o.period, o.period_end, o.basis, s.reference,"
    " o.normal_value AS value, o.unit, o.normal_unit, o.decimals, o.status, o.source, o.source_key, o.slot, o.cell"
)


@dataclass(frozen=True)
class Context:
    """new: the prints of the load, with `row_no`; standing: those in the store around them."""

    new: pd.DataFrame
    standing: pd.DataFrame

    @property
    def every(self) -> pd.DataFrame:
        """All prints."""
        return pd.concat([self.standing, self.new], ignore_index=True)


def read_context(load: Load) -> Context:
    """The prints of TEMP `new_observation` and the observations in the store near them.

    A standing print with a known issue counts with the value it should have.
    """
    engine = load.engine
    new = engine.execute(
        f"""SELECT {_COLUMNS}, o.row_no FROM new_observation o
            JOIN (SELECT series_id, reference FROM known_series UNION ALL SELECT series_id, reference FROM new_series) s
                USING (series_id)
            WHERE o.action <> 'delete' ORDER BY o.observation_id"""
    ).df()
    if new.empty:
        return Context(_prints(new), _prints(new.drop(columns="row_no")))
    first = pd.Timestamp(new["period_end"].min()) - pd.DateOffset(months=_MONTHS_BACK)
    last = pd.Timestamp(new["period_end"].max()) + pd.DateOffset(months=_MONTHS_AHEAD)
    # Codes of the list, as literals: a server reads only these.
    codes = ", ".join(f"'{code}'" for code in sorted(set(new["indicator"])))
    standing = engine.execute(
        f"""SELECT {_COLUMNS} FROM macroeconomy.observation o
            JOIN known_series s USING (series_id)
            WHERE o.indicator IN ({codes}) AND o.action <> 'delete'
                AND o.period_end >= DATE '{first.date()}' AND o.period_end <= DATE '{last.date()}'"""
    ).df()
    issues = engine.execute(
        "SELECT observation_id, any_value(expected) AS expected FROM macroeconomy.observation_issue"
        " WHERE expected IS NOT NULL GROUP BY observation_id"
    ).df()
    return Context(_prints(new), _repaired(_prints(standing), issues))


def _repaired(standing: pd.DataFrame, issues: pd.DataFrame) -> pd.DataFrame:
    expected = standing["observation_id"].map(issues.set_index("observation_id")["expected"])
    standing["value"] = (expected * standing["scale"]).fillna(standing["value"])
    return standing


def _prints(frame: pd.DataFrame) -> pd.DataFrame:
    """Adds measure, t, place in the year, scale (printed unit to the indicator's) and step."""
    frame = frame.copy()
    end = pd.to_datetime(frame["period_end"])
    months = end.dt.year * 12 + end.dt.month
    width = frame["frequency"].map(_MONTHS).astype("int64")
    frame["t"] = (months // width).astype("int64")
    frame["place"] = (end.dt.month // width).astype("int64")
    frame["per_year"] = 12 // width
    frame["measure"] = frame["basis"].where(
        frame["basis"] != "index", "index:" + frame["reference"].astype(str)
    )
    units = pd.DataFrame({"unit": frame["unit"], "normal": frame["normal_unit"]}).drop_duplicates()
    scales = {(row.unit, row.normal): _scale(str(row.unit), str(row.normal)) for row in units.itertuples()}
    frame["scale"] = [scales[pair] for pair in zip(frame["unit"], frame["normal_unit"], strict=True)]
    # Numeric cells lose their trailing zeros: a column prints as many places as its longest figure.
    places = frame.groupby(["indicator", "measure", "unit", "source"])["decimals"].transform("max")
    frame["step"] = frame["scale"] * 10.0 ** -places.astype(float)
    frame["value"] = frame["value"].astype(float)
    return frame


def _scale(unit: str, normal: str) -> float:
    printed, own = parse_unit(unit), parse_unit(normal)
    return printed.factor / own.factor if printed and own else 1.0


def reference(every: pd.DataFrame, source: str, status: str) -> pd.DataFrame:
    """One value per key to reckon with: the source's own of that status before any other.

    Columns: `KEY`, value, step. Of several equal candidates the later one counts.
    """
    ranked = every.assign(
        nearness=2 * (every["source"] == source).astype(int) + (every["status"] == status).astype(int)
    )
    ranked = ranked.sort_values(["nearness", "observation_id"], kind="stable")
    return ranked.drop_duplicates(KEY, keep="last")[[*KEY, "value", "step"]]


def wide(known: pd.DataFrame) -> pd.DataFrame:
    """Reference values with one column per measure, indexed by group and t; steps as ``step_<measure>``."""
    table = known.pivot(index=[*GROUP, "t"], columns="measure", values="value")
    steps = known.pivot(index=[*GROUP, "t"], columns="measure", values="step").add_prefix("step_")
    for name in ("cur", "ytd", "ytd_yoy", "stock", "stock_yoy"):
        if name not in table:
            table[name] = np.nan
            steps[f"step_{name}"] = np.nan
    return table.join(steps).astype(float)


def is_nominal(codes: pd.Series) -> pd.Series:
    """Whether an indicator's growth is that of its printed values (same price basis)."""
    nominal = {code: item.price == item.growth_price for code, item in indicators().items()}
    return codes.map(nominal).fillna(False).astype(bool)
