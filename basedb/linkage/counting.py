"""Counting patterns in the engine: what training needs of pairs, without keeping any."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import duckdb
import numpy as np

from basedb.linkage.comparing import compare_query
from basedb.linkage.em import Patterns
from basedb.linkage.model import MatchModel


def count_patterns(
    engine: duckdb.DuckDBPyConnection,
    model: MatchModel,
    source: str,
    comparisons: Collection[str] | None = None,
) -> Patterns:
    """Compare the pairs of a FROM clause over ``l`` and ``r`` and count the patterns.

    comparisons: the names of those to make; all unless given.
    """
    chosen = tuple(item for item in model.comparisons if comparisons is None or item.name in comparisons)
    reduced = replace(model, comparisons=chosen, constraints=(), sole_values=())
    levels = [f"g_{item.name}" for item in chosen]
    query = compare_query(engine, reduced, source, {"pair": "1"})
    return counted(engine, reduced, f"({query})", levels)


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
