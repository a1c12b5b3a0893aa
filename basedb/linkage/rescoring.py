"""What another model version would make of the evidence, without changing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import duckdb
import sqlalchemy as sa

from basedb.domain import Entity
from basedb.linkage.blocking import block_keys, candidate_pairs
from basedb.linkage.evidence import score_open_pairs
from basedb.linkage.keys import key_rules
from basedb.linkage.records import record_columns
from basedb.linkage.versions import ModelVersion
from basedb.store.session import among

NOTHING = "none"


@dataclass(frozen=True)
class Change:
    """How many pairs come out at another grade: `auto` (links by itself), `review`, or none."""

    before: str
    after: str
    pairs: int


@dataclass(frozen=True)
class ChangedPair:
    """A pair that comes out at another grade; a weight is None where it is below review."""

    a: int
    b: int
    before: str
    after: str
    weight_before: float | None
    weight_after: float | None


@dataclass(frozen=True)
class Rescored:
    """Changes between two versions, and some of the pairs, those that matter most first."""

    pairs: int
    unchanged: int
    changes: tuple[Change, ...]
    sample: tuple[ChangedPair, ...]


class Looking:
    """A session that only looks: what would be staged stays in the engine, nothing is applied."""

    indexes_shapes: ClassVar[bool] = False

    def __init__(self, engine: duckdb.DuckDBPyConnection):
        self.engine = engine

    def stage(self, query: str, parameters: Sequence[Any] = ()) -> str:
        raise PermissionError("a session that only looks stages nothing")

    def apply(self, statement: str) -> None:
        raise PermissionError("a session that only looks changes nothing")

    def settle(self) -> None:
        """Nothing: there is no transaction to end."""

    def ask(self, name: str, query: str) -> None:
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")

    def fetch(self, name: str, table: str, columns: str, key: str | Sequence[str], keys: str) -> None:
        self.ask(name, f"SELECT {columns} FROM {table} WHERE {among(key, keys)}")

    def complete_indexes(self, metadata: sa.MetaData) -> None:
        raise PermissionError("a session that only looks changes nothing")


def gather_records(engine: duckdb.DuckDBPyConnection, entity: Entity) -> None:
    """TEMP `linking` with every mention of the store, as loads and revisions have it."""
    listed = ", ".join(f"m.{name}" for name in entity.model.columns)
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE linking AS
            SELECT vertex, entity_id, record_id, role, source, source_key, {record_columns(entity)} FROM (
                SELECT m.mention_id AS vertex, m.{entity.id_column} AS entity_id, m.record_id, m.role, r.source,
                    r.source_key, {listed}
                FROM {entity.qualified}_mention m
                JOIN {entity.schema}.source_record r ON r.record_id = m.record_id)"""
    )


def score_all(engine: duckdb.DuckDBPyConnection, entity: Entity, version: ModelVersion, result: str) -> None:
    """TEMP `result` (a, b, …, match_weight, veto, grade): the evidence `version` finds among TEMP
    `linking`. The pairs to compare are made once and stay in TEMP `pair`."""
    made = engine.execute(
        "SELECT 1 FROM information_schema.tables WHERE table_name = 'pair' AND table_catalog = 'temp'"
    ).fetchone()
    if made is None:
        block_keys(engine, entity.model, "linking", "new_block")
        candidate_pairs(engine, "new_block", None, "pair", rules=key_rules(entity.model), records="linking")
    score_open_pairs(Looking(engine), entity, version)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {result} AS FROM new_evidence")


def compare_versions(
    engine: duckdb.DuckDBPyConnection,
    entity: Entity,
    before: ModelVersion,
    after: ModelVersion,
    most: int = 20,
) -> Rescored:
    """Score all records of the store with both versions."""
    gather_records(engine, entity)
    for version, result in ((before, "scored_before"), (after, "scored_after")):
        score_all(engine, entity, version, result)
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE both_scored AS
            SELECT a, b, coalesce(x.grade, '{NOTHING}') AS before, coalesce(y.grade, '{NOTHING}') AS after,
                x.match_weight AS weight_before, y.match_weight AS weight_after
            FROM scored_before x FULL JOIN scored_after y USING (a, b)"""
    )
    changes = engine.execute(
        "SELECT before, after, count(*) FROM both_scored WHERE before <> after GROUP BY ALL ORDER BY 3 DESC, 1, 2"
    ).fetchall()
    total, same = engine.execute(
        "SELECT count(*), count(*) FILTER (before = after) FROM both_scored"
    ).fetchone() or (0, 0)
    rows = engine.execute(
        f"""SELECT a, b, before, after, weight_before, weight_after FROM both_scored WHERE before <> after
            ORDER BY 'auto' IN (before, after) DESC, abs(coalesce(weight_before, 0) - coalesce(weight_after, 0)) DESC,
                a, b LIMIT {most:d}"""
    ).fetchall()
    return Rescored(
        total, same, tuple(Change(*row) for row in changes), tuple(ChangedPair(*row) for row in rows)
    )
