"""Connected components of a graph held in the engine, set-based."""

from __future__ import annotations

import duckdb

from basedb.store.session import scalar


def connected_components(engine: duckdb.DuckDBPyConnection, edges: str, result: str) -> None:
    """Create TEMP table `result` (vertex, label) from TEMP table `edges` (a, b), both BIGINT.

    The label is the smallest vertex of the component. Repeats "take the smallest label among the
    neighbours, then jump to that label's own label" until nothing changes, so that the number of
    rounds grows with the logarithm of the longest chain, not with its length.
    """
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {result} AS
            SELECT vertex, vertex AS label FROM (
                SELECT a AS vertex FROM {edges} UNION SELECT b FROM {edges})"""
    )
    while True:
        engine.execute(
            f"""CREATE OR REPLACE TEMP TABLE {result}_next AS
                WITH nearest AS (
                    SELECT vertex, min(label) AS label FROM (
                        SELECT e.a AS vertex, l.label FROM {edges} e JOIN {result} l ON l.vertex = e.b
                        UNION ALL
                        SELECT e.b, l.label FROM {edges} e JOIN {result} l ON l.vertex = e.a
                        UNION ALL
                        SELECT vertex, label FROM {result})
                    GROUP BY vertex)
                SELECT n.vertex, least(n.label, jump.label) AS label
                FROM nearest n JOIN nearest jump ON jump.vertex = n.label"""
        )
        changed = scalar(
            engine,
            f"SELECT count(*) FROM {result} o JOIN {result}_next n USING (vertex) WHERE o.label <> n.label",
        )
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {result} AS FROM {result}_next")
        if not changed:
            engine.execute(f"DROP TABLE {result}_next")
            return
