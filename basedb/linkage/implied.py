"""What a blocking rule says of its pairs by itself: levels that need not be compared.

The pairs of a rule have equal values, and none missing, in the columns of its key. Where that decides a
comparison, the comparison is not made, and its columns need not be fetched. (Equal keys are equal hashes
of 63 bits: among ten million records, one pair in a hundred thousand jobs is taken to be equal by chance.)
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import duckdb

from basedb.linkage.columns import SIDES, expression
from basedb.linkage.keys import has_several
from basedb.linkage.model import BlockingRule, Comparison, MatchModel


def implied_levels(
    engine: duckdb.DuckDBPyConnection, model: MatchModel, rule: BlockingRule
) -> dict[str, int]:
    """The comparisons a rule decides, by name, with the index of their level."""
    if has_several(rule):
        return {}
    equal = {column for part in rule.key if isinstance(part, str) and (column := _column(engine, part))}
    found = {}
    for comparison in model.comparisons:
        index = _decided(engine, comparison, equal)
        if index is not None:
            found[comparison.name] = index
    return found


def _decided(engine: duckdb.DuckDBPyConnection, comparison: Comparison, equal: Collection[str]) -> int | None:
    for index, level in enumerate(comparison.levels):
        truth = _truth(expression(engine, level.condition.sql), equal)
        if truth is not False:
            return index if truth else None
    return None


def _truth(node: dict[str, Any], equal: Collection[str]) -> bool | None:
    """Whether a condition holds where the columns `equal` are equal and there; None: who knows."""
    kind = node["type"]
    if kind in ("CONJUNCTION_AND", "CONJUNCTION_OR"):
        parts = [_truth(child, equal) for child in node["children"]]
        settling = kind == "CONJUNCTION_OR"
        if settling in parts:
            return settling
        return None if None in parts else not settling
    if kind in ("COMPARE_EQUAL", "COMPARE_NOTEQUAL"):
        left, right = _reference(node["left"]), _reference(node["right"])
        if left is None or right is None or {left[0], right[0]} != set(SIDES):
            return None
        return kind == "COMPARE_EQUAL" if left[1] == right[1] and left[1] in equal else None
    if kind in ("OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"):
        path = _reference(node["children"][0])
        return kind == "OPERATOR_IS_NOT_NULL" if path and path[1] in equal else None
    if kind == "OPERATOR_NOT":
        truth = _truth(node["children"][0], equal)
        return None if truth is None else not truth
    if kind == "OPERATOR_CAST" and node["child"]["type"] == "VALUE_CONSTANT":
        # The parser's spelling of true and false.
        value = node["child"]["value"]["value"]
        return value == "t" if value in ("t", "f") else None
    return None


def _reference(node: dict[str, Any]) -> tuple[str, str] | None:
    if node["class"] != "COLUMN_REF" or len(node["column_names"]) != 2:
        return None
    side, column = node["column_names"]
    return (side, column.lower()) if side in SIDES else None


def _column(engine: duckdb.DuckDBPyConnection, part: str) -> str:
    node = expression(engine, part)
    return node["column_names"][-1].lower() if node["class"] == "COLUMN_REF" else ""
