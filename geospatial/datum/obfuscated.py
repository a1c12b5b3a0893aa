"""GCJ-02 and BD-09, the shifted systems of Chinese map services: forward, and exact inverses.

Neither is an EPSG code. The forward formulas are the published ones (as in the `eviltransform` and
`coordtransform` projects); a single subtraction of the shift errs by up to 5 m, so the inverse is
iterated until the forward formula gives the input back.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Degrees = NDArray[np.float64]

_A = 6378245.0
_EE = 0.00669342162296594323
_BD = np.pi * 3000.0 / 180.0
# About 0.1 mm in degrees.
_TOLERANCE = 1e-9
_MAX_ROUNDS = 20


def gcj02_from_wgs84(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Longitudes and latitudes as GCJ-02 writes them; points outside its box stay as they are."""
    shift_lon, shift_lat = _shift(lon, lat)
    inside = (lon >= 72.004) & (lon <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)
    return np.where(inside, lon + shift_lon, lon), np.where(inside, lat + shift_lat, lat)


def wgs84_from_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """The inverse of `gcj02_from_wgs84`, to under a millimetre."""
    return _inverse(gcj02_from_wgs84, lon, lat)


def bd09_from_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """BD-09 from GCJ-02: a rotation and stretch that depends on the place, and a constant."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def gcj02_from_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """The inverse of `bd09_from_gcj02`, to under a millimetre."""
    return _inverse(bd09_from_gcj02, lon, lat)


def wgs84_from_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Both shifts taken back."""
    return wgs84_from_gcj02(*gcj02_from_bd09(lon, lat))


def _inverse(forward, lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:  # type: ignore[no-untyped-def]
    """Fixed-point iteration: both forward maps are the identity plus a small smooth shift."""
    lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    there_lon, there_lat = lon.copy(), lat.copy()
    for _ in range(_MAX_ROUNDS):
        seen_lon, seen_lat = forward(there_lon, there_lat)
        off_lon, off_lat = lon - seen_lon, lat - seen_lat
        there_lon, there_lat = there_lon + off_lon, there_lat + off_lat
        if not np.any(np.maximum(np.abs(off_lon), np.abs(off_lat)) > _TOLERANCE):
            break
    return there_lon, there_lat


def _shift(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    waves = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    d_lat += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    d_lat += (160.0 * np.sin(y / 12.0 * np.pi) + 320 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    d_lon += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    d_lon += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    radians = np.radians(lat)
    magic = 1 - _EE * np.sin(radians) ** 2
    root_magic = np.sqrt(magic)
    d_lat = np.degrees(d_lat / ((_A * (1 - _EE)) / (magic * root_magic)))
    d_lon = np.degrees(d_lon / (_A / root_magic * np.cos(radians)))
    return d_lon, d_lat
