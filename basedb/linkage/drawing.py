"""Drawing records from a store, to learn from them.

Of every departmental record and role the content that was accepted last counts, once: a register that
sends the same person every night would else outweigh all others, and two versions of one record teach
nothing, because the record's key links them and no score ever looks at them.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from basedb.domain import Entity
from basedb.linkage.records import record_columns
from basedb.store.session import scalar


def draw_records(
    engine: duckdb.DuckDBPyConnection,
    entity: Entity,
    result: str,
    most: int | None = None,
    keep: str | None = None,
) -> int:
    """Create TEMP `result` (as `linking`, without entity_id); returns how many records it holds.

    most: take about so many at random if there are more, whatever they mean: the same ones each time,
    and those whose vertex is in the query `keep`.
    """
    columns = f"vertex, record_id, role, source, source_key, {record_columns(entity)}"
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE {result} AS SELECT {columns} FROM ({_last(entity, entity.model.columns)})"
    )
    found = int(scalar(engine, f"SELECT count(*) FROM temp.{result}"))
    if most is not None and found > most:
        share = int(most / found * (2**64 - 1))
        kept = f" AND vertex NOT IN ({keep})" if keep else ""
        engine.execute(f"DELETE FROM temp.{result} WHERE md5_number_lower(vertex::TEXT) > {share}{kept}")
        found = int(scalar(engine, f"SELECT count(*) FROM temp.{result}"))
    return found


def draw_frequencies(engine: duckdb.DuckDBPyConnection, entity: Entity, result: str) -> int:
    """Create TEMP `result` (column_name, value, frequency) over all records, or over their entities where the model
    says so, for the columns the model adjusts by; returns how many records there are."""
    model = entity.model
    tf = model.tf_columns()
    selected = ", ".join([entity.id_column, *(f"({model.records[name]})::TEXT AS {name}" for name in tf)])
    counted = f"DISTINCT {entity.id_column}, " if model.entity_frequencies else ""
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE drawn_value AS SELECT {selected} FROM ({_last(entity, model.columns)})"
    )
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {result} (column_name TEXT, value TEXT, frequency DOUBLE)")
    for column in tf:
        engine.execute(
            f"""INSERT INTO temp.{result}
                SELECT '{column}', {column}, count(*) / sum(count(*)) OVER ()
                FROM (SELECT {counted}{column} FROM drawn_value WHERE {column} IS NOT NULL) GROUP BY {column}"""
        )
    found = int(scalar(engine, "SELECT count(*) FROM drawn_value"))
    engine.execute("DROP TABLE drawn_value")
    return found


def named_mentions(engine: duckdb.DuckDBPyConnection, entity: Entity) -> int:
    """How many mentions have what the exact rule must see beside a key (a name)."""
    named = entity.model.records[entity.key_rule.compares[0]]
    return int(scalar(engine, f"SELECT count(*) FROM {entity.qualified}_mention WHERE ({named}) IS NOT NULL"))


def _last(entity: Entity, columns: Sequence[str]) -> str:
    """SQL for the mentions of every departmental record's last accepted version."""
    listed = ", ".join(f"m.{name}" for name in columns)
    return f"""SELECT m.mention_id AS vertex, m.{entity.id_column}, m.record_id, m.role, r.source, r.source_key, {listed}
        FROM {entity.qualified}_mention m JOIN {entity.schema}.source_record r ON r.record_id = m.record_id
        QUALIFY row_number() OVER (
            PARTITION BY r.source, r.source_key, m.role ORDER BY r.status = 'superseded', m.mention_id DESC) = 1"""
