"""Coverage rules around what changed: the same errors as checking a layer whole finds, for the cost of a change.

A breach of a rule follows from the shapes in its place. What changed touches its own pairs, the bare ground beside
it, the buildings on it and the points near it; every other error stands as it was found.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geospatial.follow import in_metres
from geospatial.given import Geometries
from geospatial.ground import Ground
from geospatial.topology import (
    COVERAGES,
    NEAR,
    TOUCHING,
    Error,
    Errors,
    Rule,
    are_gaps,
    bare_ground,
    gap_errors,
    gaps,
    groups,
    lost,
    narrow,
    off_parcels,
    overlaps,
    slivers,
    unmatched,
    wholes,
)
from geospatial.touched import Touched

#: So far around what changed the ground is looked at, in metres: farther only where that does not tell, and where
#: the last does not, the whole layer is.
_WINDOWS = (40.0, 160.0, 640.0)
# Shapes with more vertices than this are cut down to the windows, and so far around them (metres).
_MANY, _MARGIN = 20_000, 5.0
# The building nearest to a lost point is looked for so far, then everywhere.
_FAR = 300.0


def recheck(
    rule: Rule, layers: Mapping[str, Ground], touched: Mapping[str, Touched], standing: pd.DataFrame
) -> tuple[Errors, NDArray[np.bool_]]:
    """The breaches of a rule around what changed (shapes on the plane of the rule's layer), and which of the
    standing errors they take the place of.

    layers, touched: of the layers the rule reads. standing: the rule's errors before, with `kind`, `feature_id`,
    `other_id` and `shape` (EPSG:4490).
    """
    if rule.layer in COVERAGES:
        return _recheck_coverage(rule.layer, layers[rule.layer], touched[rule.layer], standing)
    if rule.layer == "building":
        return _recheck_buildings(layers, touched, standing)
    return _recheck_points(rule.layer, layers, touched, standing)


def _recheck_coverage(
    name: str, ground: Ground, touched: Touched, standing: pd.DataFrame
) -> tuple[Errors, NDArray[np.bool_]]:
    coverage, to_metres = COVERAGES[name], ground.to_metres
    kind = standing["kind"].to_numpy(object)
    own = standing["feature_id"].isin(touched.ids).to_numpy()
    beside = standing["other_id"].isin(touched.ids).to_numpy()
    replaced = np.where(kind == "overlap", own | beside, (kind == "sliver") & own)
    rows = ground.around(touched.ground, TOUCHING, to_metres)
    found: Errors = slivers(name, rows[rows["feature_id"].isin(touched.ids)])
    for group in groups(rows, coverage):
        found += overlaps(name, group, coverage, unmatched(group["plane"].to_numpy(object)), touched.ids)
    if not coverage.gap or not len(touched.ground):
        return found, replaced
    places = in_metres(_places(touched), to_metres)
    # What is part of something else is told by all of that; such layers have few features.
    beside_them = None if coverage.part_of else _gaps_around(name, ground, touched, places)
    if beside_them is None:
        rows = ground.all(to_metres)
        for group in groups(rows, coverage):
            loose = unmatched(group["plane"].to_numpy(object))
            found += gaps(name, group, coverage, loose, wholes(rows, group, coverage))
        return found, replaced | (kind == "gap")
    shapes = in_metres(standing["shape"].to_numpy(object), to_metres)
    at, _ = shapely.STRtree(places).query(shapes, predicate="dwithin", distance=TOUCHING)
    touching = np.zeros(len(standing), bool)
    touching[at] = True
    return found + beside_them, replaced | ((kind == "gap") & touching)


def _gaps_around(name: str, ground: Ground, touched: Touched, places: Geometries) -> Errors | None:
    """Gaps that touch what changed; None where no window tells. places: the ground of each feature, in metres.

    All places are looked at together, those of which a window does not tell once more in a larger one. A piece of
    bare ground that reaches the edge of the windows goes on beyond it. It is no gap if what is seen of it is too
    large already: too wide somewhere, and too much.
    """
    coverage = COVERAGES[name]
    number = np.unique(touched.of)
    found: dict[tuple[int, int, float], Error] = {}
    open_ = np.arange(len(places))
    for reach in _WINDOWS:
        # A place may have any number of vertices, its hull has few.
        windows = shapely.union_all(shapely.buffer(shapely.convex_hull(places[open_]), reach, quad_segs=2))
        here = np.isin(touched.of, number[open_])
        rows = ground.around(touched.ground[here], reach, ground.to_metres)
        untold = np.zeros(len(open_), bool)
        for group in groups(rows, coverage):
            ids = group["feature_id"].to_numpy(np.int64)
            shapes = _cut_down(group["plane"].to_numpy(object), windows)
            bare = bare_ground(windows, shapes, unmatched(shapes))
            place, piece = shapely.STRtree(bare).query(places[open_], predicate="dwithin", distance=TOUCHING)
            edge = windows.boundary
            shapely.prepare(edge)
            seen = np.unique(piece)
            cut = np.zeros(len(bare), bool)
            cut[seen] = shapely.dwithin(edge, bare[seen], TOUCHING)
            whole = bare[seen[~cut[seen]]]
            # Two windows may show one gap.
            found |= {
                _told(error): error
                for error in gap_errors(name, whole[are_gaps(whole, coverage)], shapes, ids)
            }
            ends = np.flatnonzero(cut)
            ends = ends[(shapely.area(bare[ends]) < coverage.gap) | narrow(bare[ends], coverage)]
            untold[place[np.isin(piece, ends)]] = True
        open_ = open_[untold]
        if not len(open_):
            return list(found.values())
    return None


def _cut_down(shapes: Geometries, windows: shapely.Geometry) -> Geometries:
    """Shapes as they are around the windows: what is far away of those with very many vertices is left out."""
    many = shapely.get_num_coordinates(shapes) > _MANY
    if not many.any():
        return shapes
    west, south, east, north = windows.bounds
    frame = shapely.box(west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN)
    parts, of = shapely.get_parts(shapely.intersection(shapes[many], frame), return_index=True)
    areas = shapely.get_type_id(parts) == 3
    cut = np.full(int(many.sum()), shapely.MultiPolygon(), object)
    found = shapes.copy()
    found[many] = shapely.multipolygons(parts[areas], indices=of[areas], out=cut)
    return found


def _places(touched: Touched) -> Geometries:
    """The ground of each touched feature, now and before, in the order of their numbers (EPSG:4490)."""
    order = np.argsort(touched.of, kind="stable")
    _, place = np.unique(touched.of[order], return_inverse=True)
    return np.asarray(shapely.geometrycollections(touched.ground[order], indices=place), object)


def _told(error: Error) -> tuple[int, int, float]:
    return error[2], error[3], round(error[4], 3)


def _recheck_buildings(
    layers: Mapping[str, Ground], touched: Mapping[str, Touched], standing: pd.DataFrame
) -> tuple[Errors, NDArray[np.bool_]]:
    buildings, parcels = layers["building"], layers["parcel"]
    asked = np.union1d(touched["building"].ids, buildings.touching(touched["parcel"].ground, TOUCHING))
    replaced: NDArray[np.bool_] = standing["feature_id"].isin(asked).to_numpy()
    if not len(parcels):
        return [], replaced
    rows = buildings.named(asked, buildings.to_metres)
    below = parcels.around(buildings.shapes_of(asked), TOUCHING, buildings.to_metres)
    return off_parcels(rows, below), replaced


def _recheck_points(
    name: str, layers: Mapping[str, Ground], touched: Mapping[str, Touched], standing: pd.DataFrame
) -> tuple[Errors, NDArray[np.bool_]]:
    points, buildings = layers[name], layers["building"]
    near = points.touching(touched["building"].ground, NEAR)
    asked = np.unique(np.concatenate([touched[name].ids, near, standing["feature_id"].to_numpy(np.int64)]))
    replaced = np.ones(len(standing), bool)
    rows = points.named(asked, points.to_metres)
    around = buildings.around(points.shapes_of(asked), _FAR, points.to_metres)
    found = lost(name, rows, around)
    if not len(around) or any(error[4] > _FAR for error in found):
        found = lost(name, rows, buildings.all(points.to_metres))
    return found, replaced
