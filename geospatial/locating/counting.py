"""How many people and organisations are at each address, for counts by area without their rows."""

from __future__ import annotations

from basedb.store import Session, scalar

_KEY = "address, entity, attribute"


def refresh_counts(session: Session, addresses: str, run_id: int) -> int:
    """Keep `geospatial.place_count` to what the engine query `addresses` says (see `basedb.domain.AfterNight`).

    Returns how many rows were written or dropped.
    """
    engine = session.engine
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE wanted_count AS SELECT {_KEY}, entities FROM ({addresses}) WHERE entities > 0"
    )
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE standing_count AS SELECT {_KEY}, entities FROM geospatial.place_count"
    )
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE dropped_count AS FROM standing_count EXCEPT FROM wanted_count"
    )
    engine.execute("CREATE OR REPLACE TEMP TABLE new_count AS FROM wanted_count EXCEPT FROM standing_count")
    dropped = int(scalar(engine, "SELECT count(*) FROM dropped_count"))
    if dropped:
        staged = session.stage("FROM dropped_count")
        session.apply(
            f"DELETE FROM geospatial.place_count AS t USING {staged} AS s WHERE t.address = s.address"
            " AND t.entity = s.entity AND t.attribute = s.attribute"
        )
    engine.execute(
        f"INSERT INTO geospatial.place_count ({_KEY}, entities, run_id)"
        f" SELECT {_KEY}, entities, {run_id} FROM new_count ORDER BY {_KEY}"
    )
    return dropped + int(scalar(engine, "SELECT count(*) FROM new_count"))
