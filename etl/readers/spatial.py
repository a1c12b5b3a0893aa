"""Vector layers (shapefile, GeoPackage, GeoJSON, …) as rows of text, each geometry as WKB in hexadecimal."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from etl.bundle import bundled
from etl.contract.model import Contract, ReaderSpec
from etl.readers import codes
from etl.readers.headers import resolve
from etl.readers.opening import Limits, check_container
from etl.readers.result import IgnoredRow, ReadRefusal, ReadResult, note, text_table
from etl.readers.shapefile import check_parts, encoding_of, with_whole_names

#: Columns a layer has beside its attributes; a contract declares those it uses.
GEOMETRY, SYSTEM, FILE = "geometry", "crs", "file"

_FIELD_BYTES = 10
_DRIVERS = {
    ".shp": "ESRI Shapefile", ".gpkg": "GPKG", ".geojson": "GeoJSON", ".json": "GeoJSON", ".kml": "KML",
    ".gdb": "OpenFileGDB", ".fgb": "FlatGeobuf", ".gml": "GML", ".dxf": "DXF", ".tab": "MapInfo File",
}  # fmt: skip


def read_spatial(
    path: Path, contract: Contract, spec: ReaderSpec, others: Iterable[Contract] = ()
) -> ReadResult:
    """Read one layer of a vector file through GDAL.

    Beside the attributes a row has `geometry` (WKB as upper-case hex, coordinates as they are in the
    file, easting or longitude first), `crs` (an authority code, else WKT) and `file` (the name without
    its extension), where the contract declares them. A shapefile without .cpg is read as cp936; a zip
    around a file is opened.

    ReadRefusal: not a layer, several layers and none named, parts of a shapefile missing, projected
    coordinates without a coordinate system, or columns that are not the declared ones.
    """
    if path.stat().st_size == 0:
        raise ReadRefusal(path, codes.EMPTY_FILE)
    with _unpacked(path, spec) as source:
        layer = _layer(path, source, spec)
        meta, fids, geometry, fields = _read(path, source, layer, spec)
    headers = [str(name) for name in meta["fields"]]
    system = _system(path, source, meta["crs"], geometry)
    beside = [name for name in (GEOMETRY, SYSTEM, FILE) if name in contract.read_columns]
    cut_at = _FIELD_BYTES if source.suffix.lower() == ".shp" else None
    header = resolve([*headers, *beside], contract, path, others, cut_at=cut_at)
    count = len(fids)
    virtual = {
        GEOMETRY: pa.array(_hex(geometry), pa.string()),
        SYSTEM: pa.array([system] * count, pa.string()),
        FILE: pa.array([source.stem] * count, pa.string()),
    }
    columns = {
        name: virtual[beside[at - len(headers)]] if at >= len(headers) else _text(fields[at])
        for name, at in header.positions.items()
    }
    notes = list(header.notes)
    if count == 0:
        notes.append(note(codes.NO_ROWS))
    is_shapefile = source.suffix.lower() == ".shp"
    row_no = (fids if is_shapefile else np.arange(count)) + 1
    last = int(meta.get("records", 0)) or (int(row_no.max()) if count else 0)
    gone = sorted(set(range(1, last + 1)) - set(row_no.tolist())) if is_shapefile else []
    return ReadResult(
        text_table(columns, contract.read_columns, row_no),
        ignored=tuple(IgnoredRow(number, "deleted") for number in gone),
        notes=tuple(notes),
    )


@contextmanager
def _unpacked(path: Path, spec: ReaderSpec) -> Iterator[Path]:
    """The data file itself: of a zip, its only layer file, unpacked beside what belongs to it."""
    with tempfile.TemporaryDirectory(prefix="basedb-layer-") as folder:
        if not zipfile.is_zipfile(path):
            yield _readable(path, path, Path(folder))
            return
        check_container(path, Limits.of(spec.options))
        names = bundled(path, Path(folder))
        data = [name for name in names if name.suffix.lower() in _DRIVERS]
        if len(data) != 1:
            listed = "、".join(sorted(name.name for name in data)[:5]) or "（无）"
            raise ReadRefusal(
                path,
                codes.ARCHIVE,
                f"压缩包应恰有一个图层文件，实有 {len(data)} 个：{listed}",
                f"the archive should hold one layer file, not {len(data)}",
            )
        (Path(folder) / "whole").mkdir()
        yield _readable(path, data[0], Path(folder) / "whole")


def _readable(path: Path, source: Path, folder: Path) -> Path:
    if source.suffix.lower() != ".shp":
        return source
    check_parts(path, source)
    return with_whole_names(source, folder)


def _layer(path: Path, source: Path, spec: ReaderSpec) -> str:
    wanted = spec.options.get("layer")
    try:
        names = [str(row[0]) for row in pyogrio.list_layers(source)]
    except (DataSourceError, DataLayerError) as error:
        raise ReadRefusal(
            path, codes.MALFORMED, f"不是可读的图层文件：{error}", f"not a readable layer: {error}"
        ) from error
    if wanted in names:
        return str(wanted)
    if wanted is not None or len(names) != 1:
        listed = "、".join(names[:8]) or "（无）"
        raise ReadRefusal(
            path,
            codes.NO_SHEET,
            f"文件中的图层：{listed}；请在 reader.layer 指定一个",
            f"layers in the file: {', '.join(names[:8])}; name one in reader.layer",
        )
    return names[0]


def _read(path: Path, source: Path, layer: str, spec: ReaderSpec) -> tuple[dict[str, Any], Any, Any, Any]:
    encoding = spec.options.get("encoding")
    if encoding is None and source.suffix.lower() == ".shp":
        encoding = encoding_of(source)
    try:
        meta, fids, geometry, fields = pyogrio.raw.read(
            source, layer=layer, encoding=encoding, return_fids=True, datetime_as_string=True
        )
    except (DataSourceError, DataLayerError, UnicodeDecodeError, RuntimeError) as error:
        raise ReadRefusal(
            path, codes.MALFORMED, f"图层读不完整：{error}", f"the layer cannot be read: {error}"
        ) from error
    if geometry is None:
        raise ReadRefusal(path, codes.UNSUPPORTED, "表中没有图形字段", "the table has no geometry")
    return meta, np.asarray(fids), shapely.from_wkb(geometry, on_invalid="fix"), fields


def _system(path: Path, source: Path, declared: str | None, geometry: np.ndarray) -> str:
    """The system the file declares. GeoJSON without one is WGS 84 (RFC 7946), if its coordinates can be."""
    bounds = shapely.total_bounds(geometry)
    in_degrees = not np.isfinite(bounds).all() or (
        np.abs(bounds[[0, 2]]).max() <= 360 and np.abs(bounds[[1, 3]]).max() <= 360
    )
    assumed = source.suffix.lower() in (".geojson", ".json") and declared in ("EPSG:4326", "OGC:CRS84")
    if declared and not (assumed and not in_degrees):
        return declared
    raise ReadRefusal(
        path,
        codes.NO_CRS,
        "文件没有注明坐标系，坐标是投影米；请部门补上坐标系后重送"
        if not in_degrees
        else "文件没有注明坐标系；请部门补上（如 .prj 文件）后重送",
        "the file names no coordinate system; have it sent again with one",
    )


def _hex(geometry: np.ndarray) -> np.ndarray:
    found: np.ndarray = shapely.to_wkb(geometry, hex=True)
    return found


def _text(values: np.ndarray) -> pa.Array:
    """One attribute as text: whole numbers without a fraction, blanks as NULL."""
    if values.dtype.kind == "f":
        whole = np.isfinite(values) & (values == np.trunc(values)) & (np.abs(values) < 1e15)
        texts = [
            None if np.isnan(value) else str(int(value)) if integral else repr(float(value))
            for value, integral in zip(values.tolist(), whole.tolist(), strict=True)
        ]
    elif values.dtype.kind in "iub":
        texts = [str(value) for value in values.tolist()]
    else:
        texts = [None if value is None or value == "" else str(value).strip() or None for value in values]
    return pa.array(texts, pa.string())
