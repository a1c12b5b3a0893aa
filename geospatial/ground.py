"""The shapes of a layer on a plane of metres: all of them, or those around some place, without laying out the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from geospatial.follow import in_metres, metric
from geospatial.given import Geometries

# A degree of latitude is nowhere shorter than this many metres, one of longitude nowhere in China than the other.
_LATITUDE, _LONGITUDE = 110_500.0, 65_000.0


class Ground(Protocol):
    """The features of a layer that have a shape (EPSG:4490). Rows have `feature_id`, the attribute a coverage goes by,
    and `plane`, the shape in metres."""

    def __len__(self) -> int: ...

    @property
    def to_metres(self) -> Transformer:
        """The plane the whole layer lies on."""
        ...

    def all(self, to_metres: Transformer) -> pd.DataFrame:
        """All rows."""
        ...

    def around(self, places: Geometries, metres: float, to_metres: Transformer) -> pd.DataFrame:
        """The rows within so many metres of places (EPSG:4490), and some beyond."""
        ...

    def named(self, ids: NDArray[np.int64], to_metres: Transformer) -> pd.DataFrame:
        """The rows of features."""
        ...

    def shapes_of(self, ids: NDArray[np.int64]) -> Geometries:
        """Their shapes, in EPSG:4490."""
        ...

    def touching(self, places: Geometries, metres: float) -> NDArray[np.int64]:
        """The features that may lie within so many metres of places (EPSG:4490)."""
        ...


@dataclass(frozen=True)
class Known:
    """A `Ground` at hand. rows: `feature_id` and other columns; shapes: theirs, in EPSG:4490."""

    rows: pd.DataFrame
    shapes: Geometries
    _laid: dict[int, pd.DataFrame] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The shapes in degrees, indexed."""
        return shapely.STRtree(self.shapes)

    @cached_property
    def to_metres(self) -> Transformer:
        return metric(self.shapes)

    def all(self, to_metres: Transformer) -> pd.DataFrame:
        # Laid out once for each plane.
        if id(to_metres) not in self._laid:
            self._laid[id(to_metres)] = self._on(to_metres, np.arange(len(self.rows)))
        return self._laid[id(to_metres)]

    def around(self, places: Geometries, metres: float, to_metres: Transformer) -> pd.DataFrame:
        return self._on(to_metres, self._near(places, metres))

    def named(self, ids: NDArray[np.int64], to_metres: Transformer) -> pd.DataFrame:
        return self._on(to_metres, self._of(ids))

    def shapes_of(self, ids: NDArray[np.int64]) -> Geometries:
        shapes: Geometries = self.shapes[self._of(ids)]
        return shapes

    def touching(self, places: Geometries, metres: float) -> NDArray[np.int64]:
        ids: NDArray[np.int64] = self.rows["feature_id"].to_numpy(np.int64)[self._near(places, metres)]
        return ids

    def _of(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.flatnonzero(np.isin(self.rows["feature_id"].to_numpy(np.int64), ids))

    def _near(self, places: Geometries, metres: float) -> NDArray[np.int64]:
        return np.unique(self.tree.query(frames(places, metres))[1])

    def _on(self, to_metres: Transformer, at: NDArray[np.int64]) -> pd.DataFrame:
        plane = np.empty(len(at), object)
        plane[:] = in_metres(self.shapes[at], to_metres)
        return self.rows.iloc[at].reset_index(drop=True).assign(plane=plane)


def frames(places: Geometries, metres: float) -> Geometries:
    """Boxes in EPSG:4490 that hold everything within so many metres of places; places side by side share one."""
    bounds = shapely.bounds(places[~shapely.is_empty(places)])
    wide, high = metres / _LONGITUDE, metres / _LATITUDE
    step = np.array([max(wide, 10 / _LONGITUDE), max(high, 10 / _LATITUDE)])
    low = np.floor((bounds[:, :2] - [wide, high]) / step)
    up = np.ceil((bounds[:, 2:] + [wide, high]) / step)
    cells = np.unique(np.hstack([low, up]), axis=0)
    return np.asarray(shapely.box(*(cells * np.tile(step, 2)).T), object)
