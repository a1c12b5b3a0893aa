"""Shapes a store holds, read as far as they are asked for: those near some places, or those of some features."""

from __future__ import annotations

from collections.abc import Sequence
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


def near(
    session: Session, table: str, key: str, columns: str, which: str, places: Geometries, metres: float
) -> pd.DataFrame:
    """Rows of a store table whose `geom` is within so many metres of places (EPSG:4490), and some beyond; in the order
    of their keys, with their shapes in `geometry`.

    key: the column that tells rows of the table apart; columns: what is asked of each, the key among them; which: a
    condition they meet.
    """
    boxes = frames(places, metres)
    if not session.indexes_shapes:
        shapes = frame_of(
            session.engine,
            f"SELECT {key}, ST_AsBinary(geom) AS wkb FROM {table} WHERE geom IS NOT NULL AND {which}",
        )
        met = np.unique(shapely.STRtree(shapes["geometry"].to_numpy(object)).query(boxes)[1])
        return named(session, table, key, columns, shapes[key].to_numpy(np.int64)[met])
    session.engine.register("asked_box", pa.table({"wkb": pa.array(shapely.to_wkb(boxes), pa.binary())}))
    staged = session.stage("SELECT ST_GeomFromWKB(wkb) AS box FROM asked_box")
    session.engine.unregister("asked_box")
    session.ask(
        "met",
        f"""SELECT {columns}, ST_AsBinary(geom) AS wkb FROM {table} WHERE {which}
            AND {key} IN (SELECT t.{key} FROM {table} AS t JOIN {staged} AS s ON t.geom && s.box)""",
    )
    return frame_of(session.engine, f"FROM met ORDER BY {key}")


def named(session: Session, table: str, key: str, columns: str, keys: NDArray[np.int64]) -> pd.DataFrame:
    """The rows of a store table with these keys that have a shape, see `near`."""
    session.engine.register("asked_key", pa.table({"key": pa.array(keys, pa.int64())}))
    session.fetch("met", table, f"{columns}, ST_AsBinary(geom) AS wkb", key, "SELECT key FROM asked_key")
    session.engine.unregister("asked_key")
    return frame_of(session.engine, f"FROM met WHERE wkb IS NOT NULL ORDER BY {key}")


def stored_ground(session: Session, layer: str, columns: Sequence[str] = ()) -> Ground:
    """A layer as it stands in the store, with some of its attributes."""
    ground = _InStore(session, layer, columns)
    return ground if session.indexes_shapes else ground.whole


class _InStore:
    """See `Ground`. The whole layer is read only if asked for."""

    def __init__(self, session: Session, layer: str, columns: Sequence[str]):
        self._session, self._table = session, f"geospatial.{layer}"
        self._listed = ", ".join(["feature_id", *columns])

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
        return _known(
            frame_of(
                self._session.engine,
                f"SELECT {self._listed}, ST_AsBinary(geom) AS wkb FROM {self._table} WHERE geom IS NOT NULL"
                " ORDER BY feature_id",
            )
        )

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
        return _known(
            near(self._session, self._table, "feature_id", self._listed, "geom IS NOT NULL", places, metres)
        )

    def _of(self, ids: NDArray[np.int64]) -> Known:
        return _known(named(self._session, self._table, "feature_id", self._listed, ids))


def _known(rows: pd.DataFrame) -> Known:
    return Known(rows.drop(columns="geometry"), rows["geometry"].to_numpy(object))
