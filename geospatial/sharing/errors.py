"""Coverage errors as layers GIS staff open and work through: areas, and points."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
import sqlalchemy as sa

from basedb.domain import Attribute
from geospatial.layers import Layer
from geospatial.sharing.reading import Ask
from geospatial.topology import KINDS

_ATTRIBUTES = (
    Attribute("layer", "图层", personal=False),
    Attribute("kind", "错误", personal=False),
    Attribute("problem", "说明", personal=False),
    Attribute("feature_id", "要素编号", sa.BigInteger, personal=False),
    Attribute("other_id", "相邻要素编号（-1 为无）", sa.BigInteger, personal=False),
    Attribute("measure", "面积（平方米）；远离建筑物为距离（米）", sa.Double, personal=False),
    Attribute("found_at", "发现时间", personal=False),
)

#: What they are called as layers; not layers of the base: nobody delivers or edits them.
ERROR_LAYERS = (
    Layer("topology_error", "拓扑错误（面）", "MultiPolygon", _ATTRIBUTES, label="problem"),
    Layer("topology_error_point", "拓扑错误（点）", "Point", _ATTRIBUTES, label="problem"),
)


def read_errors(ask: Ask) -> dict[Layer, pd.DataFrame]:
    """The errors that stand, the largest of a kind first: the attributes and `geom` (EPSG:4490)."""
    rows = ask(
        "SELECT layer, kind, feature_id, other_id, measure, published_at AS found_at, ST_AsBinary(geom) AS wkb"
        " FROM geospatial.topology_error ORDER BY layer, kind, measure DESC, feature_id, other_id"
    )
    shapes = np.empty(len(rows), object)
    shapes[:] = [shapely.from_wkb(bytes(value)) for value in rows.pop("wkb")]
    rows.insert(2, "problem", rows["kind"].map(KINDS))
    areas, points = ERROR_LAYERS
    flat = shapely.get_dimensions(shapes) == 0
    return {
        areas: rows[~flat].assign(geom=_areas(shapes[~flat])).reset_index(drop=True),
        points: rows[flat].assign(geom=shapes[flat]).reset_index(drop=True),
    }


def _areas(shapes: np.ndarray) -> np.ndarray:
    """Shapes as multipolygons: what two areas have in common may come with lines."""
    parts, of = shapely.get_parts(shapes, return_index=True)
    parts, again = shapely.get_parts(parts, return_index=True)
    whole = shapely.get_dimensions(parts) == 2
    found = np.full(len(shapes), None, object)
    if whole.any():
        shapely.multipolygons(parts[whole], indices=of[again[whole]], out=found)
    return found
