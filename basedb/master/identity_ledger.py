"""Writing identity down: records that move, ids that redirect, evidence and what became of it."""

from __future__ import annotations

from basedb.domain import Entity
from basedb.store.session import Session, scalar


def write(session: Session, entity: Entity, received_at: str, run_id: int, model_version: int) -> None:
    """Write what resolving found, known from `received_at` (a UTC timestamp literal text)."""
    if scalar(session.engine, "SELECT count(*) FROM moved"):
        _move(session, entity)
        _redirect(session, entity, received_at, run_id)
    _write_evidence(session, entity, run_id, model_version)
    session.engine.execute(
        f"INSERT INTO {entity.block.fullname} (key, vertex, rule) SELECT key, vertex, rule FROM new_block ORDER BY key"
    )


def _move(session: Session, entity: Entity) -> None:
    staged = session.stage("SELECT record_id, role, to_id FROM moved")
    session.apply(
        f"UPDATE {entity.qualified}_mention AS t SET {entity.id_column} = s.to_id FROM {staged} AS s"
        " WHERE t.record_id = s.record_id AND t.role = s.role"
    )


def _redirect(session: Session, entity: Entity, received_at: str, run_id: int) -> None:
    """An id that no longer stands leads to where its oldest record is, also when that moves on."""
    staged = session.stage("SELECT mention_id, to_id FROM moved")
    session.apply(
        f"UPDATE basedb.redirect AS t SET to_id = s.to_id FROM {staged} AS s"
        f" WHERE t.entity = '{entity.qualified}' AND t.anchor = s.mention_id"
    )
    session.engine.execute(
        "INSERT INTO basedb.redirect (entity, from_id, to_id, known_from, run_id, reason, anchor)"
        f" SELECT '{entity.qualified}', from_id, to_id, TIMESTAMPTZ '{received_at}', {run_id}, reason, anchor"
        " FROM merged ORDER BY from_id"
    )


def _write_evidence(session: Session, entity: Entity, run_id: int, model_version: int) -> None:
    evidence = entity.evidence.fullname
    if scalar(session.engine, "SELECT count(*) FROM new_evidence WHERE method = 'kin'"):
        # Relatives can make stronger what two standing records showed already.
        staged = session.stage("SELECT a, b FROM new_evidence WHERE method = 'kin'")
        session.apply(f"DELETE FROM {evidence} AS t USING {staged} AS s WHERE t.a = s.a AND t.b = s.b")
    session.engine.execute(
        f"""INSERT INTO {evidence}
                (a, b, method, rule, pattern, match_weight, grade, veto, outcome, model_version, run_id)
            SELECT a, b, method, rule, pattern, match_weight, grade, veto, o.outcome, {model_version}, {run_id}
            FROM new_evidence JOIN (FROM outcome WHERE is_new) o USING (a, b) ORDER BY a, b"""
    )
    if scalar(session.engine, "SELECT count(*) FROM outcome WHERE NOT is_new"):
        staged = session.stage("SELECT a, b, outcome FROM outcome WHERE NOT is_new")
        session.apply(
            f"UPDATE {evidence} AS t SET outcome = s.outcome FROM {staged} AS s WHERE t.a = s.a AND t.b = s.b"
        )
