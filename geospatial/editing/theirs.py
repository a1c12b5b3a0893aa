"""What an editor saved: the features of one layer of a GeoPackage, as they will be merged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS

from basedb.findings import Severity, define
from basedb.refusal import Refused
from geospatial.datum.systems import STANDARD
from geospatial.editing.origin import VERSION, exported_layers
from geospatial.editing.values import READ_ONLY, texts
from geospatial.layers import Layer

NOT_EXPORTED = define(
    "edit.not_exported",
    Severity.ERROR,
    "不是由 basedb layer export 导出的 GeoPackage，或导出时附带的基准表已丢失",
    "not a GeoPackage that `basedb layer export` wrote, or the bases written with it are gone",
)
OTHER_STORE = define(
    "edit.other_store",
    Severity.ERROR,
    "文件是从另一个库导出的，要素编号对不上",
    "the file was exported from another store, where feature ids mean others",
)
OTHER_LAYER = define(
    "edit.other_layer",
    Severity.ERROR,
    "文件中没有要导入的图层",
    "the layer to be imported is not in the file",
)
NO_VERSION = define(
    "edit.no_version",
    Severity.ERROR,
    "缺少 feature_id 或 base_version 列，无法知道改动自哪个版本",
    "without the columns feature_id and base_version nobody knows what was edited",
)
CRS_CHANGED = define(
    "edit.crs_changed",
    Severity.ERROR,
    "图层的坐标系已不是导出时的 EPSG:4490",
    "the layer is no longer in EPSG:4490, in which it was exported",
)
SHAPE_CHANGED = define(
    "edit.shape_changed",
    Severity.ERROR,
    "图层的图形类型与导出时不同",
    "the layer has another type of geometry than it was exported with",
)

_OWN = ("fid", "feature_id", VERSION)
_DIMENSION = {"Point": 0, "LineString": 1, "Polygon": 2}


@dataclass(frozen=True)
class Theirs:
    """rows: by the file's row numbers (fid), with `feature_id` (None for new features), VERSION, `geometry` and
    the attributes as text (see `values`). missing: attributes the file has lost; unknown: columns it has gained."""

    rows: pd.DataFrame
    missing: tuple[str, ...]
    unknown: tuple[str, ...]


def read_theirs(path: Path, layer: Layer) -> Theirs:
    """Read what was saved. Raises Refused where the file or the layer is not what was exported."""
    exported = exported_layers(path)
    if not exported:
        raise Refused(
            NOT_EXPORTED,
            f"{path.name} 不是 basedb layer export 导出的 GeoPackage，或另存时丢了基准表；请在导出的文件本身上编辑",
            f"{path.name} was not written by `basedb layer export`, or saved elsewhere; edit the exported file itself",
        )
    if layer.name not in exported:
        raise Refused(
            OTHER_LAYER,
            f"{path.name} 导出的是 {'、'.join(exported)}，没有 {layer.name}",
            f"{path.name} is an export of {', '.join(exported)}, not of {layer.name}",
        )
    try:
        meta, fids, shapes, fields = pyogrio.raw.read(
            path, layer=layer.name, return_fids=True, datetime_as_string=True
        )
    except (DataSourceError, DataLayerError) as error:
        raise Refused(
            OTHER_LAYER,
            f"{path.name} 中读不出图层 {layer.name}：{error}",
            f"the layer {layer.name} cannot be read",
        ) from error
    _check(path, layer, meta, shapes)
    raw = pd.DataFrame(dict(zip(map(str, meta["fields"]), fields, strict=True)), index=np.asarray(fids))
    known = {item.name for item in layer.attributes}
    rows = texts(layer, raw).reindex(raw.index)
    rows["feature_id"] = [None if pd.isna(value) else int(value) for value in raw["feature_id"]]
    rows["feature_id"] = rows["feature_id"].astype("Int64")
    rows[VERSION] = raw[VERSION].astype(object)
    geometry = np.empty(len(raw), object)
    geometry[:] = shapely.force_2d(shapely.from_wkb(shapes, on_invalid="fix"))
    rows["geometry"] = geometry
    forms = {form.name for item in layer.attributes for form in item.features}
    written = {"sources", "valid_from", "known_from", "run_id", *forms, *_OWN, *READ_ONLY, *known}
    return Theirs(
        rows,
        tuple(item.name for item in layer.attributes if item.name not in raw.columns),
        tuple(name for name in raw.columns if name not in written),
    )


def _check(path: Path, layer: Layer, meta: dict[str, object], shapes: object) -> None:
    names = set(map(str, meta["fields"]))  # type: ignore[call-overload]
    if not {"feature_id", VERSION} <= names:
        lost = "、".join(sorted({"feature_id", VERSION} - names))
        raise Refused(
            NO_VERSION,
            f"{path.name} 的图层 {layer.name} 缺少 {lost} 列；请重新导出，在新文件上编辑",
            f"the layer {layer.name} lacks {lost}; export it anew",
        )
    stated = meta["crs"]
    if stated is None or CRS.from_user_input(stated) != CRS.from_user_input(STANDARD):
        raise Refused(
            CRS_CHANGED,
            f"图层 {layer.name} 的坐标系为 {stated or '未注明'}，导出时为 {STANDARD}；请按原坐标系保存",
            f"the layer {layer.name} is in {stated or 'no system'}; save it in {STANDARD}",
        )
    kind = str(meta["geometry_type"]).split(" ")[0].removeprefix("Multi").removeprefix("2.5D")
    if shapes is None or _DIMENSION.get(kind, layer.dimension) != layer.dimension:
        raise Refused(
            SHAPE_CHANGED,
            f"图层 {layer.name} 的图形类型为 {meta['geometry_type']}，应为 {layer.shape}",
            f"the layer {layer.name} holds {meta['geometry_type']}, it should hold {layer.shape}",
        )
