"""The figures that forecasts start from: series without gaps, as they were known on a day.

Doubted figures count as what the checks say they should be, by the findings of that day. Flows are the
periods' own figures, also where totals are published; short gaps are filled. How many figures were
replaced or filled stays with the series.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

import numpy as np
import pandas as pd

from basedb.store.native import Reader
from macroeconomy.analysis.own import bridged, own_figures
from macroeconomy.indicators import Indicator, indicators
from macroeconomy.periods import PER_YEAR, ordinal, parse_period, period_at

#: A place in the year is published if it was in one of so many last years.
_RECENT_YEARS = 3
_KEY = ["indicator", "division", "frequency", "basis", "price", "reference"]
#: What people ask for of an indicator of a kind, first to last.
BASES = {
    "flow": ("cur", "ytd", "ytd_yoy", "cur_yoy"),
    "stock": ("stock", "stock_yoy"),
    "index": ("index",),
}
_REFERENCES = ("", "上年同月")


@dataclass(frozen=True)
class History:
    """One series as known on a day, its figures by `periods.ordinal` without gaps.

    total: the series publishes totals since the new year of `values`. totals: those published, by ordinal.
    places: the periods of a year it publishes (1 to 12). repaired: doubted figures that were replaced;
    estimated: periods without a figure of their own, by ordinal.
    """

    series_id: int
    indicator: str
    division: str
    frequency: str
    basis: str
    price: str
    reference: str
    unit: str
    vintage: date
    values: pd.Series = field(repr=False)
    totals: pd.Series = field(repr=False)
    places: frozenset[int]
    repaired: int
    estimated: frozenset[int] = frozenset()

    @property
    def filled(self) -> int:
        """How many periods have no figure of their own."""
        return len(self.estimated)

    @property
    def total(self) -> bool:
        """Whether the series publishes totals since the new year."""
        return self.basis == "ytd"

    @property
    def origin(self) -> str:
        """The last period known."""
        return period_at(self.frequency, int(self.values.index[-1])).code

    @property
    def digest(self) -> str:
        """A fingerprint of the figures."""
        said = np.r_[self.values.index.to_numpy(float), self.values.to_numpy(float)]
        return sha256(said.tobytes()).hexdigest()[:16]


def last_release(reader: Reader) -> date | None:
    """The day of the last release in the store, None if there is no figure."""
    ((day,),) = list(reader.ask("SELECT max(released_at) FROM macroeconomy.observation").rows)
    return day


def read_figures(
    reader: Reader, vintage: date, indicator: str | None = None, division: str | None = None
) -> pd.DataFrame:
    """The figures to quote on a day: key columns, series_id, number (ordinal), value, unit, repaired."""
    asked = [(name, value) for name, value in (("indicator", indicator), ("division", division)) if value]
    where = "".join(f" AND o.{name} = ?" for name, _ in asked)
    answer = reader.ask(
        "SELECT o.series_id, o.indicator, o.division, o.frequency, o.basis, o.price, s.reference, o.period,"
        " o.normal_unit AS unit, o.normal_value, o.value, d.expected"
        f" FROM macroeconomy.observation_as_of(DATE '{vintage.isoformat()}') o"
        " JOIN macroeconomy.series s ON s.series_id = o.series_id"
        " LEFT JOIN (SELECT i.observation_id, max(i.expected) AS expected FROM macroeconomy.observation_issue i"
        "  JOIN basedb.delivery f ON f.file_id = i.file_id"
        f"  WHERE i.expected IS NOT NULL AND f.as_of <= DATE '{vintage.isoformat()}' GROUP BY i.observation_id) d"
        f" ON d.observation_id = o.observation_id WHERE o.normal_value IS NOT NULL{where}",
        [value for _, value in asked],
    )
    frame = pd.DataFrame(list(answer.rows), columns=list(answer.columns))
    number = {code: ordinal(found) for code in frame["period"].unique() if (found := parse_period(code))}
    expected = pd.to_numeric(frame["expected"])
    # Issues are told in the unit as printed.
    ratio = (expected / frame["value"].where(frame["value"] != 0)).astype(float)
    frame["number"] = frame["period"].map(number)
    frame["repaired"] = ratio.notna()
    frame["value"] = frame["normal_value"].astype(float) * ratio.fillna(1.0)
    return frame.drop(columns=["normal_value", "expected", "period"])


def histories(figures: pd.DataFrame, vintage: date) -> list[History]:
    """The series of `read_figures`, in the order of the key; those without any figure that can be used left out."""
    listed = indicators()
    flows = {code for code, item in listed.items() if item.kind == "flow"}
    values: dict[tuple[str, ...], pd.DataFrame] = {
        tuple(map(str, key)): part.set_index("number") for key, part in figures.groupby(_KEY, sort=True)
    }
    found = []
    for key, part in values.items():
        code, division, frequency, basis, price, reference = key
        series, totals, shared = part["value"], part["value"].iloc[:0], part.index[:0]
        if code in flows and basis in ("cur", "ytd"):
            other = values.get(
                (code, division, frequency, "ytd" if basis == "cur" else "cur", price, reference)
            )
            beside = totals if other is None else other["value"]
            own, totals = (series, beside) if basis == "cur" else (beside, series)
            series, shared = own_figures(own, totals, frequency)
        else:
            series = series.reindex(pd.RangeIndex(series.index.min(), series.index.max() + 1))
        run, bridges = bridged(series)
        if run.empty:
            continue
        per_year = PER_YEAR[frequency]
        recent = part.index[part.index > part.index.max() - _RECENT_YEARS * per_year]
        found.append(
            History(
                int(part["series_id"].iloc[0]), code, division, frequency, basis, price, reference,
                str(part["unit"].iloc[0]), vintage, run, totals if basis == "ytd" else totals.iloc[:0],
                frozenset(int((number - 1) % per_year + 1) for number in recent),
                int(part["repaired"].sum()), frozenset(shared.union(bridges).intersection(run.index)),
            )
        )  # fmt: skip
    return found


def leading(found: list[History]) -> list[History]:
    """Of every indicator and division the one series that people ask for first."""
    best: dict[tuple[str, str], History] = {}
    for item in found:
        code = indicators().get(item.indicator)
        if code is None or item.basis not in BASES[code.kind] or item.frequency == "A":
            continue
        key = (item.indicator, item.division)
        if key not in best or _rank(item, code) < _rank(best[key], code):
            best[key] = item
    return list(best.values())


def usual(found: list[History]) -> History | None:
    """Of series of one indicator, division and basis the one that is usually meant."""
    return min(found, key=lambda item: _rank(item, indicators()[item.indicator]), default=None)


def _rank(item: History, code: Indicator) -> tuple[int, bool, bool, int, int]:
    wanted = code.growth_price if item.basis.endswith("_yoy") else code.price
    reference = _REFERENCES.index(item.reference) if item.reference in _REFERENCES else len(_REFERENCES)
    place = BASES[code.kind].index(item.basis) if item.basis in BASES[code.kind] else 9
    return place, item.frequency != code.frequency, item.price != wanted, reference, -len(item.values)
