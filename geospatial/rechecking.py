"""Coverage rules around what changed: the same errors as checking a layer whole finds, for the cost of a change.

A breach of a rule follows from the shapes in its place. What changed touches its own pairs, the bare ground beside
it, the buildings on it and the points near it; every other error stands as it was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
    Coverage,
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
)

#: So far around what changed the ground is looked at, in metres: farther only where that does not tell, and where
#: the last does not, the whole layer is.
_WINDOWS = (40.0, 160.0, 640.0)
# The building nearest to a lost point is looked for so far, then everywhere.
_FAR = 300.0


@dataclass(frozen=True)
class Touched:
    """What changed in a layer. ids: features that came, changed or went; ground: shapes (EPSG:4490) they have and
    had, of: the feature each is of."""

    ids: NDArray[np.int64]
    ground: Geometries
    of: NDArray[np.int64]


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
    rows = ground.around(touched.ground, _WINDOWS[0], to_metres)
    found: Errors = slivers(name, rows[rows["feature_id"].isin(touched.ids)])
    for group in groups(rows, coverage):
        found += overlaps(name, group, coverage, touched.ids)
    if not coverage.gap:
        return found, replaced
    places = _places(touched)
    laid = _Laid(rows)
    near = [_gaps_around(name, ground, place, laid) for place in places]
    if any(part is None for part in near):
        for group in groups(ground.all(to_metres), coverage):
            found += gaps(name, group, coverage)
        return found, replaced | (kind == "gap")
    # Two changes beside one gap both find it.
    found += {_told(error): error for part in near if part is not None for error in part}.values()
    shapes = in_metres(standing["shape"].to_numpy(object), to_metres)
    at, _ = shapely.STRtree(in_metres(places, to_metres)).query(
        shapes, predicate="dwithin", distance=TOUCHING
    )
    touching = np.zeros(len(standing), bool)
    touching[at] = True
    return found, replaced | ((kind == "gap") & touching)


def _places(touched: Touched) -> Geometries:
    """The ground of each touched feature, now and before, as one shape (EPSG:4490)."""
    order = np.argsort(touched.of, kind="stable")
    starts = np.unique(touched.of[order], return_index=True)[1]
    found = np.empty(len(starts), object)
    if len(starts):
        found[:] = [shapely.union_all(part) for part in np.split(touched.ground[order], starts[1:])]
    return found


def _told(error: Error) -> tuple[int, int, float]:
    return error[2], error[3], round(error[4], 3)


def _gaps_around(name: str, ground: Ground, place: shapely.Geometry, rows: _Laid) -> Errors | None:
    """Gaps that touch a place (EPSG:4490); None where no window tells. rows: all within the first window."""
    coverage = COVERAGES[name]
    on_plane = in_metres(np.array([place], object), ground.to_metres)[0]
    hull = shapely.convex_hull(on_plane)  # a place may have any number of vertices
    for reach in _WINDOWS:
        window = shapely.buffer(hull, reach)
        if reach == _WINDOWS[0]:
            near = rows.within(window)
        else:
            near = _Laid(ground.around(np.array([place], object), reach, ground.to_metres)).within(window)
        parts = [_gaps_in(name, group, on_plane, window, coverage) for group in groups(near, coverage)]
        if all(part is not None for part in parts):
            return [error for part in parts if part is not None for error in part]
    return None


class _Laid:
    """Rows with `plane`, indexed."""

    def __init__(self, rows: pd.DataFrame):
        self._rows, self._tree = rows, shapely.STRtree(rows["plane"].to_numpy(object))

    def within(self, window: shapely.Geometry) -> pd.DataFrame:
        """Those that touch a window, in their order."""
        return self._rows.iloc[np.sort(self._tree.query(window, predicate="intersects"))]


def _gaps_in(
    name: str, rows: pd.DataFrame, place: shapely.Geometry, window: shapely.Geometry, coverage: Coverage
) -> Errors | None:
    """Gaps in a window that touch a place; None where the window does not tell.

    A piece of bare ground that reaches the window's edge goes on beyond it. It is no gap if what is seen of it is
    too large already: too wide somewhere, and too much.
    """
    shapes, ids = rows["plane"].to_numpy(object), rows["feature_id"].to_numpy(np.int64)
    bare = bare_ground(window, shapes)
    edge = window.boundary
    shapely.prepare([place, edge])  # of what is prepared only the first counts
    bare = bare[shapely.dwithin(place, bare, TOUCHING)]
    cut = shapely.dwithin(edge, bare, TOUCHING)
    too_large = (shapely.area(bare) >= coverage.gap) & ~narrow(bare, coverage)
    if (cut & ~too_large).any():
        return None
    whole = bare[~cut]
    return gap_errors(name, whole[are_gaps(whole, coverage)], shapes, ids)


def _recheck_buildings(
    layers: Mapping[str, Ground], touched: Mapping[str, Touched], standing: pd.DataFrame
) -> tuple[Errors, NDArray[np.bool_]]:
    buildings, parcels = layers["building"], layers["parcel"]
    asked = np.union1d(touched["building"].ids, buildings.touching(touched["parcel"].ground, TOUCHING))
    replaced: NDArray[np.bool_] = standing["feature_id"].isin(asked).to_numpy()
    if not len(parcels.rows):
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
