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
        return _shifted(engine, ("l", "sampled_left"), ("r", "sampled_left"), left, 1, shifts)
    right = _shuffled(engine, keyed.right, "sampled_right", most, seed)
    large, small = ("l", "sampled_left"), ("r", "sampled_right")
    if left < right:
        large, small = small, large
    shifts = min(-(-pairs // max(left, right)), min(left, right))
    return _shifted(engine, large, small, min(left, right), 0, shifts)


def _shuffled(engine: duckdb.DuckDBPyConnection, table: str, result: str, most: int, seed: int) -> int:
    # Sorting only what is likely to be drawn: half as much again as is needed.
    share = min(1.5 * most / max(scalar(engine, f"SELECT count(*) FROM {table}"), 1) + 1e-3, 1.0)
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {result} AS
            SELECT * EXCLUDE (draw), row_number() OVER (ORDER BY draw, vertex) - 1 AS place FROM (
                SELECT {RECORD_COLUMNS}, hash(vertex, {seed}) AS draw FROM {table}
                WHERE draw <= {int(share * (2**64 - 1))})
            QUALIFY place < {most}"""
    )
    return int(scalar(engine, f"SELECT count(*) FROM {result}"))


def _shifted(
    engine: duckdb.DuckDBPyConnection,
    base: tuple[str, str],
    other: tuple[str, str],
    size: int,
    first: int,
    shifts: int,
) -> str:
    """Every record of `base` with those `first`, `first` + 1, … places on in `other` of `size` records."""
    (alias, table), (partner, partners) = base, other
    # A table of its own: the engine spreads over its processors what it reads from one.
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE sampled_pair AS
            SELECT b.*, (b.place + s.range) % {size} AS meets FROM {table} b, range({first}, {first + shifts}) s"""
    )
    return f"FROM sampled_pair {alias} JOIN {partners} {partner} ON {partner}.place = {alias}.meets"
