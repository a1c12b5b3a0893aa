"""A layer to measure nights with: parcels of a city, sent whole twice, and COPY of the same features as measure."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import psycopg2
import pyogrio
import shapely
from pyproj import Transformer

from basedb.store.engine import load_extension, open_engine
from tests.cluster import Cluster

_SIDE, _STREET, _BLOCK = 24.0, 8.0, 8
_ORIGIN = (460_000.0, 3_690_000.0)
_COLUMNS = ("宗地代码", "权利人", "用途", "用途码", "面积", "坐落", "权利性质")


@dataclass(frozen=True)
class Sent:
    """A file, below the folder it was made in, and how many features it has."""

    file: str
    rows: int


def parcels(folder: Path, rows: int, seed: int, changed: float) -> tuple[Sent, Sent]:
    """Two GeoPackages of zrzy_parcels in EPSG:4547, in folders of their days; between them a share `changed` of the
    parcels got another holder, another boundary, or is new, a third each."""
    rng = np.random.default_rng(seed)
    wide = int(np.ceil(np.sqrt(rows)))
    at = np.arange(rows + int(rows * changed) + 1)
    # A grid whose parcels share their corners, with a street after every eighth row and column.
    line = np.arange(wide + 2)
    corner = (
        np.stack(np.meshgrid(line, line), axis=-1) * _SIDE
        + np.stack(np.meshgrid(line // _BLOCK, line // _BLOCK), axis=-1) * _STREET
    )
    row, column = at // wide, at % wide
    west, south = corner[row, column].T + np.array(_ORIGIN)[:, None]
    east, north = west + _SIDE, south + _SIDE
    shapes = shapely.box(west, south, east, north)
    code = np.array([f"411102{n // 100_000:03d}{n // 100_000:03d}JC{n % 100_000:05d}" for n in at], object)
    holder = np.array([f"第{n % 977}村民小组" for n in at], object)
    first = _write(folder / "20261101", shapes[:rows], code[:rows], holder[:rows])
    count = int(rows * changed / 3)
    renamed, reshaped = np.split(rng.permutation(rows)[: 2 * count], 2)
    holder[renamed] = "县国有资产中心"
    shapes[reshaped] = shapely.buffer(shapes[reshaped], -1.5, join_style="mitre")
    kept = rows + count
    second = _write(folder / "20261108", shapes[:kept], code[:kept], holder[:kept])
    return Sent(str(first.relative_to(folder)), rows), Sent(str(second.relative_to(folder)), kept)


def _write(folder: Path, shapes: np.ndarray, code: np.ndarray, holder: np.ndarray) -> Path:
    folder.mkdir(parents=True)
    path = folder / "zrzy_parcels.gpkg"
    count = len(shapes)
    said = [code, holder, *(np.full(count, text, object) for text in ("农村宅基地", "0702"))]
    fields = [
        *said,
        np.round(shapely.area(shapes), 2),
        np.full(count, "和祥路", object),
        np.full(count, "集体", object),
    ]
    pyogrio.raw.write(
        path, shapely.to_wkb(shapes), fields, list(_COLUMNS), crs="EPSG:4547", geometry_type="Polygon"
    )
    return path


def copy_features(cluster: Cluster, path: Path) -> float:
    """Seconds of COPY of the features into a bare PostGIS table with a primary key, a GiST index and one on the code.
    The text to copy, coordinates in EPSG:4490, is made beforehand."""
    meta, _, wkb, fields = pyogrio.raw.read(path)
    across = Transformer.from_crs(meta["crs"], "EPSG:4490", always_xy=True)
    shapes = shapely.transform(
        shapely.from_wkb(wkb), lambda p: np.column_stack(across.transform(p[:, 0], p[:, 1]))
    )
    hexed = shapely.to_wkb(shapely.set_srid(shapes, 4490), hex=True, include_srid=True)
    text = io.StringIO("".join("\t".join(map(str, row)) + "\n" for row in zip(*fields, hexed, strict=True)))
    connection = psycopg2.connect(cluster.create_database("copy"))
    with connection, connection.cursor() as cursor:
        columns = ", ".join(f'"{name}" text' for name in _COLUMNS)
        cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        cursor.execute(
            f"CREATE TABLE raw (id bigserial PRIMARY KEY, {columns}, geom geometry(Polygon, 4490))"
        )
        cursor.execute('CREATE INDEX ON raw ("宗地代码")')
        cursor.execute("CREATE INDEX ON raw USING gist (geom)")
    started = time.perf_counter()
    with connection, connection.cursor() as cursor:
        names = ", ".join(f'"{name}"' for name in (*_COLUMNS, "geom"))
        cursor.copy_expert(f"COPY raw ({names}) FROM STDIN", text)
    seconds = time.perf_counter() - started
    connection.close()
    cluster.drop_database("copy")
    return seconds


def read_features(path: Path) -> float:
    """Seconds of DuckDB's ST_Read of the file into a bare table."""
    engine: duckdb.DuckDBPyConnection = open_engine()
    load_extension(engine, "spatial")
    started = time.perf_counter()
    engine.execute("CREATE TABLE raw AS SELECT * FROM ST_Read(?)", [str(path)])
    return time.perf_counter() - started
