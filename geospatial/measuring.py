"""Does the area a department states fit the shape it draws?"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from basedb.findings import Severity, define
from geospatial.follow import in_metres, metric
from geospatial.given import Geometries
from geospatial.noted import Noted

MISMATCH = define(
    "area.mismatch",
    Severity.WARNING,
    "登记面积与图形面积相差超过百分之一；建议值为图形面积（平方米）",
    "the stated area is off by more than a hundredth; the suggestion is the shape's",
)
IN_MU = define(
    "area.in_mu",
    Severity.WARNING,
    "登记面积像是亩数；建议值为图形面积（平方米）",
    "the stated area looks like mu; the suggestion is in square metres",
)

_SQUARE_METRES_PER_MU = 2000 / 3
_TOLERANCE = 0.01
_ROUNDING = 0.5
# The ellipsoid of CGCS2000: its longer half axis in metres and the square of its eccentricity.
_SEMI_MAJOR, _ECCENTRICITY = 6_378_137.0, 0.006_694_380_022_90
_SMALL = 0.02


def check_areas(
    geometry: Geometries,
    claimed: NDArray[np.float64],
    row_no: NDArray[np.int64],
    column: str,
    noted: Noted,
) -> None:
    """Findings for areas (EPSG:4490) whose claimed area, in square metres (NaN for none), is not their own."""
    rows = np.flatnonzero(~shapely.is_missing(geometry) & np.isfinite(claimed))
    rows = rows[~_plainly_fits(geometry[rows], claimed[rows])]
    if not len(rows):
        return
    own = shapely.area(in_metres(geometry[rows], metric(geometry[rows])))
    claimed = claimed[rows]
    in_mu = np.abs(claimed * _SQUARE_METRES_PER_MU - own) <= _TOLERANCE * own + _SQUARE_METRES_PER_MU * 0.01
    off = (np.abs(claimed - own) > _TOLERANCE * own + _ROUNDING) & ~in_mu
    for code, which in ((IN_MU, in_mu & (claimed > 0)), (MISMATCH, off)):
        noted.add(row_no[rows[which]], code, column, claimed[which], [f"{value:.2f}" for value in own[which]])


def _plainly_fits(geometry: Geometries, claimed: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where the area reckoned from degrees by the lengths of a degree at the shape's southern edge, which is right to
    a thousandth for shapes of a few kilometres, leaves no doubt that the claimed one is within the tolerance."""
    west, south, east, north = shapely.bounds(geometry).T
    latitude = np.radians(south)
    bulge = 1 - _ECCENTRICITY * np.sin(latitude) ** 2
    along = _SEMI_MAJOR * np.cos(latitude) / np.sqrt(bulge)
    upward = _SEMI_MAJOR * (1 - _ECCENTRICITY) / bulge**1.5
    own = shapely.area(geometry) * along * upward * np.radians(1) ** 2
    small = np.maximum(east - west, north - south) < _SMALL
    return small & (own > 1) & (np.abs(claimed - own) < _TOLERANCE / 2 * own)
