"""Reading a few rows of a large store: what stewards look at is found inside the store itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from basedb.domain import Entity
from basedb.linkage.records import record_columns
from basedb.store import Store

Row = dict[str, Any]


@dataclass(frozen=True)
class Lookup:
    """An engine with the store attached read-only; TEMP tables are its own."""

    engine: duckdb.DuckDBPyConnection
    kind: str

    def inside(self, query: str) -> str:
        """A relation for an engine query: `query` in SQL that both stores accept, run by the store."""
        if self.kind == "postgresql":
            quoted = query.replace("'", "''")
            return f"postgres_query('store', '{quoted}')"
        return f"({query})"

    def rows(self, query: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        """The rows of an engine query as dictionaries."""
        cursor = self.engine.execute(query, parameters)
        names = [item[0] for item in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@contextmanager
def looking(store: Store) -> Iterator[Lookup]:
    """A lookup in a store, while the block runs."""
    with store.reading() as engine:
        yield Lookup(engine, store.kind)


def recall_mentions(
    lookup: Lookup, entity: Entity, ids: Sequence[int], columns: Sequence[str] | None = None
) -> None:
    """Create TEMP `steward_mention` and `steward_record`: all mentions of the entities `ids`.

    `steward_mention` has the mention's columns (of its values only `columns`, if given) and, of its
    record, `source`, `source_key`, `file_id`, `row_no`, `status`, `as_of`. `steward_record` is what
    the match model sees, with `vertex` and `entity_id` as linkage has them.
    """
    wanted = "m.*"
    if columns is not None:
        own = ("record_id", "role", "mention_id", entity.id_column)
        wanted = ", ".join(f"m.{name}" for name in (*own, *columns))
    _recall(lookup, entity, f"m.{entity.id_column} IN ({listed(ids)})", wanted)
    describe(lookup.engine, entity, "steward_mention", "steward_record")


def recall_only(lookup: Lookup, entity: Entity, mentions: Sequence[int]) -> None:
    """Create TEMP `steward_mention` with these mentions, see `recall_mentions`."""
    records = listed([mention >> 4 for mention in mentions])
    _recall(lookup, entity, f"m.record_id IN ({records}) AND m.mention_id IN ({listed(mentions)})", "m.*")


def listed(numbers: Sequence[int]) -> str:
    """Numbers for an IN of SQL; NULL, which nothing is in, if there are none."""
    return ", ".join(str(int(number)) for number in sorted(set(numbers))) or "NULL"


def _recall(lookup: Lookup, entity: Entity, condition: str, wanted: str) -> None:
    lookup.engine.execute(
        "CREATE OR REPLACE TEMP TABLE steward_mention AS FROM "
        + lookup.inside(
            f"SELECT {wanted}, r.source, r.source_key, r.file_id, r.row_no, r.status, r.as_of"
            f" FROM {entity.qualified}_mention m"
            f" JOIN {entity.schema}.source_record r ON r.record_id = m.record_id WHERE {condition}"
        )
    )


def describe(engine: duckdb.DuckDBPyConnection, entity: Entity, mentions: str, result: str) -> None:
    """Create TEMP `result`: the records of a relation of mentions as the match model sees them."""
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {result} AS
            SELECT mention_id AS vertex, {entity.id_column} AS entity_id, record_id, role, source, source_key,
                {record_columns(entity)}
            FROM {mentions}"""
    )
