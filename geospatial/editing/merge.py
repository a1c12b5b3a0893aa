"""Three-way merge of a layer: the version that was exported, what an editor made of it, and what stands now.

Attribute by attribute, the shape apart. What only the editor changed is an edit; what others changed as well,
and to something else, is a conflict and stays as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from basedb.findings import Severity, define
from geospatial.editing.origin import VERSION, Base
from geospatial.editing.theirs import Theirs
from geospatial.editing.values import READ_ONLY, texts
from geospatial.given import Geometries
from geospatial.layers import Layer
from geospatial.normal_form import normal_forms

BOTH_CHANGED = define(
    "edit.both_changed",
    Severity.WARNING,
    "导出以后库中也改了，两边不同，保留库中的",
    "changed in the store as well since the export, to something else; the store's is kept",
)
GONE = define(
    "edit.feature_gone",
    Severity.WARNING,
    "改动的要素在库中已经消失或并入其他要素",
    "the edited feature has been retired or merged into another meanwhile",
)
DELETED_CHANGED = define(
    "edit.deleted_but_changed",
    Severity.WARNING,
    "删除的要素导出以后在库中有改动，未删除",
    "the deleted feature was changed in the store since the export; it was not deleted",
)
DUPLICATED = define(
    "edit.duplicated_id",
    Severity.ERROR,
    "几个要素用同一个 feature_id（分割或复制所致）；请只留一个，其余清空",
    "several features carry one feature_id, by splitting or copying; clear it in all but one",
)
UNKNOWN_ID = define(
    "edit.unknown_id",
    Severity.ERROR,
    "feature_id 不在导出的要素之中；新画的要素请留空",
    "the feature_id is none of the exported ones; leave it blank for new features",
)
OTHER_VERSION = define(
    "edit.other_version",
    Severity.ERROR,
    "base_version 不是本文件导出时的（可能从别处粘贴而来）",
    "the base_version is not that of this export; the row was probably pasted from elsewhere",
)
NO_SHAPE = define(
    "edit.no_geometry", Severity.ERROR, "没有图形；要删除请删除整个要素", "there is no geometry"
)
WRONG_SHAPE = define(
    "edit.wrong_geometry", Severity.ERROR, "图形类型与图层不符", "a geometry of another type than the layer's"
)
UNREADABLE = define(
    "edit.unreadable_value",
    Severity.ERROR,
    "填写的值读不懂，未采纳",
    "a value that cannot be read; it was not applied",
)
READ_ONLY_CHANGED = define(
    "edit.read_only", Severity.WARNING, "该列只供查看，改动不采纳", "this column is not for editing"
)

ADDED, MODIFIED, REMOVED = "新增", "修改", "删除"
GEOMETRY = "geometry"


@dataclass(frozen=True)
class Edit:
    """One feature's edit. feature_id: None for a new one; fid: its row in the file, None if it was deleted there.
    values: attribute → text, None where it was emptied. geometry: None if it was not touched."""

    operation: str
    feature_id: int | None
    fid: int | None
    values: dict[str, str | None] = field(default_factory=dict)
    geometry: shapely.Geometry | None = None


@dataclass(frozen=True)
class Conflict:
    """Something that was not applied. column: an attribute, 'geometry', or '' for the feature as a whole; base,
    theirs, ours: the values as text, shapes as geometries."""

    code: str
    feature_id: int | None
    fid: int | None
    column: str = ""
    base: str | shapely.Geometry | None = None
    theirs: str | shapely.Geometry | None = None
    ours: str | shapely.Geometry | None = None


@dataclass(frozen=True)
class Merge:
    """What to apply, and what a person must look at."""

    edits: list[Edit]
    conflicts: list[Conflict]


def merge(layer: Layer, base: Base, theirs: Theirs, ours: pd.DataFrame) -> Merge:
    """Merge a layer. ours: what stands now, by feature id, in the columns of `Base.rows`."""
    merging = _Merging(layer, base.rows, theirs, ours)
    merging.set_aside()
    merging.standardize()
    merging.compare_features()
    merging.find_deleted()
    merging.take_new()
    return Merge(merging.edits, merging.conflicts)


class _Merging:
    def __init__(self, layer: Layer, base: pd.DataFrame, theirs: Theirs, ours: pd.DataFrame):
        self.layer, self.base, self.ours = layer, base, ours
        self.rows = theirs.rows
        self.columns = [item.name for item in layer.attributes if item.name not in theirs.missing]
        self.named = self.rows["feature_id"].notna()
        self.edits: list[Edit] = []
        self.conflicts: list[Conflict] = []

    def set_aside(self) -> None:
        """Rows that cannot be merged at all are conflicts; their features stay as they stand."""
        ids = self.rows["feature_id"]
        kinds = shapely.get_dimensions(self.rows["geometry"].to_numpy(object))
        empty = kinds < 0
        unknown = self.named & ~ids.isin(self.base.index)
        stated = self.base[VERSION].reindex(ids.fillna(-1).astype("int64")).to_numpy(object)
        other = self.named & ~unknown & (self.rows[VERSION].to_numpy(object) != stated)
        had = shapely.is_geometry(
            self.base["geometry"].reindex(ids.fillna(-1).astype("int64")).to_numpy(object)
        )
        reasons = {
            DUPLICATED: self.named & ids.duplicated(keep=False),
            UNKNOWN_ID: unknown,
            OTHER_VERSION: other,
            NO_SHAPE: empty & (had | ~self.named.to_numpy(bool)),
            WRONG_SHAPE: ~empty & (kinds != self.layer.dimension),
        }
        aside = np.zeros(len(self.rows), bool)
        for code, found in reasons.items():
            fresh = np.asarray(found, bool) & ~aside
            for fid, row in self.rows[fresh].iterrows():
                feature = _number(row["feature_id"])
                self.conflicts.append(Conflict(code, feature, int(str(fid)), theirs=row["geometry"]))
            aside |= fresh
        # A row that lost its number may still say by its version which feature it was: that one is not deleted.
        told = self.base.index[self.base[VERSION].isin(self.rows.loc[aside, VERSION])]
        self.present = {*ids[self.named].astype("int64"), *told}
        self.rows = self.rows[~aside]
        self.named = self.named[~aside]

    def standardize(self) -> None:
        """Values somebody typed in their standard forms, as those in the store are."""
        for attribute in self.layer.attributes:
            name = attribute.name
            if attribute.standardize is None or name not in self.columns or self.rows.empty:
                continue
            ids = self.rows["feature_id"].fillna(-1).astype("int64")
            was = _comparable(self.base[name].reindex(ids) if name in self.base else pd.Series(index=ids))
            made = self.rows[name].to_numpy(object)
            typed = np.flatnonzero((made != was) & (made != None))  # noqa: E711 - element by element
            if not len(typed):
                continue
            raw = pd.Series(pd.array(made[typed].tolist(), dtype="string[pyarrow]"))
            standard = attribute.standardize(raw).columns[attribute.output or name]
            found = texts(self.layer, pd.DataFrame({name: standard}))[name].to_numpy(object)
            column = made.copy()
            column[typed] = found
            for at in typed[found == None].tolist():  # noqa: E711 - element by element
                row = self.rows.iloc[at]
                feature, fid = _number(row["feature_id"]), int(self.rows.index[at])
                self.conflicts.append(Conflict(UNREADABLE, feature, fid, name, was[at], made[at], was[at]))
                column[at] = was[at]
            self.rows = self.rows.assign(**{name: column})

    def compare_features(self) -> None:
        """Features that were exported and came back."""
        rows = self.rows[self.named]
        fids = rows.index.to_numpy()
        rows = rows.set_index(rows["feature_id"].astype("int64"))
        base = self.base.reindex(rows.index)
        stands = rows.index.isin(self.ours.index)
        ours = self.ours.reindex(rows.index)
        values: list[dict[str, str | None]] = [{} for _ in fids]
        shapes: list[shapely.Geometry | None] = [None] * len(fids)
        for name in (*self.columns, GEOMETRY, *READ_ONLY):
            if name not in rows.columns or name not in base.columns:
                continue
            was, made, now = (_comparable(frame[name]) for frame in (base, rows, ours))
            for at in np.flatnonzero(was != made).tolist():
                feature, fid = int(rows.index[at]), int(fids[at])
                seen = (base[name].iloc[at], rows[name].iloc[at], ours[name].iloc[at])
                if name in READ_ONLY:
                    self.conflicts.append(Conflict(READ_ONLY_CHANGED, feature, fid, name, *seen))
                elif not stands[at]:
                    self.conflicts.append(Conflict(GONE, feature, fid, name, *seen[:2]))
                elif now[at] == made[at]:
                    continue
                elif now[at] != was[at]:
                    self.conflicts.append(Conflict(BOTH_CHANGED, feature, fid, name, *seen))
                elif name == GEOMETRY:
                    shapes[at] = seen[1]
                else:
                    values[at][name] = seen[1]
        for feature, fid, changed, shape in zip(
            rows.index.tolist(), fids.tolist(), values, shapes, strict=True
        ):
            if changed or shape is not None:
                self.edits.append(Edit(MODIFIED, feature, fid, changed, shape))

    def find_deleted(self) -> None:
        """Features that were exported and did not come back, and stand."""
        gone = [feature for feature in self.base.index if feature not in self.present]
        base, ours = (frame.reindex(gone) for frame in (self.base, self.ours))
        stands = base.index.isin(self.ours.index)
        same = np.ones(len(gone), bool)
        for name in (*self.columns, GEOMETRY):
            if name in base.columns:
                same &= _comparable(base[name]) == _comparable(ours[name])
        for feature, standing, untouched, shape in zip(
            gone, stands, same, ours["geometry"] if gone else (), strict=True
        ):
            if standing and untouched:
                self.edits.append(Edit(REMOVED, int(feature), None))
            elif standing:
                self.conflicts.append(Conflict(DELETED_CHANGED, int(feature), None, ours=shape))

    def take_new(self) -> None:
        """Features without a number."""
        rows = self.rows[~self.named]
        for fid, values, shape in zip(
            rows.index.tolist(), rows[self.columns].to_dict("records"), rows[GEOMETRY], strict=True
        ):
            said = {str(name): value for name, value in values.items() if value is not None}
            self.edits.append(Edit(ADDED, None, fid, said, shape))


def _comparable(column: pd.Series) -> NDArray[np.object_]:
    """Values that are equal where the attribute is; of shapes, a fingerprint of what they look like."""
    found = np.empty(len(column), object)
    if column.name == GEOMETRY:
        found[:] = normal_forms(_multi(column.to_numpy(object)))
    else:
        found[:] = [None if pd.isna(value) else value for value in column]
    return found


def _multi(geometry: Geometries) -> Geometries:
    """Single shapes as multi-geometries, in which layers keep lines and areas."""
    found = np.array([None if item is None or item != item else item for item in geometry], object)
    kinds = shapely.get_type_id(found)
    for kind, make in ((1, shapely.multilinestrings), (3, shapely.multipolygons)):
        for at in np.flatnonzero(kinds == kind):
            found[at] = make([found[at]])
    return found


def _number(value: object) -> int | None:
    return None if pd.isna(value) else int(value)  # type: ignore[call-overload]
