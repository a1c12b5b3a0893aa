"""Counting patterns in the engine: what training needs of pairs, without keeping any."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import duckdb
import numpy as np

from basedb.linkage.comparing import compare_query, over_records
from basedb.linkage.em import Patterns
from basedb.linkage.model import Condition, Constraint, MatchModel


def count_patterns(
    engine: duckdb.DuckDBPyConnection,
    model: MatchModel,
    source: str,
    comparisons: Collection[str] | None = None,
    *,
    linkable: bool = False,
) -> Patterns:
    """Compare the pairs of a FROM clause over ``l`` and ``r`` and count the patterns.

    comparisons: the names of those to make; all unless given. linkable: leave out the pairs that a
    constraint says can never be one.
    """
    chosen = tuple(item for item in model.comparisons if comparisons is None or item.name in comparisons)
    # Over the records: a comparison that a constraint asks for may not be among those that are made.
    kept = [
        replace(item, condition=Condition(over_records(model, item)), levels=())
        for item in model.constraints
        if linkable and item.kind == Constraint.CANNOT_LINK
    ]
    reduced = replace(model, comparisons=chosen, constraints=tuple(kept), sole_values=())
    levels = [f"g_{item.name}" for item in chosen]
    compared = f"({compare_query(engine, reduced, source, {'pair': '1'})})"
    if kept:
        vetoed = " OR ".join(f"c_{item.name}" for item in kept)
        compared = f"(FROM {compared} WHERE NOT ({vetoed}))"
    return counted(engine, reduced, compared, levels)


def counted(
    engine: duckdb.DuckDBPyConnection, model: MatchModel, compared: str, levels: list[str]
) -> Patterns:
    """The patterns of a relation with the columns ``g_<comparison>`` of the model."""
    listed = ", ".join(levels)
    found = engine.execute(
        f"SELECT {', '.join([*levels, 'count(*)::DOUBLE AS pairs'])} FROM {compared}"
        + (f" GROUP BY {listed} ORDER BY {listed}" if levels else "")
    ).fetchnumpy()
    columns = [np.asarray(found[name], np.int64) for name in levels]
    counts = np.asarray(found["pairs"], float)
    shape = np.stack(columns, axis=1) if columns else np.zeros((len(counts), 0), np.int64)
    return Patterns(model.comparisons, shape, counts)
