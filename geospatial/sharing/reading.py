"""A layer's rows with their shapes, for files and maps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import shapely

from basedb.store.labels import label_of
from geospatial.layers import Layer
from geospatial.tables import LAYER_TABLES

Ask = Callable[[str], pd.DataFrame]


def read_layer(ask: Ask, layer: Layer) -> pd.DataFrame:
    """The current features: every column of the layer's table, `geom` as shapely objects in EPSG:4490."""
    table = LAYER_TABLES[layer.name]
    names = ", ".join(column.name for column in table.columns if column.name != "geom")
    found = ask(f"SELECT {names}, ST_AsBinary(geom) AS wkb FROM {table.fullname} ORDER BY feature_id")
    values = [None if pd.isna(item) else bytes(item) for item in found.pop("wkb")]
    shapes = np.empty(len(values), object)
    shapes[:] = shapely.from_wkb(np.array(values, object)) if values else []
    return found.assign(geom=shapes)


def personal_columns(layer: Layer) -> list[str]:
    """The columns of a layer that hold personal data."""
    return [item.name for item in LAYER_TABLES[layer.name].columns if label_of(item).personal]
