"""What a query reads, and whether it may be asked.

The query is parsed, never matched with patterns: one SELECT over named tables, views and functions
of the base databases. What cannot be seen through (functions that run SQL given as text, files,
system catalogues) is refused, so that no read of personal rows escapes the audit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from basedb.domain import BaseDomain
from basedb.store.labels import Secrecy
from basedb.store.native import QueryError, Reader
from basedb.store.views import views_of

_OPEN_SCHEMAS = frozenset({"basedb", "information_schema"})
_OPEN_FUNCTIONS = frozenset(
    {"range", "generate_series", "unnest", "json_each", "json_array_elements", "json_array_elements_text"}
)
# Scalar functions that run SQL or reach outside the database, on either store.
_CLOSED = re.compile(
    r"_to_xml|^pg_(?!typeof$)|^lo_|^dblink|^set_config$|^ts_(stat|rewrite)$|^query|^getenv$|^read_|^write_"
)


@dataclass(frozen=True)
class Query:
    """A parsed query: its text and the two-part names of the tables, views and functions it reads.

    is_spatial: whether it may need functions over geometries, itself or through a function of a base.
    """

    text: str
    relations: frozenset[str]
    functions: frozenset[str]
    is_spatial: bool


@dataclass(frozen=True)
class Reach:
    """What of labelled columns a query can reach."""

    personal: tuple[str, ...]


def parse(text: str, domains: Mapping[str, BaseDomain]) -> Query:
    """Read a query; raises QueryError unless it is one SELECT over the base databases."""
    engine = duckdb.connect()
    try:
        if len(engine.extract_statements(text)) != 1:
            raise QueryError("请只给一条查询语句 / give exactly one statement")
        row = engine.execute("SELECT json_serialize_sql(?)", [text]).fetchone()
    except duckdb.Error as error:
        raise QueryError(f"语法有误：{error} / syntax error") from error
    finally:
        engine.close()
    tree = json.loads(row[0] if row else "{}")
    if tree.get("error"):
        raise QueryError(
            f"只能查询（SELECT），不能修改或改变设置：{tree.get('error_message')} / only SELECT is allowed"
        )
    schemas = set(domains) | _OPEN_SCHEMAS
    nodes = list(_walk(tree["statements"]))
    named = {name.lower() for node in nodes for name in _common_tables(node)}
    relations, functions = set(), set()
    for node in nodes:
        kind = node.get("type")
        if kind == "BASE_TABLE":
            relation = _relation(node, schemas, named)
            if relation:
                relations.add(relation)
        elif kind == "TABLE_FUNCTION":
            functions |= _table_function(node["function"], schemas)
        elif kind == "SHOW_REF":
            raise QueryError(
                "请用 basedb dictionary 查看表和列 / see basedb dictionary for tables and columns"
            )
        elif node.get("class") == "FUNCTION" and _CLOSED.search(str(node.get("function_name")).lower()):
            raise QueryError(f"不允许使用函数 {node['function_name']} / this function is not allowed")
    called = [str(node.get("function_name", "")).lower() for node in nodes if node.get("class") == "FUNCTION"]
    spatial = bool(functions) or any(name.startswith("st_") for name in called)
    return Query(text, frozenset(relations), frozenset(functions), spatial)


def reach(reader: Reader, query: Query, domains: Mapping[str, BaseDomain]) -> Reach:
    """Which personal columns' tables the query reads.

    Raises QueryError if it reads a table with statistics-only columns: those leave by no query.
    """
    names = set(query.relations)
    returned = {
        view.name: view.returns
        for domain in domains.values()
        for view in views_of(domain)
        if view.arguments is not None
    }
    for name in query.functions:
        names.add(returned.get(name, name))
    labels = reader.ask(
        "SELECT table_schema || '.' || table_name, max(CASE WHEN personal THEN 1 ELSE 0 END),"
        f" max(CASE WHEN secrecy = '{Secrecy.STATISTICS_ONLY}' THEN 1 ELSE 0 END)"
        " FROM basedb.column_label GROUP BY table_schema, table_name"
    ).rows
    marks = {name: (bool(personal), bool(closed)) for name, personal, closed in labels}
    for name in sorted(names):
        if marks.get(name, (False, False))[1]:
            raise QueryError(
                f"{name} 含仅供统计的列，不能查询；请用不含这些列的视图"
                f" / {name} has statistics-only columns, which no query may read; use a view without them"
            )
    # What carries no label is taken for personal, but for the foundation's own and the catalogue.
    personal = (
        name for name in sorted(names) if marks.get(name, (name.split(".")[0] not in _OPEN_SCHEMAS, False))[0]
    )
    return Reach(tuple(personal))


def _walk(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from _walk(value)


def _common_tables(node: dict[str, Any]) -> list[str]:
    found = node.get("cte_map")
    return [item["key"] for item in found["map"]] if isinstance(found, dict) else []


def _relation(node: dict[str, Any], schemas: set[str], named: set[str]) -> str | None:
    schema, table = node["schema_name"].lower(), node["table_name"].lower()
    if not schema and table in named:
        return None
    if schema not in schemas:
        written = f"{schema}.{table}" if schema else table
        raise QueryError(
            f"请写出完整表名（模式.表），如 population.resident；不能查询 {written}"
            f" / write two-part names of base tables and views; {written} cannot be queried"
        )
    return f"{schema}.{table}"


def _table_function(function: dict[str, Any], schemas: set[str]) -> set[str]:
    schema, name = function["schema"].lower(), function["function_name"].lower()
    if schema in schemas:
        return {f"{schema}.{name}"}
    if not schema and name in _OPEN_FUNCTIONS:
        return set()
    raise QueryError(f"不允许使用函数 {function['function_name']} / this function is not allowed")
