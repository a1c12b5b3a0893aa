"""Columns that carry their labels: Chinese name, owner, sharing class, secrecy, personal mark.

The labels are part of a column from its first migration: they are written to
``basedb.column_label``, drive masking, and fill the data dictionary.
"""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Label:
    """What is said of a column: its Chinese title and its marks."""

    title: str
    personal: bool = False
    sharing: str = Sharing.CONDITIONAL
    secrecy: str = Secrecy.INTERNAL
    owner: str = ""


def label_of(item: sa.Column[Any]) -> Label:
    """The label a declared column carries; without marks it is internal and not shared."""
    return Label(
        title=item.comment or "",
        personal=bool(item.info.get("personal", False)),
        sharing=str(item.info.get("sharing", Sharing.NONE)),
        secrecy=str(item.info.get("secrecy", Secrecy.INTERNAL)),
        owner=str(item.info.get("owner", "")),
    )


def label_row(table: str, column_name: str, label: Label) -> tuple[Any, ...]:
    """A row of ``basedb.column_label`` for a column of the two-part named `table`."""
    schema, name = table.split(".")
    return (
        schema,
        name,
        column_name,
        label.title,
        label.owner,
        str(label.sharing),
        str(label.secrecy),
        label.personal,
    )
