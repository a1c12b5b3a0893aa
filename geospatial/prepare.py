"""Prepare: the rows to process become attributes and geometries in the standard system."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from basedb.domain import Load
from basedb.findings import Severity, define
from geospatial import attributes, cleaning
from geospatial.conflation.judging import are_judgements, read_judgements
from geospatial.datum import parameter_text
from geospatial.datum.comparison import LOOKS_LIKE, likelier_system, may_be_another
from geospatial.datum.mistakes import CHINA, Region
from geospatial.datum.parameters import CheckPoint, ParameterSet, ParametersWrong
from geospatial.datum.systems import System
from geospatial.editing.loading import drawn_rows, edit_documents
from geospatial.given import Given, fed_by, read_given
from geospatial.layers import LAYERS, Layer
from geospatial.measuring import check_areas
from geospatial.normal_form import normal_forms
from geospatial.noted import Noted
from geospatial.placing import place
from geospatial.priority import are_edits

PARAMETERS_UNREADABLE = define(
    "datum.unreadable", Severity.ERROR, "读不出坐标转换参数", "no datum parameters can be read from the note"
)
PARAMETERS_WRONG = define(
    "datum.check_points_missed",
    Severity.ERROR,
    "参数与自带的检核点不符",
    "the parameters miss their own check points",
)
PARAMETERS_UNPROVED = define(
    "datum.no_check_points",
    Severity.WARNING,
    "参数没有检核点，未经验证",
    "the parameters come without check points",
)

# Things stand a little beyond the border of their county.
_BORDER_DEGREES = 0.05


@dataclass(frozen=True)
class Prepare:
    """Leaves TEMP `placed` (row_no, geometries, attributes, digests), `raw_finding` and `raw_event`; for a
    registry of datum parameters TEMP `stated_parameters` instead of `placed`."""

    name: str = "prepare"

    def run(self, load: Load) -> int:
        rows, noted = load.processed, Noted()
        if "registry" in load.settings:
            _state_parameters(load, rows, noted)
        elif are_judgements(load.settings):
            read_judgements(load, rows, fed_by(load), noted)
        else:
            _place_features(load, rows, noted)
        load.engine.register("noted", noted.table())
        load.engine.execute("CREATE OR REPLACE TEMP TABLE raw_finding AS FROM noted")
        load.engine.unregister("noted")
        load.engine.execute(
            "CREATE OR REPLACE TEMP TABLE raw_event AS SELECT row_no, NULL::DATE AS valid_from FROM processed"
        )
        return rows.num_rows


def _place_features(load: Load, rows: pa.Table, noted: Noted) -> None:
    layer, fed = LAYERS[load.settings["layer"]], fed_by(load)
    edits = are_edits(load.settings)
    drawn = drawn_rows(rows, fed["geometry"]) if edits else rows
    given = read_given(drawn, fed, load.settings.get("crs"), noted)
    placed = place(given, registered(load), load.path.name, _region(load), noted)
    _compare_with_reference(load, layer, given, noted)
    geometry = cleaning.clean(placed.geometry, layer.dimension, given.row_no, given.axes[0], noted)
    if edits:
        documents = edit_documents(rows, layer, fed, noted)
    else:
        standard = attributes.standard_attributes(rows, layer, fed, noted)
        documents = attributes.as_documents(standard, rows.num_rows)
        if layer.measured in fed:
            areas = standard[layer.measured].cast(pa.float64()).to_numpy(zero_copy_only=False)
            check_areas(geometry, areas, given.row_no, fed[layer.measured], noted)
    shapes = {
        "wkb": _wkb(geometry),
        "source_wkb": _wkb(given.geometry),
        "source_crs": pa.array(placed.system, pa.string()),
        "operation": pa.array(placed.operation, pa.string()),
        "accuracy": pa.array(placed.accuracy, pa.float64(), from_pandas=True),
        "normal_form": pa.array(normal_forms(geometry), pa.binary()),
    }
    told = {"row_no": rows["row_no"], "attributes": documents}
    if edits:
        drawn_too = pa.table({"row_no": drawn["row_no"], **shapes})
        table = pa.table(told).join(drawn_too, "row_no", "row_no").sort_by("row_no")
    else:
        table = pa.table({**told, **shapes})
    load.engine.register("placed_rows", table)
    load.engine.execute(
        "CREATE OR REPLACE TEMP TABLE placed AS SELECT * EXCLUDE (normal_form), md5(attributes)::UUID AS content_digest,"
        " md5(normal_form)::UUID AS geometry_digest FROM placed_rows"
    )
    load.engine.unregister("placed_rows")


def _compare_with_reference(load: Load, layer: Layer, given: Given, noted: Noted) -> None:
    """A finding about the file if its coordinates fit the layer around it in another system than theirs."""
    if layer.within is None:
        return
    here = ~shapely.is_missing(given.geometry)
    asked = [(system, given.geometry[here & (given.system == at)]) for at, system in enumerate(given.systems)]
    asked = [(system, shapes) for system, shapes in asked if may_be_another(shapes, system)]
    if not asked:
        return
    known = load.engine.execute(
        f"SELECT ST_AsBinary(geom) AS wkb FROM geospatial.{layer.within} WHERE geom IS NOT NULL"
    ).fetchall()
    reference = np.asarray(shapely.from_wkb([bytes(row[0]) for row in known]), object)
    for system, shapes in asked:
        likelier = likelier_system(shapes, system, reference)
        if likelier is not None:
            noted.add([None], LOOKS_LIKE, given.axes[0], [system.name], [likelier.name])


def _wkb(geometry: np.ndarray) -> pa.Array:
    return pa.array(shapely.to_wkb(geometry), pa.binary())


def registered(load: Load) -> list[ParameterSet]:
    """The datum parameters in force."""
    return read_registered(
        load.engine.execute(
            "SELECT name, model, source_crs, target_crs, definition::TEXT FROM geospatial.datum_parameter"
            " WHERE status = 'current' ORDER BY record_id"
        ).fetchall()
    )


def read_registered(stored: Sequence[tuple[Any, ...]]) -> list[ParameterSet]:
    """Parameter sets from rows (name, model, source_crs, target_crs, definition)."""
    found = []
    for name, model, source, target, text in stored:
        definition: Mapping[str, Any] = json.loads(text)
        found.append(
            ParameterSet(
                name=name,
                model=model,
                source=System(source),
                target=System(target),
                values=definition["values"],
                applies_to=tuple(definition["applies_to"]),
                rotation=definition["rotation"],
                strip_prefix=definition["strip_prefix"],
                check_points=tuple(CheckPoint(**point) for point in definition["check_points"]),
            )
        )
    return found


def _region(load: Load) -> Region:
    """The box around the site's counties, once they are known."""
    if load.settings["layer"] == "division":
        return CHINA
    counties = load.engine.execute(
        "SELECT geom FROM geospatial.division WHERE code LIKE '%000000' AND geom IS NOT NULL"
    ).fetchall()
    if not counties:
        return CHINA
    west, south, east, north = shapely.total_bounds(shapely.from_wkb([row[0] for row in counties]))
    return Region(west, south, east, north).grown(_BORDER_DEGREES)


