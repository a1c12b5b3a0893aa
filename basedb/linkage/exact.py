"""Exact rules on identifiers and departmental keys: the evidence that needs no score."""

from __future__ import annotations

import duckdb

from basedb.domain import Entity
from basedb.store.session import Session, scalar

# Beyond this many different names under one number, the number is no evidence of anything.
_MAX_FORMS_PER_KEY = 50
# Vertices of name forms live above every entity id and every provisional id of a new mention.
_FORM_BASE = 1 << 60


def link(session: Session, entity: Entity, provisional: int) -> None:
    """Turn new mentions and what stands into evidence.

    Reads TEMP tables `new_mention` (ordinal, standing_id, standard columns) and the store; a new
    mention is vertex ``provisional + ordinal``, a standing entity is the vertex of its own id, so
    `provisional` must be above every id given out so far. Leaves TEMP tables `standing_mention`
    (mentions that share a key), `evidence` (a, b, method) and `contested` (key, node).
    """
    engine = session.engine
    _fetch_standing(session, entity)
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE keyed AS
            SELECT key, {provisional} + ordinal AS node, {_columns(entity)}
            FROM new_key JOIN new_mention USING (ordinal)
            UNION ALL
            SELECT key, node, {_columns(entity)} FROM (
                {" UNION ALL ".join(_standing_keys(entity))})
            WHERE key IN (SELECT key FROM new_key)"""
    )
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE contested AS
            SELECT DISTINCT key, node FROM keyed WHERE key IN (
                SELECT key FROM keyed GROUP BY key HAVING min(node) <> max(node))"""
    )
    _number_forms(engine, entity)
    _same_record(session, entity, provisional)
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE evidence AS
            SELECT node AS a, {_FORM_BASE} + form AS b, '{entity.key_rule.method}' AS method
            FROM form_node
            UNION ALL
            SELECT {_FORM_BASE} + l.form, {_FORM_BASE} + r.form, '{entity.key_rule.method}'
            FROM form l JOIN form r ON l.key = r.key AND l.form < r.form
            WHERE {entity.key_rule.compatible}
            UNION ALL
            SELECT a, b, 'source_key' FROM same_record"""
    )


def is_form(vertex: str) -> str:
    """SQL condition: the vertex stands for a name form, not for a mention or an entity."""
    return f"{vertex} >= {_FORM_BASE}"


def _fetch_standing(session: Session, entity: Entity) -> None:
    """Mentions that stand in the store and share a key with a new one, as `standing_mention`."""
    engine = session.engine
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE new_key AS "
        + " UNION ".join(
            f"SELECT {column} AS key, ordinal FROM new_mention WHERE ({condition}) AND {column} IS NOT NULL"
            for column, condition in entity.key_rule.keys.items()
        )
    )
    table = f"{entity.schema}.{entity.name}_mention"
    columns = f"record_id, role, {entity.id_column} AS node, {_key_columns(entity)}, {_columns(entity)}"
    if not scalar(engine, f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT 1)"):
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE standing_mention AS SELECT {columns} FROM {table} LIMIT 0"
        )
        return
    for number, column in enumerate(entity.key_rule.keys):
        session.fetch(f"standing_{number}", table, columns, column, "SELECT key FROM new_key")
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE standing_mention AS "
        + " UNION ".join(f"FROM standing_{number}" for number in range(len(entity.key_rule.keys)))
    )


def _key_columns(entity: Entity) -> str:
    parts = [
        f"CASE WHEN {condition} THEN {column} END AS key_{number}"
        for number, (column, condition) in enumerate(entity.key_rule.keys.items())
    ]
    return ", ".join(parts)


def _standing_keys(entity: Entity) -> list[str]:
    return [
        f"SELECT key_{number} AS key, node, {_columns(entity)} FROM standing_mention"
        for number in range(len(entity.key_rule.keys))
    ]


def _columns(entity: Entity) -> str:
    return ", ".join(entity.key_rule.compares)


def _number_forms(engine: duckdb.DuckDBPyConnection, entity: Entity) -> None:
    """Number the distinct forms under each contested key, and say which node shows which form."""
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE form AS
            WITH distinct_form AS (
                SELECT DISTINCT key, {_columns(entity)} FROM keyed SEMI JOIN contested USING (key)),
            counted AS (SELECT *, count(*) OVER (PARTITION BY key) AS forms FROM distinct_form)
            SELECT row_number() OVER (ORDER BY key, {_columns(entity)}) AS form, key, {_columns(entity)}
            FROM counted WHERE forms <= {_MAX_FORMS_PER_KEY}"""
    )
    same = " AND ".join(f"k.{column} IS NOT DISTINCT FROM f.{column}" for column in entity.key_rule.compares)
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE form_node AS
            SELECT DISTINCT k.node, f.form FROM keyed k JOIN form f ON k.key = f.key AND {same}
            -- A record without a name proves nothing by its number alone.
            WHERE k.{entity.key_rule.compares[0]} IS NOT NULL"""
    )


def _same_record(session: Session, entity: Entity, provisional: int) -> None:
    """Link a new version of a departmental record to every version before and after it.

    To every one, not only to the one that stands: else it would matter whether a version between
    two others is known already.
    """
    engine = session.engine
    if not scalar(engine, "SELECT count(*) FROM new_record WHERE standing_id IS NOT NULL"):
        engine.execute("CREATE OR REPLACE TEMP TABLE same_record (a BIGINT, b BIGINT)")
        engine.execute("CREATE OR REPLACE TEMP TABLE reused_key (ordinal BIGINT)")
        return
    session.fetch(
        "version",
        f"{entity.schema}.source_record s JOIN {entity.schema}.{entity.name}_mention m ON m.record_id = s.record_id",
        "s.source, s.source_key, m.*",
        "s.source_key",
        "SELECT source_key FROM new_record WHERE standing_id IS NOT NULL",
    )
    # A table of its own: joined in one statement, the engine compares every pair of one role first.
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE new_version AS
            SELECT n.source, n.source_key, m.* FROM new_record n JOIN new_mention m USING (record_id)
            WHERE n.standing_id IS NOT NULL"""
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE same_record AS
            SELECT DISTINCT {provisional} + r.ordinal AS a, l.{entity.id_column} AS b
            FROM new_version r JOIN version l USING (source, source_key, role)
            WHERE {entity.same_record}"""
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE reused_key AS
            SELECT r.ordinal FROM version l
            JOIN new_version r ON l.record_id = r.standing_id AND l.role = r.role
            WHERE NOT coalesce({entity.same_record}, false)"""
    )
