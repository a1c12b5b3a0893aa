"""Where every source stands: freshness, what waits for a person, what should have come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from etl.arrivals import expectations
from etl.contract import Contract


@dataclass(frozen=True)
class SourceStatus:
    """One source. `days_behind` is how old its newest data are; `held` and `refused` count files
    that wait for a person, `quarantined` rows that were not accepted (open or sent back)."""

    source: str
    title: str
    department: str
    last_as_of: date | None
    last_received_at: datetime | None
    days_behind: int | None
    held: int
    refused: int
    quarantined: int
    overdue: tuple[date, ...]
    next_as_of: date | None
    next_due_at: datetime | None


def source_statuses(
    engine: duckdb.DuckDBPyConnection, contracts: Iterable[Contract], now: datetime
) -> list[SourceStatus]:
    """The status of every contract's source, in order of name."""
    contracts = sorted(contracts, key=lambda contract: contract.source)
    waiting = _waiting(engine)
    rows = {
        (source, domain): count
        for source, domain, count in engine.execute(
            "SELECT source, domain, count(*) FROM basedb.quarantine"
            " WHERE state IN ('open', 'resent') GROUP BY source, domain"
        ).fetchall()
    }
    standing = expectations(engine, contracts, now)
    return [
        SourceStatus(
            contract.source,
            contract.title,
            contract.owner.department,
            found.last_as_of,
            found.last_received_at,
            (now.date() - found.last_as_of).days if found.last_as_of else None,
            waiting.get((contract.source, contract.domain, "held"), 0),
            waiting.get((contract.source, contract.domain, "refused"), 0),
            rows.get((contract.source, contract.domain), 0),
            found.overdue,
            found.next_as_of,
            found.next_due_at,
        )
        for contract, found in zip(contracts, standing, strict=True)
    ]


def _waiting(engine: duckdb.DuckDBPyConnection) -> dict[tuple[str, str, str], int]:
    """Files that wait for a person, by source, domain and status.

    A held file waits until it is released or a file that is not older is loaded after it (the view
    `freshness` of a domain counts alike); a refused one until another file of its day has come.
    """
    rows = engine.execute(
        "SELECT source, domain, status, count(*) FROM basedb.delivery d WHERE status = 'held'"
        " AND NOT EXISTS (SELECT 1 FROM basedb.delivery n WHERE n.source = d.source AND n.domain = d.domain"
        "   AND n.as_of >= d.as_of"
        "   AND n.file_id > d.file_id AND n.status IN ('loaded', 'current') AND n.mode <> 'waiver')"
        " AND NOT EXISTS (SELECT 1 FROM basedb.decision r"
        "   WHERE r.kind = 'release' AND r.source = d.source AND r.subject = d.sha256)"
        " GROUP BY source, domain, status UNION ALL "
        "SELECT source, domain, status, count(*) FROM basedb.delivery d WHERE status = 'refused'"
        " AND NOT EXISTS (SELECT 1 FROM basedb.delivery n WHERE n.source = d.source AND n.domain = d.domain"
        "   AND n.as_of = d.as_of"
        "   AND n.file_id > d.file_id AND n.mode <> 'waiver') GROUP BY source, domain, status"
    ).fetchall()
    return {(source, domain, status): count for source, domain, status, count in rows}
