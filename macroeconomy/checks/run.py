"""Checks of a load's new figures: what is doubted becomes findings and issues."""

from __future__ import annotations

import pandas as pd

from basedb.domain import Load
from macroeconomy.checks.context import read_context
from macroeconomy.checks.gaps import PERIOD_MISSING, missing_periods
from macroeconomy.checks.judge import COLUMNS, judge

_ISSUES = "CREATE OR REPLACE TEMP TABLE new_issue (observation_id BIGINT, code TEXT, expected DOUBLE, evidence TEXT)"


def check(load: Load) -> int:
    """Leaves TEMP `new_issue` (expected in the printed unit) and adds to `finding`; returns their number."""
    load.engine.execute(_ISSUES)
    context = read_context(load)
    if context.new.empty:
        return 0
    doubted = judge(context, load.source)
    _record(load, doubted, context.new)
    for gap in missing_periods(context, load.source).itertuples():
        load.engine.execute(
            "INSERT INTO temp.finding VALUES (NULL, NULL, NULL, ?, 'warning', ?, ?)",
            [PERIOD_MISSING, gap.period, gap.indicators],
        )
    return len(doubted)


def _record(load: Load, doubted: pd.DataFrame, prints: pd.DataFrame) -> None:
    scale = doubted["observation_id"].map(prints.set_index("observation_id")["scale"])
    rows = doubted[COLUMNS].assign(expected=doubted["expected"].astype(float) / scale.astype(float))
    load.engine.register("doubted", rows)
    load.engine.execute("INSERT INTO new_issue BY NAME FROM doubted")
    load.engine.unregister("doubted")
    load.engine.execute(
        """INSERT INTO temp.finding
            SELECT n.row_no, n.source_key, n.cell, i.code, 'warning', n.printed,
                '应为 / should be ' || round(i.expected, 4)::TEXT || ' (' || i.evidence || ')'
            FROM new_issue i JOIN new_observation n USING (observation_id)"""
    )
