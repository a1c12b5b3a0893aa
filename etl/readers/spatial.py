"""Vector layers (shapefile, GeoPackage, GeoJSON, …) as rows of text, each geometry as WKB in hexadecimal."""

from __future__ import annotations

import hashlib
import tempfile
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from etl.bundle import DATABASE, bundled
from etl.contract.model import Contract, ReaderSpec
from etl.readers import codes
from etl.readers.geojson import is_known, stated_system
from etl.readers.headers import resolve
from etl.readers.hexadecimal import hexadecimal
from etl.readers.opening import Limits, check_container
from etl.readers.result import IgnoredRow, Note, ReadRefusal, ReadResult, note, text_table
from etl.readers.shapefile import check_parts, encoding_of, record_count, with_whole_names

#: Columns a layer has beside its attributes; a contract declares those it uses.
GEOMETRY, SYSTEM, FILE, SHAPE = "geometry", "crs", "file", "shape"

_FIELD_BYTES = 10
_GEOJSON = (".geojson", ".json")
# What GDAL reads in columns of its own accord.
_COLUMNAR = (".gpkg", ".fgb")
_LONGEST_WARNING, _MANY_WARNINGS = 200, 5
_WORLD = ("EPSG:4326", "OGC:CRS84")
_PLAIN = (1e-4, 1e10)
_DRIVERS = {
    ".shp": "ESRI Shapefile", ".gpkg": "GPKG", ".geojson": "GeoJSON", ".json": "GeoJSON", ".kml": "KML",
    DATABASE: "OpenFileGDB", ".fgb": "FlatGeobuf", ".gml": "GML", ".dxf": "DXF", ".tab": "MapInfo File",
}  # fmt: skip


@dataclass(frozen=True)
class VectorLayer:
    """A layer as GDAL hands it out: coordinates as in the file, easting or longitude first.

    name: of the data file, without extension. fields: attributes as text. wkb: geometries, binary.
    row_no: 1-based; records: how many the file holds, records marked deleted included. declared: the system the
    file names, None if it names none. notes: what is worth a finding.
    """

    name: str
    is_shapefile: bool
    headers: tuple[str, ...]
    fields: list[pa.Array]
    wkb: pa.Array
    row_no: np.ndarray
    records: int
    declared: str | None
    notes: tuple[Note, ...] = ()

    @cached_property
    def geometry(self) -> np.ndarray:
        """The geometries as shapely objects. A load of what is known already never asks for them."""
        with np.errstate(invalid="ignore"):  # coordinates that are no numbers get a finding of their own
            return np.asarray(
                shapely.from_wkb(np.array(self.wkb.to_pylist(), object), on_invalid="fix"), object
            )


def open_layer(path: Path, options: Mapping[str, Any]) -> VectorLayer:
    """Read one layer of a vector file. options: `layer`, `encoding`, `limits` of a reader.

    A shapefile without .cpg is read as cp936; a zip around a file, or around the folder of a file geodatabase, is
    opened. ReadRefusal: not a layer, several layers and none named, parts of a shapefile missing or cut off.
    """
    if path.is_file() and path.stat().st_size == 0:
        raise ReadRefusal(path, codes.EMPTY_FILE)
    with _unpacked(path, options) as source:
        is_shapefile = source.suffix.lower() == ".shp"
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            meta, fids, wkb, fields = _read(path, source, _layer(path, source, options), options)
        is_geojson = source.suffix.lower() in _GEOJSON
        stated = stated_system(source) if is_geojson else None
        records = record_count(source) if is_shapefile else len(fids)
    layer = VectorLayer(
        source.stem,
        is_shapefile,
        tuple(str(name) for name in meta["fields"]),
        fields,
        wkb,
        (fids if is_shapefile else np.arange(len(fids))) + 1,
        records,
        meta["crs"],
        tuple(note(codes.LAYER_WARNING, f"GDAL：{text}", text) for text in _texts_of(warned)),
    )
    return _in_the_system_stated(layer, stated) if is_geojson and layer.declared in _WORLD else layer


