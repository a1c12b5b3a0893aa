"""Comparing pairs: the level each comparison comes out at."""

from __future__ import annotations

import duckdb

from basedb.linkage.columns import check_bindable, needed_columns
from basedb.linkage.model import ELSE, Comparison, MatchModel
from basedb.store.session import scalar


def compare_pairs(
    engine: duckdb.DuckDBPyConnection,
    model: MatchModel,
    pairs: str,
    records: str,
    result: str,
    standing: str | None = None,
) -> None:
    """Create TEMP table `result`, a row per pair of table `pairs` (a, b, rule).

    Columns: a, b, rule; ``g_<comparison>`` TINYINT, the index of the level in declared order;
    ``c_<constraint>`` BOOLEAN, whether its condition holds; ``tf_<column>_l`` and ``_r``, the values
    whose term frequency adjusts the weight, where the pair came out at a level that has one. Record a
    is ``l`` in the conditions, b is ``r``. records, standing: relations with `vertex` and the columns
    the model reads; every vertex of a pair must be in one of them once (LookupError if not).
    InvalidModel, before anything runs, names a level whose condition reads a column that is not there.
    """
    columns = needed_columns(engine, model, records)
    check_bindable(engine, model, records)
    source = records
    if standing is not None:
        listed = ", ".join(["vertex", *(_quoted(column) for column in columns)])
        source = f"""(SELECT {listed} FROM {records} UNION ALL SELECT {listed} FROM {standing}
                      WHERE vertex IN (SELECT a FROM {pairs} UNION ALL SELECT b FROM {pairs}))"""
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {result} AS
            SELECT {", ".join(["a", "b", "rule", *output_columns(model)])} FROM (
                SELECT p.a, p.b, p.rule, {", ".join(compared_expressions(model))}
                FROM {pairs} p JOIN {source} l ON l.vertex = p.a JOIN {source} r ON r.vertex = p.b)"""
    )
    made, asked = (scalar(engine, f"SELECT count(*) FROM {table}") for table in (result, pairs))
    if made != asked:
        raise LookupError(
            f"{asked} 对记录比较后成为 {made} 对：有的记录不在输入中，或重复出现"
            f" / {asked} pairs became {made}: a record is not in the input, or is there more than once"
        )


def level_expression(comparison: Comparison) -> str:
    """SQL for the index of the first level whose condition holds."""
    branches = [
        f"WHEN {level.condition.sql} THEN {index}"
        for index, level in enumerate(comparison.levels)
        if level.condition != ELSE
    ]
    rest = next(index for index, level in enumerate(comparison.levels) if level.condition == ELSE)
    if not branches:
        return f"{rest}::TINYINT"
    return f"(CASE {' '.join(branches)} ELSE {rest} END)::TINYINT"


def compared_expressions(model: MatchModel) -> list[str]:
    """SQL over ``l`` and ``r`` of everything a pair is reduced to, and the values it needs yet."""
    levels = [f"{level_expression(comparison)} AS g_{comparison.name}" for comparison in model.comparisons]
    constraints = [
        f"coalesce({constraint.condition.sql}, false) AS c_{constraint.name}"
        for constraint in model.constraints
    ]
    values = [
        f"{side}.{_quoted(column)}::VARCHAR AS tf_{column}_{side}"
        for column in model.tf_columns()
        for side in ("l", "r")
    ]
    return levels + constraints + values


def output_columns(model: MatchModel) -> list[str]:
    """Columns over `compared_expressions`, values kept only where a level of theirs came out."""
    found = [f"g_{comparison.name}" for comparison in model.comparisons]
    found += [f"c_{constraint.name}" for constraint in model.constraints]
    for column in model.tf_columns():
        used = " OR ".join(
            f"g_{comparison.name} IN ({', '.join(map(str, levels))})"
            for comparison in model.comparisons
            if (levels := tf_levels(comparison, column))
        )
        found += [
            f"CASE WHEN {used} THEN tf_{column}_{side} END AS tf_{column}_{side}" for side in ("l", "r")
        ]
    return found


def tf_levels(comparison: Comparison, column: str) -> list[int]:
    """The indexes of the levels whose weight the term frequency of `column` adjusts."""
    return [
        index for index, level in enumerate(comparison.levels) if level.tf == column and not level.missing
    ]


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
