"""One way to write a shape: what its fingerprint is taken of."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from geospatial.given import Geometries

# Coordinates are compared to about a millimetre.
_DECIMALS = 8
_UNIT = 10.0**-_DECIMALS
# A vertex so many units from the line between its neighbours may be on it.
_NEAR = 3.0


def normal_forms(geometry: Geometries) -> list[bytes | None]:
    """Shapes in EPSG:4490 as bytes that do not depend on ring starts, directions, vertices on straight lines, or on
    anything under a millimetre; None where there is no shape.

    Areas in one piece without holes, as nearly all are, are written all at once, the others by GEOS.
    """
    found: NDArray[np.object_] = np.full(len(geometry), None, object)
    parts, plain = _in_one_ring(geometry)
    straight = np.zeros(len(geometry), bool)
    straight[plain] = _may_be_straight(parts[plain])
    cornered = np.flatnonzero(plain & ~straight)
    found[cornered] = _written(parts[cornered])
    rest = np.flatnonzero(~plain | straight)
    simplified = _simplified(geometry[rest])
    parts, plain = _in_one_ring(simplified)
    found[rest[plain]] = _written(parts[plain])
    found[rest[~plain]] = shapely.to_wkb(simplified[~plain])
    return list(found)


def _in_one_ring(geometry: Geometries) -> tuple[Geometries, NDArray[np.bool_]]:
    """The first piece of each shape, and whether that is an area without holes and all there is."""
    parts = np.asarray(shapely.get_geometry(geometry, 0), object)
    whole = (shapely.get_num_geometries(geometry) == 1) & ~shapely.is_empty(parts)
    return parts, whole & (shapely.get_type_id(parts) == 3) & (shapely.get_num_interior_rings(parts) == 0)


def _simplified(geometry: Geometries) -> Geometries:
    rounded = shapely.transform(geometry, lambda points: np.round(points, _DECIMALS))
    # Normalised first: a ring that begins at a corner has no end on a straight line.
    normal = shapely.normalize(rounded)
    corners = np.asarray(shapely.simplify(normal, _UNIT, preserve_topology=False), object)
    nothing_left = shapely.is_empty(corners)
    corners[nothing_left] = normal[nothing_left]
    return np.asarray(shapely.normalize(corners), object)


class _Rings:
    """The vertices of areas without holes, in units, the closing ones left out: `at` which area each is of, `start`
    and `count` of each area's."""

    def __init__(self, areas: Geometries):
        points, at = shapely.get_coordinates(areas, return_index=True)
        open_ = np.append(at[1:] == at[:-1], False)[: len(at)]
        self.points = np.rint(points[open_] / _UNIT).astype(np.int64)
        self.at = at[open_]
        self.count = np.bincount(self.at, minlength=len(areas))
        self.start = np.cumsum(self.count) - self.count
        self.place = np.arange(len(self.at)) - self.start[self.at]

    def neighbour(self, step: NDArray[np.int64] | int) -> NDArray[np.int64]:
        """Where the vertex so many further along its ring is."""
        return self.start[self.at] + (self.place + step) % self.count[self.at]


def _may_be_straight(areas: Geometries) -> NDArray[np.bool_]:
    """Which areas have a vertex that may lie on the line between its neighbours."""
    found = np.zeros(len(areas), bool)
    if not len(areas):
        return found
    rings = _Rings(areas)
    ahead = (rings.points[rings.neighbour(1)] - rings.points).astype(float)
    behind = (rings.points[rings.neighbour(-1)] - rings.points).astype(float)
    chord = np.hypot(*(ahead - behind).T)
    found[rings.at[np.abs(_cross(ahead, behind)) <= _NEAR * chord]] = True
    return found


def _written(areas: Geometries) -> list[bytes]:
    """The vertices of each area from its lowest on, counter-clockwise."""
    if not len(areas):
        return []
    rings = _Rings(areas)
    x, y = rings.points.T
    west = np.minimum.reduceat(x, rings.start)[rings.at]
    south = np.minimum.reduceat(np.where(x == west, y, np.iinfo(np.int64).max), rings.start)[rings.at]
    lowest = np.flatnonzero((x == west) & (y == south))
    first = np.zeros(len(areas), np.int64)
    first[rings.at[lowest[::-1]]] = rings.place[lowest[::-1]]
    offset = (rings.points - rings.points[rings.start][rings.at]).astype(float)
    turn = np.add.reduceat(_cross(offset, offset[rings.neighbour(1)]), rings.start)
    step = np.where(turn < 0, -1, 1)[rings.at] * rings.place
    order = rings.neighbour(first[rings.at] - rings.place + step)
    blob = rings.points[order].tobytes()
    end = 16 * (rings.start + rings.count)
    return [blob[a:b] for a, b in zip((16 * rings.start).tolist(), end.tolist(), strict=True)]


def _cross(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
