"""What a domain package declares, and how installed domains are found.

A domain exports one `Domain` under entry point group ``basedb.domains``; everything that loads,
links, masters or shows data works from that declaration and knows no domain by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import duckdb
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from basedb.findings import Standardized
from basedb.headers import HeaderWords
from basedb.linkage.model import Condition, MatchModel
from basedb.store import Session
from basedb.store.labels import Secrecy, Sharing

if TYPE_CHECKING:
    from basedb.stewardship.pairs import PairQueue

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
class Jump:
    """A number that cannot have grown like this between two versions of a record: its unit was mistaken.

    factor: how many of the unit that was written are one of the attribute's (10,000 元 are one 万元). The new
    value is doubted where it is the former one times about that. code: the finding, whose suggestion is the
    new value in the attribute's unit.
    """

    attribute: str
    factor: float
    code: str


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
    doubts: by the code of a finding, SQL for (vertex, suggestion) over TEMP `linking`, `new_evidence` and
    `disputed` (vertex: new mentions whose identifier several claim); ``identifier.shared`` needs none.
    closing: date attributes that end an entity (death, cancellation). ended: SQL over a mention in force on the day
    `start`: a register's entry of it had ended, which need not end the entity: such an entry yields to another of
    its source that stands, and its values of the attributes `of_entry` are not the entity's then. jumps: changes not to
    be believed.
    counted: SQL condition over the master: the entity is one of those that are counted.
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
    doubts: Mapping[str, str] = field(default_factory=dict)
    kin: Kin | None = None
    jumps: tuple[Jump, ...] = ()
    counted: str = "true"
    ended: str = "false"
    of_entry: tuple[str, ...] = ()

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
    def shown(self) -> tuple[Attribute, ...]:
        """Attributes people may look at: not those kept for statistics only."""
        return tuple(item for item in self.attributes if item.secrecy != Secrecy.STATISTICS_ONLY)

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
class Crossing:
    """What a domain's extracts mention of another domain's entity, and the table here that says who it is.

    entity: two-part name of that entity's master table; roles: those of its mentions. table: columns
    source, source_key, role (which name the mention), the entity's id, method, match_weight, decided_at
    and run_id.
    """

    entity: str
    roles: tuple[str, ...]
    table: sa.Table


@dataclass(frozen=True)
class Movement:
    """Who enters and leaves a register month by month, for a base that compares it with published figures.

    subject: what is counted. view: two-part name, with the columns division (12-digit county), month (its
    first day), entered and departed; numbers only, no rows of anybody.
    """

    subject: str
    view: str


@dataclass(frozen=True)
class Reconciliation:
    """What departments owe each other in a domain, and how it is told.

    items: the view with one row per open item (issue, <entity>_id, <entity>_name, <entity>_code, owner, source,
    source_key, value, other_source, other_value, since, age_days, suggestion); counts: per owner, source, issue and
    month; rates: per source, how much of it is matched. issues: issue → its text in Chinese and English. personal: issues
    whose values are personal names.
    """

    items: str
    counts: str
    rates: str
    issues: Mapping[str, tuple[str, str]]
    personal: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class BaseDomain:
    """What every base database declares: its schema, tables, contracts and views.

    record_attributes: attributes of a delivered event itself (``record.…`` in contracts).
    facts: views with the entity's id that an explanation of one entity shows, in this order.
    movements: what other bases may compare their figures with. successions: two-part names of views of which
    administrative division became which other one: effective (a day), before and after (codes), existed (whether
    the one after was there before), continues (whether the one before is there after).
    settings_schema: JSON Schema of the section ``settings`` of a contract; None: there is none.
    headers: words by which a contract is drafted; None: none can be.
    said: tables of what the base itself said once (forecasts): a rebuild copies them.
    """

    name: str
    title: str
    metadata: sa.MetaData
    source_record: sa.Table
    contracts: Path
    views: Path
    record_attributes: tuple[Attribute, ...] = ()
    migrations: tuple[Any, ...] = ()
    facts: tuple[str, ...] = ()
    movements: tuple[Movement, ...] = ()
    successions: tuple[str, ...] = ()
    settings_schema: Mapping[str, Any] | None = None
    headers: HeaderWords | None = None
    said: tuple[sa.Table, ...] = ()

    def own_attributes(self) -> tuple[Attribute, ...]:
        """The attributes of what the base is about."""
        return ()

    def mapped(self) -> tuple[Attribute, ...]:
        """The attributes a contract may map columns to."""
        return (*self.own_attributes(), *self.record_attributes)

    def identifiers(self) -> frozenset[str]:
        """Attributes whose values tell entities apart, hidden from those who gave no purpose."""
        return frozenset()

    def targets(self) -> set[str]:
        """Names of `mapped` (a target without its role)."""
        return {item.name for item in self.mapped()}


@dataclass(frozen=True, kw_only=True)
class Domain(BaseDomain):
    """A base database of entities that are matched and mastered.

    keyed_tables: SQL steps that keep small tables keyed on an attribute (households) current.
    check_record: findings across the standard values of the event itself, as `Entity.check` across those of
    a mention. crossings: what its extracts mention of other domains' entities. reconciliation: see there.
    """

    entity: Entity
    keyed_tables: tuple[KeyedTable, ...] = ()
    check_record: Callable[[pd.DataFrame], pd.DataFrame] | None = None
    crossings: tuple[Crossing, ...] = ()
    reconciliation: Reconciliation | None = None

    def own_attributes(self) -> tuple[Attribute, ...]:
        """The entity's."""
        return self.entity.attributes

    def identifiers(self) -> frozenset[str]:
        """The entity's identifier and its other forms, and the keys of keyed tables."""
        features = self.entity.attribute(self.entity.identifier).features
        keyed = {table.key for table in self.keyed_tables}
        return frozenset({self.entity.identifier, *(feature.name for feature in features), *keyed})


