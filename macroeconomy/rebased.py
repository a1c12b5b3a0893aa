"""Figures on today's boundaries, as known on every day: what was published of divisions that have become others.

Changes are gone through from the oldest on, each bringing the figures before it onto the ground after it:

- one division under another code: its figures, of every measure, are the other's;
- several that became one: amounts are added, where all of them have one;
- one or several that became several: their sum, dealt out as the amounts of the same month or quarter of the first
  full year after the change stood to each other.

Growth rates and indices of divisions that were joined or parted are not carried over. What was published of the
new division for times before the change counts before all of this.

All of it is done with the figures that were to be quoted on a day, on every day on which one of them changed: what is
derived reigns for a time, as figures do.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from macroeconomy.successions import Change

#: How far a figure is from a published one, the nearest first.
RULES = ("published", "recoded", "merged", "apportioned")
_SERIES = "indicator, frequency, basis, price, unit"
_KEY = f"{_SERIES}, period"
_OPEN = "DATE '9999-12-31'"


def rebase(engine: duckdb.DuckDBPyConnection, changes: Sequence[Change]) -> str:
    """An engine query for the rows of table `rebased_figure`, from the figures in the store and their reigns."""
    _read_told(engine, changes)
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE carried AS
            SELECT d.*, o.division, o.period_end, o.value, o.adds, 0 AS distance, o.division AS members,
                NULL::DATE AS effective
            FROM carried_day d JOIN told o ON {_same("d", "o", _KEY)}
                AND d.day >= o.current_from AND d.day < o.current_to"""
    )
    for change in changes:
        _carry(engine, change)
    rules = " ".join(f"WHEN {distance} THEN '{rule}'" for distance, rule in enumerate(RULES))
    return f"""
        WITH derived AS (
            SELECT * REPLACE (round(value, 9) AS value) FROM carried WHERE distance > 0),
        parted AS (
            SELECT *, lag(until) OVER w IS DISTINCT FROM day
                OR lag((value, distance, members, effective)) OVER w
                    IS DISTINCT FROM (value, distance, members, effective) AS begins
            FROM derived WINDOW w AS (PARTITION BY {_KEY}, division ORDER BY day)),
        reigns AS (
            SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY {_KEY}, division ORDER BY day) AS reign
            FROM parted)
        SELECT indicator, division, frequency, period, any_value(period_end) AS period_end, basis, price,
            any_value(value) AS normal_value, unit AS normal_unit, CASE any_value(distance) {rules} END AS rule,
            any_value(members) AS members, any_value(effective) AS effective, min(day) AS current_from,
            max(until) AS current_to
        FROM reigns GROUP BY {_KEY}, division, reign"""


def _read_told(engine: duckdb.DuckDBPyConnection, changes: Sequence[Change]) -> None:
    """What was published of the divisions the changes are about, and the days on which it counts.

    A figure is looked at whenever it or one of those by whose shares it is dealt out becomes another.
    """
    involved = sorted({code for change in changes for code in (*change.before, *change.after)})
    years = sorted({str(change.effective.year + 1) for change in changes})
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE told AS
            SELECT o.indicator, o.frequency, o.basis, o.price, o.normal_unit AS unit, o.period, o.division,
                o.period_end, o.normal_value AS value, o.current_from, o.current_to,
                i.aggregation = 'sum' AND o.basis IN ('cur', 'ytd', 'stock') AS adds
            FROM macroeconomy.observation o JOIN macroeconomy.indicator i USING (indicator)
            WHERE o.division IN ({_listed(involved)}) AND o.current_from < o.current_to"""
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE carried_day AS
            WITH turn AS (
                SELECT DISTINCT {_KEY}, substr(period, 5) AS part, substr(period, 1, 4) IN ({_listed(years)}) AS deals,
                    unnest([current_from, current_to]) AS day FROM told),
            day AS (
                SELECT {_KEY}, day FROM turn
                UNION SELECT k.{_KEY.replace(", ", ", k.")}, t.day FROM (SELECT DISTINCT {_KEY} FROM told) k JOIN turn t
                    ON t.deals AND {_same("k", "t", _SERIES)} AND t.part = substr(k.period, 5))
            SELECT *, lead(day, 1, {_OPEN}) OVER (PARTITION BY {_KEY} ORDER BY day) AS until
            FROM day WHERE day < {_OPEN}"""
    )


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
            SELECT {_KEY}, day, any_value(until) AS until, any_value(period_end) AS period_end, bool_and(adds) AS adds,
                sum(value) AS value, max(distance) AS distance, string_agg(members, '+' ORDER BY members) AS members
            FROM carried WHERE {told} GROUP BY {_KEY}, day
            HAVING count(*) = {len(change.before)} AND ({is_one} OR bool_and(adds))"""
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE carried_share AS
            SELECT *, substr(period, 5) AS part, day AS since, value / nullif(sum(value) OVER w, 0) AS share
            FROM carried WHERE division IN ({after}) AND substr(period, 1, 4) = '{year}' AND adds
            WINDOW w AS (PARTITION BY {_KEY}, day) QUALIFY count(*) OVER w = {len(change.after)}"""
        if rule == "apportioned"
        else f"""CREATE OR REPLACE TEMP TABLE carried_share AS
            SELECT DISTINCT {_SERIES}, substr(period, 5) AS part, DATE '0001-01-01' AS since, {_OPEN} AS until,
                '{change.after[0]}' AS division, 1.0 AS share
            FROM carried_whole"""
    )
    kept = "" if is_one else f" AND period_end < DATE '{change.effective}'"
    engine.execute(f"DELETE FROM carried WHERE division IN ({before}){kept}")
    engine.execute(
        f"""INSERT INTO carried BY NAME
            SELECT w.* REPLACE (w.value * s.share AS value, greatest(w.distance, {RULES.index(rule)}) AS distance),
                s.division, DATE '{change.effective}' AS effective
            FROM carried_whole w JOIN carried_share s ON {_same("w", "s", _SERIES)} AND s.part = substr(w.period, 5)
                AND w.day >= s.since AND w.day < s.until
            WHERE s.share IS NOT NULL AND NOT EXISTS (
                FROM carried c WHERE c.division = s.division AND c.day = w.day AND {_same("c", "w", _KEY)})"""
    )


def _same(left: str, right: str, columns: str) -> str:
    return " AND ".join(f"{left}.{name} = {right}.{name}" for name in columns.split(", "))


def _listed(codes: Sequence[str]) -> str:
    return ", ".join(f"'{code}'" for code in codes) or "''"
