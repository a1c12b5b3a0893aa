"""Which addresses may be somewhere else now that features of some layers changed; all others are where they were.

A text is placed by the wordings that share its road and number, its village and number, or its estate, and lies in
the parcel its building stands on. So a changed feature moves the texts that were placed by it, those that share
such a key with a wording it ever had, and those whose spot it covers.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from basedb.store import Session
from geospatial.follow import frame_of, in_metres, metric
from geospatial.given import Geometries
from geospatial.locating.candidates import without_suffix
from geospatial.locating.locate import lying_in
from geospatial.locating.reading import BESIDE
from geospatial.locating.register import parse_addresses
from geospatial.touched import Touched

#: Every way in which an address tells a building (see `locate`) has one of these among its parts.
_KEYS = (("road", "number"), ("village", "number"), ("estate",))
# The plane of a few buildings measures a little otherwise than that of all.
_SLACK = 0.5


def by_wordings(session: Session, buildings: Touched, points: Touched, standing: pd.DataFrame) -> pd.Series:
    """The address texts that changed buildings or standard addresses may have moved.

    standing: the table of places: `address`, `building_id`, `address_id`.
    """
    stated = _stated(session)
    told = _share_a_key(stated["address"], buildings.wordings)
    near = _near(stated["geometry"].to_numpy(object), buildings.ground)
    wordings = pd.concat([buildings.wordings, points.wordings, stated["address"][told | near]])
    placed = standing["building_id"].isin(buildings.ids) | standing["address_id"].isin(points.ids)
    return standing["address"][placed | _share_a_key(standing["address"], wordings)]


def by_parcels(session: Session, parcels: Touched, standing: pd.DataFrame) -> pd.DataFrame:
    """The places that changed parcels may have put on another one: rows of `standing`, with their parcel now.

    standing: the table of places: `parcel_id`, `longitude`, `latitude` and what else goes with them.
    """
    x, y = standing["longitude"].to_numpy(float), standing["latitude"].to_numpy(float)
    here = np.flatnonzero(np.isfinite(x))
    tree = shapely.STRtree(shapely.points(x[here], y[here]))
    asked = standing["parcel_id"].isin(parcels.ids).to_numpy()
    asked[here[tree.query(parcels.ground, predicate="intersects")[1]]] = True
    asked &= np.isfinite(x)
    found = standing[asked].reset_index(drop=True)
    if len(found):
        points = shapely.points(x[asked], y[asked])
        ids, shapes = _parcels_around(session, points)
        at = lying_in(points, shapes)
        there = pd.array(np.append(ids, 0)[at], "Int64")
        there[at < 0] = pd.NA
        found["parcel_id"] = there
    return found


def _stated(session: Session) -> pd.DataFrame:
    """The standard addresses as they stand: `address` and `geometry`."""
    rows = frame_of(
        session.engine,
        "SELECT coalesce(address, '') AS address, ST_AsBinary(geom) AS wkb FROM geospatial.address ORDER BY feature_id",
    )
    return rows


def _share_a_key(texts: pd.Series, wordings: pd.Series) -> NDArray[np.bool_]:
    """Which texts tell a building in one of the ways in which the wordings do."""
    found = np.zeros(len(texts), bool)
    if wordings.empty or texts.empty:
        return found
    asked, known = parse_addresses(texts), parse_addresses(wordings.drop_duplicates())
    for numbers in (asked["number"], without_suffix(asked["number"])):
        worded = asked.assign(number=numbers)
        for key in _KEYS:
            told = np.logical_and.reduce([worded[name].to_numpy() != "" for name in key])
            found |= told & pd.MultiIndex.from_frame(worded[list(key)]).isin(
                pd.MultiIndex.from_frame(known[list(key)])
            )
    return found


def _near(points: Geometries, ground: Geometries) -> NDArray[np.bool_]:
    """Which points (EPSG:4490) may belong to a building with one of these shapes by where they lie."""
    found = np.zeros(len(points), bool)
    here = np.flatnonzero(~shapely.is_missing(points))
    if len(here) and len(ground):
        to_metres = metric(ground)
        tree = shapely.STRtree(in_metres(points[here], to_metres))
        at = tree.query(in_metres(ground, to_metres), predicate="dwithin", distance=BESIDE + _SLACK)[1]
        found[here[np.unique(at)]] = True
    return found


def _parcels_around(session: Session, points: Geometries) -> tuple[NDArray[np.int64], Geometries]:
    """The parcels whose frame a frame around some points meets, in the order of their numbers."""
    west, south, east, north = shapely.total_bounds(points)
    frame = shapely.to_wkb(shapely.box(west, south, east, north)).hex()
    rows = frame_of(
        session.engine,
        "SELECT feature_id, ST_AsBinary(geom) AS wkb FROM geospatial.parcel"
        f" WHERE geom && ST_GeomFromWKB(from_hex('{frame}')) ORDER BY feature_id",
    )
    return rows["feature_id"].to_numpy(np.int64), rows["geometry"].to_numpy(object)
