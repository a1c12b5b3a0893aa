"""Conflicts of a merge as a layer: what GIS staff open beside their edits and work through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyogrio
import shapely

from basedb.findings import finding_type
from geospatial.datum.systems import STANDARD
from geospatial.editing.merge import GEOMETRY, Conflict
from geospatial.layers import Layer

#: The layer of the file that holds them.
NAME = "conflict"

_COLUMNS = (
    "number",
    "layer",
    "feature_id",
    "row_fid",
    "code",
    "column",
    "side",
    "value",
    "reason_zh",
    "reason_en",
)
_SIDES = {"base": "导出时 base", "theirs": "编辑 theirs", "ours": "库中 ours"}


def write_conflicts(path: Path, conflicts: Mapping[Layer, Sequence[Conflict]]) -> int:
    """Write a GeoPackage with a row for each conflict and side of it (the exported value, the editor's, the store's
    as it stands); `row_fid` is the row in the edited file. Shapes are the row's own, so that sides can be laid over
    each other. Returns the number of conflicts."""
    rows = [
        row
        for number, (layer, conflict) in enumerate(
            ((layer, item) for layer, items in conflicts.items() for item in items), 1
        )
        for row in _rows(number, layer, conflict)
    ]
    path.unlink(missing_ok=True)
    columns = [np.array(values, object) for values in zip(*(row[:-1] for row in rows), strict=True)]
    pyogrio.raw.write(
        path,
        np.array(shapely.to_wkb(np.array([row[-1] for row in rows], object)), object),
        columns,
        np.array(_COLUMNS, object),
        layer=NAME,
        crs=STANDARD,
        geometry_type="Unknown",
    )
    return sum(map(len, conflicts.values()))


def _rows(number: int, layer: Layer, conflict: Conflict) -> list[tuple[object, ...]]:
    kind = finding_type(conflict.code)
    sides = {
        label: getattr(conflict, side)
        for side, label in _SIDES.items()
        if conflict.column not in ("", GEOMETRY) or getattr(conflict, side) is not None
    }
    return [
        (
            str(number),
            layer.name,
            _shown(conflict.feature_id),
            _shown(conflict.fid),
            conflict.code,
            conflict.column,
            label,
            "" if value is None or isinstance(value, shapely.Geometry) else str(value),
            kind.zh,
            kind.en,
            value if isinstance(value, shapely.Geometry) else None,
        )
        for label, value in (sides or {"": None}).items()
    ]


def _shown(number: int | None) -> str:
    return "" if number is None else str(number)
