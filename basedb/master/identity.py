"""From evidence to identity: which entity every new mention belongs to.

Entity ids are never reused. New ids are given in the order of the new mentions (as-of, source,
file name, row, role). Where evidence joins standing entities, the oldest id survives and the
others redirect to it.
"""

from __future__ import annotations

import duckdb

from basedb.domain import Entity
from basedb.linkage.components import connected_components
from basedb.linkage.exact import is_form
from basedb.store.session import scalar


def resolve(engine: duckdb.DuckDBPyConnection, entity: Entity, next_id: int) -> int:
    """Decide the entity of every new mention; returns how many entities are new.

    Reads TEMP tables `mention_place`, `evidence` and `contested`; new mentions are vertices from
    `next_id` on. Leaves TEMP tables `resolved` (ordinal, entity_id, method), `merged` (from_id,
    to_id) and `claim` (key, claimants: entity ids that claim a key together).
    """
    connected_components(engine, "evidence", "component")
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE placed AS
            SELECT m.ordinal, coalesce(c.label, {next_id} + m.ordinal) AS label
            FROM mention_place m LEFT JOIN component c ON c.vertex = {next_id} + m.ordinal"""
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE fresh AS
            SELECT label, {next_id} - 1 + row_number() OVER (ORDER BY label) AS entity_id
            FROM (SELECT DISTINCT label FROM placed WHERE label >= {next_id})"""
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE resolved AS
            WITH linked AS (
                SELECT a AS node, max(method = 'source_key') AS by_record
                FROM evidence WHERE NOT {is_form("a")} GROUP BY a),
            size AS (
                SELECT label, count(*) AS members FROM component WHERE NOT {is_form("vertex")} GROUP BY label)
            SELECT p.ordinal, coalesce(f.entity_id, p.label) AS entity_id,
                CASE WHEN l.by_record THEN 'source_key'
                    WHEN l.node IS NOT NULL AND s.members > 1 THEN '{entity.key_rule.method}'
                    ELSE 'new' END AS method
            FROM placed p LEFT JOIN fresh f USING (label) LEFT JOIN size s USING (label)
            LEFT JOIN linked l ON l.node = {next_id} + p.ordinal"""
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE merged AS
            SELECT vertex AS from_id, label AS to_id FROM component
            WHERE vertex < {next_id} AND vertex <> label"""
    )
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE claim AS
            SELECT DISTINCT t.key, coalesce(f.entity_id, c.label, t.node) AS entity_id
            FROM contested t LEFT JOIN component c ON c.vertex = t.node
            LEFT JOIN fresh f ON f.label = coalesce(c.label, t.node)
            WHERE true"""
    )
    return int(scalar(engine, "SELECT count(*) FROM fresh"))
