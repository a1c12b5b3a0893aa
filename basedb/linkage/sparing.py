"""Distances worked out only where they can be as small as is asked.

Of two texts at most k edits apart, cut one into k + 1 pieces: an edit spoils one piece, so at least one
piece stands whole in the other text (the pigeonhole filter of Wu and Manber 1992). Looking for the pieces of
a number of 18 digits costs a third of its Levenshtein distance, and rules out nine random pairs in ten.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import duckdb

from basedb.linkage.columns import expression, written
from basedb.linkage.model import Comparison, Condition, MatchModel

# Names of the distance in which every edit spoils one piece; in Damerau's, a swap across a cut spoils two.
_DISTANCES = frozenset({"levenshtein", "editdist3"})
# Of more pieces, one stands in any text.
_MOST_EDITS = 3


def sparing(engine: duckdb.DuckDBPyConnection, model: MatchModel) -> MatchModel:
    """The same model, every condition with the same outcome, but with less work."""
    return replace(model, comparisons=tuple(_sparing_comparison(engine, item) for item in model.comparisons))


def _sparing_comparison(engine: duckdb.DuckDBPyConnection, comparison: Comparison) -> Comparison:
    levels = [
        replace(level, condition=Condition(_sparing_condition(engine, level.condition.sql)))
        for level in comparison.levels
    ]
    return replace(comparison, levels=tuple(levels))


# What comes of a condition does not change; asking the parser takes a millisecond.
_KNOWN: dict[str, str] = {}


def _sparing_condition(engine: duckdb.DuckDBPyConnection, condition: str) -> str:
    if not any(name in condition.lower() for name in _DISTANCES):
        return condition
    if condition not in _KNOWN:
        _KNOWN[condition] = written(engine, _guarded(engine, expression(engine, condition)))
    return _KNOWN[condition]


def _guarded(engine: duckdb.DuckDBPyConnection, node: Any) -> Any:
    """A syntax tree, every distance that is compared with a small number behind a search for pieces."""
    if isinstance(node, list):
        return [_guarded(engine, child) for child in node]
    if not isinstance(node, dict):
        return node
    edits = _edits_allowed(node)
    if edits is None:
        return {name: _guarded(engine, child) for name, child in node.items()}
    left, right = (written(engine, child) for child in node["left"]["children"])
    return expression(engine, f"({_piece_stands(left, right, edits)}) AND {written(engine, node)}")


def _edits_allowed(node: dict[str, Any]) -> int | None:
    """How many edits apart two columns may be, if that is all a syntax node asks."""
    if node.get("type") not in ("COMPARE_LESSTHAN", "COMPARE_LESSTHANOREQUALTO"):
        return None
    distance, limit = node["left"], node["right"]
    if distance.get("function_name") not in _DISTANCES or limit["type"] != "VALUE_CONSTANT":
        return None
    if any(child["class"] != "COLUMN_REF" for child in distance["children"]):
        return None
    most = limit["value"]["value"]
    if not isinstance(most, int):
        return None
    edits = most - (node["type"] == "COMPARE_LESSTHAN")
    return edits if 0 <= edits <= _MOST_EDITS else None


def _piece_stands(left: str, right: str, edits: int) -> str:
    size = f"length({left}) // {edits + 1}"
    pieces = [f"substr({left}, {size} * {number} + 1, {size})" for number in range(edits + 1)]
    return " OR ".join(f"contains({right}, {piece})" for piece in pieces)
