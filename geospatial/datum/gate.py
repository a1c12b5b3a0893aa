"""Bringing geometries to CGCS2000 (EPSG:4490): by an exact operation, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from pyproj.exceptions import ProjError

from basedb.findings import Severity, define
from geospatial.datum.obfuscated import wgs84_from_bd09, wgs84_from_gcj02
from geospatial.datum.parameters import ParameterSet
from geospatial.datum.systems import GCJ02, STANDARD, System

NO_PARAMETERS = define(
    "delivery.datum_parameters_missing",
    Severity.ERROR,
    "该坐标系到 CGCS2000 没有登记的转换参数；通用的近似转换会偏移上百米，不予采用。请登记三、四或七参数",
    "no parameters to CGCS2000 are registered; a ballpark operation is not taken. Register a parameter set",
)

Floats = NDArray[np.float64]
_WORLD = "EPSG:4326"


class DatumRefused(ValueError):
    """No exact way leads from a system to CGCS2000; `code` is a finding's."""

    def __init__(self, system: System, reason: str = ""):
        self.code, self.system = NO_PARAMETERS, system
        name = system.name if len(system.name) < 40 else system.crs.name
        self.zh = f"{name}（{system.crs.name}）没有可用的转换参数{reason}；请部门提供三、四或七参数"
        self.en = f"no registered parameters lead from {name} to CGCS2000"
        super().__init__(f"{self.zh} / {self.en}")


@dataclass(frozen=True)
class Operation:
    """How coordinates of one system become CGCS2000 longitudes and latitudes.

    text: what is recorded beside every geometry. accuracy: stated, in metres; None where nobody states it.
    """

    text: str
    accuracy: float | None
    apply: Callable[[Floats, Floats], tuple[Floats, Floats]]


def operation(system: System, registered: Sequence[ParameterSet] = (), file_name: str = "") -> Operation:
    """The exact operation from `system` to EPSG:4490.

    registered: local parameter sets; one that names `file_name` outranks one for the whole datum. Raises
    DatumRefused if the datum is another one and nothing is registered, or several sets are.
    """
    if system.is_obfuscated:
        gcj = system.name == GCJ02
        return Operation(f"{system.name} iterated inverse", 1.0, wgs84_from_gcj02 if gcj else wgs84_from_bd09)
    if system.datum == _WORLD:
        # CGCS2000 was realised on ITRF97 at epoch 2000.0; WGS 84 has drifted from it by under a metre.
        back = Transformer.from_crs(system.crs, _WORLD, always_xy=True, allow_ballpark=False)
        return Operation(f"{system.name} to WGS 84, taken for CGCS2000", 1.0, back.transform)
    chosen = _registered(system, registered, file_name)
    if chosen is not None:
        text = f"{system.name} by {chosen.model} “{chosen.name}”"
        return Operation(text, chosen.accuracy, _in_the_source_of(chosen, system))
    try:
        exact = Transformer.from_crs(system.crs, STANDARD, always_xy=True, allow_ballpark=False)
    except ProjError as error:
        raise DatumRefused(system) from error
    accuracy = exact.accuracy if exact.accuracy is not None and exact.accuracy >= 0 else None
    return Operation(f"{system.name}: {exact.description}", accuracy, exact.transform)


def to_standard(geometries: NDArray[np.object_], by: Operation) -> NDArray[np.object_]:
    """Geometries in EPSG:4490 without Z and M; a missing geometry stays None."""

    def apply(points: Floats) -> Floats:
        lon, lat = by.apply(points[:, 0], points[:, 1])
        return np.column_stack([lon, lat])

    return np.asarray(shapely.transform(flat(geometries), apply), object)


def flat(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    """The geometries without Z and M, in an array of their own."""
    if (shapely.get_coordinate_dimension(geometries) > 2).any():
        return np.asarray(shapely.force_2d(geometries), object)
    return np.array(geometries, object)


def _registered(system: System, registered: Sequence[ParameterSet], file_name: str) -> ParameterSet | None:
    suited = [item for item in registered if item.source.datum == system.datum]
    own = [item for item in suited if file_name in item.applies_to]
    found = own or [item for item in suited if not item.applies_to]
    if len(found) > 1:
        raise DatumRefused(system, f"（登记了 {len(found)} 套，不知用哪一套）")
    return found[0] if found else None


def _in_the_source_of(
    parameters: ParameterSet, system: System
) -> Callable[[Floats, Floats], tuple[Floats, Floats]]:
    """Coordinates of another projection of the same datum are brought into the parameters' own first."""
    if system.name == parameters.source.name:
        return parameters.to_standard
    across = Transformer.from_crs(system.crs, parameters.source.crs, always_xy=True, allow_ballpark=False)

    def apply(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        return parameters.to_standard(*across.transform(x, y))

    return apply
