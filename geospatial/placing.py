"""Given geometries to EPSG:4490: mistakes noticed, the exact operation applied, its name kept beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from basedb.findings import Severity, define
from basedb.refusal import Refused
from geospatial.datum import mistakes
from geospatial.datum.gate import DatumRefused, Operation, flat, operation, to_standard
from geospatial.datum.mistakes import Region
from geospatial.datum.parameters import ParameterSet
from geospatial.given import Geometries, Given
from geospatial.noted import Noted

ELSEWHERE = define(
    "layer.outside_region",
    Severity.ERROR,
    "整层图形在本地区范围之外，坐标系很可能标错",
    "the whole layer lies outside the region; its coordinate system is probably mislabelled",
)
DIMENSIONS = define(
    "geometry.z_dropped", Severity.INFO, "图形带高程或量测值，已按平面处理", "Z or M values were dropped"
)

#: From this share of features outside the region on, the layer as a whole is refused.
_MOST = 0.5
_FEW = 5


@dataclass(frozen=True)
class Placed:
    """Geometries in EPSG:4490 (None where missing or not to be trusted), and how they came to be there."""

    geometry: Geometries
    operation: NDArray[np.object_]
    accuracy: NDArray[np.float64]
    system: NDArray[np.object_]


def place(
    given: Given, registered: Sequence[ParameterSet], file_name: str, region: Region, noted: Noted
) -> Placed:
    """Bring every geometry to CGCS2000.

    Raises Refused if no exact operation leads from a system, or most of the file lies outside `region`. A
    single geometry outside it stays without standard geometry and gets a finding.
    """
    count = len(given.row_no)
    placed = Placed(
        np.full(count, None, object),
        np.full(count, None, object),
        np.full(count, np.nan),
        np.full(count, None, object),
    )
    noted.add(given.row_no[shapely.has_z(given.geometry)], DIMENSIONS, given.axes[0])
    for at, system in enumerate(given.systems):
        rows = np.flatnonzero((given.system == at) & ~shapely.is_missing(given.geometry))
        try:
            by = operation(system, registered, file_name)
        except DatumRefused as refusal:
            raise Refused(refusal.code, refusal.zh, refusal.en) from refusal
        standard = _standard(given, rows, at, by, region, noted)
        placed.geometry[rows] = standard
        placed.operation[rows] = by.text
        placed.accuracy[rows] = np.nan if by.accuracy is None else by.accuracy
        placed.system[rows] = system.name
    return placed


def _standard(
    given: Given, rows: NDArray[np.int64], at: int, by: Operation, region: Region, noted: Noted
) -> Geometries:
    """The geometries of one system, in the reading of their middle that lies in the region."""
    geometry = flat(given.geometry[rows])
    bounds = shapely.bounds(geometry)
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    points, of = shapely.get_coordinates(geometry, return_index=True)
    x[of[~np.isfinite(points).all(axis=1)]] = np.nan
    seen = mistakes.examine(x, y, given.systems[at], by, region)
    empty = shapely.is_empty(geometry)
    code = np.where(empty, "", seen.code)
    _refuse_elsewhere(code, int((~empty).sum()), given.systems[at].name)
    for name in sorted(set(code) - {""}):
        which = code == name
        values = [f"{a:.8g}, {b:.8g}" for a, b in zip(x[which], y[which], strict=True)]
        repaired = name not in (mistakes.OUTSIDE, mistakes.NOT_FINITE)
        better = (
            [f"{a:.8g}, {b:.8g}" for a, b in zip(seen.x[which], seen.y[which], strict=True)]
            if repaired
            else None
        )
        noted.add(
            given.row_no[rows[which]], name, given.axes[0], values, better, failed=name == mistakes.NOT_FINITE
        )
    swapped = code == mistakes.SWAPPED
    geometry[swapped] = shapely.transform(geometry[swapped], lambda points: points[:, ::-1])
    moved = np.isin(code, [mistakes.PREFIX_MISSING, mistakes.PREFIX_DOUBLED])
    for place_ in np.flatnonzero(moved):
        off = seen.x[place_] - x[place_]
        along = np.array([off, 0.0])
        geometry[place_] = shapely.transform(geometry[place_], lambda points, along=along: points + along)
    lost = np.isin(code, [mistakes.OUTSIDE, mistakes.NOT_FINITE]) | empty
    geometry[lost] = None
    return to_standard(geometry, by)


def _refuse_elsewhere(code: NDArray[np.object_], count: int, system: str) -> None:
    outside = int((code == mistakes.OUTSIDE).sum())
    if outside >= _FEW and outside > _MOST * count:
        raise Refused(
            ELSEWHERE,
            f"{outside}/{count} 个图形按 {system} 落在本地区之外，请核对坐标系后重送",
            f"{outside} of {count} geometries lie outside the region if their system is {system}",
        )
