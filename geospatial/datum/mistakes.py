"""Coordinates that are not what their system says: swapped axes, zone prefixes, another region."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basedb.findings import Severity, define
from geospatial.datum.gate import Operation
from geospatial.datum.systems import System

SWAPPED = define(
    "coordinate.axes_swapped", Severity.WARNING, "横纵坐标写反，已对调", "the axes were swapped; put right"
)
PREFIX_MISSING = define(
    "coordinate.zone_prefix_missing",
    Severity.WARNING,
    "横坐标缺带号，已补上",
    "the easting lacks its zone prefix; it was added",
)
PREFIX_DOUBLED = define(
    "coordinate.zone_prefix_extra",
    Severity.WARNING,
    "横坐标多写了带号，已去掉",
    "the easting carries a zone prefix too many; it was removed",
)
OUTSIDE = define(
    "coordinate.outside_region",
    Severity.ERROR,
    "坐标在本地区范围之外",
    "the coordinate lies outside the region",
)
NOT_FINITE = define(
    "coordinate.not_finite", Severity.ERROR, "坐标不是有限数值", "the coordinate is not a finite number"
)

Floats = NDArray[np.float64]
_MILLION = 1_000_000.0


@dataclass(frozen=True)
class Region:
    """A box of longitudes and latitudes in which everything of a site lies."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
        """Which points lie in it; a point that is not finite does not."""
        inside: NDArray[np.bool_] = (
            (lon >= self.west) & (lon <= self.east) & (lat >= self.south) & (lat <= self.north)
        )
        return inside

    def grown(self, degrees: float) -> Region:
        """The box with a margin."""
        return Region(self.west - degrees, self.south - degrees, self.east + degrees, self.north + degrees)


#: Where no closer region is known: the land and seas of China.
CHINA = Region(73.0, 3.0, 136.0, 54.0)


@dataclass(frozen=True)
class Examined:
    """Points as they should be read: `x`, `y` repaired, `code` of the mistake of each ('' for none)."""

    x: Floats
    y: Floats
    code: NDArray[np.object_]


def examine(x: Floats, y: Floats, system: System, by: Operation, region: Region = CHINA) -> Examined:
    """Find points that lie outside the region as written and inside it under exactly one other reading.

    x, y: eastings and northings, or longitudes and latitudes, in `system`. A point that no reading brings
    into the region keeps its coordinates and is marked OUTSIDE; one that is not finite NOT_FINITE.
    """
    x, y = np.array(x, np.float64), np.array(y, np.float64)
    code = np.full(len(x), "", object)
    finite = np.isfinite(x) & np.isfinite(y)
    code[~finite] = NOT_FINITE
    lost = finite & ~_inside(x, y, by, region)
    if not lost.any():
        return Examined(x, y, code)
    readings = [(name, *read(x[lost], y[lost])) for name, read in _readings(system)]
    fits = np.array([_inside(other_x, other_y, by, region) for _, other_x, other_y in readings])
    only = fits.sum(axis=0) == 1
    places = np.flatnonzero(lost)
    code[places] = OUTSIDE
    for (name, other_x, other_y), fit in zip(readings, fits, strict=True):
        chosen = fit & only
        code[places[chosen]] = name
        x[places[chosen]], y[places[chosen]] = other_x[chosen], other_y[chosen]
    return Examined(x, y, code)


def _inside(x: Floats, y: Floats, by: Operation, region: Region) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        lon, lat = by.apply(x, y)
        return region.holds(np.asarray(lon), np.asarray(lat))


def _readings(
    system: System,
) -> Iterator[tuple[str, Callable[[Floats, Floats], tuple[Floats, Floats]]]]:
    """The mistakes worth trying for a system, each as the repair that undoes it."""
    yield SWAPPED, lambda x, y: (y, x)
    if system.is_geographic:
        return
    prefix = system.zone_prefix
    if prefix:
        yield PREFIX_MISSING, lambda x, y: (x + prefix * _MILLION, y)
    # A prefix before an easting that has one already, or that should have none.
    yield (
        PREFIX_DOUBLED,
        lambda x, y: (np.where(x >= 100 * _MILLION, x % (100 * _MILLION), x % _MILLION), y),
    )
