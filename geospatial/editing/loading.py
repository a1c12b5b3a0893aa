"""Edits on their way in: what they say, and which feature each of them is about."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from basedb.domain import Load
from basedb.findings import Severity, define
from basedb.refusal import Held, Refused
from basedb.store import scalar
from geospatial.attributes import as_documents, standard_attributes
from geospatial.changes import ATTRIBUTE, CREATED, RESHAPED
from geospatial.editing.merge import ADDED, REMOVED
from geospatial.editing.reading import RETIRED
from geospatial.layers import Layer
from geospatial.noted import Noted

UNREADABLE = define(
    "edit.unreadable", Severity.ERROR, "编辑的属性不是 JSON 对象", "the edited values are no JSON object"
)
STOOD_OTHERWISE = define(
    "edit.stood_otherwise",
    Severity.ERROR,
    "合并以后、入库以前，要素又有改动，请重新导入",
    "features changed between the merge and the load; import the file again",
)
MANY_REMOVED = define(
    "edit.many_removed",
    Severity.ERROR,
    "编辑删除的要素过多，疑似误删",
    "the edits delete very many features, perhaps by mistake",
)

# From this share of a layer on, deletions are shown to a second person.
_MOST = 0.2
_FEW = 5


def drawn_rows(rows: pa.Table, column: str) -> pa.Table:
    """The rows that bring a shape: an edit need not touch it."""
    return rows.filter(rows[column].is_valid())


def edit_documents(rows: pa.Table, layer: Layer, fed: Mapping[str, str], noted: Noted) -> pa.Array:
    """One JSON object per row: the edited attributes in their standard forms, null where they were emptied,
    who made the edit and when."""
    said = [
        _object(number, text, fed["edited_values"], noted)
        for number, text in zip(
            rows["row_no"].to_pylist(), rows[fed["edited_values"]].to_pylist(), strict=True
        )
    ]
    columns = {
        item.name: pa.array([_cell(values.get(item.name)) for values in said], pa.string())
        for item in layer.attributes
        if any(item.name in values for values in said)
    }
    table = pa.table({"row_no": rows["row_no"], **columns})
    standard = standard_attributes(table, layer, {name: name for name in columns}, noted)
    documents = as_documents(standard, rows.num_rows).to_pylist()
    forms = {item.name: [item.name, *(form.name for form in item.features)] for item in layer.attributes}
    made = zip(rows[fed["edited_by"]].to_pylist(), rows[fed["edited_at"]].to_pylist(), strict=True)
    found = []
    for values, document, (by, at) in zip(said, documents, made, strict=True):
        emptied = [form for name, value in values.items() if value is None for form in forms.get(name, [])]
        whole = json.loads(document) | dict.fromkeys(emptied) | {"edited_by": by, "edited_at": at}
        found.append(json.dumps(whole, ensure_ascii=False))
    return pa.array(found, pa.string())


def _object(number: int, text: str | None, column: str, noted: Noted) -> dict[str, object]:
    try:
        found = json.loads(text or "{}")
    except json.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        noted.add([number], UNREADABLE, column, [str(text)[:60]], failed=True)
        return {}
    return found


def _cell(value: object) -> str | None:
    return None if value is None else str(value)


def follow_edits(load: Load, layer: Layer, fed: Mapping[str, str]) -> int:
    """Leave TEMP `followed`, `ancestry` and `new_lineage` (empty: edits number nothing anew).

    An edit is about the feature it names; a new one gets a number, which its later edits keep. Raises Refused
    if a feature is not as it was when the edit was merged, and Held if very many are deleted.
    """
    engine = load.engine
    load.session.fetch(
        "old_version", "geospatial.feature_version", "record_id, feature_id", "record_id",
        "SELECT standing_id FROM new_record WHERE standing_id IS NOT NULL",
    )  # fmt: skip
    said = {name: f'i."{fed[name]}"' for name in ("feature_id", "operation", "stood_since")}
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE edited AS
            SELECT n.record_id, n.status, n.row_no, trim({said["operation"]}) AS operation,
                coalesce(o.feature_id, TRY_CAST({said["feature_id"]} AS BIGINT)) AS feature_id,
                TRY_CAST({said["stood_since"]} AS BIGINT) AS since, p.wkb AS drawn
            FROM new_record n JOIN processed i USING (row_no) JOIN placed p USING (row_no)
            LEFT JOIN old_version o ON o.record_id = n.standing_id ORDER BY n.record_id"""
    )
    load.session.fetch(
        "edited_feature", f"geospatial.{layer.name}", "feature_id, known_from", "feature_id",
        "SELECT feature_id FROM edited WHERE feature_id IS NOT NULL",
    )  # fmt: skip
    _refuse_changed(load)
    if not load.released:
        _hold_many_removed(load, layer)
    _leave_followed(load, layer)
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE ancestry (from_record BIGINT, to_record BIGINT, from_feature BIGINT,"
        " to_feature BIGINT, relation TEXT, from_key TEXT, to_key TEXT)"
    )
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE new_lineage AS"
        " SELECT *, NULL::TEXT AS from_name, NULL::TEXT AS to_name FROM ancestry"
    )
    return int(scalar(engine, "SELECT count(*) FROM followed"))


