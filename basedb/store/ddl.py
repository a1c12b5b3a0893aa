"""Declared tables to each store's DDL; comments and labels included."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from basedb.store.geometry import Geometry

_DIALECT = postgresql.dialect()


def create_statements(metadata: sa.MetaData, kind: str) -> Iterator[str]:
    """DDL that creates the schema, tables, indexes and comments of `metadata` on a store of `kind`.

    On the embedded store primary keys and indexes are left out: its column statistics answer the
    same queries, and its indexes slow every load and refuse a row deleted and re-inserted in one
    transaction.
    """
    if kind == "postgresql" and _has_geometry(metadata.sorted_tables):
        yield "CREATE EXTENSION IF NOT EXISTS postgis"
    for schema in sorted({table.schema for table in metadata.sorted_tables if table.schema}):
        yield f"CREATE SCHEMA IF NOT EXISTS {schema}"
    for table in metadata.sorted_tables:
        yield from _table_statements(table, kind)


def forward_statements(tables: Sequence[sa.Table], kind: str) -> Iterator[str]:
    """DDL that brings `tables` to what is declared where they are older, or not there; repeatable.

    Columns that are added admit NULL, whatever is declared: rows that stand have no value for them.
    """
    for table in tables:
        if kind == "postgresql":
            yield str(CreateTable(table, if_not_exists=True).compile(dialect=_DIALECT))
        else:
            listed = ", ".join(_column_ddl(item) for item in table.columns)
            yield f"CREATE TABLE IF NOT EXISTS {table.fullname} ({listed})"
        for item in table.columns:
            kind_of_value = _type_ddl(item, kind)
            yield f"ALTER TABLE {table.fullname} ADD COLUMN IF NOT EXISTS {item.name} {kind_of_value}"
        if kind == "postgresql":
            for index in sorted(table.indexes, key=lambda item: str(item.name)):
                yield str(CreateIndex(index, if_not_exists=True).compile(dialect=_DIALECT))


def _table_statements(table: sa.Table, kind: str) -> Iterator[str]:
    if kind == "postgresql":
        yield str(CreateTable(table).compile(dialect=_DIALECT))
        for index in sorted(table.indexes, key=lambda item: str(item.name)):
            yield str(CreateIndex(index).compile(dialect=_DIALECT))
    else:
        yield f"CREATE TABLE {table.fullname} ({', '.join(_column_ddl(item) for item in table.columns)})"
    yield from comment_statements([table])


def comment_statements(tables: Sequence[sa.Table]) -> Iterator[str]:
    """COMMENT statements for tables and columns, the same on both stores."""
    for table in tables:
        if table.comment:
            yield f"COMMENT ON TABLE {table.fullname} IS {_literal(table.comment)}"
        for item in table.columns:
            if item.comment:
                yield comment_on_column(table.fullname, item.name, item.comment)


def comment_on_column(table: str, name: str, title: str) -> str:
    """COMMENT statement for a column of a two-part named table or view, the same on both stores."""
    return f"COMMENT ON COLUMN {table}.{name} IS {_literal(title)}"


def _column_ddl(item: sa.Column) -> str:
    required = "" if item.nullable else " NOT NULL"
    return f"{item.name} {_type_ddl(item, 'duckdb')}{required}"


def _type_ddl(item: sa.Column, kind: str) -> str:
    if isinstance(item.type, Geometry) and kind != "postgresql":
        return "GEOMETRY"  # the engine's has no type of shape; its system is said in the comment
    return str(item.type.compile(dialect=_DIALECT))


def _has_geometry(tables: Sequence[sa.Table]) -> bool:
    return any(isinstance(item.type, Geometry) for table in tables for item in table.columns)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
