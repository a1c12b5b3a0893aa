"""Exact rules on identifiers and departmental keys: the evidence that needs no score.

Edges between records of TEMP table `linking`. Equal keys would make an edge for every two records;
the distinct forms of a name under a key are vertices of their own instead, so that a number borne
by a thousand records makes a thousand edges and not a million.
"""

from __future__ import annotations

from basedb.domain import Entity
from basedb.linkage.kin import replace_evidence
from basedb.linkage.records import key_columns, recall, stands
from basedb.store.session import Session, scalar

# Beyond this many different names under one number, the number is no evidence of anything.
_MAX_FORMS_PER_KEY = 50
# Vertices of name forms live above every mention's number.
FORM_BASE = 1 << 60


def recall_keys(session: Session, entity: Entity) -> None:
    """Leave TEMP `new_key` (key, vertex) of the records in `linking`, and add to `linking` the
    standing mentions that share one."""
    session.engine.execute(
        f"CREATE OR REPLACE TEMP TABLE new_key AS {_keys(entity, '(FROM linking WHERE entity_id IS NULL)')}"
    )
    if not stands(session, entity):
        return
    keys = [f"m.{column}" for column in entity.key_rule.keys]
    recall(session, entity, keys, "SELECT DISTINCT key FROM new_key")


def recall_versions(session: Session, entity: Entity) -> None:
    """Add to `linking` every version of the departmental records that TEMP `new_record` continues."""
    if scalar(session.engine, "SELECT count(*) FROM new_record WHERE standing_id IS NOT NULL"):
        keys = "SELECT source_key FROM new_record WHERE standing_id IS NOT NULL"
        recall(session, entity, "r.source_key", keys)


def link_keys(session: Session, entity: Entity, result: str, members: str, bearers: str, keys: str) -> None:
    """Create TEMP `result` (a, b): edges by the key rule among `members`, through forms; and TEMP
    `bearers` (key, vertex): who bears a key that several records bear.

    keys: SQL condition on ``key``: the keys that matter.
    """
    engine = session.engine
    rule = entity.key_rule
    compares = ", ".join(rule.compares)
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE keyed AS FROM ({_keys(entity, members, compares)}) WHERE {keys}"
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {bearers} AS
            SELECT DISTINCT key, vertex FROM keyed WHERE key IN (
                SELECT key FROM keyed GROUP BY key HAVING min(vertex) <> max(vertex))"""
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE form AS
            WITH distinct_form AS (
                SELECT DISTINCT key, {compares} FROM keyed SEMI JOIN {bearers} USING (key)),
            counted AS (SELECT *, count(*) OVER (PARTITION BY key) AS forms FROM distinct_form)
            SELECT {FORM_BASE} + row_number() OVER (ORDER BY key, {compares}) AS form, key, {compares}
            FROM counted WHERE forms <= {_MAX_FORMS_PER_KEY}"""
    )
    same = " AND ".join(f"k.{column} IS NOT DISTINCT FROM f.{column}" for column in rule.compares)
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {result} AS
            SELECT DISTINCT k.vertex AS a, f.form AS b FROM keyed k JOIN form f ON k.key = f.key AND {same}
            -- A record without a name proves nothing by its number alone.
            WHERE k.{rule.compares[0]} IS NOT NULL
            UNION ALL
            SELECT l.form, r.form FROM form l JOIN form r ON l.key = r.key AND l.form < r.form
            WHERE {rule.compatible}"""
    )


def link_versions(session: Session, entity: Entity, result: str, members: str) -> None:
    """Create TEMP `result` (a, b): versions of one departmental record that are one entity.

    Every version with every other, not only with its neighbour: else it would matter whether a
    version between two others is known already.
    """
    session.engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {result} AS
            SELECT l.vertex AS a, r.vertex AS b
            FROM (SELECT * FROM {members} SEMI JOIN (
                SELECT source, source_key, role FROM {members} GROUP BY ALL HAVING count(*) > 1
            ) USING (source, source_key, role)) l
            JOIN {members} r ON l.source_key = r.source_key AND l.source = r.source AND l.role = r.role
                AND l.vertex < r.vertex
            WHERE coalesce({entity.same_record}, false)"""
    )


def find_reused_keys(session: Session, entity: Entity) -> None:
    """Create TEMP `reused_key` (vertex): new mentions whose departmental key named somebody else."""
    if not scalar(session.engine, "SELECT count(*) FROM new_record WHERE standing_id IS NOT NULL"):
        # Of a source's first file the engine may join every record with every other of its role.
        session.engine.execute("CREATE OR REPLACE TEMP TABLE reused_key (vertex BIGINT)")
        return
    session.engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE reused_key AS
            SELECT r.vertex FROM linking r JOIN new_record n ON n.record_id = r.record_id
            JOIN linking l ON l.record_id = n.standing_id AND l.role = r.role
            WHERE r.entity_id IS NULL AND NOT coalesce({entity.same_record}, false)"""
    )


def link_successions(session: Session, entity: Entity) -> None:
    """Add to TEMP `new_evidence`: register entries that ended in this delivery with those that began
    in it in their place (TEMP `closed`, `new_record`). Kept, because no later look could find them."""
    engine = session.engine
    ended = "SELECT record_id FROM closed WHERE status = 'retired'"
    if not scalar(engine, f"SELECT count(*) FROM ({ended})"):
        return
    recall(session, entity, "m.record_id", ended)
    replace_evidence(
        session,
        f"""SELECT DISTINCT least(l.vertex, r.vertex) AS a, greatest(l.vertex, r.vertex) AS b,
                'succession' AS method, NULL::DOUBLE AS match_weight
            FROM (SELECT * FROM linking WHERE record_id IN ({ended}) AND entity_id IS NOT NULL) l
            JOIN (SELECT * FROM linking WHERE entity_id IS NULL AND record_id IN (
                SELECT record_id FROM new_record WHERE standing_id IS NULL)) r ON l.role = r.role
            WHERE {entity.succession}""",
    )


def is_exact_pair(entity: Entity) -> str:
    """SQL over ``l`` and ``r``, two records of which `may_be_exact` holds: the pair is linked by an exact rule, so its
    score adds nothing."""
    # CASE, not AND: outside WHERE the engine would work out both sides for every pair.
    return (
        f"(CASE WHEN {_share_a_key(entity)} THEN {entity.key_rule.compatible} ELSE false END"
        f" OR CASE WHEN {_ONE_RECORD} THEN coalesce({entity.same_record}, false) ELSE false END)"
    )


def may_be_exact(entity: Entity) -> str:
    """SQL over ``l`` and ``r``: they share a key or are versions of one record. Reads few columns, as most pairs do not."""
    return f"({_share_a_key(entity)} OR {_ONE_RECORD})"


_ONE_RECORD = "l.source_key = r.source_key AND l.source = r.source AND l.role = r.role"


def _share_a_key(entity: Entity) -> str:
    keys = key_columns(entity)
    return " OR ".join(f"l.{one} = r.{other}" for one in keys for other in keys)


def _keys(entity: Entity, members: str, more: str = "") -> str:
    extra = f", {more}" if more else ""
    return " UNION ".join(
        f"SELECT {key} AS key, vertex{extra} FROM {members} WHERE {key} IS NOT NULL"
        for key in key_columns(entity)
    )
