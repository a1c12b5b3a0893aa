"""What became of the evidence: it came true, a person should look, or the question is settled."""

from __future__ import annotations

from basedb.domain import Entity
from basedb.linkage.records import recall, recall_vertices
from basedb.store.session import Session, scalar


def find_outcomes(session: Session, entity: Entity) -> None:
    """Create TEMP `outcome` (a, b, outcome, is_new) of the new evidence and of the standing evidence
    that touched records have; for standing evidence only where it changed.

    linked: both records are one entity. settled: a person said they differ, another entity explains
    the record clearly better, or the entities have different values of which one has one (and the
    evidence is below the threshold for linking, and no constraint insists). review: everything else.
    """
    engine = session.engine
    _gather(session, entity)
    if not scalar(engine, "SELECT count(*) FROM weighed"):
        _name_entities(session)
        engine.execute(
            "CREATE OR REPLACE TEMP TABLE outcome (a BIGINT, b BIGINT, outcome TEXT, is_new BOOLEAN)"
        )
        return
    recall_vertices(session, entity, "SELECT a FROM weighed UNION SELECT b FROM weighed")
    _name_entities(session)
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE weighed AS
            SELECT w.*, la.entity_now AS a_id, lb.entity_now AS b_id
            FROM weighed w JOIN entity_of la ON la.vertex = w.a JOIN entity_of lb ON lb.vertex = w.b"""
    )
    apart = (
        "SELECT a_id AS id FROM weighed WHERE a_id <> b_id UNION SELECT b_id FROM weighed WHERE a_id <> b_id"
    )
    recall(session, entity, f"m.{entity.id_column}", f"SELECT id FROM ({apart})")
    _name_entities(session)
    insisting = [item.name for item in entity.model.constraints if item.insist]
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE outcome AS
            WITH apart AS ({apart}),
            held AS ({_held(entity)}),
            clash AS (
                SELECT a_id, b_id FROM (
                    SELECT p.a_id, p.b_id, l.name, bool_or(l.value = r.value) AS agree
                    FROM (SELECT DISTINCT a_id, b_id FROM weighed WHERE a_id <> b_id) p
                    JOIN held l ON l.id = p.a_id JOIN held r ON r.id = p.b_id AND r.name = l.name
                    GROUP BY ALL)
                WHERE NOT agree),
            judged AS (
                SELECT least(x.entity_now, y.entity_now) AS low, greatest(x.entity_now, y.entity_now) AS high
                FROM standing_judgement j JOIN entity_of x ON x.vertex = j.a JOIN entity_of y ON y.vertex = j.b
                WHERE j.verdict = 'different'),
            decided AS (
                SELECT w.a, w.b, w.is_new, w.standing,
                    CASE WHEN w.a_id = w.b_id THEN 'linked'
                        WHEN (least(w.a_id, w.b_id), greatest(w.a_id, w.b_id)) IN (SELECT (low, high) FROM judged)
                            THEN 'settled'
                        WHEN f.refer IS NOT NULL THEN CASE WHEN f.refer THEN 'review' ELSE 'settled' END
                        WHEN w.grade <> 'auto' AND NOT coalesce(list_contains({insisting}::TEXT[], w.veto), false)
                            AND (w.a_id, w.b_id) IN (SELECT (a_id, b_id) FROM clash) THEN 'settled'
                        ELSE coalesce(CASE WHEN w.grade = 'auto' THEN nullif(w.standing, 'linked') END, 'review')
                    END AS outcome
                FROM weighed w LEFT JOIN refusal f ON f.a = w.a AND f.b = w.b)
            SELECT a, b, outcome, is_new FROM decided WHERE is_new OR outcome <> standing"""
    )
    engine.execute("DROP TABLE weighed")


def _gather(session: Session, entity: Entity) -> None:
    """TEMP `weighed` (a, b, grade, is_new, standing): new evidence, and what touched records have."""
    engine = session.engine
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE weighed AS
            SELECT a, b, grade, veto, true AS is_new, NULL::TEXT AS standing FROM new_evidence"""
    )
    evidence = entity.evidence.fullname
    if not scalar(engine, f"SELECT count(*) FROM (SELECT 1 FROM {evidence} LIMIT 1)"):
        return
    touched = "SELECT vertex FROM placed SEMI JOIN (FROM linking WHERE entity_id IS NOT NULL) USING (vertex)"
    for end in ("a", "b"):
        session.fetch("kept_evidence", evidence, "a, b, grade, veto, outcome", end, touched)
        engine.execute(
            """INSERT INTO weighed SELECT a, b, grade, veto, false, outcome FROM kept_evidence
                ANTI JOIN weighed USING (a, b)"""
        )
    engine.execute("DROP TABLE kept_evidence")


def _name_entities(session: Session) -> None:
    """TEMP `entity_of` (vertex, entity_now): every known record's entity after this decision."""
    session.engine.execute(
        """CREATE OR REPLACE TEMP TABLE entity_of AS
            SELECT l.vertex, coalesce(p.to_id, l.entity_id) AS entity_now
            FROM linking l LEFT JOIN placement p USING (vertex)"""
    )


def _held(entity: Entity) -> str:
    """SQL for the sole values (id, name, value) of the entities in ``apart``."""
    parts = [
        f"SELECT DISTINCT e.entity_now AS id, '{item.column}' AS name, l.{item.column}::TEXT AS value"
        f" FROM linking l JOIN entity_of e USING (vertex) SEMI JOIN apart ON apart.id = e.entity_now"
        f" WHERE l.{item.column} IS NOT NULL"
        for item in entity.model.sole_values
    ]
    return " UNION ALL ".join(parts) or "SELECT 0 AS id, '' AS name, '' AS value WHERE false"
