"""Edits as a delivery: a GeoPackage of their own that is archived, accounted for and loaded like any other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import shapely

from geospatial.datum.systems import STANDARD
from geospatial.editing.merge import ADDED, GONE, REMOVED, Conflict, Edit, Merge
from geospatial.editing.origin import Base
from geospatial.editing.reading import Standing
from geospatial.given import Geometries
from geospatial.layers import Layer
from geospatial.normal_form import normal_forms
from geospatial.priority import edit_source

#: The operation that ends an edit.
WITHDRAWN = "撤销"
_COLUMNS = ("编辑编号", "要素编号", "操作", "属性", "编辑人", "编辑时间", "现状时间")


def on_top(merged: Merge, base: Base, standing: Mapping[str, Standing]) -> tuple[Merge, dict[int, str]]:
    """Edits as they will stand: on top of the edits their features have already.

    standing: the edits in force, by key. Returns the merge, without new features that came in with an earlier
    import of the same file, and the key of each edit by its place.
    """
    of_feature = {item.feature_id: key for key, item in standing.items()}
    edits: list[Edit] = []
    conflicts = list(merged.conflicts)
    keys: dict[int, str] = {}
    for edit in merged.edits:
        if edit.operation == ADDED:
            key = _new_key(base, edit)
            known = standing.get(key)
            if known is not None and known.operation == REMOVED:
                conflicts.append(Conflict(GONE, known.feature_id, edit.fid, theirs=edit.geometry))
                continue
            if known is not None and edit.values == {n: v for n, v in known.values.items() if v is not None}:
                continue
            edit = edit if known is None else replace(edit, feature_id=known.feature_id)
        else:
            assert edit.feature_id is not None
            key = of_feature.get(edit.feature_id, f"f{edit.feature_id}")
            if key in standing:
                edit = _joined(standing[key], edit)
        keys[len(edits)] = key
        edits.append(edit)
    return Merge(edits, conflicts), keys


def _joined(standing: Standing, edit: Edit) -> Edit:
    operation = ADDED if standing.operation == ADDED and edit.operation != REMOVED else edit.operation
    shape = standing.geometry if edit.geometry is None else edit.geometry
    return replace(edit, operation=operation, values={**standing.values, **edit.values}, geometry=shape)


def _new_key(base: Base, edit: Edit) -> str:
    """A key that an unchanged shape keeps when its file is imported again, and that no other file gives."""
    shape: Geometries = np.array([edit.geometry], object)
    said = f"{base.export_id}{edit.fid}".encode() + (normal_forms(shape)[0] or b"")
    return f"new-{hashlib.md5(said).hexdigest()[:16]}"


def write_delivery(
    folder: Path,
    layer: Layer,
    edits: Sequence[Edit],
    keys: Mapping[int, str],
    ours: pd.DataFrame,
    made_by: str,
    made_at: datetime,
) -> Path:
    """Write the edits of a layer for its contract; returns the file. ours: see `geospatial.editing.reading`."""
    since = ours["stood_since"].to_dict()
    rows = [
        (
            keys[at],
            "" if edit.feature_id is None else str(edit.feature_id),
            edit.operation,
            json.dumps(edit.values, ensure_ascii=False, sort_keys=True),
            made_by,
            made_at.isoformat(timespec="seconds"),
            str(since.get(edit.feature_id, "")),
        )
        for at, edit in enumerate(edits)
    ]
    shapes: Geometries = np.array([edit.geometry for edit in edits], object)
    return _write(folder, layer, rows, shapes, made_at)


def write_withdrawals(
    folder: Path, layer: Layer, withdrawn: Mapping[str, Standing], made_by: str, made_at: datetime
) -> Path:
    """Write, for its contract, that edits of a layer no longer hold; returns the file. withdrawn: by key."""
    rows = [
        (key, str(item.feature_id), WITHDRAWN, "{}", made_by, made_at.isoformat(timespec="seconds"), "")
        for key, item in withdrawn.items()
    ]
    return _write(folder, layer, rows, np.full(len(rows), None, object), made_at)


def _write(
    folder: Path, layer: Layer, rows: Sequence[tuple[str, ...]], shapes: Geometries, made_at: datetime
) -> Path:
    path = folder / f"{edit_source(layer.name)}_{made_at.strftime('%Y%m%dT%H%M%S%f')}.gpkg"
    pyogrio.raw.write(
        path,
        np.array(shapely.to_wkb(shapes), object),
        [np.array(values, object) for values in zip(*rows, strict=True)],
        np.array(_COLUMNS, object),
        layer=layer.name,
        crs=STANDARD,
        geometry_type="Unknown",
    )
    return path
