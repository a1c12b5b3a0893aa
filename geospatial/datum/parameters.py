"""Registered local datum parameters: plane 4-parameter and Bursa-Wolf 3- and 7-parameter sets.

PROJ has nothing but a do-nothing "ballpark" from Xi'an 80 and Beijing 54 to CGCS2000, so a city's own
parameters are the only lawful way. Each set is proved on its check points before it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from geospatial.datum.systems import STANDARD, System

Floats = NDArray[np.float64]
Model = Literal["plane4", "bursa3", "bursa7"]
Rotation = Literal["coordinate_frame", "position_vector"]
_ROTATIONS: tuple[Rotation, ...] = ("coordinate_frame", "position_vector")

#: Check points must come out within this many metres.
TOLERANCE = 0.05
_ARC_SECOND = np.pi / 180 / 3600


@dataclass(frozen=True)
class CheckPoint:
    """A point known in both systems: eastings and northings in metres, as the source and target write them."""

    name: str
    source_x: float
    source_y: float
    target_x: float
    target_y: float


@dataclass(frozen=True)
class ParameterSet:
    """A local transformation to CGCS2000.

    applies_to: base names of files it is for, empty for any file in the source datum. source, target:
    systems the plane coordinates are in. values: dx, dy, dz in metres, rx, ry, rz, a in arc-seconds,
    k (scale) or m (ppm); for plane4 dx is northing, dy easting. strip_prefix: source eastings lose their
    zone prefix first. rotation: which sign the rotations have.
    """

    name: str
    model: Model
    source: System
    target: System
    values: Mapping[str, float]
    applies_to: tuple[str, ...] = ()
    rotation: Rotation = "coordinate_frame"
    strip_prefix: bool = False
    check_points: tuple[CheckPoint, ...] = field(default=())

    def to_standard(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Source coordinates (easting and northing, or degrees) to CGCS2000 longitudes and latitudes."""
        if self.model == "plane4":
            return _geographic(self.target).transform(*self._plane(x, y))
        return self._bursa(x, y)

    def residuals(self) -> Floats:
        """Distances in metres by which the check points miss their target, in their order."""
        if not self.check_points:
            return np.array([])
        points = np.array([(p.source_x, p.source_y, p.target_x, p.target_y) for p in self.check_points])
        lon, lat = self.to_standard(points[:, 0], points[:, 1])
        east, north = _plane(self.target).transform(lon, lat)
        missed: Floats = np.hypot(east - points[:, 2], north - points[:, 3])
        return np.nan_to_num(missed, nan=np.inf, posinf=np.inf)

    def proved(self) -> ParameterSet:
        """The set in the reading (sign of rotation, zone prefix) that its check points confirm.

        Departments write the same numbers under either convention. Raises ParametersWrong if no reading
        brings every check point within `TOLERANCE`; without check points it stays as it is stated.
        """
        if not self.check_points:
            return self
        readings = [
            replace(self, rotation=rotation, strip_prefix=strip)
            for rotation in _ROTATIONS
            for strip in (False, True)
        ]
        worst = [float(np.max(reading.residuals())) for reading in readings]
        best = int(np.argmin(worst))
        if worst[best] > TOLERANCE:
            raise ParametersWrong(self.name, worst[best])
        return readings[best]

    @property
    def accuracy(self) -> float | None:
        """The worst miss of a check point in metres; None if there are none."""
        return float(np.max(self.residuals())) if self.check_points else None

    def _plane(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        east = x - self.source.zone_prefix * 1_000_000 if self.strip_prefix else x
        sign = 1.0 if self.rotation == "coordinate_frame" else -1.0
        angle = sign * self.values["a"] * _ARC_SECOND
        scale, cos, sin = self.values["k"], np.cos(angle), np.sin(angle)
        north_out = self.values["dx"] + scale * (y * cos - east * sin)
        east_out = self.values["dy"] + scale * (y * sin + east * cos)
        return east_out, north_out

    def _bursa(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        lon, lat = _geographic(self.source).transform(x, y)
        return self._shift.transform(lon, lat)

    @cached_property
    def _shift(self) -> Transformer:
        ellipsoid = self.source.crs.ellipsoid
        target = self.target.crs.ellipsoid
        assert ellipsoid is not None and target is not None
        values = {**dict.fromkeys(("rx", "ry", "rz", "m"), 0.0), **self.values}
        return Transformer.from_pipeline(
            "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad"
            f" +step +proj=cart +a={ellipsoid.semi_major_metre} +rf={ellipsoid.inverse_flattening}"
            f" +step +proj=helmert +x={values['dx']} +y={values['dy']} +z={values['dz']}"
            f" +rx={values['rx']} +ry={values['ry']} +rz={values['rz']} +s={values['m']}"
            f" +convention={self.rotation}"
            f" +step +inv +proj=cart +a={target.semi_major_metre} +rf={target.inverse_flattening}"
            " +step +proj=unitconvert +xy_in=rad +xy_out=deg"
        )


class ParametersWrong(ValueError):
    """Parameters that do not bring their own check points home; `miss` in metres."""

    def __init__(self, name: str, miss: float):
        self.name, self.miss = name, miss
        super().__init__(
            f"参数“{name}”与自带检核点不符，最大差 {miss:.3f} 米 / the parameters miss their own check points"
        )


def _geographic(system: System) -> Transformer:
    """From a system to longitude and latitude on its own datum."""
    base = system.crs.geodetic_crs
    assert base is not None
    return Transformer.from_crs(system.crs, base, always_xy=True, allow_ballpark=False)


def _plane(system: System) -> Transformer:
    return Transformer.from_crs(STANDARD, system.crs, always_xy=True, allow_ballpark=False)
