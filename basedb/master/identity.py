"""From clusters to identity: which entity every record belongs to, and which ids stand.

Entity ids are never reused. An entity that stands stays where its oldest record is; where the oldest
records of several came together the oldest id stands and the others redirect to it; a part that
split off gets a new id. New ids are given in the order of the records.
"""

from __future__ import annotations

import duckdb

from basedb.domain import Entity
from basedb.store.session import scalar


def resolve(engine: duckdb.DuckDBPyConnection, entity: Entity, next_id: int) -> int:
    """Decide the entity of every placed record; returns how many entities are new.

    Reads TEMP tables `linking`, `placed`, `contested` and the evidence. Leaves TEMP tables `resolved`
    (mention_id, entity_id, method, match_weight: records that had no entity), `moved` (mention_id,
    record_id, role, from_id, to_id), `merged` (from_id, to_id, anchor: ids that no longer stand),
    `fresh` (entity_id) and `claim` (key, entity_id: who claims a key together).
    """
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE home AS
            SELECT l.entity_id, min(p.vertex) AS anchor, arg_min(p.cluster, p.vertex) AS cluster
            FROM placed p JOIN linking l USING (vertex) WHERE l.entity_id IS NOT NULL GROUP BY l.entity_id"""
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE named AS
            WITH kept AS (SELECT cluster, min(entity_id) AS entity_id FROM home GROUP BY cluster)
            SELECT c.cluster, coalesce(k.entity_id, {next_id} - 1
                + row_number() OVER (PARTITION BY k.entity_id IS NULL ORDER BY c.cluster)) AS entity_id,
                k.entity_id IS NULL AS is_new
            FROM (SELECT DISTINCT cluster FROM placed) c LEFT JOIN kept k USING (cluster)"""
    )
    engine.execute("CREATE OR REPLACE TEMP TABLE fresh AS SELECT entity_id FROM named WHERE is_new")
    # A table of its own: in one statement, the engine takes the unequal ids for a reason to join.
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE placement AS
            SELECT p.vertex, p.cluster, l.record_id, l.role, l.entity_id AS from_id, n.entity_id AS to_id
            FROM placed p JOIN named n USING (cluster) JOIN linking l USING (vertex)"""
    )
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE moved AS
            SELECT vertex AS mention_id, record_id, role, from_id, to_id FROM placement WHERE from_id <> to_id"""
    )
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE merged AS
            SELECT h.entity_id AS from_id, n.entity_id AS to_id, h.anchor, 'evidence' AS reason
            FROM home h JOIN named n USING (cluster) WHERE h.entity_id <> n.entity_id"""
    )
    _say_how(engine, entity)
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE claim AS
            SELECT DISTINCT t.key, coalesce(p.to_id, l.entity_id) AS entity_id
            FROM contested t JOIN linking l USING (vertex) LEFT JOIN placement p USING (vertex)"""
    )
    return int(scalar(engine, "SELECT count(*) FROM fresh"))


def _say_how(engine: duckdb.DuckDBPyConnection, entity: Entity) -> None:
    """TEMP `resolved`: by what evidence each new record came to its entity, the strongest kind named."""
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE resolved AS
            WITH arrival AS (
                SELECT vertex, to_id AS entity_id FROM placement WHERE from_id IS NULL),
            edge AS (
                SELECT a, b, 1 AS kind, NULL::DOUBLE AS weight FROM history_edge
                UNION ALL SELECT b, a, 1, NULL FROM history_edge
                UNION ALL SELECT a, b, 3, match_weight FROM new_evidence WHERE grade = 'auto'
                UNION ALL SELECT b, a, 3, match_weight FROM new_evidence WHERE grade = 'auto'),
            inner_edge AS (
                SELECT e.a AS vertex, min(e.kind) AS kind, max(e.weight) AS weight FROM edge e
                JOIN placed p ON p.vertex = e.a JOIN placed q ON q.vertex = e.b AND q.cluster = p.cluster
                GROUP BY e.a),
            shared AS (
                SELECT DISTINCT k.vertex FROM (
                    SELECT t.key, p.cluster FROM contested t JOIN placed p USING (vertex)
                    GROUP BY t.key, p.cluster HAVING count(*) > 1) g
                JOIN contested k USING (key) JOIN placed p ON p.vertex = k.vertex AND p.cluster = g.cluster)
            SELECT a.vertex AS mention_id, a.entity_id,
                CASE WHEN e.kind = 1 THEN 'source_key' WHEN s.vertex IS NOT NULL THEN '{entity.key_rule.method}'
                    WHEN e.kind = 3 THEN 'score' ELSE 'new' END AS method,
                CASE WHEN e.kind = 3 AND s.vertex IS NULL THEN e.weight END AS match_weight
            FROM arrival a LEFT JOIN inner_edge e USING (vertex) LEFT JOIN shared s USING (vertex)"""
    )
