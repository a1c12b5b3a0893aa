"""The records linkage works on: what a match model sees of new mentions and of those that stand.

TEMP table `linking` holds them: `vertex` (the mention's number), `entity_id` (NULL while it has none),
`record_id`, `role`, `source`, `source_key`, the model's record columns, and the keys of the exact
rule (`key_columns`).
"""

from __future__ import annotations

from collections.abc import Sequence

from basedb.domain import Entity
from basedb.store.session import Session, in_any_order, scalar

_PLACE = "vertex, entity_id, record_id, role, source, source_key"


def describe_arrivals(session: Session, entity: Entity) -> None:
    """Create TEMP `linking` with the new mentions (TEMP `new_mention` and `new_record`)."""
    with in_any_order(session.engine):
        session.engine.execute(
            f"""CREATE OR REPLACE TEMP TABLE linking AS
                SELECT mention_id AS vertex, NULL::BIGINT AS entity_id, record_id, role, source, source_key,
                    {record_columns(entity)}
                FROM (SELECT mention_id, record_id, role, {", ".join(entity.model.columns)} FROM new_mention)
                JOIN (SELECT record_id, source, source_key FROM new_record) USING (record_id)"""
        )


def recall(session: Session, entity: Entity, key: str | Sequence[str], keys: str) -> None:
    """Add to `linking` the standing mentions (``m``, of records ``r``) whose `key` is among `keys`.

    key: a column such as ``m.person_id``, or several of which one is enough; keys: an engine query, of which
    the first column counts.
    """
    if not scalar(session.engine, f"SELECT count(*) FROM (SELECT 1 FROM ({keys}) LIMIT 1)"):
        return
    session.fetch(
        "recalled",
        f"{entity.qualified}_mention m JOIN {entity.schema}.source_record r ON r.record_id = m.record_id",
        f"m.mention_id AS vertex, m.{entity.id_column} AS entity_id, m.record_id, m.role, r.source, r.source_key,"
        f" {', '.join(f'm.{name}' for name in entity.model.columns)}",
        key,
        keys,
    )
    session.engine.execute(
        f"""INSERT INTO linking SELECT DISTINCT ON (vertex) {_PLACE}, {record_columns(entity)}
            FROM recalled ANTI JOIN linking USING (vertex)"""
    )
    session.engine.execute("DROP TABLE recalled")


def recall_vertices(session: Session, entity: Entity, vertices: str) -> None:
    """Add to `linking` the standing mentions among `vertices` (an engine query) and their records' others."""
    recall(
        session,
        entity,
        "m.record_id",
        f"SELECT DISTINCT wanted >> 4 FROM ({vertices}) AS w(wanted)"
        " WHERE wanted NOT IN (SELECT vertex FROM linking)",
    )


def record_columns(entity: Entity) -> str:
    """SQL for the model's record columns over its mention columns, and the keys of the exact rule."""
    columns = [f"{sql} AS {name}" for name, sql in entity.model.records.items()]
    conditions = entity.key_rule.keys.items()
    columns += [
        f"CASE WHEN {condition} THEN {column} END AS {key}"
        for key, (column, condition) in zip(key_columns(entity), conditions, strict=True)
    ]
    return ", ".join(columns)


def key_columns(entity: Entity) -> list[str]:
    """The columns of `linking` that hold the keys of the exact rule."""
    return [f"exact_key_{number}" for number in range(len(entity.key_rule.keys))]


def stands(session: Session, entity: Entity) -> bool:
    """Whether the store holds any mention yet."""
    return bool(
        scalar(session.engine, f"SELECT count(*) FROM (SELECT 1 FROM {entity.qualified}_mention LIMIT 1)")
    )
