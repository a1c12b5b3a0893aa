"""An editor of exported GeoPackages, as QGIS would be one: changes single rows and leaves the rest alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import shapely

# What the triggers of a GeoPackage's spatial index call.
_FUNCTIONS: dict[str, Callable[[shapely.Geometry], float]] = {
    "ST_IsEmpty": lambda shape: shape.is_empty,
    "ST_MinX": lambda shape: shape.bounds[0],
    "ST_MinY": lambda shape: shape.bounds[1],
    "ST_MaxX": lambda shape: shape.bounds[2],
    "ST_MaxY": lambda shape: shape.bounds[3],
}
_HEADER = 8


def edit(path: Path, statement: str, *parameters: Any) -> int:
    """Run a statement in a GeoPackage; shapes among the parameters are written as its geometries. Returns the
    number of rows it changed."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for name, function in _FUNCTIONS.items():
            connection.create_function(name, 1, _of_blob(function))
        srs = connection.execute("SELECT srs_id FROM gpkg_geometry_columns LIMIT 1").fetchone()[0]
        header = b"GP\x00\x01" + int(srs).to_bytes(4, "little", signed=True)
        values = [
            header + shapely.to_wkb(value) if isinstance(value, shapely.Geometry) else value
            for value in parameters
        ]
        return connection.execute(statement, values).rowcount


def _of_blob(function: Callable[[shapely.Geometry], float]) -> Callable[[bytes | None], float | None]:
    """The function over geometries of a GeoPackage, whose envelope, if any, comes between header and WKB."""

    def of(blob: bytes | None) -> float | None:
        if blob is None:
            return None
        envelope = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}[(blob[3] >> 1) & 7]
        return function(shapely.from_wkb(blob[_HEADER + envelope :]))

    return of