def _texts_of(warned: Iterable[warnings.WarningMessage]) -> list[str]:
    """The first few things GDAL warned of, each once."""
    return list(dict.fromkeys(str(item.message)[:_LONGEST_WARNING] for item in warned))[:_MANY_WARNINGS]


def _in_the_system_stated(layer: VectorLayer, stated: str | None) -> VectorLayer:
    """A layer of GeoJSON that GDAL takes for WGS 84, which it does whatever it cannot read in the member `crs`."""
    if stated is None and _in_degrees(layer.geometry):
        return replace(layer, notes=(*layer.notes, note(codes.CRS_OF_GEOJSON)))
    if not stated:
        return replace(layer, declared=None)
    return layer if is_known(stated) else replace(layer, declared=stated)


def read_spatial(
    path: Path, contract: Contract, spec: ReaderSpec, others: Iterable[Contract] = ()
) -> ReadResult:
    """Read one layer of a vector file as rows.

    Beside the attributes a row has `geometry` (WKB as upper-case hex, coordinates as they are in the
    file), `crs` (an authority code, else WKT), `file` (the name without its extension) and `shape` (a
    fingerprint of the geometry, the key of a layer that has no other), where the contract declares them.

    ReadRefusal: as `open_layer`; coordinates without a coordinate system, where the contract states none
    either; columns that are not the declared ones.
    """
    layer = open_layer(path, spec.options)
    system, notes = system_of(path, layer, spec.options)
    beside = [name for name in (GEOMETRY, SYSTEM, FILE, SHAPE) if name in contract.read_columns]
    cut_at = _FIELD_BYTES if layer.is_shapefile else None
    header = resolve([*layer.headers, *beside], contract, path, others, cut_at=cut_at)
    count = len(layer.row_no)
    virtual = {
        GEOMETRY: hexadecimal(layer.wkb),
        SYSTEM: pa.array([system] * count, pa.string()),
        FILE: pa.array([layer.name] * count, pa.string()),
    }
    if SHAPE in beside:
        virtual[SHAPE] = pa.array(_fingerprints(layer.geometry), pa.string())
    own = len(layer.headers)
    columns = {
        name: virtual[beside[at - own]] if at >= own else layer.fields[at]
        for name, at in header.positions.items()
    }
    gone = sorted(set(range(1, layer.records + 1)) - set(layer.row_no.tolist()))
    return ReadResult(
        text_table(columns, contract.read_columns, layer.row_no),
        ignored=tuple(IgnoredRow(number, "deleted") for number in gone),
        notes=(*header.notes, *layer.notes, *notes, *(() if count else (note(codes.NO_ROWS),))),
    )


def system_of(path: Path, layer: VectorLayer, options: Mapping[str, Any]) -> tuple[str, tuple[Note, ...]]:
    """The system the layer declares, else the reader's option `crs`, with a note; ReadRefusal if neither does."""
    if layer.declared:
        return layer.declared, ()
    if options.get("crs"):
        return str(options["crs"]), (note(codes.CRS_OF_CONTRACT),)
    raise ReadRefusal(
        path,
        codes.NO_CRS,
        "文件没有注明坐标系；请部门补上（如 .prj 文件）后重送"
        if _in_degrees(layer.geometry)
        else "文件没有注明坐标系，坐标是投影米；请部门补上坐标系后重送",
        "the file names no coordinate system; have it sent again with one",
    )


def _fingerprints(geometry: np.ndarray) -> list[str | None]:
    """One text per geometry that ring starts and directions do not change; to the millimetre."""
    decimals = 8 if _in_degrees(geometry) else 3
    rounded = shapely.normalize(shapely.transform(geometry, lambda points: np.round(points, decimals)))
    return [None if item is None else hashlib.md5(shapely.to_wkb(item)).hexdigest() for item in rounded]


