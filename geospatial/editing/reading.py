"""What stands in the store, for a merge: the features of a layer, and the edits in force."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd
import shapely

from geospatial.changes import CREATED
from geospatial.editing.merge import ADDED, MODIFIED, REMOVED
from geospatial.editing.values import texts
from geospatial.layers import Layer
from geospatial.priority import edit_source
from geospatial.sharing.reading import Ask, read_layer

#: The change class of a record that retires its feature.
RETIRED = "retired"

_OPERATIONS = {CREATED: ADDED, RETIRED: REMOVED}
# What a record of edits says beside the layer's attributes.
_ABOUT = ("edited_by", "edited_at")


@dataclass(frozen=True)
class Standing:
    """The edits of one feature that are in force."""

    operation: str
    feature_id: int
    values: dict[str, str | None]
    geometry: shapely.Geometry | None


def read_ours(ask: Ask, layer: Layer) -> pd.DataFrame:
    """The features as they stand, by id: attributes as text, `geometry`, and `stood_since` (microseconds of the
    epoch at which this state became known)."""
    rows = read_layer(ask, layer)
    since = ask(f"SELECT feature_id, epoch_us(known_from) AS since FROM geospatial.{layer.name}")
    found = texts(layer, rows).assign(geometry=rows["geom"])
    found.index = pd.Index(rows["feature_id"].astype("int64"), name="feature_id")
    return found.assign(stood_since=since.set_index("feature_id")["since"])


def read_standing(ask: Ask, layer: Layer) -> dict[str, Standing]:
    """The edits of a layer that are in force, by key."""
    rows = ask(
        "SELECT source_key, feature_id, change_class, attributes::TEXT AS attributes, ST_AsBinary(geom) AS wkb"
        f" FROM geospatial.feature_version WHERE source = '{edit_source(layer.name)}' AND status = 'current'"
    )
    return {
        str(row["source_key"]): Standing(
            _OPERATIONS.get(str(row["change_class"]), MODIFIED),
            int(row["feature_id"]),
            _values(layer, row["attributes"]),
            None if pd.isna(row["wkb"]) else shapely.from_wkb(bytes(row["wkb"])),
        )
        for row in rows.to_dict("records")
    }


def _values(layer: Layer, document: str) -> dict[str, str | None]:
    known = {name: [value] for name, value in json.loads(document).items() if name not in _ABOUT}
    read = texts(layer, pd.DataFrame(known, index=[0], dtype=object))
    return {name: read[name].iloc[0] for name in read.columns}
