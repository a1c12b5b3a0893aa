"""How the sources of a layer rank: departments by their contracts, edits of GIS staff above them all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: The priority of edits; contracts of departments go up to 100.
EDITS = 101

#: SQL over a feature version: its rank where it is decided whether a feature stands. A feature somebody drew
#: counts like a survey below all others; other edits change a feature and do not keep it standing.
RANK = f"CASE WHEN priority < {EDITS} THEN priority WHEN change_class = 'created' THEN 0 END"


def are_edits(settings: Mapping[str, Any]) -> bool:
    """Whether a contract with these settings brings edits."""
    return bool(settings.get("edits"))


def priority_of(settings: Mapping[str, Any]) -> int:
    """The priority of a contract's records in their layer; 0 for what brings none (judgements)."""
    return EDITS if are_edits(settings) else int(settings.get("priority", 0))


def edit_source(layer: str) -> str:
    """The source of a layer's edits."""
    return f"edit_{layer}"
