"""Is a layer in the system it names? Asked of a layer that is known to be right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from basedb.findings import Severity, define
from geospatial.datum.gate import operation, to_standard
from geospatial.datum.obfuscated import bd09_from_gcj02, gcj02_from_wgs84
from geospatial.datum.systems import BD09, GCJ02, STANDARD, System
from geospatial.given import Geometries

LOOKS_LIKE = define(
    "crs.looks_like_another",
    Severity.WARNING,
    "与参照图层比对，坐标像是另一坐标系；建议值为该坐标系",
    "against a reference layer the coordinates look like another system's; the suggestion names it",
)

#: Fewer features than this, here or there, tell nothing.
_FEW = 30
_SAMPLE = 500
# The shifted systems lie some hundred metres off; what is nearer than this is no shift.
_FAR = 50.0
_BETTER = 0.3
# So much of a layer lies within features of its reference layer, if it is in the right system.
_MOST = 0.7
# A shift by one of these systems is met to this part of its length.
_ALIKE = 0.1
_METRES = 111_320.0


def likelier_system(given: Geometries, named: System, reference: Geometries) -> System | None:
    """The system in which `given` lies much nearer to `reference` than in the one it is said to be in.

    given: as written, in degrees of CGCS2000 or of a shifted system. reference: features of a layer beside
    which these must lie, in EPSG:4490. None if the named system fits, or too little is there to tell.
    """
    if not may_be_another(given, named) or len(reference) < _FEW:
        return None
    sample = given[:: max(1, len(given) // _SAMPLE)]
    candidates = [named, *(item for item in _others() if item != named)]
    readings = [to_standard(sample, operation(item)) for item in candidates]
    distances = [_median_distance(shapes, reference) for shapes in readings]
    best = int(np.argmin(distances))
    if best and distances[0] > _FAR and distances[best] < _BETTER * distances[0]:
        return candidates[best]
    # In a town something is near wherever one looks, but seldom all around.
    shares = [_share_within(shapes, reference) for shapes in readings]
    best = int(np.argmax(shares))
    return candidates[best] if shares[best] >= _MOST and shares[0] < shares[best] / 2 else None


def may_be_another(given: Geometries, named: System) -> bool:
    """Whether a reference layer could tell that these are in another system: enough of them, in degrees."""
    return (named.is_geographic or named.is_obfuscated) and len(given) >= _FEW


def _others() -> Sequence[System]:
    return System(STANDARD), System(GCJ02), System(BD09)


def _median_distance(sample: Geometries, reference: Geometries) -> float:
    """Median distance in metres from a sample's middles to the nearest reference feature."""
    latitude = float(np.nanmedian(shapely.get_y(shapely.centroid(reference))))
    stretch = np.array([np.cos(np.radians(latitude)), 1.0]) * _METRES
    plane = [
        np.asarray(shapely.transform(group, lambda p: p * stretch), object) for group in (sample, reference)
    ]
    _, distance = shapely.STRtree(plane[1]).query_nearest(
        shapely.centroid(plane[0]), return_distance=True, all_matches=False
    )
    return float(np.median(distance)) if len(distance) else float("inf")


def _share_within(sample: Geometries, reference: Geometries) -> float:
    """What part of a sample lies within one of the reference features each."""
    within, _ = shapely.STRtree(reference).query(sample, predicate="covered_by")
    return len(np.unique(within)) / len(sample)


def shift_of(longitude: float, latitude: float, east: float, north: float) -> System | None:
    """The shifted system that has this place so many metres off, if it is one of them."""
    here = np.array([longitude]), np.array([latitude])
    stretch = np.array([np.cos(np.radians(latitude)), 1.0]) * _METRES
    for system, there in (
        (GCJ02, gcj02_from_wgs84(*here)),
        (BD09, bd09_from_gcj02(*gcj02_from_wgs84(*here))),
    ):
        moved = np.array([there[0][0] - longitude, there[1][0] - latitude]) * stretch
        if np.hypot(*(moved - [east, north])) < _ALIKE * np.hypot(*moved):
            return System(system)
    return None