def _state_parameters(load: Load, rows: pa.Table, noted: Noted) -> None:
    """Read each note; one that cannot be read, or whose check points speak against it, fails its row."""
    fed = fed_by(load)
    stated = []
    for row_no, name, text in zip(
        rows["row_no"].to_pylist(),
        rows[fed["file_name"]].to_pylist(),
        rows[fed["text"]].to_pylist(),
        strict=True,
    ):
        try:
            found = parameter_text.parse_parameters(text or "").proved()
        except parameter_text.NoParameters as error:
            noted.add([row_no], PARAMETERS_UNREADABLE, fed["text"], [name], str(error), failed=True)
            continue
        except ParametersWrong as error:
            noted.add([row_no], PARAMETERS_WRONG, fed["text"], [name], str(error), failed=True)
            continue
        if not found.check_points:
            noted.add([row_no], PARAMETERS_UNPROVED, fed["text"], [name])
        stated.append((row_no, found.name, found.model, ",".join(found.applies_to), found.source.name,
                       found.target.name, _definition(found), found.accuracy))  # fmt: skip
    load.engine.execute(
        "CREATE OR REPLACE TEMP TABLE stated_parameters (row_no BIGINT, name TEXT, model TEXT, applies_to TEXT,"
        " source_crs TEXT, target_crs TEXT, definition TEXT, accuracy DOUBLE)"
    )
    if stated:
        load.engine.executemany("INSERT INTO stated_parameters VALUES (?, ?, ?, ?, ?, ?, ?, ?)", stated)


def _definition(found: ParameterSet) -> str:
    return json.dumps(
        {
            "values": dict(found.values),
            "applies_to": list(found.applies_to),
            "rotation": found.rotation,
            "strip_prefix": found.strip_prefix,
            "check_points": [point.__dict__ for point in found.check_points],
        },
        ensure_ascii=False,
    )
