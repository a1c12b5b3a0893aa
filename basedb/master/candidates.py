"""Which entities a load touches, and every mention that has a say in their master rows."""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from basedb.domain import Entity
from basedb.store.session import Session, scalar


def gather(session: Session, entity: Entity, registers: Collection[str]) -> None:
    """Create TEMP table `candidate`: all mentions of all touched entities, tonight's included.

    Reads TEMP tables `new_mention`, `resolved`, `fresh`, `moved`, `merged`, `claim`, `new_record` (record_id,
    source, source_key, as_of, valid_from, valid_to) and `closed` (record_id, status, closed_on); and
    the store. Leaves `single` (new entities with one mention, where there is nothing to choose:
    they are no candidates), `touched` (entity_id), `standing_touched` (old_id),
    `candidate` and `claimants` (key, claimants, registered_claimants).
    """
    engine = session.engine
    _set_singles_apart(engine, entity)
    mention = f"{entity.schema}.{entity.name}_mention"
    id_column = entity.id_column
    session.fetch(
        "closed_mention",
        mention,
        f"mention_id, record_id, {id_column}",
        "record_id",
        "SELECT record_id FROM closed",
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE touched AS
            SELECT entity_id FROM resolved ANTI JOIN single USING (mention_id)
            UNION SELECT coalesce(v.to_id, c.{id_column}) FROM closed_mention c LEFT JOIN moved v USING (mention_id)
            UNION SELECT from_id FROM moved WHERE from_id NOT IN (SELECT from_id FROM merged)
            UNION SELECT to_id FROM moved
            UNION SELECT entity_id FROM claim"""
    )
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE standing_touched AS
            SELECT entity_id AS old_id FROM touched UNION SELECT from_id FROM merged"""
    )
    values = _columns(entity, "m")
    if scalar(engine, f"SELECT count(*) FROM (SELECT 1 FROM {mention} LIMIT 1)"):
        session.fetch(
            "standing_candidate",
            f"{mention} m JOIN {entity.schema}.source_record r ON r.record_id = m.record_id",
            f"m.{id_column} AS old_id, m.mention_id, m.record_id, m.role, r.source, r.source_key, r.as_of, r.valid_from,"
            f" r.valid_to, r.status, {values}",
            f"m.{id_column}",
            "SELECT old_id FROM standing_touched",
        )
    else:
        engine.execute(
            f"""CREATE OR REPLACE TEMP TABLE standing_candidate AS
                SELECT m.{id_column} AS old_id, m.mention_id, m.record_id, m.role, r.source, r.source_key, r.as_of,
                    r.valid_from, r.valid_to, r.status, {values}
                FROM {mention} m JOIN {entity.schema}.source_record r USING (record_id) LIMIT 0"""
        )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE candidate AS
            SELECT coalesce(v.to_id, m.old_id) AS entity_id, m.record_id, m.role, m.source, m.source_key,
                m.as_of, m.valid_from, coalesce(c.closed_on, m.valid_to) AS valid_to,
                coalesce(c.status, m.status) AS status, {values}
            FROM standing_candidate m LEFT JOIN moved v USING (mention_id)
            LEFT JOIN closed c ON c.record_id = m.record_id
            UNION ALL
            SELECT s.entity_id, r.record_id, m.role, r.source, r.source_key, r.as_of, r.valid_from, r.valid_to,
                r.status, {values}
            FROM new_mention m JOIN (FROM resolved ANTI JOIN single USING (mention_id)) s USING (mention_id)
            JOIN new_record r USING (record_id)"""
    )
    engine.execute("DROP TABLE standing_candidate")
    _count_claimants(session, entity, registers)


def _set_singles_apart(engine: duckdb.DuckDBPyConnection, entity: Entity) -> None:
    """TEMP `single`: most of a first load, spared the copying that choosing between mentions takes."""
    closing = " AND ".join(f"m.{name} IS NULL" for name in entity.closing)
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE single AS
            WITH alone AS (
                SELECT entity_id, min(mention_id) AS mention_id FROM resolved SEMI JOIN fresh USING (entity_id)
                GROUP BY entity_id HAVING count(*) = 1)
            SELECT a.mention_id, a.entity_id
            FROM (FROM alone ANTI JOIN claim USING (entity_id)
                WHERE entity_id NOT IN (SELECT to_id FROM moved)) a JOIN new_mention m USING (mention_id)
            JOIN new_record r USING (record_id)
            WHERE {closing} AND r.valid_to = DATE '9999-12-31'"""
    )


def _count_claimants(session: Session, entity: Entity, registers: Collection[str]) -> None:
    """How many entities claim each identifier that more than one claims."""
    engine = session.engine
    key, condition = next(iter(entity.key_rule.keys.items()))
    table = f"{entity.schema}.{entity.name}_mention m JOIN {entity.schema}.source_record r ON r.record_id = m.record_id"
    columns = f"m.{key} AS key, m.{entity.id_column} AS old_id, r.source, r.status, m.role, m.record_id, m.mention_id"
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE disputed AS
            SELECT key FROM claim GROUP BY key HAVING count(DISTINCT entity_id) > 1
            UNION
            -- Numbers that touched entities bore before tonight may be claimed by others too.
            SELECT {key} FROM candidate WHERE ({condition}) AND {key} NOT IN (SELECT key FROM new_key)"""
    )
    if not scalar(engine, "SELECT count(*) FROM disputed"):
        engine.execute(
            "CREATE OR REPLACE TEMP TABLE claimants (key TEXT, claimants BIGINT, registered_claimants BIGINT)"
        )
        return
    session.fetch("claiming", table, columns, f"m.{key}", "SELECT key FROM disputed")
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE claimants AS
            SELECT key, count(DISTINCT entity_id) AS claimants,
                count(DISTINCT entity_id) FILTER (
                    WHERE status = 'current' AND role = 'self' AND source IN (SELECT unnest(?))) AS registered_claimants
            FROM (
                SELECT c.key, coalesce(v.to_id, c.old_id) AS entity_id, c.source,
                    coalesce(closed.status, c.status) AS status, c.role
                FROM claiming c LEFT JOIN moved v USING (mention_id)
                LEFT JOIN closed ON closed.record_id = c.record_id
                UNION ALL
                SELECT k.key, s.entity_id, r.source, 'current', m.role
                FROM new_key k JOIN new_mention m ON m.mention_id = k.vertex JOIN resolved s USING (mention_id)
                JOIN new_record r USING (record_id)
                WHERE k.key IN (SELECT key FROM disputed))
            GROUP BY key HAVING count(DISTINCT entity_id) > 1""",
        [sorted(registers)],
    )


def _columns(entity: Entity, alias: str) -> str:
    """The mention columns survivorship looks at: mastered values and the flags that rank them."""
    names = [item.name for item in entity.mastered]
    names += sorted({item.trusted_when for item in entity.mastered if item.trusted_when})
    names += [feature.name for feature in entity.attribute(entity.identifier).features]
    return ", ".join(f"{alias}.{name}" for name in dict.fromkeys(names))
