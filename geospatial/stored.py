"""Shapes a store holds, read as far as they are asked for: those that meet some boxes, or those of some features."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from basedb.store import Session
from geospatial.follow import frame_of, metric_between
from geospatial.given import Geometries
from geospatial.ground import Ground, Known, frames


def meeting(session: Session, table: str, key: str, columns: str, boxes: Geometries) -> pd.DataFrame:
    """Rows of a store table whose `geom` meets one of the boxes (EPSG:4490), with their shapes in `geometry`.

    key: the column that tells rows of the table apart; columns: expressions over `t`, the table.
    """
    blobs = pa.array(shapely.to_wkb(boxes), pa.binary())
    session.engine.register("asked_box", pa.table({"wkb": blobs}))
    staged = session.stage("SELECT ST_GeomFromWKB(wkb) AS box FROM asked_box")
    session.engine.unregister("asked_box")
    session.ask(
        "met",
        f"""SELECT {columns}, ST_AsBinary(t.geom) AS wkb FROM {table} AS t
            WHERE t.{key} IN (SELECT m.{key} FROM {table} AS m JOIN {staged} AS s ON m.geom && s.box)""",
    )
    return frame_of(session.engine, "FROM met ORDER BY ALL")


def stored_ground(session: Session, layer: str, by: str = "") -> Ground:
    """A layer as it stands in the store. by: the attribute a coverage goes by ('' for none)."""
    ground = _InStore(session, layer, by)
    return ground if session.indexes_shapes else ground.whole


class _InStore:
    """See `Ground`. The whole layer is read only if asked for."""

    def __init__(self, session: Session, layer: str, by: str):
        self._session, self._table = session, f"geospatial.{layer}"
        self._columns = ["feature_id", by] if by else ["feature_id"]

    def __len__(self) -> int:
        return int(self._extent[0])

    @cached_property
    def _extent(self) -> tuple[float, float, float]:
        self._session.ask(
            "layer_extent",
            "SELECT count(*) AS shapes, min(ST_XMin(geom)) AS west, max(ST_XMax(geom)) AS east"
            f" FROM {self._table} WHERE geom IS NOT NULL",
        )
        shapes, west, east = self._session.engine.execute("FROM layer_extent").fetchall()[0]
        return shapes, np.nan if west is None else west, np.nan if east is None else east

    @cached_property
    def to_metres(self) -> Transformer:
        return metric_between(*self._extent[1:])

    @cached_property
    def whole(self) -> Known:
        """All of it, at hand."""
        return self._known(f"SELECT {self._listed}, ST_AsBinary(geom) AS wkb FROM {self._table}")

    @property
    def _listed(self) -> str:
        return ", ".join(self._columns)

    def all(self, to_metres: Transformer) -> pd.DataFrame:
        return self.whole.all(to_metres)

    def around(self, places: Geometries, metres: float, to_metres: Transformer) -> pd.DataFrame:
        return self._near(places, metres).all(to_metres)

    def named(self, ids: NDArray[np.int64], to_metres: Transformer) -> pd.DataFrame:
        return self._of(ids).all(to_metres)

    def shapes_of(self, ids: NDArray[np.int64]) -> Geometries:
        return self._of(ids).shapes

    def touching(self, places: Geometries, metres: float) -> NDArray[np.int64]:
        ids: NDArray[np.int64] = self._near(places, metres).rows["feature_id"].to_numpy(np.int64)
        return ids

    def _near(self, places: Geometries, metres: float) -> Known:
        columns = ", ".join(f"t.{name}" for name in self._columns)
        rows = meeting(self._session, self._table, "feature_id", columns, frames(places, metres))
        return Known(rows.drop(columns="geometry"), rows["geometry"].to_numpy(object))

    def _of(self, ids: NDArray[np.int64]) -> Known:
        self._session.engine.register("asked_feature", pa.table({"feature_id": pa.array(ids, pa.int64())}))
        self._session.fetch(
            "named_feature", self._table, f"{self._listed}, ST_AsBinary(geom) AS wkb", "feature_id",
            "SELECT feature_id FROM asked_feature",
        )  # fmt: skip
        self._session.engine.unregister("asked_feature")
        return self._known("FROM named_feature")

    def _known(self, query: str) -> Known:
        rows = frame_of(
            self._session.engine, f"FROM ({query}) AS asked WHERE wkb IS NOT NULL ORDER BY feature_id"
        )
        return Known(rows.drop(columns="geometry"), rows["geometry"].to_numpy(object))
