"""The register of places, read from a store's layers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geospatial.follow import in_metres, metric
from geospatial.given import Geometries
from geospatial.locating.locate import with_stated
from geospatial.locating.register import Register, parse_addresses

Ask = Callable[[str], pd.DataFrame]
#: A standard address belongs to the building it lies in, or to one this near (metres).
BESIDE = 8.0


def read_register(ask: Ask) -> Register:
    """The register from a store's layers; `ask` answers a query with a frame."""
    buildings = _layer(ask, "feature_id, address, name", "building")
    points = _layer(ask, "feature_id, address", "address")
    parcels = _layer(ask, "feature_id, parcel_code", "parcel")
    divisions = _layer(ask, "feature_id, code, name, level", "division")
    named = parse_addresses(buildings["address"]).assign(
        building=buildings["feature_id"].to_numpy(), address=-1, unit=""
    )
    stated = parse_addresses(points["address"])
    stated["address"] = points["feature_id"].to_numpy()
    stated["text"] = points["address"].fillna("").to_numpy()
    lying = _building_of(points["geometry"].to_numpy(object), buildings)
    return with_stated(Register(named, buildings, divisions, parcels), stated, lying)


def _layer(ask: Ask, columns: str, layer: str) -> pd.DataFrame:
    found = ask(f"SELECT {columns}, ST_AsBinary(geom) AS wkb FROM geospatial.{layer} ORDER BY feature_id")
    values = [None if pd.isna(item) else bytes(item) for item in found.pop("wkb")]
    shapes = np.empty(len(values), object)
    shapes[:] = shapely.from_wkb(np.array(values, object)) if values else []
    return found.assign(geometry=shapes)


def _building_of(points: Geometries, buildings: pd.DataFrame) -> NDArray[np.int64]:
    """The building each point lies in or beside; -1 for none."""
    found = np.full(len(points), -1, np.int64)
    here = np.flatnonzero(~shapely.is_missing(points))
    shapes = buildings["geometry"].to_numpy(object)
    standing = np.flatnonzero(~shapely.is_missing(shapes))
    if not len(here) or not len(standing):
        return found
    to_metres = metric(shapes[standing])
    tree = shapely.STRtree(in_metres(shapes[standing], to_metres))
    which, near = tree.query_nearest(
        in_metres(points[here], to_metres), max_distance=BESIDE, all_matches=False
    )
    found[here[which]] = buildings["feature_id"].to_numpy(np.int64)[standing[near]]
    return found
