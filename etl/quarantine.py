"""The life of quarantined rows: open, sent back, mended by a new delivery, or waived by a person.

A waiver takes effect at once: the row is read again from the archived file and goes through the
stages of a load as a small delivery of its own (mode ``waiver``), with an account that balances.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from basedb.findings import Severity, define
from basedb.store import Session, Store
from etl import ledger
from etl.batch import Delivery
from etl.contract import Contract, load_contract
from etl.counters import Counters
from etl.ledger import Account
from etl.load import Loader
from etl.readers.result import note
from etl.runs import fetch

WAIVED = define(
    "row.waived",
    Severity.INFO,
    "该行经人工放行后入库",
    "the row was accepted because a person waived its findings",
)
ENDED = frozenset({"fixed", "waived"})


class NotPossible(ValueError):
    """A decision that cannot be taken on these rows; the message says why and what to do instead."""


@dataclass(frozen=True)
class Decision:
    """Who decided, why, and when (UTC)."""

    made_by: str
    reason: str
    made_at: datetime


def entries(
    engine: duckdb.DuckDBPyConnection,
    source: str | None = None,
    states: Sequence[str] = ("open", "resent"),
    ids: Sequence[int] = (),
) -> list[dict[str, Any]]:
    """Quarantined rows with the file they were last seen in, oldest first."""
    conditions = ["q.state IN (SELECT unnest(?))"]
    parameters: list[Any] = [list(states)]
    if source is not None:
        conditions.append("q.source = ?")
        parameters.append(source)
    if ids:
        conditions.append("q.quarantine_id IN (SELECT unnest(?))")
        parameters.append(list(ids))
    return fetch(
        engine,
        "SELECT q.quarantine_id, q.source, q.source_key, q.digest::TEXT AS digest, q.file_id, q.row_no,"
        " q.last_file_id, q.raw, q.codes, q.state, q.state_changed_at, q.decided_by, q.reason,"
        " f.file_name, f.as_of, f.contract_version, l.file_name AS last_file_name, l.as_of AS last_as_of,"
        " l.sha256 AS last_sha256, l.contract_version AS last_contract_version"
        " FROM basedb.quarantine q JOIN basedb.delivery f ON f.file_id = q.file_id"
        f" JOIN basedb.delivery l ON l.file_id = q.last_file_id WHERE {' AND '.join(conditions)}"
        " ORDER BY q.quarantine_id",
        parameters,
    )


def cells(engine: duckdb.DuckDBPyConnection, entry: dict[str, Any]) -> dict[str, str]:
    """The quarantined row under the department's own column names; an unreadable one as one text."""
    content = json.loads(entry["raw"]) if entry["raw"] else []
    if not isinstance(content, list):
        return {"原始内容": str(content)}
    row = engine.execute(
        "SELECT columns FROM basedb.contract WHERE source = ? AND version = ?",
        [entry["source"], entry["contract_version"]],
    ).fetchone()
    names = json.loads(row[0]) if row else [f"第{number}列" for number in range(1, len(content) + 1)]
    return dict(zip(names, content, strict=False))


def resend(store: Store, rows: Sequence[dict[str, Any]], decision: Decision, wait: float = 30.0) -> None:
    """Mark rows as sent back to their department, and enter the decision."""
    _refuse_ended(rows)
    with store.writing("basedb quarantine resend", wait) as session:
        counters = Counters(session)
        _enter(session, counters, "resend", rows, decision, counters.peek("basedb.file") - 1)
        _set_state(session, rows, "resent", decision)
        counters.save()


def waive(
    loader: Loader,
    contract: Contract,
    rows: Sequence[dict[str, Any]],
    decision: Decision,
    received_at: datetime | None = None,
) -> Account:
    """Accept rows of one file in spite of their findings: decision and rows in one transaction.

    The rows must be of one source and last seen in one file; `contract` is the version that file was
    read under (see `contract_of`). `received_at`, from when the rows are known, is the decision's time
    unless a rebuild says otherwise. Raises NotPossible for rows that cannot be waived.
    """
    _refuse_ended(rows)
    if any(row["digest"] is None for row in rows):
        raise NotPossible(
            "无法读取的行不能放行，只能请部门重发 / an unreadable row cannot be waived, only sent again"
        )

    def decide(session: Session, counters: Counters, after: int) -> None:
        _enter(session, counters, "waive", rows, decision, after)
        _set_state(session, rows, "waived", decision)

    file = rows[0]
    with loader.archive.named(file["last_sha256"], file["last_file_name"]) as path:
        delivery = _delivery(path, rows, received_at or decision.made_at)
        return loader.load_part(contract, delivery, decide)


def contract_of(
    engine: duckdb.DuckDBPyConnection, known: Contract | None, source: str, version: str
) -> Contract:
    """The contract version a file was read under: `known` if it is that version, else the ledger's."""
    if known is not None and known.version == version:
        return known
    row = engine.execute(
        "SELECT content FROM basedb.contract WHERE source = ? AND version = ?", [source, version]
    ).fetchone()
    if row is None:
        raise NotPossible(
            f"台账中没有合同 {source} 的版本 {version} / the ledger lacks this contract version"
        )
    return contract_from(row[0], source)


def contract_from(content: str, source: str) -> Contract:
    """A contract from its text in the ledger."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / f"{source}.yml"
        path.write_text(content, "utf-8")
        return load_contract(path)


def _delivery(path: Path, rows: Sequence[dict[str, Any]], received_at: datetime) -> Delivery:
    """The archived file, restricted to the rows; its fingerprint names file and rows."""
    first = rows[0]
    digests = sorted({row["digest"] for row in rows})
    named = hashlib.sha256("\n".join([first["last_sha256"], *digests]).encode()).hexdigest()
    return Delivery(
        path=path,
        file_name=first["last_file_name"],
        sha256=named,
        size=path.stat().st_size,
        as_of=first["last_as_of"],
        received_at=received_at.astimezone(UTC),
        notes=(note(WAIVED),),
        digests=frozenset(digests),
    )


def _refuse_ended(rows: Sequence[dict[str, Any]]) -> None:
    ended = [row for row in rows if row["state"] in ENDED]
    if ended:
        numbers = "、".join(str(row["quarantine_id"]) for row in ended)
        raise NotPossible(f"隔离行 {numbers} 已更正或已放行，无需再处理 / fixed or waived already")


def _enter(
    session: Session,
    counters: Counters,
    kind: str,
    rows: Sequence[dict[str, Any]],
    decision: Decision,
    after: int,
) -> None:
    """One line per row in the decision log, after the file that was last entered."""
    for row in rows:
        subject = row["digest"] or f"{row['file_id']}:{row['row_no']}"
        ledger.enter_decision(
            session, counters, kind, row["source"], subject, decision.made_by, decision.made_at, after,
            decision.reason,
        )  # fmt: skip


def _set_state(session: Session, rows: Sequence[dict[str, Any]], state: str, decision: Decision) -> None:
    ids = ", ".join(str(int(row["quarantine_id"])) for row in rows)
    staged = session.stage(
        "SELECT ?::TEXT AS state, ?::TIMESTAMPTZ AS at, ?::TEXT AS made_by, ?::TEXT AS reason",
        [state, decision.made_at, decision.made_by, decision.reason],
    )
    session.apply(
        "UPDATE basedb.quarantine AS t SET state = s.state, state_changed_at = s.at, decided_by = s.made_by,"
        f" reason = s.reason FROM {staged} AS s WHERE t.quarantine_id IN ({ids})"
    )
