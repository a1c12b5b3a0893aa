"""Pairs of records drawn at random, the same ones for the same records and seed."""

from __future__ import annotations

import math

import duckdb

from basedb.linkage.keyed import RECORD_COLUMNS, Keyed
from basedb.store.session import scalar

# In how many pairs a record is where there are records in plenty; more saves shuffling.
_PARTNERS = 8


def total_pairs(engine: duckdb.DuckDBPyConnection, keyed: Keyed) -> int:
    """How many pairs there are to compare if nothing is blocked."""
    left = scalar(engine, f"SELECT count(*) FROM {keyed.left}")
    if keyed.right is None:
        return left * (left - 1) // 2
    return left * scalar(engine, f"SELECT count(*) FROM {keyed.right}")


def random_pairs(engine: duckdb.DuckDBPyConnection, keyed: Keyed, pairs: int, seed: int) -> str:
    """A FROM clause over ``l`` and ``r``: about `pairs` different pairs, or all there are if fewer.

    Records are put in the order of a hash of vertex and seed, and each of the first of them is paired
    with some in the following places: every record occurs equally often, which estimates rare levels
    better than all pairs of a few records. Leaves TEMP tables `sampled_left`,
    `sampled_right` and `sampled_pair`.
    """
    if total_pairs(engine, keyed) <= pairs:
        on = "l.vertex < r.vertex" if keyed.right is None else "true"
        return f"FROM {keyed.left} l JOIN {keyed.right or keyed.left} r ON {on}"
    most = max(pairs // _PARTNERS, math.isqrt(2 * pairs) + 3)
    left = _shuffled(engine, keyed.left, "sampled_left", most, seed)
    if keyed.right is None:
        shifts = min(-(-pairs // left), (left - 1) // 2)
        _pair(engine, "one", "other", left, left, range(1, shifts + 1))
        return _joined("sampled_left", "sampled_left")
    right = _shuffled(engine, keyed.right, "sampled_right", most, seed)
    shifts = min(-(-pairs // max(left, right)), min(left, right))
    names = ("one", "other") if left >= right else ("other", "one")
    _pair(engine, *names, max(left, right), min(left, right), range(shifts))
    return _joined("sampled_left", "sampled_right")


def _shuffled(engine: duckdb.DuckDBPyConnection, table: str, result: str, most: int, seed: int) -> int:
    # Sorting only what is likely to be drawn: half as much again as is needed.
    share = min(1.5 * most / max(scalar(engine, f"SELECT count(*) FROM {table}"), 1) + 1e-3, 1.0)
    # The order first, of two columns; then the records in it.
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {result} AS
            SELECT {RECORD_COLUMNS} FROM {table} JOIN (
                SELECT vertex, row_number() OVER (ORDER BY draw, vertex) - 1 AS place FROM (
                    SELECT vertex, hash(vertex, {seed}) AS draw FROM {table}
                    WHERE draw <= {int(share * (2**64 - 1))})
                QUALIFY place < {most}) USING (vertex)"""
    )
    return int(scalar(engine, f"SELECT count(*) FROM {result}"))


def _pair(
    engine: duckdb.DuckDBPyConnection, base: str, partner: str, many: int, few: int, shifts: range
) -> None:
    """TEMP table `sampled_pair`: every place in `many` with those some shifts on among `few`."""
    # A table, and a long one: the engine spreads over its processors what it reads from one.
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE sampled_pair AS
            SELECT b.range AS {base}, (b.range + s.range) % {few} AS {partner}
            FROM range({many}) b, range({shifts.start}, {shifts.stop}) s"""
    )


def _joined(left: str, right: str) -> str:
    return f"FROM sampled_pair p JOIN {left} l ON l.place = p.one JOIN {right} r ON r.place = p.other"
