"""Checks of a load's new figures: what is doubted becomes findings and issues."""

from __future__ import annotations

import pyarrow as pa

from basedb.domain import Load
from basedb.findings import Severity, define
from macroeconomy.checks.context import read_context
from macroeconomy.checks.gaps import PERIOD_MISSING, missing_periods
from macroeconomy.checks.judge import Doubt, judge

OLDER = define(
    "macro.older_than_standing",
    Severity.WARNING,
    "数据日期早于现有数据而数值不同，只存入历史，未替代现行数",
    "older than the figure that stands, with another value; kept as history, it replaces nothing",
)
_ISSUES = "CREATE OR REPLACE TEMP TABLE new_issue (observation_id BIGINT, code TEXT, expected DOUBLE, evidence TEXT)"


def check(load: Load) -> int:
    """Leaves TEMP `new_issue` (expected in the printed unit) and adds to `finding`; returns their number."""
    load.engine.execute(_ISSUES)
    _tell_older(load)
    context = read_context(load)
    if context is None:
        return 0
    doubted = judge(context, load.source)
    if doubted:
        _record(load, doubted)
    for period, codes in missing_periods(context, load.source):
        load.engine.execute(
            "INSERT INTO temp.finding VALUES (NULL, NULL, NULL, ?, 'warning', ?, ?)",
            [PERIOD_MISSING, period, codes],
        )
    return len(doubted)


def _tell_older(load: Load) -> None:
    """Findings about late figures that say something else than what stands."""
    load.engine.execute(
        f"""INSERT INTO temp.finding
            SELECT p.row_no, p.source_key, p.cell, '{OLDER}', 'warning', p.text,
                '现有 / stands: ' || s.printed || ' (' || s.released_at::TEXT || ')'
            FROM compared p JOIN standing_figure s ON s.observation_id = p.standing_observation
            WHERE p.row_outcome = 'superseded' AND s.action <> 'delete' AND s.value IS DISTINCT FROM p.value
            ORDER BY p.row_no, p.place"""
    )


def _record(load: Load, doubted: list[Doubt]) -> None:
    columns = {
        "observation_id": pa.array([doubt.observation_id for doubt in doubted], pa.int64()),
        "code": pa.array([doubt.code for doubt in doubted], pa.string()),
        "expected": pa.array([doubt.expected / doubt.scale for doubt in doubted], pa.float64()),
        "evidence": pa.array([doubt.evidence for doubt in doubted], pa.string()),
    }
    load.engine.register("doubted", pa.table(columns))
    load.engine.execute("INSERT INTO new_issue BY NAME FROM doubted")
    load.engine.unregister("doubted")
    load.engine.execute(
        """INSERT INTO temp.finding
            SELECT n.row_no, n.source_key, n.cell, i.code, 'warning', n.printed,
                '应为 / should be ' || round(i.expected, 4)::TEXT || ' (' || i.evidence || ')'
            FROM new_issue i JOIN new_observation n USING (observation_id)"""
    )
