"""After the files of a night: places of addresses, and breaches of the coverage rules."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import shapely

from basedb.domain import NightEnd
from basedb.store import Session, scalar
from basedb.upkeep import changed_tables, last_run, note
from geospatial.follow import in_metres, metric
from geospatial.layers import LAYERS
from geospatial.locating.counting import refresh_counts
from geospatial.locating.places import STAGE as PLACES
from geospatial.locating.places import refresh_places
from geospatial.sharing.reading import read_layer
from geospatial.topology import RULES, Rule, find_errors

#: What the ledger of steps calls the check of the rules.
ERRORS = "check coverage"

_IDENTITY = "layer, kind, feature_id, other_id, round(measure, 3)"


def after_night(session: Session, night: NightEnd) -> int:
    """See `basedb.domain.AfterNight`."""
    started = time.perf_counter()
    places = refresh_places(session, night.addresses, night.published_at, night.run_id)
    places += refresh_counts(session, night.addresses, night.run_id)
    located = time.perf_counter()
    errors = refresh_errors(session, night.published_at, night.run_id)
    note(session, PLACES, night.run_id, places, located - started)
    note(session, ERRORS, night.run_id, errors, time.perf_counter() - located)
    return places + errors


def refresh_errors(session: Session, published_at: str, run_id: int) -> int:
    """Check the rules that read a layer which changed since the last time, and keep `topology_error` so.

    An error that stands keeps the time it was found. Returns how many rows were written or dropped.
    """
    engine = session.engine
    rules = _rules_to_check(session)
    if not rules:
        return 0
    engine.register("layer_error", _errors(session, rules))
    checked = " OR ".join(
        f"layer = '{rule.layer}' AND kind IN ({', '.join(repr(kind) for kind in rule.kinds)})"
        for rule in rules
    )
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE standing_error AS SELECT * FROM geospatial.topology_error WHERE {checked}"
    )
    gone = f"FROM standing_error WHERE ({_IDENTITY}) NOT IN (SELECT ({_IDENTITY}) FROM layer_error)"
    dropped = int(scalar(engine, f"SELECT count(*) {gone}"))
    if dropped:
        staged = session.stage(f"SELECT layer, kind, feature_id, other_id, measure {gone}")
        session.apply(
            f"DELETE FROM geospatial.topology_error AS t USING {staged} AS s WHERE t.layer = s.layer AND t.kind = s.kind"
            " AND t.feature_id = s.feature_id AND t.other_id = s.other_id AND t.measure = s.measure"
        )
    fresh = f"FROM layer_error WHERE ({_IDENTITY}) NOT IN (SELECT ({_IDENTITY}) FROM standing_error)"
    added = int(scalar(engine, f"SELECT count(*) {fresh}"))
    engine.execute(
        f"""INSERT INTO geospatial.topology_error (layer, kind, feature_id, other_id, measure, published_at, run_id, geom)
            SELECT layer, kind, feature_id, other_id, measure, TIMESTAMPTZ '{published_at}', {run_id}, ST_GeomFromWKB(wkb)
            {fresh} ORDER BY layer, kind, feature_id, other_id"""
    )
    engine.unregister("layer_error")
    return dropped + added


def _rules_to_check(session: Session) -> list[Rule]:
    tables = {f"geospatial.{name}": name for name in LAYERS}
    changed = {tables[name] for name in changed_tables(session, ERRORS, tables)}
    if changed_tables(
        session, ERRORS, ["geospatial.feature"]
    ):  # a feature that went leaves no row in its layer
        query = "SELECT DISTINCT layer FROM geospatial.feature WHERE run_id > ?"
        gone = session.engine.execute(query, [last_run(session, ERRORS)]).fetchall()
        changed |= {layer for (layer,) in gone}
    return [rule for rule in RULES if changed.intersection(rule.reads)]


def _errors(session: Session, rules: Sequence[Rule]) -> pa.Table:
    """The breaches of `rules` by the layers as they stand, in EPSG:4490."""
    wanted = {name for rule in rules for name in rule.reads}
    layers = {}
    for name, layer in LAYERS.items():
        rows = read_layer(lambda query: session.engine.execute(query).df(), layer)
        layers[name] = rows[~shapely.is_missing(rows["geom"].to_numpy(object))]
    # One plane for all rules, whichever are checked: measures come out the same every time.
    to_metres = metric(np.concatenate([rows["geom"].to_numpy(object) for rows in layers.values()]))
    found = find_errors(
        {
            name: layers[name].assign(plane=in_metres(layers[name]["geom"].to_numpy(object), to_metres))
            for name in wanted
        },
        rules,
    )

    def back(points: np.ndarray) -> np.ndarray:
        return np.column_stack(to_metres.transform(points[:, 0], points[:, 1], direction="INVERSE"))

    shapes = shapely.transform(found["shape"].to_numpy(object), back)
    return pa.table(
        {
            "layer": pa.array(found["layer"], pa.string()),
            "kind": pa.array(found["kind"], pa.string()),
            "feature_id": pa.array(found["feature_id"], pa.int64()),
            "other_id": pa.array(found["other_id"], pa.int64()),
            "measure": pa.array(found["measure"], pa.float64()),
            "wkb": pa.array(shapely.to_wkb(np.asarray(shapes, object)), pa.binary()),
        }
    )
