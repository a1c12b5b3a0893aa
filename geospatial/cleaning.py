"""Repairs of single geometries: validity, repeated vertices, spikes, the shape a layer takes."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from basedb.findings import Severity, define
from geospatial.given import Geometries
from geospatial.noted import Noted

INVALID = define(
    "geometry.invalid",
    Severity.WARNING,
    "图形自相交或环有误，已修复；建议值为面积变化（平方米）",
    "an invalid geometry was repaired; the suggestion is the area it changed by",
)
REPEATED = define(
    "geometry.repeated_vertex", Severity.INFO, "有重复节点，已去除", "repeated vertices were removed"
)
SPIKE = define("geometry.spike", Severity.WARNING, "边界有尖刺，请部门核对", "the boundary has a spike")
CLOSED_LINE = define(
    "geometry.closed_line",
    Severity.INFO,
    "闭合的线（CAD 图常见），已按面处理",
    "a closed line, as drawings have them, was taken for the area it bounds",
)
WRONG_SHAPE = define(
    "geometry.wrong_shape", Severity.ERROR, "图形类型与图层不符", "a shape that the layer does not take"
)
HUGE = define("geometry.huge", Severity.WARNING, "图形节点过多", "the geometry has very many vertices")

_MANY = 1_000_000
# A vertex whose two edges run back on each other within this angle, over at least this many metres.
_SPIKE_COSINE = np.cos(np.radians(2.0))
_SPIKE_LENGTH = 3.0
# Vertices this near to the one before (degrees) are the same.
_REPEATED = 1e-9
_METRES = 111_320.0


def clean(
    geometry: Geometries, dimension: int, row_no: NDArray[np.int64], column: str, noted: Noted
) -> Geometries:
    """Geometries (EPSG:4490) repaired and of the layer's shape.

    dimension: 0 points, 1 lines, 2 areas. Areas and lines come out as multi-geometries. A shape of
    another dimension fails its row.
    """
    found = np.array(geometry, object)
    noted.add(row_no[shapely.get_num_coordinates(found) > _MANY], HUGE, column)
    if dimension:
        found = _without_repeated(found, row_no, column, noted)
    if dimension == 2:
        found = _closed_lines_as_areas(found, row_no, column, noted)
        # Before repairs, which take a spike of no width away.
        noted.add(row_no[_with_spikes(found)], SPIKE, column)
        found = _valid(found, row_no, column, noted)
    here = ~shapely.is_missing(found)
    wrong = here & (_dimension(found) != dimension)
    noted.add(row_no[wrong], WRONG_SHAPE, column, [item.geom_type for item in geometry[wrong]], failed=True)
    found[wrong] = None
    found[shapely.is_empty(found)] = None
    return _as_multi(found, dimension)


def _bounded_by(lines: Geometries) -> Geometries:
    points, of = shapely.get_coordinates(lines, return_index=True)
    return np.asarray(shapely.polygons(shapely.linearrings(points, indices=of)), object)


def _closed_lines_as_areas(
    found: Geometries, row_no: NDArray[np.int64], column: str, noted: Noted
) -> Geometries:
    lines = (
        (shapely.get_type_id(found) == 1)
        & shapely.is_closed(found)
        & (shapely.get_num_coordinates(found) > 3)
    )
    noted.add(row_no[lines], CLOSED_LINE, column)
    if lines.any():
        found = found.copy()
        found[lines] = _bounded_by(found[lines])
    return found


def _without_repeated(found: Geometries, row_no: NDArray[np.int64], column: str, noted: Noted) -> Geometries:
    points, of = shapely.get_coordinates(found, return_index=True)
    # Parts and rings of one geometry may touch: a suspicion, which few shapes raise.
    close = (of[1:] == of[:-1]) & (np.hypot(*(points[1:] - points[:-1]).T) <= _REPEATED)
    asked = np.unique(of[1:][close])
    fewer = np.asarray(shapely.remove_repeated_points(found[asked], _REPEATED), object)
    repeated = shapely.get_num_coordinates(fewer) < shapely.get_num_coordinates(found[asked])
    noted.add(row_no[asked[repeated]], REPEATED, column)
    found[asked] = fewer
    return found


def _valid(found: Geometries, row_no: NDArray[np.int64], column: str, noted: Noted) -> Geometries:
    broken = ~shapely.is_missing(found) & ~shapely.is_valid(found)
    if not broken.any():
        return found
    reasons = shapely.is_valid_reason(found[broken])
    repaired = np.asarray(shapely.make_valid(found[broken], method="structure"), object)
    scale = _METRES**2 * np.cos(np.radians(shapely.get_y(shapely.centroid(repaired))))
    change = (shapely.area(repaired) - shapely.area(found[broken])) * scale
    noted.add(row_no[broken], INVALID, column, reasons, [f"{value:.2f}" for value in change])
    found = found.copy()
    found[broken] = repaired
    return found


def _with_spikes(geometry: Geometries) -> NDArray[np.bool_]:
    """Whose boundary goes out along a line and back: areas with a vertex whose two edges run back on each other."""
    found = np.zeros(len(geometry), bool)
    points, of, ring = _outlines(geometry)
    if not len(points):
        return found
    # Rings are closed: the first point comes again as the last.
    first = np.append(True, ring[1:] != ring[:-1])
    last = np.append(first[1:], True)
    start = np.flatnonzero(first)[np.cumsum(first) - 1]
    end = np.flatnonzero(last)[np.cumsum(first) - 1]
    at = np.flatnonzero(~last)
    ahead, behind = points[at + 1], points[np.where(first[at], end[at] - 1, at - 1)]
    scale = np.column_stack([np.cos(np.radians(points[start[at], 1])), np.ones(len(at))]) * _METRES
    ahead, behind = (ahead - points[at]) * scale, (behind - points[at]) * scale
    lengths = np.hypot(*ahead.T), np.hypot(*behind.T)
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = (ahead * behind).sum(axis=1) / (lengths[0] * lengths[1])
    sharp = cosine > _SPIKE_COSINE
    long = np.minimum(*lengths) > _SPIKE_LENGTH
    room = end[at] - start[at] >= 4  # a triangle may be as sharp
    found[of[at[sharp & long & room]]] = True
    return found


def _outlines(geometry: Geometries) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """The points of the outer rings of areas; the geometry and the ring each is of. An area in one piece without
    holes, as nearly all are, is its ring."""
    kinds = shapely.get_type_id(geometry)
    plain = np.flatnonzero((kinds == 3) & (shapely.get_num_interior_rings(geometry) == 0))
    points, ring = shapely.get_coordinates(geometry[plain], return_index=True)
    rest = np.setdiff1d(np.flatnonzero((kinds == 3) | (kinds >= 6)), plain)
    parts, part_of = shapely.get_parts(geometry[rest], return_index=True)
    areas = shapely.get_type_id(parts) == 3
    more, other = shapely.get_coordinates(shapely.get_exterior_ring(parts[areas]), return_index=True)
    return (
        np.concatenate([points, more]),
        np.concatenate([plain[ring], rest[part_of[areas][other]]]),
        np.concatenate([ring, len(plain) + other]),
    )


def _dimension(found: Geometries) -> NDArray[np.int64]:
    """The dimension of each geometry; -1 for a collection of several kinds."""
    kinds = shapely.get_type_id(found)
    # 0 Point 1 LineString 2 LinearRing 3 Polygon 4 MultiPoint 5 MultiLineString 6 MultiPolygon 7 Collection
    table = np.array([0, 1, 1, 2, 0, 1, 2, -1])
    return np.where(kinds < 0, -1, table[np.maximum(kinds, 0)])


def _as_multi(found: Geometries, dimension: int) -> Geometries:
    if dimension == 0:
        several = shapely.get_type_id(found) == 4
        found[several] = shapely.centroid(found[several])
        return found
    single = np.flatnonzero(np.isin(shapely.get_type_id(found), [1, 2, 3]))
    make = shapely.multipolygons if dimension == 2 else shapely.multilinestrings
    if len(single):
        found[single] = make(found[single], indices=np.arange(len(single)))
    return found
