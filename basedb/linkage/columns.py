"""Which columns a piece of a match model reads, asked of the engine's own parser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb

from basedb.linkage.model import Comparison, InvalidModel, MatchModel
from basedb.store.session import scalar

SIDES = ("l", "r")


def condition_columns(engine: duckdb.DuckDBPyConnection, condition: str) -> frozenset[str]:
    """The columns of either record that a condition over ``l`` and ``r`` names, in lower case.

    InvalidModel if it is not SQL the engine can parse.
    """
    return frozenset(
        path[1].lower() for path in _references(engine, condition) if len(path) > 1 and path[0] in SIDES
    )


def read_as_written(engine: duckdb.DuckDBPyConnection, condition: str) -> frozenset[str]:
    """Those of `condition_columns` that a condition does more with than to ask whether the two records
    have the same value there, or any; InvalidModel as above."""
    return frozenset(
        path[1].lower()
        for path in _walk(_without_equality(parsed(engine, condition)))
        if len(path) > 1 and path[0] in SIDES
    )


def condition_functions(engine: duckdb.DuckDBPyConnection, condition: str) -> tuple[str, ...]:
    """The functions and operators a condition calls, in lower case, each as often as it is written;
    InvalidModel as above."""
    if condition not in _KNOWN_CALLS:
        _KNOWN_CALLS[condition] = tuple(_called(parsed(engine, condition)))
    return _KNOWN_CALLS[condition]


def expression_columns(engine: duckdb.DuckDBPyConnection, expression: str) -> frozenset[str]:
    """The columns an expression over one record names, in lower case; InvalidModel as above."""
    return frozenset(path[-1].lower() for path in _references(engine, expression))


def comparison_columns(engine: duckdb.DuckDBPyConnection, comparison: Comparison) -> frozenset[str]:
    """The columns all levels of a comparison read, those of term frequencies included."""
    found = {level.tf.lower() for level in comparison.levels if level.tf}
    for level in comparison.levels:
        found |= condition_columns(engine, level.condition.sql)
    return frozenset(found)


def relation_columns(engine: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Column names of a table or view, lower case → as written; LookupError if there is none."""
    try:
        described = engine.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    except duckdb.CatalogException as error:
        raise LookupError(f"没有表 {relation} / there is no table {relation}") from error
    return {str(row[0]).lower(): str(row[0]) for row in described}


def needed_columns(engine: duckdb.DuckDBPyConnection, model: MatchModel, relation: str) -> list[str]:
    """The columns of `relation` that comparisons and constraints read, each once, in a stable order.

    InvalidModel naming comparison, level and column where one is not there.
    """
    there = relation_columns(engine, relation)
    needed: dict[str, None] = {}
    for owner, condition, tf in _conditions(model):
        read = condition_columns(engine, condition) | ({tf.lower()} if tf else set())
        for column in sorted(read):
            if column not in there:
                raise InvalidModel(
                    f"{model.name}：{owner} 用到记录中没有的列 {column}，已有：{_listed(there)}；"
                    "请在 records 中声明或改正条件"
                    f" / {owner} reads column {column}, which the records do not have;"
                    " declare it in records, or correct the condition"
                )
            needed[column] = None
    return list(needed)


def check_bindable(engine: duckdb.DuckDBPyConnection, model: MatchModel, relation: str) -> None:
    """InvalidModel naming the first condition the engine cannot bind against `relation`."""
    for owner, condition, _ in _conditions(model):
        try:
            engine.execute(f"DESCRIBE SELECT ({condition})::BOOLEAN FROM {relation} l, {relation} r")
        except duckdb.Error as error:
            raise InvalidModel(
                f"{model.name}：{owner} 的条件无法执行：{condition}"
                f" / the condition of {owner} cannot be run: {error}"
            ) from error


def _conditions(model: MatchModel) -> Iterator[tuple[str, str, str]]:
    for comparison in model.comparisons:
        for level in comparison.levels:
            yield f"{comparison.name}.{level.name}", level.condition.sql, level.tf
    for constraint in model.constraints:
        yield constraint.name, constraint.condition.sql, ""


# What an expression names and calls does not change; asking the parser for a large one takes milliseconds.
_KNOWN_REFERENCES: dict[str, list[list[str]]] = {}
_KNOWN_CALLS: dict[str, tuple[str, ...]] = {}


def _references(engine: duckdb.DuckDBPyConnection, expression: str) -> list[list[str]]:
    if expression not in _KNOWN_REFERENCES:
        _KNOWN_REFERENCES[expression] = list(_walk(parsed(engine, expression)))
    return _KNOWN_REFERENCES[expression]


def parsed(engine: duckdb.DuckDBPyConnection, expression: str) -> Any:
    """The engine's syntax tree of a SELECT of the expression; InvalidModel if it is not SQL."""
    parsed = json.loads(scalar(engine, "SELECT json_serialize_sql(?)", [f"SELECT ({expression})"]))
    if parsed["error"]:
        raise InvalidModel(
            f"无法解析 SQL：{expression} / not SQL: {expression}: {parsed.get('error_message', '')}"
        )
    return parsed["statements"]


def expression(engine: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    """The syntax tree of the expression itself; InvalidModel as above."""
    found: dict[str, Any] = parsed(engine, sql)[0]["node"]["select_list"][0]
    return found


def written(engine: duckdb.DuckDBPyConnection, tree: dict[str, Any]) -> str:
    """The SQL of an expression's syntax tree, in brackets where it needs them."""
    whole = json.loads(scalar(engine, "SELECT json_serialize_sql('SELECT 1')"))
    whole["statements"][0]["node"]["select_list"] = [tree]
    query: str = scalar(engine, "SELECT json_deserialize_sql(?)", [json.dumps(whole)])
    return query.removeprefix("SELECT ")


def _called(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("class") == "FUNCTION":
            yield str(node["function_name"]).lower()
        elif node.get("class") in ("LAMBDA", "SUBQUERY"):
            yield str(node["class"]).lower()
        for child in node.values():
            yield from _called(child)
    elif isinstance(node, list):
        for child in node:
            yield from _called(child)


_EQUALITIES = {"COMPARE_EQUAL", "COMPARE_NOTEQUAL", "COMPARE_DISTINCT_FROM", "COMPARE_NOT_DISTINCT_FROM"}
_PRESENCE = {"OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"}


def _without_equality(node: Any) -> Any:
    """A syntax tree without the places that compare a column with itself in the other record, or with NULL."""
    if isinstance(node, list):
        return [_without_equality(child) for child in node]
    if not isinstance(node, dict):
        return node
    if node.get("class") == "COMPARISON" and node["type"] in _EQUALITIES:
        left, right = node["left"].get("column_names", []), node["right"].get("column_names", [])
        if {*left[:1], *right[:1]} == set(SIDES) and [*map(str.lower, left[1:])] == [
            *map(str.lower, right[1:])
        ]:
            return None
    if (
        node.get("class") == "OPERATOR"
        and node["type"] in _PRESENCE
        and node["children"][0]["class"] == "COLUMN_REF"
    ):
        return None
    return {name: _without_equality(child) for name, child in node.items()}


def _walk(node: Any) -> Iterator[list[str]]:
    if isinstance(node, dict):
        if node.get("class") == "COLUMN_REF":
            yield node["column_names"]
        for child in node.values():
            yield from _walk(child)
    elif isinstance(node, list):
        for child in node:
            yield from _walk(child)


def _listed(there: dict[str, str]) -> str:
    return ", ".join(name for name in there.values() if name != "vertex")
