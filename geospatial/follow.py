"""Follow: which feature every new record is a version of, and what became of those it replaces."""

from __future__ import annotations

import json
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from basedb.domain import Load
from basedb.findings import Severity, define
from basedb.refusal import Held
from geospatial.changes import CREATED, Changes, Generation, all_created, classify
from geospatial.conflation.judging import are_judgements, follow_nothing
from geospatial.datum.comparison import shift_of
from geospatial.datum.systems import STANDARD, metric_system
from geospatial.editing.loading import follow_edits
from geospatial.given import Geometries, fed_by
from geospatial.layers import LAYERS, Layer
from geospatial.priority import are_edits

LAYER_SHIFTED = define(
    "layer.shifted",
    Severity.ERROR,
    "整层图形相对现状一起平移，疑似坐标系或参数用错",
    "the whole layer moved as one against what stands; its system or parameters are probably wrong",
)

VERSION_COLUMNS = (
    "record_id, feature_id, layer, source, source_key, priority, status, change_class, valid_from,"
    " content_digest::TEXT AS content_digest, attributes::TEXT AS attributes, ST_AsBinary(geom) AS wkb"
)
# A layer that moved as one by more than this many metres is shown to a person first.
_FAR = 50.0
_MANY = 20
_MOST = 0.8


@dataclass(frozen=True)
class Follow:
    """Leaves TEMP `followed` (record_id, feature_id, change_class, method), `ancestry` (lineage) and
    `old_version` (the versions this load closes, or that stand beside late rows).

    Raises Held if nearly every feature moved far and by the same vector, unless a person let the file in.
    """

    name: str = "follow"

    def run(self, load: Load) -> int:
        if "registry" in load.settings:
            return 0
        layer = LAYERS[load.settings["layer"]]
        if are_judgements(load.settings):
            return follow_nothing(load)
        if are_edits(load.settings):
            return follow_edits(load, layer, fed_by(load))
        old = _old_versions(load)
        new = _new_records(load, with_shapes=bool(old["is_closed"].any()))
        current = new[new["status"] == "current"].reset_index(drop=True)
        late = new[new["status"] != "current"].reset_index(drop=True)
        closed = old[old["is_closed"]].reset_index(drop=True)
        changes = all_created(len(current)) if closed.empty else _changes(load, layer, closed, current)
        feature = _features(load, closed, current, changes)
        method = np.where(
            changes.continues < 0, "new", np.where(_same_key(closed, current, changes), "key", "geometry")
        )
        _leave_followed(load, current, feature, changes.change, method)
        _follow_late(load, late, old)
        _leave_ancestry(load, closed, current, changes, feature)
        return len(new)


def _changes(load: Load, layer: Layer, closed: pd.DataFrame, current: pd.DataFrame) -> Changes:
    to_metres = metric(np.concatenate([closed["geometry"], current["geometry"]]))
    before = _generation(closed, layer, to_metres)
    after = _generation(current, layer, to_metres)
    if not load.released:
        _hold_if_moved(before, after, to_metres)
    return classify(before, after, layer.dimension, layer.noise)


def metric(geometry: Geometries) -> Transformer:
    """From EPSG:4490 into metres around the geometries."""
    bounds = shapely.total_bounds(geometry) if len(geometry) else np.full(4, np.nan)
    return metric_between(float(bounds[0]), float(bounds[2]))


def metric_between(west: float, east: float) -> Transformer:
    """From EPSG:4490 into metres around the middle of two longitudes (NaN for none)."""
    longitude = (west + east) / 2 if np.isfinite(west + east) else 114.0
    return Transformer.from_crs(STANDARD, metric_system(longitude).crs, always_xy=True)


def in_metres(geometry: Geometries, to_metres: Transformer) -> Geometries:
    """Geometries through a transformer, areas kept valid."""

    def apply(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_metres.transform(points[:, 0], points[:, 1]))

    found = np.asarray(shapely.transform(geometry, apply), object)
    broken = ~shapely.is_missing(found) & ~shapely.is_valid(found)
    found[broken] = shapely.make_valid(found[broken], method="structure")
    return found


