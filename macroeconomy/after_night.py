"""After the files of a night: registers counted beside published figures, and what does not agree."""

from __future__ import annotations

import sqlalchemy as sa

from basedb.store import Session, scalar
from macroeconomy.discrepancies import discrepancies
from macroeconomy.registers import counts
from macroeconomy.tables import discrepancy, register_count

_WRITTEN = ("published_at", "run_id")


def after_night(session: Session, addresses: str, published_at: str, run_id: int, movements: str) -> int:
    """See `basedb.domain.AfterNight`."""
    del addresses
    counted = _keep(session, register_count, counts(movements), published_at, run_id)
    if not counted and not _is_new(session):
        return 0
    return counted + _keep(session, discrepancy, discrepancies(), published_at, run_id)


def _is_new(session: Session) -> bool:
    """Whether figures came in since discrepancies were last looked for."""
    newest = "SELECT max(run_id) FROM basedb.delivery WHERE domain = 'macroeconomy'"
    since = "SELECT max(run_id) FROM macroeconomy.discrepancy"
    return bool(scalar(session.engine, f"SELECT coalesce(({newest}) > ({since}), true)"))


def _keep(session: Session, table: sa.Table, query: str, published_at: str, run_id: int) -> int:
    """Make a table hold what an engine query gives; rows that stand keep when they were written.

    Returns how many rows were written or dropped.
    """
    engine = session.engine
    names = [item.name for item in table.columns if item.name not in _WRITTEN]
    listed = ", ".join(names)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE kept_wanted AS SELECT DISTINCT {listed} FROM ({query})")
    engine.execute(f"CREATE OR REPLACE TEMP TABLE kept_standing AS SELECT {listed} FROM {table.fullname}")
    gone = "FROM kept_standing EXCEPT FROM kept_wanted"
    dropped = int(scalar(engine, f"SELECT count(*) FROM ({gone})"))
    if dropped:
        staged = session.stage(gone)
        same = " AND ".join(f"t.{name} IS NOT DISTINCT FROM s.{name}" for name in names)
        session.apply(f"DELETE FROM {table.fullname} AS t USING {staged} AS s WHERE {same}")
    fresh = "FROM kept_wanted EXCEPT FROM kept_standing"
    added = int(scalar(engine, f"SELECT count(*) FROM ({fresh})"))
    if added:
        engine.execute(
            f"""INSERT INTO {table.fullname} ({listed}, published_at, run_id)
                SELECT {listed}, TIMESTAMPTZ '{published_at}', {run_id} FROM ({fresh}) ORDER BY ALL"""
        )
    return dropped + added
