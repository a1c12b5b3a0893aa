"""What a domain package declares, and how installed domains are found.

A domain exports one `Domain` under entry point group ``basedb.domains``; everything that loads,
links, masters or shows data works from that declaration and knows no domain by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from basedb.findings import Standardized
from basedb.linkage.model import Condition, MatchModel
from basedb.store.labels import Secrecy, Sharing

ColumnFunction = Callable[[pd.Series], Standardized]


@dataclass(frozen=True)
class Feature:
    """A standard form kept beside an attribute for linkage and checks (`output` of its function)."""

    name: str
    zh: str
    output: str
    type: Any = sa.Text


@dataclass(frozen=True)
class Attribute:
    """One attribute of an entity: how a department's text becomes its standard form.

    standardize: the column function; None keeps trimmed text.
    output: which column of the function's result is the value; `name` if empty.
    trusted_when: a boolean feature; values where it is true survive before others of equal priority.
    mastered: whether the value reaches the master table.
    """

    name: str
    zh: str
    type: Any = sa.Text
    standardize: ColumnFunction | None = None
    output: str = ""
    features: tuple[Feature, ...] = ()
    trusted_when: str = ""
    mastered: bool = True
    personal: bool = True
    secrecy: Secrecy = Secrecy.SENSITIVE
    sharing: Sharing = Sharing.CONDITIONAL


@dataclass(frozen=True)
class KeyRule:
    """An exact rule: mentions with an equal key are one entity if `compatible` holds.

    keys: mention column → SQL condition under which its value is a key (columns are indexed).
    compatible: SQL condition over two records ``l`` and ``r`` of the match model that share a key.
    compares: the record columns `compatible` looks at; the first must be there.
    """

    method: str
    keys: Mapping[str, str]
    compatible: str
    compares: tuple[str, ...]


@dataclass(frozen=True)
class Kin:
    """Evidence from relatives (see `basedb.linkage.kin`).

    household: the mention and record column that says who lives together, in register entries.
    condition: over ``l`` (a mention beside a person of that household) and ``r`` (another entry of
    it): they may be one. weight: the match weight that is worth.
    """

    household: str
    condition: Condition
    weight: float


@dataclass(frozen=True)
class Derived:
    """A master column computed from the surviving values (SQL over them, see `survivorship`)."""

    name: str
    zh: str
    type: Any
    expression: str


@dataclass(frozen=True)
class Entity:
    """An entity of a domain: its attributes, exact rules, and where its rows live.

    model: how records that share no identifier are compared. key_rule: the exact identifier rule.
    same_record: SQL condition over ``l``/``r`` (records of the model) under which two versions of one
    departmental record are the same entity. succession: the same for a record that left a register's
    snapshot and one that is new in it: an entry that was corrected and carries another key since.
    identifier: the attribute whose surviving value may be claimed by several entities.
    closing: date attributes that end an entity (death, cancellation).
    """

    schema: str
    name: str
    zh: str
    attributes: tuple[Attribute, ...]
    model: MatchModel
    key_rule: KeyRule
    same_record: str
    succession: str
    identifier: str
    closing: tuple[str, ...]
    derived: tuple[Derived, ...]
    master: sa.Table
    version: sa.Table
    mention: sa.Table
    evidence: sa.Table
    block: sa.Table
    check: Callable[[pd.DataFrame], pd.DataFrame]
    kin: Kin | None = None

    @property
    def id_column(self) -> str:
        """Name of the surrogate key, ``<entity>_id``."""
        return f"{self.name}_id"

    @property
    def qualified(self) -> str:
        """Two-part name of the master table."""
        return f"{self.schema}.{self.name}"

    def attribute(self, name: str) -> Attribute:
        """The attribute called `name`; KeyError if the entity has none."""
        return next(item for item in self.attributes if item.name == name)

    @property
    def mastered(self) -> tuple[Attribute, ...]:
        """Attributes that reach the master table."""
        return tuple(item for item in self.attributes if item.mastered)


@dataclass(frozen=True)
class KeyedTable:
    """A table with one row per value of a key attribute (a household per household number).

    values: columns copied from the member that comes first by `order_by`, then by entity id;
    first_member: the column that holds that member's id.
    """

    table: sa.Table
    id_column: str
    key: str
    values: tuple[str, ...]
    order_by: str
    first_member: str


@dataclass(frozen=True)
class Domain:
    """A base database: its schema, tables, entity, contracts and views.

    record_attributes: attributes of a delivered event itself (``record.…`` in contracts).
    keyed_tables: SQL steps that keep small tables keyed on an attribute (households) current.
    facts: views with the entity's id that an explanation of one entity shows, in this order.
    """

    name: str
    title: str
    metadata: sa.MetaData
    entity: Entity
    source_record: sa.Table
    record_attributes: tuple[Attribute, ...]
    contracts: Path
    views: Path
    keyed_tables: tuple[KeyedTable, ...] = ()
    migrations: tuple[Any, ...] = ()
    facts: tuple[str, ...] = ()

    def targets(self) -> set[str]:
        """Attribute names a contract may map a column to (without the role)."""
        return {item.name for item in self.entity.attributes} | {item.name for item in self.record_attributes}


@cache
def installed_domains() -> dict[str, Domain]:
    """Every installed domain by name, in name order."""
    found = sorted(entry_points(group="basedb.domains"), key=lambda entry: entry.name)
    return {entry.name: entry.load() for entry in found}