class Counted(Protocol):
    """The counters ids come from."""

    def peek(self, name: str) -> int: ...

    def take(self, name: str, count: int = 1) -> int: ...


class Load(Protocol):
    """What a domain's own stages know of the load they are part of.

    engine: the store as default catalogue, and TEMP tables `incoming` (row_no and the contract's
    columns as text), `set_aside` (row_no, outcome and footnote, the text of one, of rows that are no data),
    `row` (row_no, source_key, digest, outcome, standing_id), `processed` (the rows of `incoming` that say something
    new: added, changed or late, in file order) and, after records are numbered, `new_record`. processed: these rows.
    path: the file. feeds: the contract's columns and the targets they feed (``role.attribute``).
    settings: the contract's section of the domain. received: receipt time as the text of a UTC timestamp.
    late: a snapshot with a newer as-of is in already. released: a person let the
    file in although it was held. A stage stops the whole file with `basedb.refusal.Held` or `Refused`.
    """

    @property
    def engine(self) -> duckdb.DuckDBPyConnection: ...

    @property
    def session(self) -> Session: ...

    @property
    def counters(self) -> Counted: ...

    @property
    def source(self) -> str: ...

    @property
    def settings(self) -> Mapping[str, Any]: ...

    @property
    def feeds(self) -> Mapping[str, tuple[str, ...]]: ...

    @property
    def processed(self) -> pa.Table: ...

    @property
    def path(self) -> Path: ...

    @property
    def as_of(self) -> date: ...

    @property
    def received(self) -> str: ...

    @property
    def late(self) -> bool: ...

    @property
    def released(self) -> bool: ...

    @property
    def run_id(self) -> int: ...

    @property
    def file_id(self) -> int: ...


class DomainStage(Protocol):
    """A step of a load that a domain brings along; returns how many rows it handled."""

    @property
    def name(self) -> str: ...

    def run(self, load: Load) -> int: ...


#: `NightEnd.successions` where nothing is known to have become of any division.
NOTHING_SUCCEEDED = (
    "SELECT NULL::DATE AS effective, NULL::TEXT AS before, NULL::TEXT AS after, NULL::BOOLEAN AS existed,"
    " NULL::BOOLEAN AS continues WHERE false"
)


@dataclass(frozen=True)
class NightEnd:
    """What a base may derive from when the files of a night are in.

    addresses: an engine query for the addresses in the masters of the other bases: `address`, the `entity`
    (schema.table) and `attribute` they are of, and `entities`, how many that count have it.
    movements: an engine query for the movements of the registers (`Movement`): subject, since (the first day
    the register speaks of), division, month, entered, departed.
    successions: an engine query for what became of administrative divisions: effective, before, after, existed,
    continues (see `BaseDomain`). published_at: the text of a UTC timestamp.
    """

    addresses: str
    movements: str
    published_at: str
    run_id: int
    successions: str = NOTHING_SUCCEEDED


class AfterNight(Protocol):
    """Brings up to date what a base derives from several files together, after the files of a night."""

    def __call__(self, session: Session, night: NightEnd) -> int:
        """Write what changed; returns how many rows that were."""
        ...


@dataclass(frozen=True, kw_only=True)
class StagedDomain(BaseDomain):
    """A base database whose masters are made by stages of its own (figures, map layers).

    Reading, classifying by digest, accounting, quarantine and source records are those of every load.
    prepare: stages that leave TEMP `raw_finding` (row_no, column_name, code, value, suggestion,
    severity, failed) and `raw_event` (row_no, valid_from) for the rows to process. master: stages after
    records are numbered, which write TEMP tables only. publish: stages that write to the store, inside
    the publishing transaction. attributes: what contracts may map columns to. after_night: brings
    up to date what follows from several files together. joins: small files of one source and day may be
    published in one transaction, one after the other: the stages make all their TEMP tables anew.
    pairs: what of it people decide pair by pair.
    """

    attributes: tuple[Attribute, ...]
    prepare: tuple[DomainStage, ...]
    master: tuple[DomainStage, ...]
    publish: tuple[DomainStage, ...]
    after_night: AfterNight | None = None
    joins: bool = False
    pairs: PairQueue | None = None

    def own_attributes(self) -> tuple[Attribute, ...]:
        """Those declared."""
        return self.attributes


@cache
def installed_domains() -> dict[str, BaseDomain]:
    """Every installed domain by name, in name order."""
    found = sorted(entry_points(group="basedb.domains"), key=lambda entry: entry.name)
    return {entry.name: entry.load() for entry in found}


def entity_domains(domains: Mapping[str, BaseDomain]) -> dict[str, Domain]:
    """Those of `domains` that master an entity."""
    return {name: domain for name, domain in domains.items() if isinstance(domain, Domain)}
