"""How far what is derived from several files is up to date: a line in the ledger of steps for each time it was."""

from __future__ import annotations

from collections.abc import Iterable

from basedb.store import Session, scalar

# The ledger keeps steps by file; what is derived from several belongs to none.
_NO_FILE = 0


def last_run(session: Session, stage: str) -> int:
    """The run as of which `stage` was last noted; -1 if it never was."""
    query = "SELECT coalesce(max(run_id), -1) FROM basedb.step WHERE stage = ?"
    return int(scalar(session.engine, query, [stage]))


def changed_tables(session: Session, stage: str, tables: Iterable[str]) -> set[str]:
    """Those of `tables` (schema.table) to which a run wrote since `stage` was last noted; all of them if
    it never was."""
    since = last_run(session, stage)
    return {
        name
        for name in tables
        if scalar(session.engine, f"SELECT coalesce(max(run_id) > ?, false) FROM {name}", [since])
    }


def note(session: Session, stage: str, run_id: int, rows: int, seconds: float) -> None:
    """Enter that `stage` is up to date as of a run; entered once more, the later line stands."""
    session.apply(
        f"DELETE FROM basedb.step WHERE run_id = {int(run_id)} AND file_id = {_NO_FILE} AND stage = '{stage}'"
    )
    position = scalar(
        session.engine,
        "SELECT coalesce(max(position) + 1, 0) FROM basedb.step WHERE run_id = ? AND file_id = ?",
        [run_id, _NO_FILE],
    )
    session.engine.execute(
        "INSERT INTO basedb.step (run_id, file_id, position, stage, rows, seconds) VALUES (?, ?, ?, ?, ?, ?)",
        [run_id, _NO_FILE, position, stage, rows, seconds],
    )
