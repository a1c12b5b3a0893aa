"""The first version of a match model, made by the night itself.

What a domain declares is made for any city: a prior of one in a million, and no term frequencies, so
that 王伟 counts like a name nobody else bears. A store that has seen enough records knows better. Once,
after a delivery day, the night takes prior and term frequencies from the records and scores everything
again. m and u stay as declared: whether to learn those is a person's decision (``basedb model train``).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from basedb.domain import Domain
from basedb.linkage.drawing import draw_frequencies, named_mentions
from basedb.linkage.parameters import defaults
from basedb.linkage.versions import SHIPPED, activate, list_versions, write_version
from basedb.store import Store, scalar
from etl.contract.model import Contract
from etl.quarantine import Decision
from etl.revision import Reviser, Revision

# Fewer say little about how frequent anything is.
ENOUGH = 2_000
_BY = "basedb nightly"
_REASON = (
    "自动建立第一版：先验与词频取自已入库的记录 / first version: prior and term frequencies from the records"
)


@dataclass(frozen=True)
class FirstVersion:
    """What was made of which records, and what scoring again changed.

    entities: the distinct entities the prior is taken from. merged, fresh: ids that were merged away
    and that are new.
    """

    entity: str
    version: int
    records: int
    entities: int
    prior: float
    values: int
    merged: int
    fresh: int
    seconds: float


def first_version(
    store: Store, domain: Domain, peers: Mapping[str, Contract], wait: float = 30.0
) -> FirstVersion | None:
    """Make the first version and relink, in one transaction; None if there is one, or too few records.

    Whoever went back to version 0 meant it: a store that ever had a version gets none from here.
    """
    if not _is_due(store, domain):
        return None
    started = time.perf_counter()
    told: dict[str, int] = {}

    def prepare(revision: Revision) -> str:
        engine, entity = revision.engine, domain.entity
        told["records"] = draw_frequencies(engine, entity, "drawn_frequency")
        told["values"] = scalar(engine, "SELECT count(*) FROM temp.drawn_frequency")
        told["entities"] = scalar(
            engine, f"SELECT count(DISTINCT {entity.id_column}) FROM {entity.qualified}_mention"
        )
        version = write_version(
            revision.session,
            entity,
            defaults(entity.model, prior_of(told["entities"])),
            origin=SHIPPED,
            made_by=_BY,
            made_at=datetime.fromisoformat(f"{revision.received}"),
            reason=_REASON,
            frequencies="temp.drawn_frequency",
            training={"method": "first", "records": told["records"], "entities": told["entities"]},
        )
        activate(revision.session, entity, version)
        engine.execute("DROP TABLE temp.drawn_frequency")
        told["version"] = version
        return str(version)

    decision = Decision(_BY, _REASON, _last_receipt(store))
    found = Reviser(store, domain, peers, "nightly", wait).relink(decision, prepare)
    return FirstVersion(
        domain.entity.qualified,
        told["version"],
        told["records"],
        told["entities"],
        prior_of(told["entities"]),
        told["values"],
        len(found.merged),
        len(found.fresh),
        time.perf_counter() - started,
    )


def prior_of(entities: int) -> float:
    """The probability that two records taken at random are one entity, from the number of entities.

    A register that lists everybody once meets another record's person once in `entities` records. The
    entities that stand after the exact rules are at most too many, which makes the prior cautious.
    """
    return 1 / max(entities, 2)


def _is_due(store: Store, domain: Domain) -> bool:
    with store.reading() as engine:
        return not list_versions(engine, domain.entity) and named_mentions(engine, domain.entity) >= ENOUGH


def _last_receipt(store: Store) -> datetime:
    """When the last delivery came: what follows from it is known from then, also in a replayed night."""
    with store.reading() as engine:
        last: datetime = scalar(engine, "SELECT max(received_at) FROM basedb.delivery")
        return last.astimezone(UTC)
