"""The cross-domain step: who the people beside an organisation are, as far as their own base knows.

A domain declares a `Crossing` for what its extracts mention of another domain's entity. Those mentions are
linked there, as that entity's; where one is placed, or moves, the key is carried over into the table the
crossing names, in the same transaction. Nothing is looked for that did not change.
"""

from __future__ import annotations

from basedb.domain import Crossing, Entity, entity_domains, installed_domains
from basedb.store import Session, scalar

_NOBODY = """SELECT NULL::TEXT, NULL::TEXT, NULL::TEXT, NULL::BIGINT, NULL::TEXT, NULL::DOUBLE, NULL::BIGINT
            WHERE false"""


def carry_over(session: Session, entity: Entity, received: str, run_id: int, *, arrived: bool) -> int:
    """Bring the tables of crossings that lead to `entity` up to what was resolved and moved.

    Reads TEMP `resolved` and `moved`; arrived: and `mention_place` and `new_record` of a load, which a
    revision of identities without a delivery has not. Returns how many mentions were carried over.
    """
    return sum(
        _carry(session, entity, crossing, received, run_id, arrived) for crossing in _leading_to(entity)
    )


def _leading_to(entity: Entity) -> list[Crossing]:
    domains = entity_domains(installed_domains()).values()
    return [item for domain in domains for item in domain.crossings if item.entity == entity.qualified]


def _carry(
    session: Session, entity: Entity, crossing: Crossing, received: str, run_id: int, arrived: bool
) -> int:
    engine = session.engine
    roles = ", ".join(f"'{role}'" for role in crossing.roles)
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE crossing_record AS SELECT DISTINCT record_id FROM moved WHERE role IN ({roles})"
    )
    arrivals = (
        f"""SELECT n.source, n.source_key, p.role, s.entity_id, s.method, s.match_weight, n.record_id
            FROM resolved s JOIN mention_place p USING (mention_id) JOIN new_record n USING (record_id)
            WHERE p.role IN ({roles}) AND n.status <> 'superseded'"""
        if arrived
        else _NOBODY
    )
    if scalar(engine, "SELECT count(*) FROM crossing_record"):
        session.fetch(
            "crossing_moved",
            f"{entity.schema}.source_record",
            "record_id, source, source_key, status",
            "record_id",
            "FROM crossing_record",
        )
    else:
        engine.execute(
            "CREATE OR REPLACE TEMP TABLE crossing_moved"
            " (record_id BIGINT, source TEXT, source_key TEXT, status TEXT)"
        )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE crossed AS
            SELECT source, source_key, role, arg_max(entity_id, record_id) AS {entity.id_column},
                arg_max(method, record_id) AS method, arg_max(match_weight, record_id) AS match_weight
            FROM (
                SELECT * FROM ({arrivals}) AS a(source, source_key, role, entity_id, method, match_weight, record_id)
                UNION ALL
                SELECT r.source, r.source_key, v.role, v.to_id, 'moved', NULL, r.record_id
                FROM crossing_moved r JOIN moved v USING (record_id)
                WHERE v.role IN ({roles}) AND r.status <> 'superseded')
            GROUP BY source, source_key, role"""
    )
    count = int(scalar(engine, "SELECT count(*) FROM crossed"))
    if not count:
        return 0
    table = crossing.table.fullname
    staged = session.stage("SELECT source, source_key, role FROM crossed")
    session.apply(
        f"DELETE FROM {table} AS t USING {staged} AS s"
        " WHERE t.source_key = s.source_key AND t.source = s.source AND t.role = s.role"
    )
    columns = f"source, source_key, role, {entity.id_column}, method, match_weight"
    engine.execute(
        f"INSERT INTO {table} ({columns}, decided_at, run_id)"
        f" SELECT {columns}, TIMESTAMPTZ '{received}', {run_id} FROM crossed ORDER BY source, source_key, role"
    )
    return count
