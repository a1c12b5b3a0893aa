"""Masters: mentions, identity, golden records and their history, as a part of the publication."""

from __future__ import annotations

from dataclasses import dataclass

from basedb.domain import Domain
from basedb.master import history, identity_ledger, keyed
from basedb.store import Session, in_any_order
from etl.batch import Batch
from etl.counters import Counters
from etl.crossing import carry_over


@dataclass(frozen=True)
class Masters:
    """Writes what was resolved and merged; the number of mentions."""

    def run(self, batch: Batch) -> int:
        session, entity = batch.session, batch.entity
        with in_any_order(batch.engine):
            mentions = _insert_mentions(batch)
            identity_ledger.write(session, entity, batch.received, batch.run_id, batch.model_version)
            history.write(session, entity, batch.received, batch.run_id)
            refresh_keyed_tables(session, batch.entity_domain, batch.counters, batch.received, batch.run_id)
            carry_over(session, entity, batch.received, batch.run_id, arrived=True)
        return mentions


def _insert_mentions(batch: Batch) -> int:
    entity = batch.entity
    own = (entity.id_column, "method", "match_weight", "decided_at", "run_id")
    copied = ", ".join(item.name for item in entity.mention.columns if item.name not in own)
    inserted = batch.engine.execute(
        f"""INSERT INTO {entity.qualified}_mention ({copied}, {", ".join(own)})
            SELECT {copied}, s.entity_id, s.method, s.match_weight, TIMESTAMPTZ '{batch.received}', {batch.run_id}
            FROM new_mention JOIN resolved s USING (mention_id)"""
    ).fetchone()
    return int(inserted[0]) if inserted else 0


def refresh_keyed_tables(
    session: Session, domain: Domain, counters: Counters, received: str, run_id: int
) -> None:
    """Bring the domain's keyed tables up to the master rows just written."""
    for table in domain.keyed_tables:
        counter = table.table.fullname
        added = keyed.refresh(session, domain.entity, table, counters.peek(counter), received, run_id)
        counters.take(counter, added)
