"""Small tables with one row per value of a key attribute, kept current from the master rows."""

from __future__ import annotations

from basedb.domain import Entity, KeyedTable
from basedb.store.session import Session, scalar


def refresh(
    session: Session, entity: Entity, keyed: KeyedTable, next_id: int, received_at: str, run_id: int
) -> int:
    """Insert new keys and update changed ones among the entities just written; returns new rows.

    Reads TEMP `vanished` and `appeared` (see `history.compare`) and the freshly written master.
    New keys get ids from `next_id` on, in key order.
    """
    engine = session.engine
    name, key = keyed.table.fullname, keyed.key
    wanted = f"SELECT {key} FROM appeared WHERE {key} IS NOT NULL UNION SELECT {key} FROM vanished WHERE {key} IS NOT NULL"
    values = ", ".join(keyed.values)
    members = f"{entity.id_column}, {key}, {keyed.order_by}, {values}"
    session.fetch("standing_keyed", name, "*", key, wanted)
    if scalar(engine, f"SELECT count(*) FROM (SELECT 1 FROM {name} LIMIT 1)"):
        session.fetch("member", entity.qualified, members, key, wanted)
    else:  # nobody bore a key before tonight
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE member AS SELECT entity_id AS {entity.id_column}, {key}, {keyed.order_by},"
            f" {values} FROM appeared WHERE {key} IS NOT NULL AND valid_to = DATE '9999-12-31'"
        )
    first = ", ".join(f"arg_min({value}, place) AS {value}" for value in keyed.values)
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE keyed_now AS
            SELECT {key}, {first}, arg_min({entity.id_column}, place) AS {keyed.first_member} FROM (
                SELECT *, coalesce({keyed.order_by}, '~') || lpad({entity.id_column}::TEXT, 20, '0') AS place
                FROM member)
            GROUP BY {key}
            UNION ALL
            -- A key that nobody bears any more keeps its row and its values, without a first member.
            SELECT {key}, {values}, NULL FROM standing_keyed ANTI JOIN member USING ({key})"""
    )
    all_values = [*keyed.values, keyed.first_member]
    differs = " OR ".join(f"n.{value} IS DISTINCT FROM s.{value}" for value in all_values)
    changed = session.stage(
        f"SELECT n.* FROM keyed_now n JOIN standing_keyed s USING ({key}) WHERE {differs}"
    )
    received = f"TIMESTAMPTZ '{received_at}'"
    assignments = ", ".join(f"{value} = s.{value}" for value in all_values)
    session.apply(
        f"UPDATE {name} AS t SET {assignments}, known_from = {received}, run_id = {run_id} FROM {changed} AS s"
        f" WHERE t.{key} = s.{key}"
    )
    columns = ", ".join([key, *all_values])
    added = scalar(engine, f"SELECT count(*) FROM keyed_now ANTI JOIN standing_keyed USING ({key})")
    engine.execute(
        f"""INSERT INTO {name} ({keyed.id_column}, {columns}, known_from, run_id)
            SELECT {next_id} - 1 + row_number() OVER (ORDER BY {key}), {columns}, {received}, {run_id}
            FROM keyed_now ANTI JOIN standing_keyed USING ({key})"""
    )
    return int(added)
