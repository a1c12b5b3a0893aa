"""After the files of a night: places of addresses, and breaches of the coverage rules."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import shapely

from basedb.store import Session, scalar
from geospatial.follow import in_metres, metric
from geospatial.layers import LAYERS
from geospatial.locating.places import refresh_places
from geospatial.sharing.reading import read_layer
from geospatial.topology import find_errors

_IDENTITY = "layer, kind, feature_id, other_id, round(measure, 3)"


def after_night(session: Session, addresses: str, published_at: str, run_id: int, movements: str = "") -> int:
    """See `basedb.domain.AfterNight`."""
    del movements
    changed = refresh_places(session, addresses, published_at, run_id)
    return changed + refresh_errors(session, published_at, run_id)


def refresh_errors(session: Session, published_at: str, run_id: int) -> int:
    """Check the coverage rules where a layer changed since the last time, and keep `topology_error` so.

    An error that stands keeps the time it was found. Returns how many rows were written or dropped.
    """
    engine = session.engine
    changed = (*LAYERS, "feature")  # a feature that went leaves no row in its layer
    newest = " UNION ALL ".join(f"SELECT max(run_id) AS run_id FROM geospatial.{table}" for table in changed)
    since = "SELECT max(run_id) FROM geospatial.topology_error"
    if not scalar(engine, f"SELECT coalesce((SELECT max(run_id) FROM ({newest})) > ({since}), true)"):
        return 0
    engine.register("layer_error", _errors(session))
    engine.execute("CREATE OR REPLACE TEMP TABLE standing_error AS FROM geospatial.topology_error")
    gone = f"FROM standing_error WHERE ({_IDENTITY}) NOT IN (SELECT ({_IDENTITY}) FROM layer_error)"
    dropped = int(scalar(engine, f"SELECT count(*) {gone}"))
    if dropped:
        staged = session.stage(f"SELECT layer, kind, feature_id, other_id, measure {gone}")
        session.apply(
            f"DELETE FROM geospatial.topology_error AS t USING {staged} AS s WHERE t.layer = s.layer AND t.kind = s.kind"
            " AND t.feature_id = s.feature_id AND t.other_id = s.other_id AND t.measure = s.measure"
        )
    fresh = f"FROM layer_error WHERE ({_IDENTITY}) NOT IN (SELECT ({_IDENTITY}) FROM standing_error)"
    added = int(scalar(engine, f"SELECT count(*) {fresh}"))
    engine.execute(
        f"""INSERT INTO geospatial.topology_error (layer, kind, feature_id, other_id, measure, published_at, run_id, geom)
            SELECT layer, kind, feature_id, other_id, measure, TIMESTAMPTZ '{published_at}', {run_id}, ST_GeomFromWKB(wkb)
            {fresh} ORDER BY layer, kind, feature_id, other_id"""
    )
    engine.unregister("layer_error")
    return dropped + added


def _errors(session: Session) -> pa.Table:
    """The errors of the layers as they stand, in EPSG:4490."""
    layers = {}
    for name, layer in LAYERS.items():
        rows = read_layer(lambda query: session.engine.execute(query).df(), layer)
        layers[name] = rows[~shapely.is_missing(rows["geom"].to_numpy(object))]
    to_metres = metric(np.concatenate([rows["geom"].to_numpy(object) for rows in layers.values()]))
    found = find_errors(
        {
            name: rows.assign(plane=in_metres(rows["geom"].to_numpy(object), to_metres))
            for name, rows in layers.items()
        }
    )

    def back(points: np.ndarray) -> np.ndarray:
        return np.column_stack(to_metres.transform(points[:, 0], points[:, 1], direction="INVERSE"))

    shapes = shapely.transform(found["shape"].to_numpy(object), back)
    return pa.table(
        {
            "layer": pa.array(found["layer"], pa.string()),
            "kind": pa.array(found["kind"], pa.string()),
            "feature_id": pa.array(found["feature_id"], pa.int64()),
            "other_id": pa.array(found["other_id"], pa.int64()),
            "measure": pa.array(found["measure"], pa.float64()),
            "wkb": pa.array(shapely.to_wkb(np.asarray(shapes, object)), pa.binary()),
        }
    )
