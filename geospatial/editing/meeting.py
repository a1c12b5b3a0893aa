"""Where departments catch up with edits: a feature somebody drew, a feature that turned out to be another."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import shapely

from basedb.domain import Load
from basedb.store import scalar
from geospatial.changes import CREATED, as_areas
from geospatial.editing.reading import RETIRED
from geospatial.follow import frame, in_metres, metric
from geospatial.given import Geometries
from geospatial.layers import Layer
from geospatial.priority import EDITS, edit_source

# From this intersection over union on, a department drew what an editor had drawn before.
_SAME = 0.5
# Points are laid over each other as discs of this radius (metres).
_DISC = 5.0


def adopt_drawn(load: Load, layer: Layer) -> None:
    """A new record of a department takes the number of a feature that only an edit shows, on the same ground.

    Rewrites TEMP `followed`.
    """
    edited = "SELECT count(*) FROM basedb.delivery WHERE source = ? AND status = 'loaded'"
    if not scalar(load.engine, "SELECT count(*) FROM followed WHERE method = 'new'") or not scalar(
        load.engine, edited, [edit_source(layer.name)]
    ):
        return
    drawn = frame(
        load,
        "SELECT v.feature_id, ST_AsBinary(v.geom) AS wkb FROM geospatial.feature_version v"
        f" JOIN geospatial.{layer.name} t ON t.feature_id = v.feature_id AND t.sources = 1"
        f" WHERE v.source = '{edit_source(layer.name)}' AND v.status = 'current' AND v.change_class = '{CREATED}'"
        " AND v.geom IS NOT NULL ORDER BY v.feature_id",
    )
    if drawn.empty:
        return
    fresh = frame(
        load,
        "SELECT f.record_id, p.wkb FROM followed f JOIN new_record n USING (record_id) JOIN placed p USING (row_no)"
        " WHERE f.method = 'new' AND n.status = 'current' AND p.wkb IS NOT NULL ORDER BY f.record_id",
    )
    at, to = _same_ground(drawn["geometry"].to_numpy(object), fresh["geometry"].to_numpy(object), layer)
    pairs = pa.table(
        {
            "record_id": pa.array(fresh["record_id"].to_numpy(np.int64)[to]),
            "feature_id": pa.array(drawn["feature_id"].to_numpy(np.int64)[at]),
        }
    )
    load.engine.register("adopted", pairs)
    load.engine.execute(
        "UPDATE followed SET feature_id = a.feature_id, method = 'geometry' FROM adopted a"
        " WHERE followed.record_id = a.record_id"
    )
    load.engine.unregister("adopted")


def _same_ground(first: Geometries, second: Geometries, layer: Layer) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of places, the likest first; every place in one pair at most."""
    to_metres = metric(first)
    planes = [_laid(in_metres(shapes, to_metres), layer.dimension) for shapes in (first, second)]
    to, at = shapely.STRtree(planes[0]).query(planes[1], predicate="intersects")
    common = shapely.area(shapely.intersection(planes[0][at], planes[1][to]))
    alike = common / (shapely.area(planes[0][at]) + shapely.area(planes[1][to]) - common)
    order = np.argsort(-alike, kind="stable")
    order = order[alike[order] >= _SAME]
    order = order[np.unique(at[order], return_index=True)[1]]
    order = order[np.argsort(-alike[order], kind="stable")]
    order = order[np.unique(to[order], return_index=True)[1]]
    return at[order], to[order]


def _laid(shapes: Geometries, dimension: int) -> Geometries:
    if dimension == 0:
        return np.asarray(shapely.buffer(shapes, _DISC), object)
    return as_areas(shapes, dimension)


def carry_edits(load: Load) -> None:
    """Edits of features that turned out to be others' go with them.

    Reads TEMP `redirected`; adds to `relinked` and `new_link`.
    """
    engine = load.engine
    if not scalar(engine, "SELECT count(*) FROM redirected"):
        return
    load.session.fetch(
        "redirected_link", "geospatial.feature_source", "record_id, feature_id", "feature_id",
        "SELECT from_feature FROM redirected",
    )  # fmt: skip
    load.session.fetch(
        "redirected_version", "geospatial.feature_version", "record_id, priority, status, change_class", "record_id",
        "SELECT record_id FROM redirected_link",
    )  # fmt: skip
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE carried AS
            SELECT l.record_id, r.to_feature AS feature_id FROM redirected_link l
            JOIN redirected r ON r.from_feature = l.feature_id JOIN redirected_version v USING (record_id)
            WHERE v.priority = {EDITS} AND v.status = 'current' AND v.change_class <> '{RETIRED}'"""
    )
    engine.execute("INSERT INTO relinked BY NAME FROM carried")
    engine.execute(
        "INSERT INTO new_link SELECT record_id, feature_id, 'conflation', NULL::DOUBLE FROM carried"
    )
