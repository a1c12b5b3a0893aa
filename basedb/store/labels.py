"""Columns that carry their labels: Chinese name, owner, sharing class, secrecy, personal mark.

The labels are part of a column from its first migration: they are written to
``basedb.column_label``, drive masking, and fill the data dictionary.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import sqlalchemy as sa


class Sharing(StrEnum):
    """Sharing class of a catalogue item (GB/T 21063)."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    NONE = "none"


class Secrecy(StrEnum):
    """Secrecy label of a column."""

    PUBLIC = "public"
    INTERNAL = "internal"
    SENSITIVE = "sensitive"
    STATISTICS_ONLY = "statistics_only"


def column(
    name: str,
    type_: sa.types.TypeEngine[Any] | type[sa.types.TypeEngine[Any]],
    zh: str,
    *,
    personal: bool = False,
    sharing: Sharing = Sharing.CONDITIONAL,
    secrecy: Secrecy = Secrecy.INTERNAL,
    owner: str = "",
    primary_key: bool = False,
    required: bool = False,
) -> sa.Column[Any]:
    """A table column named in Chinese by `zh` and labelled; `required` is NOT NULL."""
    return sa.Column(
        name,
        type_,
        primary_key=primary_key,
        nullable=not (required or primary_key),
        comment=zh,
        info={"personal": personal, "sharing": sharing, "secrecy": secrecy, "owner": owner},
    )


def label_rows(tables: list[sa.Table]) -> list[dict[str, Any]]:
    """One row per column of `tables`, as ``basedb.column_label`` keeps it."""
    return [
        {
            "table_schema": table.schema,
            "table_name": table.name,
            "column_name": item.name,
            "title": item.comment,
            "owner": item.info.get("owner", ""),
            "sharing": str(item.info.get("sharing", Sharing.NONE)),
            "secrecy": str(item.info.get("secrecy", Secrecy.INTERNAL)),
            "personal": bool(item.info.get("personal", False)),
        }
        for table in tables
        for item in table.columns
    ]
