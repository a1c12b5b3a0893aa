"""What an exported GeoPackage keeps about itself: the store, and every feature as it was written.

Two tables that neither GDAL nor QGIS lists, since they are not in `gpkg_contents`: `basedb_export`, one row
per layer, and `basedb_base`, one row per feature.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import shapely

from basedb.store import scalar
from geospatial.editing.values import texts
from geospatial.layers import Layer

#: The column that says which base a row is an edit of.
VERSION = "base_version"

_TABLES = """
    CREATE TABLE basedb_export (layer TEXT PRIMARY KEY, store TEXT, export_id TEXT, exported_at TEXT);
    CREATE TABLE basedb_base (layer TEXT, feature_id INTEGER, version TEXT, attributes TEXT, geometry BLOB,
        PRIMARY KEY (layer, feature_id));
"""


@dataclass(frozen=True)
class Origin:
    """Where and when a file was exported. store: see `store_identity`."""

    store: str
    exported_at: datetime

    @property
    def export_id(self) -> str:
        """What tells this export from every other."""
        return hashlib.md5(f"{self.store}{self.exported_at.isoformat()}".encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Base:
    """A layer as it was exported: by feature id, its attributes as text (see `values`), `geometry` (EPSG:4490)
    and VERSION."""

    store: str
    export_id: str
    rows: pd.DataFrame


def store_identity(engine: duckdb.DuckDBPyConnection) -> str:
    """What tells a store from every other: a copy of its file has the same, a store rebuilt from it has not."""
    moment = scalar(engine, "SELECT epoch_us(min(applied_at)) FROM basedb.migration")
    return hashlib.md5(str(moment).encode()).hexdigest()[:12]


def origin_of(engine: duckdb.DuckDBPyConnection) -> Origin:
    """An export from this store, now."""
    return Origin(store_identity(engine), datetime.now(UTC))


def versions(layer: Layer, rows: pd.DataFrame) -> list[str]:
    """A fingerprint of each row's attributes and shape (rows as of `read_layer`)."""
    return [
        hashlib.md5(text.encode() + (shape or b"")).hexdigest()[:16]
        for text, shape in zip(_documents(layer, rows), _blobs(rows), strict=True)
    ]


def write_origin(path: Path, layers: Mapping[Layer, pd.DataFrame], origin: Origin) -> None:
    """Put the bases of `layers` (rows with VERSION) into a GeoPackage."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(_TABLES)
        for layer, rows in layers.items():
            connection.execute(
                "INSERT INTO basedb_export VALUES (?, ?, ?, ?)",
                (layer.name, origin.store, origin.export_id, origin.exported_at.isoformat()),
            )
            connection.executemany(
                "INSERT INTO basedb_base VALUES (?, ?, ?, ?, ?)",
                zip(
                    [layer.name] * len(rows),
                    rows["feature_id"].tolist(),
                    rows[VERSION].tolist(),
                    _documents(layer, rows),
                    _blobs(rows),
                    strict=True,
                ),
            )


def exported_layers(path: Path) -> list[str]:
    """The layers whose bases a GeoPackage holds; empty if it holds none, or is no GeoPackage."""
    try:
        found = _ask(
            path,
            lambda connection: (
                connection.execute("SELECT layer FROM basedb_export ORDER BY layer").fetchall(),
                connection.execute("SELECT count(*) FROM basedb_base").fetchone(),
            ),
        )
    except sqlite3.DatabaseError:
        return []
    return [name for (name,) in found[0]]


def read_base(path: Path, layer: Layer) -> Base:
    """The base of one of `exported_layers`."""
    (store, export_id), rows = _ask(
        path,
        lambda connection: (
            connection.execute(
                "SELECT store, export_id FROM basedb_export WHERE layer = ?", [layer.name]
            ).fetchone(),
            connection.execute(
                "SELECT feature_id, version, attributes, geometry FROM basedb_base WHERE layer = ?"
                " ORDER BY feature_id",
                [layer.name],
            ).fetchall(),
        ),
    )
    found = pd.DataFrame(
        [json.loads(row[2]) for row in rows],
        index=pd.Index([row[0] for row in rows], dtype="int64", name="feature_id"),
        dtype=object,
    )
    shapes = np.empty(len(rows), object)
    shapes[:] = shapely.from_wkb(np.array([row[3] for row in rows], object))
    return Base(store, export_id, found.assign(geometry=shapes, **{VERSION: [row[1] for row in rows]}))


def _ask(path: Path, question: Callable[[sqlite3.Connection], Any]) -> Any:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        return question(connection)


def _documents(layer: Layer, rows: pd.DataFrame) -> list[str]:
    return [
        json.dumps(values, ensure_ascii=False, sort_keys=True)
        for values in texts(layer, rows).to_dict("records")
    ]


def _blobs(rows: pd.DataFrame) -> list[bytes | None]:
    found: list[bytes | None] = shapely.to_wkb(rows["geom"].to_numpy(object)).tolist()
    return found
