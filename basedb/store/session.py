"""A load's hold on a store: one engine, one transaction, the same SQL on every kind of store.

Inside a session the store is the default catalogue, so tables go by two-part names
(``population.person``), and TEMP tables live in the engine beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Protocol

import duckdb
import sqlalchemy as sa


class Session(Protocol):
    """What a load, a migration or a steward's decision writes through.

    `engine` runs queries that join TEMP tables with the store and appends to store tables.
    Changes to rows that stand in the store go through `apply`, which runs inside the store
    itself, against rows put there by `stage`: on PostgreSQL that keeps an update as cheap as
    what it changes, where going through the engine would fetch the whole table.
    """

    engine: duckdb.DuckDBPyConnection
    #: Whether `ask` finds shapes by where they are; where it does not, reading a layer whole costs less.
    indexes_shapes: ClassVar[bool]

    def stage(self, query: str, parameters: Sequence[Any] = ()) -> str:
        """Put the rows of an engine query where `apply` can see them; returns the name to use."""
        ...

    def apply(self, statement: str) -> None:
        """Run one statement inside the store. It may name store tables and staged names only."""
        ...

    def settle(self) -> None:
        """Let the engine know the TEMP tables made so far, where the store allows it: what an open transaction
        wrote itself is read by one thread, and planned for as if it were one row. Publishes nothing."""
        ...

    def ask(self, name: str, query: str) -> None:
        """Create TEMP table `name` with the answer of the store itself to a query, which may name store tables and
        staged names only."""
        ...

    def fetch(self, name: str, table: str, columns: str, key: str | Sequence[str], keys: str) -> None:
        """Create TEMP table `name` with `columns` of the rows of store `table` whose `key` is
        among the first column of the engine query `keys`; reads only those rows where it can.
        Of several keys one is enough; a row that has more may then come more than once."""
        ...

    def complete_indexes(self, metadata: sa.MetaData) -> None:
        """Create declared indexes that a first load went without (see `Store.make_room`)."""
        ...


def among(key: str | Sequence[str], keys: str) -> str:
    """SQL: a key, or one of several, is among those of a query. A table is read once for it, whatever their number."""
    return " OR ".join(f"{each} IN ({keys})" for each in ([key] if isinstance(key, str) else key))


def scalar(connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any] = ()) -> Any:
    """The single value of a query that returns one row with one column."""
    row = connection.execute(query, list(parameters)).fetchone()
    if row is None:
        raise LookupError(f"query returned no row: {query}")
    return row[0]


@contextmanager
def in_any_order(engine: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Inserts within the block may store their rows in any order, unless they say ORDER BY.

    The engine otherwise inserts the result of most joins with one thread.
    """
    engine.execute("SET preserve_insertion_order = false")
    try:
        yield
    finally:
        engine.execute("SET preserve_insertion_order = true")
