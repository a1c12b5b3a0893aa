"""Reading and writing the run and file ledgers."""

from __future__ import annotations

import getpass
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb

import etl.delivery_findings  # noqa: F401  what record_aside enters is registered
from basedb import __version__
from basedb.findings import finding_type
from basedb.ledger import OUTCOMES
from basedb.store import Session, Store
from etl.batch import Batch, Delivery, Step
from etl.contract.model import Contract
from etl.counters import Counters

_DELIVERY_COLUMNS = (
    "file_id", "run_id", "source", "domain", "file_name", "sha256", "bytes", "as_of", "scope", "mode", "received_at",
    "due_at", "contract_version", "status", "reason", "message", "late", "rows_read", *OUTCOMES, "absent",
)  # fmt: skip


@dataclass(frozen=True)
class Account:
    """What became of one file: the status, and every row accounted for.

    status: `loaded`, `identical` (the same delivery again: nothing done), `current` (the same bytes
    for a new as-of: freshness recorded), `held` (a person must release it) or `refused`.
    scope: the scope values a partial snapshot speaks for, as a JSON array; None for the whole extract.
    """

    source: str
    file_name: str
    as_of: date | None
    status: str
    rows_read: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    absent: int = 0
    scope: str | None = None
    late: bool = False
    reason: str | None = None
    message: str | None = None
    findings: dict[str, int] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    run_id: int | None = None
    file_id: int | None = None
    samples: tuple[dict[str, Any], ...] = ()


def known_delivery(
    engine: duckdb.DuckDBPyConnection, contract: Contract, delivery: Delivery
) -> dict[str, Any] | None:
    """The ledger's last line for this very delivery (source, domain, as-of, bytes), if there is one."""
    return _one(
        engine,
        "SELECT * FROM basedb.delivery WHERE source = ? AND domain = ? AND as_of = ? AND sha256 = ?"
        " ORDER BY file_id DESC LIMIT 1",
        [contract.source, contract.domain, delivery.as_of, delivery.sha256],
    )


def last_in_order(engine: duckdb.DuckDBPyConnection, contract: Contract) -> dict[str, Any] | None:
    """The line of the last file loaded for the source, if all of it was taken in its turn.

    A delta's row that arrived late or retired its record does not say what stands, and would be judged anew.
    """
    line = _one(
        engine,
        "SELECT * FROM basedb.delivery WHERE source = ? AND domain = ? AND status IN ('loaded', 'current')"
        " ORDER BY file_id DESC LIMIT 1",
        [contract.source, contract.domain],
    )
    if line is None or line["late"]:
        return None
    if line["mode"] == "delta":
        return None if line["superseded"] or line["retired"] else line
    return line if line["mode"] == "snapshot" else None


def is_released(engine: duckdb.DuckDBPyConnection, contract: Contract, delivery: Delivery) -> bool:
    """Whether a person released this held file."""
    found = engine.execute(
        "SELECT 1 FROM basedb.decision WHERE kind = 'release' AND source = ? AND subject = ? LIMIT 1",
        [contract.source, delivery.sha256],
    )
    return found.fetchone() is not None


def monotone(engine: duckdb.DuckDBPyConnection, received_at: datetime) -> datetime:
    """The receipt time, moved after every earlier one and after every decision about identities:
    knowledge time never runs backwards."""
    row = engine.execute(
        "SELECT max(moment) FROM (SELECT max(received_at) AS moment FROM basedb.delivery UNION ALL"
        " SELECT max(made_at) FROM basedb.decision WHERE kind IN ('judge', 'withdraw', 'model'))"
    ).fetchone()
    last = row[0] if row else None
    if last is None or received_at > last:
        return received_at
    return last.astimezone(UTC) + timedelta(microseconds=1)


def _one(engine: duckdb.DuckDBPyConnection, query: str, parameters: list[Any]) -> dict[str, Any] | None:
    cursor = engine.execute(query, parameters)
    row = cursor.fetchone()
    return (
        None if row is None else dict(zip([item[0] for item in cursor.description or []], row, strict=True))
    )


