"""After the files of a night: registers counted beside published figures, what does not agree, today's boundaries."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pyarrow as pa
import sqlalchemy as sa

from basedb.domain import NightEnd
from basedb.store import Session, scalar
from basedb.upkeep import last_run, note
from macroeconomy.discrepancies import discrepancies
from macroeconomy.rebased import rebase
from macroeconomy.registers import counts
from macroeconomy.successions import Change, changes, successions
from macroeconomy.tables import discrepancy, division_change, rebased_figure, register_count

#: What the ledger of steps calls this.
STAGE = "compare with registers"

_WRITTEN = ("published_at", "run_id")


def after_night(session: Session, night: NightEnd) -> int:
    """See `basedb.domain.AfterNight`."""
    started = time.perf_counter()
    rows = _keep(session, register_count, counts(night.movements), night)
    dealt_out = _changes(session, night)
    rows += _keep(session, division_change, _change_rows(session, dealt_out), night)
    if rows or _is_new(session):
        rows += _keep(session, discrepancy, discrepancies(), night)
        rows += _keep(session, rebased_figure, rebase(session.engine, dealt_out), night)
        note(session, STAGE, night.run_id, rows, time.perf_counter() - started)
    return rows


def _changes(session: Session, night: NightEnd) -> list[Change]:
    """What became of the divisions figures speak of since the first figure, the oldest change first."""
    engine = session.engine
    divisions = [
        code for (code,) in engine.execute("SELECT DISTINCT division FROM macroeconomy.series").fetchall()
    ]
    known = successions(engine, night.successions, divisions)
    if not known:
        return []
    first = scalar(engine, "SELECT min(period_end) FROM macroeconomy.observation")
    return changes(item for item in known if item.effective > first)


def _change_rows(session: Session, dealt_out: Sequence[Change]) -> str:
    """An engine query for the rows of table `division_change`."""
    rows = [
        (before, after, change.effective, before in change.after)
        for change in dealt_out
        for before in change.before
        for after in change.after
    ]
    columns = zip(*rows, strict=True) if rows else ((),) * 4
    kinds = (pa.string(), pa.string(), pa.date32(), pa.bool_())
    names = ("from_division", "to_division", "effective", "continues")
    session.engine.register(
        "told_change",
        pa.table({n: pa.array(list(c), k) for n, c, k in zip(names, columns, kinds, strict=True)}),
    )
    return "FROM told_change"


def _is_new(session: Session) -> bool:
    """Whether figures came in since discrepancies were last looked for."""
    query = "SELECT coalesce(max(run_id) > ?, false) FROM basedb.delivery WHERE domain = 'macroeconomy'"
    return bool(scalar(session.engine, query, [last_run(session, STAGE)]))


def _keep(session: Session, table: sa.Table, query: str, night: NightEnd) -> int:
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
                SELECT {listed}, TIMESTAMPTZ '{night.published_at}', {night.run_id} FROM ({fresh}) ORDER BY ALL"""
        )
    return dropped + added
