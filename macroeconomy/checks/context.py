"""The figures of a load beside those that stand around them, as arrays to reckon with.

A *print* is one printed figure: its pair (indicator and frequency), division, measure, time `t` (months,
quarters or years since year 0), value in the indicator's unit, and `step`, the place it is printed to. Words
are numbers here (their place in the lists of `Names`), so that relations are array expressions.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from basedb.domain import Load
from macroeconomy.indicators import indicators
from macroeconomy.units import parse_unit

#: How far back and ahead of a load's periods figures are looked at.
_MONTHS_BACK, _MONTHS_AHEAD = 26, 3
_PER_YEAR = {"M": 12, "Q": 4, "H": 2, "A": 1}
Array = np.ndarray[Any, np.dtype[Any]]

_READ = """observation_id, series_id, indicator, frequency, division, basis, period_end, normal_value, unit,
    normal_unit, decimals, status, source, source_key, slot"""
_WIDTH = "CASE o.frequency WHEN 'M' THEN 1 WHEN 'Q' THEN 3 WHEN 'H' THEN 6 ELSE 12 END"
_MEASURE = "CASE o.basis WHEN 'index' THEN 'index:' || s.reference ELSE o.basis END"
# Numeric cells lose their trailing zeros: a column prints as many places as its longest figure.
_COLUMNS = f"""o.observation_id, o.indicator, o.frequency, o.division, {_MEASURE} AS measure,
    CAST((year(o.period_end) * 12 + month(o.period_end)) // {_WIDTH} AS BIGINT) AS t,
    CAST(month(o.period_end) // {_WIDTH} AS BIGINT) AS place, o.normal_value AS value, o.unit, o.normal_unit,
    CAST(o.decimals AS BIGINT) AS decimals,
    CAST(max(o.decimals) OVER (PARTITION BY o.indicator, {_MEASURE}, o.unit, o.source) AS DOUBLE) AS places,
    o.status, o.source, o.source_key AS record, o.slot"""


@dataclass(frozen=True)
class Names:
    """What the numbers of prints stand for: `pairs` are (indicator, frequency)."""

    pairs: tuple[tuple[str, str], ...]
    divisions: tuple[str, ...]
    measures: tuple[str, ...]
    statuses: tuple[str, ...]
    sources: tuple[str, ...]

    def measure(self, name: str) -> int:
        """The number of a measure; -1 if no print has it."""
        return self.measures.index(name) if name in self.measures else -1

    @property
    def per_year(self) -> Array:
        """By pair, how many periods a year has."""
        return np.array([_PER_YEAR[frequency] for _, frequency in self.pairs], np.int64)

    @property
    def nominal(self) -> Array:
        """By pair, whether the indicator's growth is that of its printed values (same price basis)."""
        known = indicators()
        return np.array(
            [code in known and known[code].price == known[code].growth_price for code, _ in self.pairs], bool
        )


@dataclass(frozen=True)
class Prints:
    """Prints as arrays of one length; `scale` leads from the printed unit to the indicator's."""

    observation_id: Array
    pair: Array
    division: Array
    measure: Array
    t: Array
    place: Array
    value: Array
    step: Array
    scale: Array
    decimals: Array
    status: Array
    source: Array
    record: Array
    slot: Array

    def __len__(self) -> int:
        return len(self.observation_id)

    def only(self, chosen: Array) -> Prints:
        """Those a mask or an array of places chooses."""
        return Prints(**{item.name: getattr(self, item.name)[chosen] for item in fields(self)})


@dataclass(frozen=True)
class Context:
    """every: all prints, those in the store around the load's and the load's; is_new: which are the load's."""

    names: Names
    every: Prints
    is_new: Array

    @property
    def new(self) -> Prints:
        """The prints of the load, in order of their numbers."""
        return self.every.only(self.is_new)


def read_context(load: Load) -> Context | None:
    """The prints of TEMP `new_observation` and the observations in the store near them; None without any.

    A standing print with a known issue counts with the value it should have.
    """
    engine = load.engine
    new = engine.execute(
        f"""SELECT {_COLUMNS} FROM new_observation o
            JOIN (SELECT series_id, reference FROM known_series UNION ALL SELECT series_id, reference FROM new_series) s
                USING (series_id)
            WHERE o.action <> 'delete' ORDER BY o.observation_id"""
    ).df()
    if new.empty:
        return None
    row = engine.execute(
        f"""SELECT min(period_end) - INTERVAL {_MONTHS_BACK} MONTH, max(period_end) + INTERVAL {_MONTHS_AHEAD} MONTH
            FROM new_observation WHERE action <> 'delete'"""
    ).fetchone()
    assert row is not None
    first, last = row
    # By series and years, as the index has them; years sort alike in every collation.
    load.session.fetch(
        "near_observation",
        f"""(SELECT {_READ} FROM macroeconomy.observation
            WHERE period >= '{first:%Y}' AND period < '{last.year + 1}' AND action <> 'delete') AS o""",
        "o.*",
        "o.series_id",
        """SELECT series_id FROM known_series
            WHERE indicator IN (SELECT indicator FROM new_observation WHERE action <> 'delete')""",
    )
    standing = engine.execute(
        f"""SELECT {_COLUMNS}, i.expected FROM near_observation o
            JOIN known_series s USING (series_id)
            LEFT JOIN (SELECT observation_id, any_value(expected) AS expected FROM macroeconomy.observation_issue
                WHERE expected IS NOT NULL GROUP BY observation_id) i USING (observation_id)
            WHERE o.period_end >= DATE '{first:%Y-%m-%d}' AND o.period_end <= DATE '{last:%Y-%m-%d}'"""
    ).df()
    return _context(pd.concat([standing, new.assign(expected=np.nan)], ignore_index=True), len(standing))


def _context(frame: pd.DataFrame, standing: int) -> Context:
    pair, pairs = _coded(frame["indicator"] + "\t" + frame["frequency"])
    division, divisions = _coded(frame["division"])
    measure, measures = _coded(frame["measure"])
    status, statuses = _coded(frame["status"])
    source, sources = _coded(frame["source"])
    scale = _scales(frame)
    expected = frame["expected"].to_numpy(float) * scale
    value = frame["value"].to_numpy(float)
    prints = Prints(
        frame["observation_id"].to_numpy(np.int64), pair, division, measure, frame["t"].to_numpy(np.int64),
        frame["place"].to_numpy(np.int64), np.where(np.isnan(expected), value, expected),
        scale * 10.0 ** -frame["places"].to_numpy(float), scale, frame["decimals"].to_numpy(np.int64), status, source,
        _coded(frame["record"])[0], _coded(frame["slot"])[0],
    )  # fmt: skip
    parted = tuple((code, frequency) for code, _, frequency in (text.partition("\t") for text in pairs))
    names = Names(parted, divisions, measures, statuses, sources)
    return Context(names, prints, np.arange(len(frame)) >= standing)


def _coded(texts: pd.Series) -> tuple[Array, tuple[str, ...]]:
    """Each text's place among the distinct ones, which are in order."""
    codes, distinct = pd.factorize(texts, sort=True)
    return codes.astype(np.int64), tuple(map(str, distinct))


def _scales(frame: pd.DataFrame) -> Array:
    """By print, the factor from the printed unit to the indicator's."""
    codes, pairs = _coded(frame["unit"] + "\t" + frame["normal_unit"])
    return np.array([_scale(*pair.split("\t")) for pair in pairs], float)[codes]


def _scale(unit: str, normal: str) -> float:
    printed, own = parse_unit(unit), parse_unit(normal)
    return printed.factor / own.factor if printed and own else 1.0
