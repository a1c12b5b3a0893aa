"""The PostgreSQL + PostGIS store, attached to the engine; readers never wait for a load."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, ClassVar

import duckdb
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import URL
from sqlalchemy.schema import CreateIndex

from basedb.masking import mask_text
from basedb.store.engine import load_extension, open_engine
from basedb.store.errors import StoreBusy, StoreError
from basedb.store.session import scalar

# One load at a time writes a store: ids come from shared counters and knowledge time is monotone.
_LOAD_LOCK = 0x6261736564620001
_POLL_SECONDS = 0.2
_APPLICATION_NAME_LIMIT = 63


class PostgresStore:
    """A store in a PostgreSQL database. `url` is ``postgresql://user@host:port/database``."""

    kind = "postgresql"

    def __init__(self, url: URL):
        self.url = url.render_as_string(hide_password=False)
        self._url = url

    @property
    def label(self) -> str:
        """How the store is named to people, without its password."""
        return self._url.render_as_string(hide_password=True)

    def conninfo(self, application: str) -> str:
        """A libpq connection string, its password included, that shows as `application`."""
        return _conninfo(self._url, application)

    def exists(self) -> bool:
        """Whether the server answers; raises StoreError with its reason if not."""
        with self.reading():
            return True

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """An engine with the store attached read-only as the default catalogue."""
        engine = open_engine()
        try:
            self._attach(engine, "basedb read", read_only=True)
            yield engine
        except duckdb.Error as error:
            if not _is_of_the_server(error):
                raise
            raise StoreError(
                f"读取数据库 {self.label} 失败，请核对账号的权限和服务器：{_scrub(str(error))}"
                " / reading the store failed: check the account's rights and the server"
            ) from error
        finally:
            _release(engine)

    @contextmanager
    def writing(self, owner: str, wait: float = 30.0, publish: bool = True) -> Iterator[PostgresSession]:
        """A session in one server transaction, behind the store's load lock. Leaving the block
        commits; an exception, a lost connection or ``publish=False`` rolls everything back."""
        engine = open_engine()
        try:
            self._attach(engine, f"{owner} pid {os.getpid()}"[:_APPLICATION_NAME_LIMIT], read_only=False)
            engine.execute("BEGIN")
            session = PostgresSession(engine)
            session.lock(wait)
            yield session
            if publish:
                session.drop_staged()
                engine.execute("COMMIT")
        except duckdb.Error as error:
            raise StoreError(
                f"写入数据库失败，未发布任何内容：{mask_text(_scrub(str(error)))} / nothing was published"
            ) from error
        finally:
            _release(engine)

    def refuse_unfit(self) -> None:
        """Raise StoreError for a database that cannot hold every Chinese character; it is to be made anew."""
        with self.reading() as engine:
            found = scalar(
                engine, "SELECT * FROM postgres_query('store', 'SELECT current_setting(''server_encoding'')')"
            )
        if found != "UTF8":
            raise StoreError(
                f"数据库 {self.label} 的编码是 {found}，存不全汉字；请新建 UTF8 编码的库：CREATE DATABASE … ENCODING 'UTF8'"
                f" TEMPLATE template0 / the database's encoding is {found}; create one in UTF8"
            )

    def make_room(self, metadata: sa.MetaData, wait: float = 30.0) -> None:
        """Drop the secondary indexes of tables that are still empty, for the load that fills them.

        Building an index over loaded rows takes a fraction of maintaining it row by row. The drop is
        a transaction of its own, so that no reader waits for more than a moment; the load creates
        what is missing before it commits, which readers do not notice.
        """
        with self.writing("basedb make room", wait) as session:
            for table in metadata.sorted_tables:
                if not scalar(
                    session.engine, f"SELECT count(*) FROM (SELECT 1 FROM {table.fullname} LIMIT 1)"
                ):
                    for index in table.indexes:
                        session.apply(f"DROP INDEX IF EXISTS {table.schema}.{index.name}")

    def _attach(self, engine: duckdb.DuckDBPyConnection, application: str, read_only: bool) -> None:
        load_extension(engine, "postgres_scanner")
        conninfo = _conninfo(self._url, application).replace("'", "''")
        options = "TYPE postgres, READ_ONLY" if read_only else "TYPE postgres"
        try:
            engine.execute(f"ATTACH '{conninfo}' AS store ({options})")
            engine.execute("USE store")
        except duckdb.Error as error:
            raise StoreError(
                f"连不上数据库 {self.label}：{_scrub(str(error))} / cannot reach the store"
            ) from error