def _in_degrees(geometry: np.ndarray) -> bool:
    """Whether coordinates can be longitudes and latitudes, as those of a layer without features are."""
    if not len(geometry):
        return True
    bounds = shapely.total_bounds(geometry)
    return not np.isfinite(bounds).all() or float(np.abs(bounds).max()) <= 360


@contextmanager
def _unpacked(path: Path, options: Mapping[str, Any]) -> Iterator[Path]:
    """The data file itself: of a zip, its only layer file, unpacked beside what belongs to it."""
    with tempfile.TemporaryDirectory(prefix="basedb-layer-") as folder:
        if not zipfile.is_zipfile(path):
            yield _readable(path, path, Path(folder))
            return
        check_container(path, Limits.of(options))
        names = bundled(path, Path(folder))
        names += sorted({item for name in names for item in name.parents if item.suffix.lower() == DATABASE})
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


def _layer(path: Path, source: Path, options: Mapping[str, Any]) -> str:
    wanted = options.get("layer")
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


def _read(
    path: Path, source: Path, layer: str, options: Mapping[str, Any]
) -> tuple[dict[str, Any], np.ndarray, pa.Array, list[pa.Array]]:
    """What GDAL says of a layer, its record numbers, WKB and attributes as text."""
    encoding = options.get("encoding")
    if encoding is None and source.suffix.lower() == ".shp":
        encoding = encoding_of(source)
    try:
        found = _read_columns(source, layer) if source.suffix.lower() in _COLUMNAR else None
        if found is not None:
            return found
        meta, fids, geometry, fields = pyogrio.raw.read(
            source, layer=layer, encoding=encoding, return_fids=True, datetime_as_string=True
        )
    except (DataSourceError, DataLayerError, UnicodeDecodeError, RuntimeError) as error:
        raise ReadRefusal(
            path, codes.MALFORMED, f"图层读不完整：{error}", f"the layer cannot be read: {error}"
        ) from error
    if geometry is None:
        raise ReadRefusal(path, codes.UNSUPPORTED, "表中没有图形字段", "the table has no geometry")
    return meta, np.asarray(fids), pa.array(geometry, pa.large_binary()), [_text(values) for values in fields]


def _read_columns(
    source: Path, layer: str
) -> tuple[dict[str, Any], np.ndarray, pa.Array, list[pa.Array]] | None:
    """The same in columns, several times as fast; None where a column is neither text nor number."""
    meta, table = pyogrio.raw.read_arrow(source, layer=layer, return_fids=True)
    shape = meta["geometry_name"] or "wkb_geometry"
    names = [str(name) for name in meta["fields"]]
    kinds = [table.schema.field(name).type for name in names if name in table.column_names]
    plain = [pa.types.is_string(kind) or pa.types.is_integer(kind) or kind == pa.float64() for kind in kinds]
    if shape not in table.column_names or len(plain) < len(names) or not all(plain):
        return None
    columns = [table[name].combine_chunks() for name in names]
    fids = table[meta["fid_column"] or "fid"].to_numpy() if table.num_rows else np.zeros(0, np.int64)
    wkb = table[shape].combine_chunks()
    return meta, fids, wkb, [_text_of(column) for column in columns]


def _text_of(column: pa.Array) -> pa.Array:
    if pa.types.is_integer(column.type):
        return column.cast(pa.string())
    if pa.types.is_floating(column.type):
        return _text(column.to_numpy(zero_copy_only=False))
    text = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(pc.binary_length(text), 0), pa.scalar(None, pa.string()), text)


def _text(values: np.ndarray) -> pa.Array:
    """One attribute as text: whole numbers without a fraction, blanks as NULL."""
    if values.dtype.kind == "f":
        size = np.abs(values[np.isfinite(values)])
        if ((size == 0) | ((size >= _PLAIN[0]) & (size < _PLAIN[1]))).all() and not np.isinf(values).any():
            # In this range Arrow writes numbers as Python does.
            decimal = pa.array(values + 0.0, from_pandas=True).cast(pa.string())
            return pc.replace_substring_regex(decimal, r"\.0$", "")
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
