"""Geometry columns: typed and with their system on PostGIS, the engine's own type in an embedded file."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa

Shape = Literal["Geometry", "Point", "MultiLineString", "MultiPolygon"]


class Geometry(sa.types.UserDefinedType[bytes]):
    """A column of geometries of one `shape` in one coordinate system (EPSG code `srid`).

    Values travel as GEOMETRY through the engine. A typed column stamps what it is given with its srid:
    coordinates must be in that system before they are written.
    """

    cache_ok = True

    def __init__(self, shape: Shape = "Geometry", srid: int = 4490):
        self.shape, self.srid = shape, srid

    def get_col_spec(self, **_: Any) -> str:
        """The type as PostGIS spells it."""
        return f"geometry({self.shape},{self.srid})"
