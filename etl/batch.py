"""One delivered file on its way through the stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from basedb.domain import BaseDomain, Domain, Entity
from basedb.ledger import OUTCOMES
from basedb.store import Session
from basedb.store.labels import Secrecy
from etl.contract.model import Contract
from etl.counters import Counters
from etl.readers.result import Note, ReadResult


@dataclass(frozen=True)
class Delivery:
    """A file as it arrived: `file_name` is relative to the inbox, `received_at` in UTC.

    notes: what is worth a finding about the way it arrived. listed_rows: how many rows its delivery
    list promises. digests: where not empty, only these rows of the file are loaded (waived ones).
    """

    path: Path
    file_name: str
    sha256: str
    size: int
    as_of: date
    received_at: datetime
    notes: tuple[Note, ...] = ()
    listed_rows: int | None = None
    digests: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Step:
    """How long a stage took and how many rows it handled."""

    stage: str
    rows: int
    seconds: float


@dataclass
class Batch:
    """What the stages of one load share.

    The rows themselves are in the engine: `incoming` (as read), `row` (key, digest, outcome), `processed` (those of
    `incoming` that say something new), `new_record` and `new_mention` (what of them is accepted), `finding`, and what
    linking and mastering leave. `peers` are all contracts of the domain by source.
    """

    delivery: Delivery
    contract: Contract
    domain: BaseDomain
    peers: Mapping[str, Contract]
    session: Session
    counters: Counters
    run_id: int
    file_id: int
    released: bool = False
    result: ReadResult | None = None
    processed: pa.Table = field(default_factory=lambda: pa.table({}))
    newest_snapshot: date | None = None
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    absent: int = 0
    scope: str | None = None
    model_version: int = 0
    steps: list[Step] = field(default_factory=list)

    @property
    def engine(self) -> duckdb.DuckDBPyConnection:
        """The engine all stages work in."""
        return self.session.engine

    @property
    def entity_domain(self) -> Domain:
        """The domain, of whose stages this is one: those of an entity."""
        assert isinstance(self.domain, Domain)
        return self.domain

    @property
    def entity(self) -> Entity:
        """The entity the domain masters."""
        return self.entity_domain.entity

    @property
    def source(self) -> str:
        """The contract's name."""
        return self.contract.source

    @property
    def settings(self) -> Mapping[str, Any]:
        """The contract's settings of its domain."""
        return self.contract.settings

    @property
    def feeds(self) -> Mapping[str, tuple[str, ...]]:
        """The contract's columns, each with the targets it feeds."""
        return {name: tuple(map(str, column.targets)) for name, column in self.contract.columns.items()}

    @property
    def path(self) -> Path:
        """The file."""
        return self.delivery.path

    @property
    def as_of(self) -> date:
        """The day the file speaks of."""
        return self.delivery.as_of

    @property
    def late(self) -> bool:
        """Whether a snapshot with a newer as-of is already in."""
        return self.newest_snapshot is not None and self.newest_snapshot > self.delivery.as_of

    @property
    def withheld(self) -> frozenset[str]:
        """The department's columns that feed statistics-only attributes: their cells are shown to nobody."""
        closed = {item.name for item in self.domain.mapped() if item.secrecy == Secrecy.STATISTICS_ONLY}
        return frozenset(
            name
            for name, column in self.contract.columns.items()
            if any(target.attribute in closed for target in column.targets)
        )

    @property
    def received(self) -> str:
        """The receipt time as the text of a UTC timestamp literal."""
        return self.delivery.received_at.isoformat(sep=" ", timespec="microseconds")
