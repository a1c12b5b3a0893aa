"""After a night: what bases derive from several files together, and from each other's masters."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime

import duckdb

from basedb.domain import NOTHING_SUCCEEDED, BaseDomain, NightEnd, StagedDomain, entity_domains
from basedb.store import Store, scalar
from basedb.upkeep import note
from etl.counters import Counters

#: What the ledger of steps calls all of this.
STAGE = "after night"
#: The column of an address parser that says an attribute is an address.
_KEY = "address_key"
_NO_ADDRESS = (
    "SELECT NULL::TEXT AS address, NULL::TEXT AS entity, NULL::TEXT AS attribute, 0 AS entities WHERE false"
)
_NO_MOVEMENT = (
    "SELECT NULL::TEXT AS subject, NULL::DATE AS since, NULL::TEXT AS division, NULL::DATE AS month,"
    " NULL::BIGINT AS entered, NULL::BIGINT AS departed WHERE false"
)


def after_night(store: Store, domains: Mapping[str, BaseDomain], wait: float) -> int:
    """Let every domain that derives something, and has records, bring it up to date; how many rows changed.

    The links between bases are the address texts (a master row's address and `place.address`), and how
    many entered and left the registers, and what became of administrative divisions. Nothing is done where
    nothing was published since the last time.
    """
    with store.reading() as engine:
        if not _is_due(engine):
            return 0
        derives = [
            item.after_night
            for item in domains.values()
            if isinstance(item, StagedDomain)
            and item.after_night
            and engine.execute(f"SELECT 1 FROM {item.source_record.fullname} LIMIT 1").fetchall()
        ]
    if not derives:
        return 0
    changed, started = 0, time.perf_counter()
    with store.writing("basedb nightly derived", wait) as session:
        run_id = Counters(session).peek("basedb.run") - 1  # the last run there was
        for derive in derives:
            published_at = datetime.now(UTC).isoformat(sep=" ", timespec="microseconds")
            night = NightEnd(
                address_query(domains),
                movement_query(domains),
                published_at,
                run_id,
                succession_query(domains),
            )
            changed += derive(session, night)
        note(session, STAGE, run_id, changed, time.perf_counter() - started)
    return changed


def derived_as_of(engine: duckdb.DuckDBPyConnection) -> tuple[int, datetime]:
    """The last run that all this takes into account, and when that run ended; (-1, …) if there is none."""
    row = engine.execute(
        "SELECT run_id, finished_at FROM basedb.run WHERE run_id = (SELECT max(run_id) FROM basedb.step"
        " WHERE stage = ?)",
        [STAGE],
    ).fetchone()
    return (row[0], row[1]) if row else (-1, datetime.min.replace(tzinfo=UTC))


def _is_due(engine: duckdb.DuckDBPyConnection) -> bool:
    """Whether rows were published since all this was last brought up to date (by a night that ended before it came
    so far, by a single load, by a decision about identities), or tables were upgraded."""
    run, ended = derived_as_of(engine)
    return bool(
        scalar(
            engine,
            """SELECT (SELECT max(applied_at) FROM basedb.migration) > ? OR EXISTS (
                SELECT 1 FROM basedb.run r LEFT JOIN basedb.delivery d USING (run_id)
                WHERE r.run_id > ? AND r.status = 'published' AND coalesce(d.status, 'loaded') = 'loaded')""",
            [ended, run],
        )
    )


def address_query(domains: Mapping[str, BaseDomain]) -> str:
    """An engine query for every address in a master table: `address`, `entity`, `attribute`, and `entities`, the
    number of those that count that have it."""
    parts = [
        f"SELECT {attribute.name} AS address, '{entity.qualified}' AS entity, '{attribute.name}' AS attribute,"
        f" count(*) FILTER (WHERE {entity.counted}) AS entities FROM {entity.qualified}"
        f" WHERE {attribute.name} IS NOT NULL GROUP BY 1"
        for entity in (domain.entity for domain in entity_domains(domains).values())
        for attribute in entity.mastered
        if any(feature.output == _KEY for feature in attribute.features)
    ]
    return " UNION ALL ".join(parts) or _NO_ADDRESS


def movement_query(domains: Mapping[str, BaseDomain]) -> str:
    """An engine query for every declared movement of a register (see `basedb.domain.NightEnd`)."""
    parts = [
        f"""SELECT '{movement.subject}' AS subject, since, division, month, entered, departed FROM {movement.view}
            CROSS JOIN (SELECT min(as_of) AS since FROM basedb.delivery
                WHERE domain = '{domain.name}' AND status IN ('loaded', 'current')) AS first"""
        for domain in domains.values()
        for movement in domain.movements
    ]
    return " UNION ALL ".join(parts) or _NO_MOVEMENT


def succession_query(domains: Mapping[str, BaseDomain]) -> str:
    """An engine query for what became of administrative divisions (see `basedb.domain.NightEnd`)."""
    parts = [
        f"SELECT effective, before, after, existed, continues FROM {view}"
        for domain in domains.values()
        for view in domain.successions
    ]
    return " UNION ".join(parts) or NOTHING_SUCCEEDED