class PostgresSession:
    """See `basedb.store.session.Session`: staged rows are tables of the transaction in schema basedb."""

    indexes_shapes: ClassVar[bool] = True

    def __init__(self, engine: duckdb.DuckDBPyConnection):
        self.engine = engine
        self._staged: list[str] = []

    def lock(self, wait: float) -> None:
        """Take the load lock for this transaction, waiting up to `wait` seconds.

        A transaction sees the store as it was at its first statement, so every attempt needs a
        fresh one: who waited must see what the holder published.
        """
        deadline = time.monotonic() + wait
        while not scalar(
            self.engine,
            "SELECT got FROM postgres_query('store', "
            f"'SELECT pg_try_advisory_xact_lock({_LOAD_LOCK}) AS got', use_transaction=true)",
        ):
            if time.monotonic() >= deadline:
                raise StoreBusy(
                    f"数据库正被另一任务写入：{self._holder()}；请等它完成或加大 --wait"
                    f" / the store is being written by: {self._holder()}"
                )
            self.engine.execute("ROLLBACK")
            time.sleep(_POLL_SECONDS)
            self.engine.execute("BEGIN")

    def _holder(self) -> str:
        row = self.engine.execute(
            "SELECT * FROM postgres_query('store', 'SELECT a.application_name, a.client_addr::text AS host"
            " FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            f" WHERE l.locktype = ''advisory'' AND l.granted AND l.classid = {_LOAD_LOCK >> 32}"
            f" AND l.objid = {_LOAD_LOCK & 0xFFFFFFFF}')"
        ).fetchone()
        return f"{row[0]} @ {row[1] or 'local'}" if row else "?"

    def stage(self, query: str, parameters: Sequence[Any] = ()) -> str:
        name = f"basedb.staged_{os.getpid()}_{len(self._staged) + 1}"
        self.engine.execute(f"CREATE TABLE store.{name} AS {query}", list(parameters))
        self._staged.append(name)
        return name

    def apply(self, statement: str) -> None:
        self.engine.execute("CALL postgres_execute('store', ?)", [statement])

    def settle(self) -> None:
        """Nothing: the transaction of the engine is that of the server, which is one from lock to publication."""

    def ask(self, name: str, query: str) -> None:
        self.engine.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM postgres_query('store', ?)", [query]
        )

    def fetch(self, name: str, table: str, columns: str, key: str | Sequence[str], keys: str) -> None:
        staged = self.stage(f"SELECT DISTINCT wanted FROM ({keys}) AS keys(wanted)")
        self.apply(f"ANALYZE {staged}")
        # An index answers for one key; a condition over several would read the table.
        each = [key] if isinstance(key, str) else key
        looks = [f"SELECT {columns} FROM {table} JOIN {staged} ON {one} = wanted" for one in each]
        self.ask(name, " UNION ALL ".join(looks))

    def complete_indexes(self, metadata: sa.MetaData) -> None:
        """Create declared indexes that are missing; their tables get fresh statistics."""
        found = self.engine.execute(
            "SELECT * FROM postgres_query('store', 'SELECT schemaname, indexname FROM pg_indexes')"
        ).fetchall()
        missing = [
            index
            for table in metadata.sorted_tables
            for index in table.indexes
            if (table.schema, index.name) not in found
        ]
        if missing:
            self.apply("SET LOCAL maintenance_work_mem = '256MB'")
            # Enough for the plans of the next night; autovacuum samples more when it comes by.
            self.apply("SET LOCAL default_statistics_target = 20")
        for index in missing:
            self.apply(str(CreateIndex(index).compile(dialect=postgresql.dialect())))
        for table in {index.table.fullname: None for index in missing if index.table is not None}:
            self.apply(f"ANALYZE {table}")

    def drop_staged(self) -> None:
        """Drop what was staged, so that the commit leaves no trace of it."""
        for name in self._staged:
            self.engine.execute(f"DROP TABLE store.{name}")
        self._staged.clear()


def _is_of_the_server(error: duckdb.Error) -> bool:
    """Whether the server refused or was lost; the engine has classes of its own for what is wrong with a query."""
    return type(error) in (duckdb.Error, duckdb.IOException) or "permission denied" in str(error)


def _release(engine: duckdb.DuckDBPyConnection) -> None:
    """Close an engine. A transaction still open on a lost server is rolled back first: closing does
    that too, but a failure there ends the whole process."""
    with suppress(duckdb.Error):
        engine.execute("ROLLBACK")
    engine.close()


def _conninfo(url: URL, application: str) -> str:
    parts = {
        "host": url.host,
        "port": url.port,
        "user": url.username,
        "password": url.password,
        "dbname": url.database,
        "application_name": application,
        **{name: value for name, value in url.query.items() if isinstance(value, str)},
    }
    return " ".join(
        f"{name}='{_escape(str(value))}'" for name, value in parts.items() if value not in (None, "")
    )


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _scrub(message: str) -> str:
    return re.sub(r"password=('[^']*'|\S+)", "password=***", message)