def write_account(batch: Batch, account: Account, command: str, started: datetime) -> None:
    """The run, file, step and contract lines of a batch, in the transaction that publishes it."""
    write_lines(
        batch.session, batch.counters, batch.contract, batch.delivery, account, command, started,
        batch.run_id, batch.file_id,
    )  # fmt: skip
    for position, step in enumerate(account.steps):
        batch.engine.execute(
            "INSERT INTO basedb.step (run_id, file_id, position, stage, rows, seconds) VALUES (?, ?, ?, ?, ?, ?)",
            [batch.run_id, batch.file_id, position, step.stage, step.rows, step.seconds],
        )


def write_lines(
    session: Session,
    counters: Counters,
    contract: Contract,
    delivery: Delivery,
    account: Account,
    command: str,
    started: datetime,
    run_id: int,
    file_id: int,
) -> None:
    """The run line and the file line of one file, and its contract version if it is new."""
    status = {"loaded": "published", "current": "published"}.get(account.status, account.status)
    session.engine.execute(
        "INSERT INTO basedb.run (run_id, command, account, started_at, finished_at, status, message, basedb_version)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            run_id,
            command,
            getpass.getuser(),
            started,
            datetime.now(UTC),
            status,
            account.message,
            __version__,
        ],
    )
    values = [
        file_id, run_id, contract.source, contract.domain, delivery.file_name, delivery.sha256, delivery.size,
        delivery.as_of, account.scope, "waiver" if delivery.digests else contract.delivery.mode, delivery.received_at,
        contract.arrival.due_at(delivery.as_of),
        contract.version, account.status, account.reason, account.message, account.late, account.rows_read,
        *(account.counts[outcome] for outcome in OUTCOMES), account.absent,
    ]  # fmt: skip
    marks = ", ".join("?" for _ in values)
    session.engine.execute(
        f"INSERT INTO basedb.delivery ({', '.join(_DELIVERY_COLUMNS)}) VALUES ({marks})", values
    )
    _write_contract(session, contract, delivery.received_at)
    counters.save()


def _write_contract(session: Session, contract: Contract, at: datetime) -> None:
    known = session.engine.execute(
        "SELECT 1 FROM basedb.contract WHERE source = ? AND version = ?", [contract.source, contract.version]
    ).fetchone()
    if known is None:
        columns = session.engine.execute("SELECT to_json(?)::TEXT", [list(contract.kept_columns)]).fetchone()
        session.engine.execute(
            "INSERT INTO basedb.contract (source, version, domain, title, department, mandatory_columns, columns,"
            " content, first_used_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                contract.source, contract.version, contract.domain, contract.title, contract.owner.department,
                contract.mandatory_columns, columns[0] if columns else "[]", contract.path.read_text("utf-8"), at,
            ],
        )  # fmt: skip


def enter_decision(
    session: Session,
    counters: Counters,
    kind: str,
    source: str,
    subject: str,
    made_by: str,
    made_at: datetime,
    after_file_id: int,
    reason: str,
) -> None:
    """One line of the decision log, placed after the file that was last entered."""
    session.engine.execute(
        "INSERT INTO basedb.decision (decision_id, kind, source, subject, made_by, made_at, after_file_id, reason)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [counters.take("basedb.decision"), kind, source, subject, made_by, made_at, after_file_id, reason],
    )


def record_aside(
    store: Store,
    contract: Contract,
    delivery: Delivery,
    account: Account,
    command: str,
    started: datetime,
    wait: float,
) -> Account:
    """Enter a file that is not loaded in the ledger: its account and how it arrived, nothing else."""
    with store.writing(f"{command} {contract.source}", wait) as session:
        counters = Counters(session)
        run_id, file_id = counters.take("basedb.run"), counters.take("basedb.file")
        write_lines(session, counters, contract, delivery, account, command, started, run_id, file_id)
        for item in delivery.notes:
            session.engine.execute(
                "INSERT INTO basedb.finding (file_id, row_no, column_name, code, severity, suggestion)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [
                    file_id,
                    item.row_no,
                    item.column,
                    item.code,
                    str(finding_type(item.code).severity),
                    item.zh,
                ],
            )
    return replace(account, run_id=run_id, file_id=file_id)
