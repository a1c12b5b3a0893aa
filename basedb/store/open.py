"""From a store URL to a store."""

from __future__ import annotations

import os
from importlib.metadata import entry_points
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from basedb.store.embedded import EmbeddedStore
from basedb.store.errors import StoreError
from basedb.store.postgres import PostgresStore

Store = EmbeddedStore | PostgresStore

DEFAULT_URL = "duckdb:///city.duckdb"
# "store" is the catalogue's name inside a session, the others are the engine's own.
_RESERVED = frozenset({"basedb", "store", "temp", "memory", "main", "system"})


def open_store(url: str | None = None) -> Store:
    """The store at `url`, else at BASEDB_STORE, else ``duckdb:///city.duckdb``. Opens no file yet.

    Raises StoreError for a URL of no known kind.
    """
    text = url or os.environ.get("BASEDB_STORE") or DEFAULT_URL
    try:
        parsed = make_url(text)
    except ArgumentError as error:
        raise StoreError(f"无法理解的数据库地址 / not a store URL: {text}") from error
    if parsed.drivername == "duckdb" and parsed.database:
        schemas = {entry.name for entry in entry_points(group="basedb.domains")}
        return EmbeddedStore(text, Path(parsed.database), _RESERVED | schemas)
    if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg2"):
        return PostgresStore(parsed)
    raise StoreError(
        f"不支持的数据库地址 {parsed.render_as_string()}；请用 duckdb:///文件 或 postgresql://…"
        f" / use duckdb:///file or postgresql://…"
    )
