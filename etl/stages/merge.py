"""Merge: survivorship for the touched entities only, and what it changes in the masters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import duckdb

from basedb.domain import Entity
from basedb.master.candidates import gather
from basedb.master.history import compare
from basedb.master.survivorship import Priorities, survive
from basedb.store import Session, scalar
from etl.contract.model import Contract


class Mastering(Protocol):
    """What merging needs of a load or a revision."""

    session: Session
    peers: Mapping[str, Contract]

    @property
    def entity(self) -> Entity: ...

    @property
    def engine(self) -> duckdb.DuckDBPyConnection: ...


@dataclass(frozen=True)
class Merge:
    """Leaves `segment` (the touched entities' timelines), `vanished` and `appeared`."""

    name: str = "merge"

    def run(self, batch: Mastering) -> int:
        entity = batch.entity
        registers = {peer.source for peer in batch.peers.values() if peer.register}
        gather(batch.session, entity, registers)
        survive(batch.engine, entity, _priorities(batch), registers)
        compare(batch.session, entity)
        return int(scalar(batch.engine, "SELECT count(*) FROM touched"))


def _priorities(batch: Mastering) -> Priorities:
    return {
        item.name: {peer.source: peer.priority(item.name) for peer in batch.peers.values()}
        for item in batch.entity.mastered
    }