def _refuse_changed(load: Load) -> None:
    changed = int(
        scalar(
            load.engine,
            "SELECT count(*) FROM edited e LEFT JOIN edited_feature t USING (feature_id)"
            " WHERE e.since IS NOT NULL AND epoch_us(t.known_from) IS DISTINCT FROM e.since",
        )
    )
    if changed:
        raise Refused(
            STOOD_OTHERWISE,
            f"{changed} 个要素在合并之后又有改动，未入库；请重新运行 basedb layer import",
            f"{changed} features changed since the merge; run `basedb layer import` again",
        )


def _hold_many_removed(load: Load, layer: Layer) -> None:
    removed = int(
        scalar(
            load.engine,
            f"SELECT count(*) FROM edited SEMI JOIN edited_feature USING (feature_id) WHERE operation = '{REMOVED}'",
        )
    )
    standing = int(scalar(load.engine, f"SELECT count(*) FROM geospatial.{layer.name}"))
    if removed > _FEW and removed > _MOST * standing:
        raise Held(
            MANY_REMOVED,
            f"编辑删除了 {layer.zh} {standing} 个要素中的 {removed} 个",
            f"the edits delete {removed} of the {standing} features of {layer.name}",
        )


def _leave_followed(load: Load, layer: Layer) -> None:
    rows = load.engine.execute(
        "SELECT record_id, feature_id, operation, drawn FROM edited ORDER BY record_id"
    ).df()
    operation = rows["operation"].to_numpy(object)
    change = np.where(rows["drawn"].notna(), RESHAPED, ATTRIBUTE).astype(object)
    change[operation == ADDED] = CREATED
    change[operation == REMOVED] = RETIRED
    fresh = rows["feature_id"].isna().to_numpy()
    feature = rows["feature_id"].fillna(-1).to_numpy(np.int64)
    if fresh.any():
        first = load.counters.take("geospatial.feature", int(fresh.sum()))
        feature[fresh] = np.arange(first, first + fresh.sum())
    load.engine.register(
        "followed_rows",
        pa.table(
            {
                "record_id": pa.array(rows["record_id"], pa.int64()),
                "feature_id": pa.array(feature, pa.int64()),
                "change_class": pa.array(change.tolist(), pa.string()),
                "method": pa.array(np.where(fresh, "new", "key").tolist(), pa.string()),
            }
        ),
    )
    load.engine.execute("CREATE OR REPLACE TEMP TABLE followed AS FROM followed_rows")
    load.engine.unregister("followed_rows")
