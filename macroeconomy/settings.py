"""The section `settings` of a macroeconomic contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from macroeconomy.status import STATUSES

_TEXT = {"type": "string", "minLength": 1}
_STATUS = {"enum": list(STATUSES)}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "territory": {"type": "string", "pattern": r"^\d{6}$"},
        "unit": _TEXT,
        "priority": {"type": "integer", "minimum": 0, "maximum": 100},
        "too_small": {"enum": ["zero", "nothing"]},
        "blank": {"enum": ["missing", "nothing"]},
        "indicators": {"type": "object", "additionalProperties": _TEXT},
        "statuses": {"type": "object", "additionalProperties": _STATUS},
        "releases": {
            "type": "object",
            "properties": {name: {"type": "integer", "minimum": 0, "maximum": 1000} for name in "MQHA"},
            "additionalProperties": False,
        },
        "tables": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {
                    "indicator": _TEXT,
                    "basis": {"enum": ["cur", "ytd", "stock"]},
                    "frequency": {"enum": ["M", "Q", "H", "A"]},
                    "status": _STATUS,
                    "priority": {"type": "integer", "minimum": 0, "maximum": 100},
                    "sdmx": {
                        "type": "object",
                        "properties": {
                            "indicator": _TEXT,
                            "division": _TEXT,
                            "unit": _TEXT,
                            "basis": _TEXT,
                            "price": _TEXT,
                            "codes": {
                                "type": "object",
                                "additionalProperties": {"type": "object", "additionalProperties": _TEXT},
                            },
                        },
                        "required": ["indicator", "division"],
                        "additionalProperties": False,
                    },
                },
                "additionalProperties": False,
            },
        },
    },
    "required": ["territory"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Settings:
    """How the figures of a contract are understood.

    territory: six-digit code of the city. unit: of values over which no unit is printed. priority: which
    of two sources of one figure counts, higher first. too_small: what ``…`` stands for. blank: whether an
    empty cell is a figure that should be there. indicators: further names → codes. statuses: printed
    status marks → statuses. releases: by frequency, how many days after its end a period's figures are
    due. tables: what a table's layout leaves unsaid, by its name.
    """

    territory: str
    unit: str = ""
    priority: int = 50
    too_small: str = "nothing"
    blank: str = "nothing"
    indicators: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)
    releases: Mapping[str, int] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, section: Mapping[str, Any]) -> Settings:
        """The settings of a contract's section."""
        return cls(**section)

    def table(self, name: str | None) -> Mapping[str, Any]:
        """What is said of one table."""
        return self.tables.get(name or "", {})
