"""The table of places: where every address of the other bases is, kept up to the layers."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from basedb.store import Session, scalar
from basedb.upkeep import changed_tables
from geospatial.locating.locate import locate
from geospatial.locating.reading import read_register

_COLUMNS = "address, grade, building_id, address_id, parcel_id, division_code, division, candidates, longitude, latitude"
#: What the ledger of steps calls this.
STAGE = "locate addresses"
#: Layers whose features can move an address to another place.
_LAYERS = tuple(f"geospatial.{name}" for name in ("building", "address", "division", "parcel", "feature"))


def refresh_places(session: Session, addresses: str, published_at: str, run_id: int) -> int:
    """Locate the addresses that an engine query lists (column `address`) and keep `geospatial.place` so.

    New addresses are located; all of them where a layer changed since the last time. Addresses nobody
    has any more are dropped. Returns how many rows were written or dropped.
    """
    engine = session.engine
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE wanted_address AS SELECT DISTINCT address FROM ({addresses})"
    )
    engine.execute(f"CREATE OR REPLACE TEMP TABLE standing_place AS SELECT {_COLUMNS} FROM geospatial.place")
    changed = changed_tables(session, STAGE, _LAYERS)
    fresh = "" if changed else " ANTI JOIN standing_place USING (address)"
    texts = engine.execute(f"SELECT address FROM wanted_address{fresh} ORDER BY address").df()["address"]
    if len(texts):
        engine.register(
            "located", _table(texts, locate(texts, read_register(lambda query: engine.execute(query).df())))
        )
    else:
        engine.execute("CREATE OR REPLACE TEMP TABLE located AS FROM standing_place LIMIT 0")
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE changed_place AS
            SELECT l.* FROM located l LEFT JOIN standing_place s USING (address)
            WHERE s.address IS NULL OR (l.grade, l.building_id, l.address_id, l.parcel_id, l.division_code, l.candidates)
                IS DISTINCT FROM (s.grade, s.building_id, s.address_id, s.parcel_id, s.division_code, s.candidates)"""
    )
    gone = "SELECT address FROM standing_place ANTI JOIN wanted_address USING (address)"
    replaced = f"SELECT address FROM changed_place SEMI JOIN standing_place USING (address) UNION ALL {gone}"
    dropped = int(scalar(engine, f"SELECT count(*) FROM ({gone})"))
    if scalar(engine, f"SELECT count(*) FROM ({replaced})"):
        staged = session.stage(replaced)
        session.apply(f"DELETE FROM geospatial.place AS t USING {staged} AS s WHERE t.address = s.address")
    engine.execute(
        f"INSERT INTO geospatial.place ({_COLUMNS}, published_at, run_id)"
        f" SELECT {_COLUMNS}, TIMESTAMPTZ '{published_at}', {run_id} FROM changed_place"
    )
    return dropped + int(scalar(engine, "SELECT count(*) FROM changed_place"))


def _table(texts: pd.Series, found: pd.DataFrame) -> pa.Table:
    numbers = {
        name: found[source].where(found[source] >= 0).astype("Int64")
        for name, source in (("building_id", "building"), ("address_id", "address"), ("parcel_id", "parcel"))
    }
    columns = {
        "address": texts,
        "grade": found["grade"],
        **numbers,
        "division_code": found["division_code"].where(found["division_code"] != ""),
        "division": found["division"].where(found["division"] != ""),
        "candidates": found["candidates"].astype("int32"),
    }
    table = pa.table({name: pa.array(values, from_pandas=True) for name, values in columns.items()})
    for name in ("longitude", "latitude"):
        table = table.append_column(name, pa.array(found[name], pa.float64(), from_pandas=True))
    return table
