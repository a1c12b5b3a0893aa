"""Reading a store in its own SQL: the server's for PostgreSQL, the engine's for the embedded file.

Analysts' functions and the server's indexes are only there for SQL that runs inside the store.
Everything here is read-only by the store's own means: the file is attached READ_ONLY and the engine
may open nothing else; the server's session and transaction are READ ONLY.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import psycopg2
import psycopg2.extras

from basedb.store.engine import load_extension
from basedb.store.errors import StoreError
from basedb.store.open import Store
from basedb.store.postgres import PostgresStore

_BATCH = 5000
# The server's own, and a date that Python has none for (before year 1, after 9999).
_REFUSALS = (psycopg2.Error, ValueError)


class QueryError(StoreError):
    """The store refused a query, or it may not be asked; the message says why."""


@dataclass(frozen=True)
class Answer:
    """The columns of an answer and its rows, which may be read once and before the next question."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]

    def records(self) -> list[dict[str, Any]]:
        """All rows as dictionaries."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Reader:
    """Answers queries from one state of the store."""

    kind: str
    _ask: Callable[[str, Sequence[Any]], Answer]

    def ask(self, query: str, parameters: Sequence[Any] = ()) -> Answer:
        """The answer to one SELECT; `parameters` stand for its question marks.

        Raises QueryError with the store's reason.
        """
        return self._ask(query.strip().rstrip(";"), parameters)


@contextmanager
def reading(store: Store, zone: str = "Asia/Shanghai", spatial: bool = False) -> Iterator[Reader]:
    """A reader of the store whose instants are in `zone`.

    spatial: whether queries use functions over geometries, which the engine loads first (the server has them).
    """
    if isinstance(store, PostgresStore):
        with _server(store.conninfo("basedb sql"), zone) as connection:
            yield Reader("postgresql", lambda query, given: _ask_server(connection, query, given))
    else:
        with store.reading() as engine:
            engine.execute(f"SET TimeZone = '{zone}'")
            if spatial:
                load_extension(engine, "spatial")
            # Nothing but the store can be read, and no query can undo that.
            engine.execute("SET enable_external_access = false")
            engine.execute("SET lock_configuration = true")
            yield Reader("duckdb", lambda query, given: _ask_engine(engine, query, given))


@contextmanager
def _server(conninfo: str, zone: str) -> Iterator[Any]:
    try:
        connection = psycopg2.connect(conninfo, options="-c default_transaction_read_only=on")
    except psycopg2.OperationalError as error:
        raise StoreError(f"连不上数据库：{error} / cannot reach the store") from error
    try:
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        # JSON stays text, as it is on the embedded store.
        psycopg2.extras.register_default_json(connection, loads=lambda text: text)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('TimeZone', %s, false)", [zone])
        yield connection
    finally:
        connection.close()


def _ask_server(connection: Any, query: str, parameters: Sequence[Any]) -> Answer:
    # A cursor of the server: rows come as they are read, and only a SELECT can be declared as one.
    cursor = connection.cursor(name="basedb_sql")
    cursor.itersize = _BATCH
    try:
        if parameters:
            cursor.execute(query.replace("%", "%%").replace("?", "%s"), list(parameters))
        else:
            cursor.execute(query)
        first = cursor.fetchmany(_BATCH)
    except _REFUSALS as error:
        connection.rollback()
        raise QueryError(str(error).strip()) from error

    def rows() -> Iterator[tuple[Any, ...]]:
        part = first
        try:
            while part:
                yield from part
                part = cursor.fetchmany(_BATCH)
        except _REFUSALS as error:
            raise QueryError(str(error).strip()) from error
        finally:
            cursor.close()

    return Answer(tuple(item.name for item in cursor.description or ()), rows())


def _ask_engine(engine: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any]) -> Answer:
    try:
        cursor = engine.execute(query, list(parameters))
    except duckdb.Error as error:
        raise QueryError(str(error).strip()) from error

    def rows() -> Iterator[tuple[Any, ...]]:
        try:
            while part := cursor.fetchmany(_BATCH):
                yield from part
        except duckdb.Error as error:
            raise QueryError(str(error).strip()) from error

    return Answer(tuple(item[0] for item in cursor.description or ()), rows())
