"""What changes in the master tables: the new timelines against what stands.

Nothing is lost: a segment that no longer holds keeps its row with `known_to` closed at the time
the correction was received. Segments that stay the same are not touched at all, so that reloading
equal data changes no master row.
"""

from __future__ import annotations

from basedb.domain import Entity
from basedb.store.session import Session, scalar

_OPEN_INSTANT = "TIMESTAMPTZ '9999-12-31 00:00:00+00'"


def compare(session: Session, entity: Entity) -> None:
    """Find what the publication must write.

    Reads TEMP `segment`, `single_segment` and `standing_touched` and the store. Leaves
    `standing_segment` (rows as stored, `is_master` marks those of the master table), `vanished`
    (standing segments that no longer hold), `changed_segment` (segments of `segment` to insert) and
    the view `appeared` (all to insert).
    """
    engine = session.engine
    columns = [item.name for item in entity.master.columns]
    values = [item.name for item in entity.master.columns if item.name in _value_names(entity)]
    if scalar(engine, f"SELECT count(*) FROM (SELECT 1 FROM {entity.qualified} LIMIT 1)"):
        listed = ", ".join(columns)
        keys = "SELECT old_id FROM standing_touched"
        session.fetch("standing_master", entity.qualified, listed, entity.id_column, keys)
        session.fetch("standing_version", f"{entity.qualified}_version", listed, entity.id_column, keys)
        engine.execute(
            f"""CREATE OR REPLACE TEMP TABLE standing_segment AS
                SELECT *, hash({", ".join(values)}) AS value_hash FROM (
                    SELECT *, true AS is_master FROM standing_master
                    UNION ALL
                    SELECT *, false FROM standing_version WHERE known_to = {_OPEN_INSTANT})"""
        )
    else:
        engine.execute(
            f"""CREATE OR REPLACE TEMP TABLE standing_segment AS
                SELECT *, true AS is_master, 0::UBIGINT AS value_hash FROM {entity.qualified} LIMIT 0"""
        )
    same = (
        f"s.{entity.id_column} = g.entity_id AND s.valid_from = g.valid_from AND s.valid_to = g.valid_to"
        " AND s.value_hash = g.value_hash"
    )
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE vanished AS SELECT s.* FROM standing_segment s ANTI JOIN segment g ON {same}"
    )
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE changed_segment AS"
        f" SELECT g.* EXCLUDE (value_hash) FROM segment g ANTI JOIN standing_segment s ON {same}"
    )
    engine.execute(
        "CREATE OR REPLACE TEMP VIEW appeared AS FROM single_segment UNION ALL BY NAME FROM changed_segment"
    )


def write(session: Session, entity: Entity, received_at: str, run_id: int) -> None:
    """Write what `compare` found, known from `received_at` (a UTC timestamp literal text)."""
    engine = session.engine
    received = f"TIMESTAMPTZ '{received_at}'"
    columns = ", ".join(item.name for item in entity.master.columns)
    if scalar(engine, "SELECT count(*) FROM vanished"):
        gone = session.stage(f"SELECT DISTINCT {entity.id_column} FROM vanished WHERE is_master")
        session.apply(
            f"DELETE FROM {entity.qualified} AS t USING {gone} AS s WHERE t.{entity.id_column} = s.{entity.id_column}"
        )
        closed = session.stage(
            f"SELECT {entity.id_column}, valid_from, known_from FROM vanished WHERE NOT is_master"
        )
        session.apply(
            f"UPDATE {entity.qualified}_version AS t SET known_to = {received} FROM {closed} AS s"
            f" WHERE t.{entity.id_column} = s.{entity.id_column} AND t.valid_from = s.valid_from"
            f" AND t.known_from = s.known_from AND t.known_to = {_OPEN_INSTANT}"
        )
        replaced = columns.replace("known_to", f"{received} AS known_to")
        engine.execute(
            f"INSERT INTO {entity.qualified}_version ({columns}) SELECT {replaced} FROM vanished WHERE is_master"
        )
    values = ", ".join(_value_names(entity))
    for table, segments in (
        (entity.qualified, "appeared WHERE valid_to = DATE '9999-12-31'"),
        (f"{entity.qualified}_version", "changed_segment WHERE valid_to <> DATE '9999-12-31'"),
    ):
        engine.execute(
            f"""INSERT INTO {table}
                ({entity.id_column}, {values}, valid_from, valid_to, known_from, known_to, published_at, run_id,
                 origin)
                SELECT entity_id, {values}, valid_from, valid_to, {received}, {_OPEN_INSTANT}, now(), {run_id},
                    origin::JSON
                FROM {segments}"""
        )


def _value_names(entity: Entity) -> list[str]:
    derived = {item.name for item in entity.derived}
    return [
        *(item.name for item in entity.mastered if item.name not in derived),
        *(d.name for d in entity.derived),
    ]
