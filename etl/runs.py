"""What the ledgers say about past runs."""

from __future__ import annotations

from typing import Any

import duckdb

from basedb.ledger import OUTCOMES


def fetch(
    engine: duckdb.DuckDBPyConnection, query: str, parameters: list[Any] | None = None
) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries."""
    cursor = engine.execute(query, parameters or [])
    names = [item[0] for item in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def last_runs(engine: duckdb.DuckDBPyConnection, last: int) -> list[dict[str, Any]]:
    """The last runs with the file each of them brought, newest first."""
    return fetch(
        engine,
        "SELECT r.run_id, r.command, r.account, r.started_at, r.status, d.source, d.file_name, d.as_of,"
        " d.rows_read, d.added, d.changed, d.quarantined,"
        " epoch(r.finished_at) - epoch(r.started_at) AS seconds, r.message"
        " FROM basedb.run r LEFT JOIN basedb.delivery d USING (run_id) ORDER BY r.run_id DESC LIMIT ?",
        [last],
    )


def run_detail(engine: duckdb.DuckDBPyConnection, run_id: int) -> dict[str, Any] | None:
    """A run with its files, their steps and their findings; None if there is no such run."""
    runs = fetch(engine, "SELECT * FROM basedb.run WHERE run_id = ?", [run_id])
    if not runs:
        return None
    files = fetch(engine, "SELECT * FROM basedb.delivery WHERE run_id = ? ORDER BY file_id", [run_id])
    for file in files:
        file["counts"] = {name: file.pop(name) for name in OUTCOMES}
        file["steps"] = fetch(
            engine,
            "SELECT position, stage, rows, seconds FROM basedb.step WHERE run_id = ? AND file_id = ? ORDER BY position",
            [run_id, file["file_id"]],
        )
        found = engine.execute(
            "SELECT code, count(*) FROM basedb.finding WHERE file_id = ? GROUP BY code ORDER BY code",
            [file["file_id"]],
        )
        file["findings"] = dict(found.fetchall())
    return {**runs[0], "files": files}