def frame(load: Load, query: str) -> pd.DataFrame:
    """Rows of an engine query of a load, see `frame_of`."""
    return frame_of(load.engine, query)


def frame_of(engine: duckdb.DuckDBPyConnection, query: str) -> pd.DataFrame:
    """Rows of an engine query with their column `wkb` as shapely objects in `geometry`."""
    table = engine.execute(query).to_arrow_table()
    found = table.drop_columns(["wkb"]).to_pandas()
    found["geometry"] = _shapes(table["wkb"])
    return found


def _shapes(column: pa.ChunkedArray) -> pd.Series:
    values = np.array(column.to_pylist() or [], object)
    return pd.Series(np.asarray(shapely.from_wkb(values), object) if len(values) else values, dtype=object)


def _old_versions(load: Load) -> pd.DataFrame:
    load.session.fetch(
        "old_version",
        "geospatial.feature_version",
        VERSION_COLUMNS,
        "record_id",
        "SELECT record_id FROM closed UNION SELECT standing_id FROM new_record WHERE standing_id IS NOT NULL",
    )
    return frame(
        load,
        "SELECT o.*, c.record_id IS NOT NULL AS is_closed FROM old_version o"
        " LEFT JOIN (SELECT DISTINCT record_id FROM closed) c USING (record_id) ORDER BY record_id",
    )


def _new_records(load: Load, with_shapes: bool) -> pd.DataFrame:
    """with_shapes: also what they look like and say, which counts only beside what was there before."""
    said = "p.attributes, p.wkb" if with_shapes else "NULL::TEXT AS attributes, NULL::BLOB AS wkb"
    return frame(
        load,
        f"SELECT n.record_id, n.source_key, n.standing_id, n.status, {said}"
        " FROM new_record n JOIN placed p USING (row_no) ORDER BY n.record_id",
    )


def _generation(rows: pd.DataFrame, layer: Layer, to_metres: Transformer) -> Generation:
    said = [json.loads(text) for text in rows["attributes"].fillna("{}").astype(str)]
    sizes = [[float(values.pop(name, None) or np.nan) for name in layer.measures] for values in said]
    label, content = np.empty(len(said), object), np.empty(len(said), object)
    label[:] = [values.get(layer.label) or "" for values in said]
    content[:] = [json.dumps(values, sort_keys=True) for values in said]
    return Generation(
        rows["source_key"].to_numpy(object),
        in_metres(rows["geometry"].to_numpy(object), to_metres),
        content,
        label,
        np.array(sizes, float).reshape(len(said), len(layer.measures)),
    )


def _hold_if_moved(before: Generation, after: Generation, to_metres: Transformer) -> None:
    """Hold a file whose records, by their keys, moved far and together against what stands; if that is how a shifted
    system has them, with its name."""
    place = {key: at for at, key in enumerate(before.key)}
    pairs = np.array(
        [(place[key], to) for to, key in enumerate(after.key) if key in place], np.int64
    ).reshape(-1, 2)
    centres = [
        np.column_stack([shapely.get_x(middle), shapely.get_y(middle)])
        for middle in map(shapely.centroid, (before.geometry[pairs[:, 0]], after.geometry[pairs[:, 1]]))
    ]
    offset = (centres[1] - centres[0])[np.isfinite(centres[0] + centres[1]).all(axis=1)]
    if len(offset) < _MANY:
        return
    common = np.median(offset, axis=0)
    far = float(np.hypot(*common))
    together = np.hypot(*(offset - common).T) < 0.1 * far
    if far > _FAR and together.mean() >= _MOST:
        x, y = np.nanmedian(centres[0], axis=0)
        longitude, latitude = to_metres.transform(x, y, direction="INVERSE")
        system = shift_of(longitude, latitude, common[0], common[1])
        moved = int(together.sum())
        raise Held(
            LAYER_SHIFTED,
            f"{moved} 个要素一起移动了约 {far:.0f} 米（东 {common[0]:.0f}，北 {common[1]:.0f}）"
            + (f"，正是 {system.name} 的偏移，坐标系很可能标错" if system else ""),
            f"{moved} features moved together by about {far:.0f} m"
            + (f", as {system.name} has them; the system is probably mislabelled" if system else ""),
        )


