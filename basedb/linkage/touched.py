"""What new evidence touches: the components of the evidence graph that must be decided anew.

An entity that stands enters the graph as one vertex, minus its id, because the evidence within it
need not be read again unless something in its component is in doubt.
"""

from __future__ import annotations

from basedb.domain import Entity
from basedb.linkage.components import connected_components
from basedb.linkage.records import recall
from basedb.store.session import Session, scalar


def find_touched(session: Session, entity: Entity, edges: str) -> None:
    """Create TEMP `component` (vertex, label) and `doubt` (label).

    edges: a relation (a, b) of evidence between records of `linking` and forms. Also read: TEMP
    `revised` (entity_id: entities to decide anew whatever the evidence). Records without an entity
    are vertices, standing entities are minus their id. `doubt` holds the components whose partition
    does not follow from connectedness alone: evidence in them did not come true before, a person
    judged them, or they are revised. All members of touched entities are added to `linking`.
    """
    engine = session.engine
    _read_doubts(session, entity)
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE component_edge AS
            SELECT coalesce(-l.entity_id, e.a) AS a, coalesce(-r.entity_id, e.b) AS b
            FROM ({edges}) e LEFT JOIN linking l ON l.vertex = e.a LEFT JOIN linking r ON r.vertex = e.b
            UNION ALL SELECT -a_id, -b_id FROM open_question
            UNION ALL SELECT -a_id, -b_id FROM standing_judgement
            UNION ALL SELECT -entity_id, -entity_id FROM revised"""
    )
    connected_components(engine, "component_edge", "every_component")
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE component AS
            SELECT * FROM every_component WHERE label IN (
                SELECT label FROM every_component WHERE vertex IN (SELECT vertex FROM linking WHERE entity_id IS NULL)
                UNION SELECT label FROM every_component JOIN revised r ON vertex = -r.entity_id)"""
    )
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE doubt AS
            SELECT DISTINCT label FROM component JOIN (
                SELECT a_id AS id FROM open_question UNION SELECT b_id FROM open_question
                UNION SELECT a_id FROM standing_judgement UNION SELECT b_id FROM standing_judgement
                UNION SELECT entity_id FROM revised) ON vertex = -id"""
    )
    engine.execute("DROP TABLE component_edge")
    engine.execute("DROP TABLE every_component")
    if scalar(engine, "SELECT count(*) FROM component WHERE vertex < 0"):
        recall(session, entity, f"m.{entity.id_column}", "SELECT -vertex FROM component WHERE vertex < 0")


def _read_doubts(session: Session, entity: Entity) -> None:
    """TEMP `open_question` (a_id, b_id): entities between which linking evidence did not come true;
    TEMP `standing_judgement` (a, b, verdict, a_id, b_id): judgements in force."""
    engine = session.engine
    mention = f"{entity.qualified}_mention"
    both = (
        f" JOIN {mention} ma ON ma.record_id = e.a >> 4 AND ma.mention_id = e.a"
        f" JOIN {mention} mb ON mb.record_id = e.b >> 4 AND mb.mention_id = e.b"
    )
    ids = f"ma.{entity.id_column} AS a_id, mb.{entity.id_column} AS b_id"
    if not _any(session, entity.evidence.fullname) and not _any(session, "basedb.judgement"):
        engine.execute("CREATE OR REPLACE TEMP TABLE open_question (a_id BIGINT, b_id BIGINT)")
        engine.execute(
            "CREATE OR REPLACE TEMP TABLE standing_judgement"
            " (a BIGINT, b BIGINT, verdict TEXT, a_id BIGINT, b_id BIGINT)"
        )
        return
    session.fetch(
        "unrealized",
        f"{entity.evidence.fullname} e{both}",
        f"e.a, e.b, e.grade, {ids}",
        "e.outcome",
        "SELECT unnest(['review', 'settled'])",
    )
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE open_question AS"
        " SELECT DISTINCT a_id, b_id FROM unrealized WHERE grade = 'auto' AND a_id <> b_id"
    )
    session.fetch(
        "standing_judgement",
        f"basedb.judgement e{both}",
        f"e.a, e.b, e.verdict, {ids}",
        "CASE WHEN e.withdrawn_at IS NULL THEN e.entity END",
        f"SELECT '{entity.qualified}'",
    )


def _any(session: Session, table: str) -> bool:
    return bool(scalar(session.engine, f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT 1)"))
