"""Layers as files: GeoPackage with styles, GeoJSON, GeoParquet."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from errno import EIO, ENOSPC
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError
from pyproj import CRS

from geospatial.datum.systems import STANDARD
from geospatial.editing.origin import VERSION, Origin, versions, write_origin
from geospatial.layers import LAYERS, Layer
from geospatial.sharing.styles import qml

_SHAPES = {0: "Point", 1: "MultiLineString", 2: "MultiPolygon"}
# A disk with less room than this is full.
_LITTLE = 1 << 20
_STYLE_TABLE = """
    CREATE TABLE layer_styles (
        id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
        f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
        useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
        update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')))
"""


class UnknownForm(ValueError):
    """A file name whose ending names no form layers are written in."""


def write_layers(path: Path, layers: Mapping[Layer, pd.DataFrame], origin: Origin) -> None:
    """Write layers (rows as of `read_layer` or `read_errors`) to a file, which is written whole or not at all.

    .gpkg holds any number of layers with their styles, and what it takes to merge edits of the base's layers back:
    the column VERSION and the bases (`geospatial.editing.origin`); .geojson and .parquet hold one layer. Features
    without geometry are written without one. Raises UnknownForm; OSError if it cannot be written.
    """
    ending = path.suffix.lower()
    if ending not in (".gpkg", ".geojson", ".parquet") or (ending != ".gpkg" and len(layers) != 1):
        raise UnknownForm(
            f"{path.name}：可写 .gpkg（可含多个图层）、.geojson、.parquet（各一个图层）"
            " / .gpkg holds several layers, .geojson and .parquet one"
        )
    if ending == ".gpkg":
        editable = {
            layer: rows.assign(**{VERSION: versions(layer, rows)})
            for layer, rows in layers.items()
            if layer.name in LAYERS
        }
        layers = {**layers, **editable}
    # A folder, for SQLite keeps a journal beside its file.
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".basedb-") as folder, _as_failed_writing(path):
        part = Path(folder) / path.name
        for layer, rows in layers.items():
            if ending == ".parquet":
                _write_parquet(part, rows, layer)
            else:
                _write_vector(part, rows, layer, append=part.exists())
        if ending == ".gpkg":
            _write_styles(part, list(layers))
            write_origin(part, editable, origin)
        part.replace(path)


@contextmanager
def _as_failed_writing(path: Path) -> Iterator[None]:
    """What GDAL and SQLite say of a full disk, or of a folder that may not be written to, as an OSError."""
    try:
        yield
    except (DataSourceError, DataLayerError, FeatureError, sqlite3.OperationalError) as error:
        full = shutil.disk_usage(path.parent).free < _LITTLE
        raise OSError(
            ENOSPC if full else EIO, f"{os.strerror(ENOSPC)} ({error})" if full else str(error), str(path)
        ) from error


def _write_vector(path: Path, rows: pd.DataFrame, layer: Layer, append: bool) -> None:
    attributes = rows.drop(columns="geom")
    fields = []
    masks = []
    for name in attributes.columns:
        values, mask = _field(attributes[name])
        fields.append(values)
        masks.append(mask)
    options = {"FID": "fid"} if path.suffix == ".gpkg" else {"RFC7946": "YES", "COORDINATE_PRECISION": "9"}
    # RFC 7946 knows WGS 84 only, with which CGCS2000 agrees to under a metre.
    crs = STANDARD if path.suffix == ".gpkg" else "EPSG:4326"
    pyogrio.raw.write(
        path,
        np.array(shapely.to_wkb(rows["geom"].to_numpy(object)), object),
        fields,
        np.array(attributes.columns, object),
        field_mask=masks,
        layer=layer.name,
        crs=crs,
        geometry_type=_SHAPES[layer.dimension],
        append=append,
        layer_options=options,
    )


def _field(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """A column as GDAL takes it: numbers, or text; and which cells are empty."""
    empty = values.isna().to_numpy()
    if pd.api.types.is_bool_dtype(values.dtype) or pd.api.types.is_integer_dtype(values.dtype):
        return values.fillna(0).to_numpy(np.int64), empty
    if pd.api.types.is_float_dtype(values.dtype):
        return values.to_numpy(np.float64), empty
    texts = values.astype(object).where(~values.isna(), "")
    return np.array([_text(value) for value in texts], object), empty


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, pd.Timestamp) else str(value)


def _write_styles(path: Path, layers: list[Layer]) -> None:
    """The table QGIS looks styles up in when it opens a GeoPackage."""
    connection = sqlite3.connect(path)
    try:
        with connection:
            connection.execute(_STYLE_TABLE)
            connection.execute(
                "INSERT INTO gpkg_contents (table_name, data_type, identifier, description)"
                " VALUES ('layer_styles', 'attributes', 'layer_styles', '')"
            )
            connection.executemany(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
                " styleQML, useAsDefault, description, owner) VALUES ('', '', ?, 'geom', ?, ?, 1, ?, '')",
                [(layer.name, layer.name, qml(layer), layer.zh) for layer in layers],
            )
    finally:
        connection.close()


def _write_parquet(path: Path, rows: pd.DataFrame, layer: Layer) -> None:
    """GeoParquet 1.1: geometry as WKB, its system as PROJJSON."""
    table = pa.Table.from_pandas(rows.drop(columns="geom"), preserve_index=False)
    table = table.append_column("geom", pa.array(shapely.to_wkb(rows["geom"].to_numpy(object)), pa.binary()))
    column = {
        "encoding": "WKB",
        "geometry_types": [_SHAPES[layer.dimension]],
        "crs": CRS.from_user_input(STANDARD).to_json_dict(),
    }
    geo = {"version": "1.1.0", "primary_column": "geom", "columns": {"geom": column}}
    metadata = {**(table.schema.metadata or {}), b"geo": json.dumps(geo).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), path)
