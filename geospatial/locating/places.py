"""The table of places: where every address of the other bases is, kept up to the layers."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from basedb.store import Session, scalar
from basedb.upkeep import last_run
from geospatial.locating.affected import by_parcels, by_wordings
from geospatial.locating.locate import locate
from geospatial.locating.reading import read_register
from geospatial.touched import NOTHING, changed_features, touched_by

_COLUMNS = "address, grade, building_id, address_id, parcel_id, division_code, division, candidates, longitude, latitude"
#: What the ledger of steps calls this.
STAGE = "locate addresses"
#: Layers whose features can move an address to another place.
_LAYERS = ("building", "address", "division", "parcel")


def refresh_places(session: Session, addresses: str, published_at: str, run_id: int) -> int:
    """Locate the addresses that an engine query lists (column `address`) and keep `geospatial.place` so.

    New addresses are located, and those that a feature which changed since the last time may have moved; all of
    them where a division changed. Addresses nobody has any more are dropped. Returns how many rows were written
    or dropped.
    """
    engine = session.engine
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE wanted_address AS SELECT DISTINCT address FROM ({addresses})"
    )
    engine.execute(f"CREATE OR REPLACE TEMP TABLE standing_place AS SELECT {_COLUMNS} FROM geospatial.place")
    engine.execute("CREATE OR REPLACE TEMP TABLE located AS FROM standing_place LIMIT 0")
    _locate_anew(session)
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE changed_place AS
            SELECT l.* FROM located l LEFT JOIN standing_place s USING (address)
            WHERE s.address IS NULL OR (l.grade, l.building_id, l.address_id, l.parcel_id, l.division_code, l.division,
                    l.candidates, l.longitude, l.latitude)
                IS DISTINCT FROM (s.grade, s.building_id, s.address_id, s.parcel_id, s.division_code, s.division,
                    s.candidates, s.longitude, s.latitude)"""
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


def _locate_anew(session: Session) -> None:
    """Fill TEMP `located` with the addresses that are new or may be somewhere else now."""
    engine = session.engine
    if not scalar(engine, "SELECT count(*) FROM wanted_address"):
        return
    wanted = engine.execute("SELECT address FROM wanted_address ORDER BY address").df()["address"]
    standing = engine.execute(
        "SELECT * FROM standing_place SEMI JOIN wanted_address USING (address) ORDER BY address"
    ).df()
    since = last_run(session, STAGE)
    ids = {name: changed_features(session, name, since) for name in _LAYERS if since >= 0}
    if not ids or len(ids["division"]):
        texts = wanted
    else:
        texts = wanted[~wanted.isin(standing["address"])]
        touched = {name: touched_by(session, ids[name]) for name in ids if len(ids[name])}
        if "building" in touched or "address" in touched:
            moved = by_wordings(
                session, touched.get("building", NOTHING), touched.get("address", NOTHING), standing
            )
            texts = pd.concat([texts, moved])
        if "parcel" in touched:
            left = standing[~standing["address"].isin(texts)]
            _add(
                session,
                pa.Table.from_pandas(by_parcels(session, touched["parcel"], left), preserve_index=False),
            )
    if len(texts):
        register = read_register(lambda query: engine.execute(query).df())
        texts = texts.sort_values(ignore_index=True)
        _add(session, _table(texts, locate(texts, register)))


def _add(session: Session, located: pa.Table) -> None:
    if not located.num_rows:
        return
    session.engine.register("located_rows", located)
    session.engine.execute(f"INSERT INTO located BY NAME SELECT {_COLUMNS} FROM located_rows")
    session.engine.unregister("located_rows")


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
