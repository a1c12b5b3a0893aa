"""Figures on today's boundaries: what was published of divisions that have become others.

Changes are gone through from the oldest on, each bringing the figures before it onto the ground after it:

- one division under another code: its figures, of every measure, are the other's;
- several that became one: amounts are added, where all of them have one;
- one or several that became several: their sum, dealt out as the amounts of the same month or quarter of the first
  full year after the change stood to each other.

Growth rates and indices of divisions that were joined or parted are not carried over. What was published of the
new division for times before the change counts before all of this.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from macroeconomy.successions import Change

#: How far a figure is from a published one, the nearest first.
RULES = ("published", "recoded", "merged", "apportioned")
_KEY = "indicator, frequency, period, basis, price, unit"
_PART = "indicator, frequency, basis, price, unit"


def rebase(engine: duckdb.DuckDBPyConnection, changes: Sequence[Change]) -> str:
    """An engine query for the rows of table `rebased_figure`, from the current figures in the store."""
    involved = sorted({code for change in changes for code in (*change.before, *change.after)})
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE carried AS
            SELECT o.indicator, o.frequency, o.period, o.basis, o.price, o.normal_unit AS unit, o.division, o.period_end,
                o.normal_value AS value, i.aggregation = 'sum' AND o.basis IN ('cur', 'ytd', 'stock') AS adds,
                0 AS distance, o.division AS members, NULL::DATE AS effective
            FROM macroeconomy.observation_current o JOIN macroeconomy.indicator i USING (indicator)
            WHERE o.division IN ({_listed(involved)})"""
    )
    for change in changes:
        _carry(engine, change)
    rules = " ".join(f"WHEN {distance} THEN '{rule}'" for distance, rule in enumerate(RULES))
    return f"""
        SELECT indicator, division, frequency, period, period_end, basis, price, round(value, 9) AS normal_value,
            unit AS normal_unit, CASE distance {rules} END AS rule, members, effective
        FROM carried WHERE distance > 0"""


def _carry(engine: duckdb.DuckDBPyConnection, change: Change) -> None:
    """Bring the figures before a change onto the divisions after it."""
    before, after = _listed(change.before), _listed(change.after)
    is_one = len(change.before) == len(change.after) == 1
    rule = "recoded" if is_one else "merged" if len(change.after) == 1 else "apportioned"
    # A department may go on using the old code of what is one and the same division.
    told = f"division IN ({before})" + ("" if is_one else f" AND period_end < DATE '{change.effective}'")
    year = change.effective.year + 1
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE carried_whole AS
            SELECT {_KEY}, any_value(period_end) AS period_end, bool_and(adds) AS adds, sum(value) AS value,
                max(distance) AS distance, string_agg(members, '+' ORDER BY members) AS members
            FROM carried WHERE {told} GROUP BY {_KEY}
            HAVING count(*) = {len(change.before)} AND ({is_one} OR bool_and(adds))"""
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE carried_share AS
            SELECT *, substr(period, 5) AS part, value / nullif(sum(value) OVER w, 0) AS share
            FROM carried WHERE division IN ({after}) AND substr(period, 1, 4) = '{year}' AND adds
            WINDOW w AS (PARTITION BY {_PART}, period) QUALIFY count(*) OVER w = {len(change.after)}"""
        if rule == "apportioned"
        else f"""CREATE OR REPLACE TEMP TABLE carried_share AS
            SELECT DISTINCT {_PART}, substr(period, 5) AS part, '{change.after[0]}' AS division, 1.0 AS share
            FROM carried_whole"""
    )
    kept = "" if is_one else f" AND period_end < DATE '{change.effective}'"
    engine.execute(f"DELETE FROM carried WHERE division IN ({before}){kept}")
    engine.execute(
        f"""INSERT INTO carried BY NAME
            SELECT w.* REPLACE (w.value * s.share AS value, greatest(w.distance, {RULES.index(rule)}) AS distance),
                s.division, DATE '{change.effective}' AS effective
            FROM carried_whole w JOIN carried_share s ON {_same("w", "s", _PART)} AND s.part = substr(w.period, 5)
            WHERE s.share IS NOT NULL AND NOT EXISTS (
                FROM carried c WHERE c.division = s.division AND {_same("c", "w", _KEY)})"""
    )


def _same(left: str, right: str, columns: str) -> str:
    return " AND ".join(f"{left}.{name} = {right}.{name}" for name in columns.split(", "))


def _listed(codes: Sequence[str]) -> str:
    return ", ".join(f"'{code}'" for code in codes) or "''"