def _same_key(closed: pd.DataFrame, current: pd.DataFrame, changes: Changes) -> NDArray[np.bool_]:
    keys = closed["source_key"].to_numpy(object)
    before = np.array([keys[at] if at >= 0 else None for at in changes.continues], object)
    same: NDArray[np.bool_] = before == current["source_key"].to_numpy(object)
    return same


def _features(load: Load, closed: pd.DataFrame, current: pd.DataFrame, changes: Changes) -> NDArray[np.int64]:
    """The feature of each new record: the one it continues, else a new number."""
    feature = np.full(len(current), -1, np.int64)
    kept = changes.continues >= 0
    feature[kept] = closed["feature_id"].to_numpy(np.int64)[changes.continues[kept]]
    fresh = int((~kept).sum())
    if fresh:
        first = load.counters.take("geospatial.feature", fresh)
        feature[~kept] = np.arange(first, first + fresh)
    return feature


def _leave_followed(
    load: Load,
    rows: pd.DataFrame,
    feature: NDArray[np.int64],
    change: NDArray[np.object_],
    method: NDArray[np.object_],
) -> None:
    table = pa.table(
        {
            "record_id": pa.array(rows["record_id"].to_numpy(np.int64)),
            "feature_id": pa.array(feature, pa.int64()),
            "change_class": pa.array(change.tolist(), pa.string()),
            "method": pa.array(method.tolist(), pa.string()),
        }
    )
    load.engine.register("followed_rows", table)
    load.engine.execute("CREATE OR REPLACE TEMP TABLE followed AS FROM followed_rows")
    load.engine.unregister("followed_rows")


def _follow_late(load: Load, late: pd.DataFrame, old: pd.DataFrame) -> None:
    """Rows that arrive late are versions of their record's feature; without one, of a feature of the past."""
    standing = dict(zip(old["record_id"], old["feature_id"], strict=True))
    for record, stands in zip(late["record_id"], late["standing_id"], strict=True):
        known = standing.get(stands)
        feature = known if known is not None else load.counters.take("geospatial.feature", 1)
        load.engine.execute(
            "INSERT INTO followed VALUES (?, ?, ?, ?)",
            [
                int(record),
                int(feature),
                CREATED if known is None else "attribute",
                "new" if known is None else "key",
            ],
        )


def _leave_ancestry(
    load: Load, closed: pd.DataFrame, current: pd.DataFrame, changes: Changes, feature: NDArray[np.int64]
) -> None:
    name = "json_extract_string(attributes, '$.name')"
    load.engine.execute(
        "CREATE OR REPLACE TEMP TABLE ancestry (from_record BIGINT, to_record BIGINT, from_feature BIGINT,"
        " to_feature BIGINT, relation TEXT, from_key TEXT, to_key TEXT)"
    )
    for (at, to), relation in zip(changes.parents, changes.relation, strict=True):
        load.engine.execute(
            "INSERT INTO ancestry VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                int(closed["record_id"][at]), int(current["record_id"][to]), int(closed["feature_id"][at]),
                int(feature[to]), str(relation), closed["source_key"][at], current["source_key"][to],
            ],
        )  # fmt: skip
    load.engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE new_lineage AS
            SELECT a.*, b.name AS from_name, c.name AS to_name FROM ancestry a
            LEFT JOIN (SELECT record_id, {name} AS name FROM old_version) b ON b.record_id = a.from_record
            LEFT JOIN (SELECT record_id, {name} AS name FROM new_record JOIN placed USING (row_no)) c
                ON c.record_id = a.to_record"""
    )
