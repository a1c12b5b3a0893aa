"""Connected components of a graph held in the engine."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa


def connected_components(engine: duckdb.DuckDBPyConnection, edges: str, result: str) -> None:
    """Create TEMP table `result` (vertex, label) from TEMP table `edges` (a, b), both BIGINT.

    The label is the smallest vertex of the component. Repeats "take the smallest label among the
    neighbours, then jump to that label's own label" until nothing changes, so that the number of
    rounds grows with the logarithm of the longest chain, not with its length. (SciPy has the same for
    sparse matrices; importing it takes longer than most nights' graphs.)
    """
    ends = engine.execute(f"SELECT a, b FROM {edges}").fetchnumpy()
    vertices, places = np.unique(np.concatenate([ends["a"], ends["b"]]), return_inverse=True)
    here, there = np.split(places, 2)
    labels, before = np.arange(len(vertices)), None
    while before is None or not np.array_equal(labels, before):
        before = labels.copy()
        nearest = np.minimum(labels[here], labels[there])
        np.minimum.at(labels, here, nearest)
        np.minimum.at(labels, there, nearest)
        labels = labels[labels]
    engine.register("labelled_vertex", pa.table({"vertex": vertices, "label": vertices[labels]}))
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {result} AS
            SELECT vertex::BIGINT AS vertex, label::BIGINT AS label FROM labelled_vertex"""
    )
    engine.unregister("labelled_vertex")
