"""The embedded store: one DuckDB file, published by atomic swap.

A DuckDB file admits one writing process or several reading ones. A load therefore writes to a
working copy beside the file and renames it over the file after its commit: readers never wait,
never see half a load, and never make a load wait; a reader that stays open keeps the night it
opened. A load needs free disk space for one more copy of the file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import sqlalchemy as sa

from basedb.masking import mask_text
from basedb.store import audit_file, lockfile
from basedb.store.engine import open_engine
from basedb.store.errors import StoreError, StoreMissing
from basedb.store.session import among

_COPY_CHUNK = 1 << 30


class EmbeddedStore:
    """A store in one DuckDB file. `url` is ``duckdb:///relative`` or ``duckdb:////absolute``."""

    kind = "duckdb"

    def __init__(self, url: str, path: Path, reserved: frozenset[str]):
        if path.stem in reserved:
            raise StoreError(
                f"文件名 {path.name} 与模式 {path.stem} 同名，直接打开时会混淆，请换一个文件名"
                f" / a file named like schema {path.stem} cannot be queried unambiguously"
            )
        self.url = url
        self.path = path

    @property
    def label(self) -> str:
        """How the store is named to people."""
        return str(self.path)

    def exists(self) -> bool:
        """Whether there is a file at all (it may still lack tables)."""
        return self.path.exists()

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """An engine with the store attached read-only as the default catalogue."""
        if not self.path.exists():
            raise StoreMissing(f"找不到数据库 {self.path}，请先运行 basedb init / no store at {self.path}")
        engine = open_engine()
        try:
            _attach(engine, self.path, read_only=True)
            engine.execute("USE store")
            yield engine
        finally:
            engine.close()

    @contextmanager
    def writing(self, owner: str, wait: float = 30.0, publish: bool = True) -> Iterator[EmbeddedSession]:
        """A session on a copy of the store. Leaving the block publishes it; an exception leaves the
        store as it was. With ``publish=False`` nothing is ever published (a plan)."""
        with ExitStack() as held:
            with self._explained():
                self.path.parent.mkdir(parents=True, exist_ok=True)
                lock = self.path.with_name(self.path.name + ".lock")
                held.enter_context(lockfile.hold(lock, owner, wait))
                work = self.path.with_name(self.path.name + ".loading")
                _remove_database(work)
                held.callback(_remove_database, work)
                self._refuse_foreign_writer()
                if self.path.exists():
                    _copy(self.path, work)
            engine = open_engine()
            try:
                _attach(engine, work, read_only=False)
                engine.execute("USE store")
                engine.execute("BEGIN")
                yield EmbeddedSession(engine)
                if publish:
                    _absorb_audit(engine, self.path)
                    engine.execute("COMMIT")
                    engine.execute("USE memory")
                    engine.execute("DETACH store")  # checkpoints: the copy is now one complete file
                    with self._explained():
                        _sync(work)
                        self._refuse_foreign_writer()
                        os.replace(work, self.path)
                        _sync(self.path.parent)
            except duckdb.Error as error:
                raise StoreError(
                    f"写入 {self.path} 失败：{mask_text(str(error))} / writing the store failed"
                ) from error
            finally:
                engine.close()

    def refuse_unfit(self) -> None:
        """Nothing to refuse: an embedded store holds any text."""

    def make_room(self, metadata: sa.MetaData, wait: float = 30.0) -> None:
        """Nothing to do: an embedded store has no indexes that slow a first load."""

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """A full disk or a missing right as a StoreError that names the store."""
        try:
            yield
        except OSError as error:
            raise StoreError(
                f"写入 {self.path} 失败：{error.strerror} / writing the store failed: {error}"
            ) from error

    def _refuse_foreign_writer(self) -> None:
        journal = self.path.with_name(self.path.name + ".wal")
        if journal.exists() and journal.stat().st_size:
            raise StoreError(
                f"{self.path} 有其他程序未完成的写入（{journal.name}），请先用该程序关闭数据库"
                f" / another program has unfinished writes in {journal.name}; close it there first"
            )


class EmbeddedSession:
    """See `basedb.store.session.Session`: staged rows are TEMP tables, everything is one engine."""

    indexes_shapes: ClassVar[bool] = False

    def __init__(self, engine: duckdb.DuckDBPyConnection):
        self.engine = engine
        self._staged = 0

    def stage(self, query: str, parameters: Sequence[Any] = ()) -> str:
        self._staged += 1
        name = f"staged_{self._staged}"
        self.engine.execute(f"CREATE TEMP TABLE {name} AS {query}", list(parameters))
        return name

    def apply(self, statement: str) -> None:
        self.engine.execute(statement)

    def settle(self) -> None:
        # Readers see the copy only once it is whole, so a transaction may end on the way there.
        self.engine.execute("COMMIT")
        self.engine.execute("BEGIN")

    def ask(self, name: str, query: str) -> None:
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")

    def fetch(self, name: str, table: str, columns: str, key: str | Sequence[str], keys: str) -> None:
        self.ask(name, f"SELECT {columns} FROM {table} WHERE {among(key, keys)}")

    def complete_indexes(self, metadata: sa.MetaData) -> None:
        """Nothing to do: an embedded store has no indexes (see `ddl.create_statements`)."""


def _absorb_audit(engine: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Take reads recorded beside the file into the store, once it has a table for them."""
    there = engine.execute(
        "SELECT 1 FROM information_schema.tables WHERE table_catalog = 'store' AND table_schema = 'basedb'"
        " AND table_name = 'audit'"
    ).fetchone()
    if there:
        audit_file.absorb(engine, audit_file.audit_path(path))


def _attach(engine: duckdb.DuckDBPyConnection, path: Path, read_only: bool) -> None:
    quoted = str(path).replace("'", "''")
    try:
        engine.execute(f"ATTACH '{quoted}' AS store{' (READ_ONLY)' if read_only else ''}")
    except duckdb.Error as error:
        raise StoreError(f"打不开数据库 {path}：{error} / cannot open the store") from error


def _copy(source: Path, target: Path) -> None:
    """Copy in the kernel, which shares blocks instead where the file system can."""
    with source.open("rb") as reader, target.open("wb") as writer:
        while os.copy_file_range(reader.fileno(), writer.fileno(), _COPY_CHUNK):
            pass


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_database(path: Path) -> None:
    for leftover in (path, path.with_name(path.name + ".wal")):
        leftover.unlink(missing_ok=True)
