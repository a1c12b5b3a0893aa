"""The table of coverage errors, kept to what is wrong now: checked around what changed, or whole where much did."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from basedb.store import Session, scalar
from basedb.upkeep import changed_tables, last_run
from geospatial.follow import frame_of
from geospatial.ground import Ground
from geospatial.layers import LAYERS
from geospatial.rechecking import recheck
from geospatial.stored import stored_ground
from geospatial.topology import COVERAGES, RULES, Errors, Rule, error_rows
from geospatial.touched import Touched, changed_features, reshaped, touched_by

#: What the ledger of steps calls the check of the rules.
ERRORS = "check coverage"

# A layer of which more than this share changed is checked whole.
_MOST = 0.1
_COLUMNS = {
    "layer": pa.string(), "kind": pa.string(), "feature_id": pa.int64(), "other_id": pa.int64(),
    "measure": pa.float64(), "wkb": pa.binary(),
}  # fmt: skip
_IDENTITY = "layer, kind, feature_id, other_id, round(measure, 3)"


def refresh_errors(session: Session, published_at: str, run_id: int) -> int:
    """Check the rules that read a layer which changed since the last time, and keep `topology_error` so.

    An error that stands keeps the time it was found. Returns how many rows were written or dropped.
    """
    rules = _rules_to_check(session)
    if not rules:
        return 0
    checked = _Check(session, rules)
    found = [checked.of(rule) for rule in rules]
    session.engine.register("layer_error", pa.concat_tables(_table(rows) for rows, _ in found))
    session.engine.register("replaced_error", pa.concat_tables(_table(rows) for _, rows in found))
    changed = _replace(session, published_at, run_id)
    session.engine.unregister("layer_error")
    session.engine.unregister("replaced_error")
    return changed


def _replace(session: Session, published_at: str, run_id: int) -> int:
    """Put `layer_error` in the place of the standing errors that `replaced_error` names."""
    engine = session.engine
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE standing_error AS SELECT layer, kind, feature_id, other_id, measure"
        " FROM replaced_error"
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


class _Check:
    """The layers some rules read, and what changed in them since they were last checked."""

    def __init__(self, session: Session, rules: Sequence[Rule]):
        self.session = session
        read = {name for rule in rules for name in rule.reads}
        self.ground: dict[str, Ground] = {
            name: stored_ground(session, name, COVERAGES[name].columns if name in COVERAGES else ())
            for name in LAYERS
            if name in read
        }
        self.since = last_run(session, ERRORS)
        self.ids = {name: changed_features(session, name, self.since) for name in self.ground}
        self.touched: dict[str, Touched] = {}

    def of(self, rule: Rule) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The errors of a rule that are to stand (shapes in EPSG:4490), and the standing ones they replace."""
        standing = self._standing(rule)
        to_metres = self.ground[rule.layer].to_metres
        if self._much_changed(rule):
            planes = {name: self.ground[name].all(to_metres) for name in rule.reads}
            found, replaced = rule.find(planes), np.ones(len(standing), bool)
        else:
            touched = {name: self._touched(name) for name in rule.reads}
            found, replaced = recheck(rule, self.ground, touched, standing)
        return _in_degrees(found, to_metres), standing[replaced].drop(columns="shape")

    def _much_changed(self, rule: Rule) -> bool:
        return self.since < 0 or any(
            len(self.ids[name]) > _MOST * len(self.ground[name]) for name in rule.reads
        )

    def _touched(self, name: str) -> Touched:
        if name not in self.touched:
            goes_by_attributes = name in COVERAGES and COVERAGES[name].columns
            by = touched_by(self.session, self.ids[name])
            self.touched[name] = by if goes_by_attributes else reshaped(self.session, name, by, self.since)
        return self.touched[name]

    def _standing(self, rule: Rule) -> pd.DataFrame:
        kinds = ", ".join(repr(kind) for kind in rule.kinds)
        rows = frame_of(
            self.session.engine,
            "SELECT layer, kind, feature_id, other_id, measure, ST_AsBinary(geom) AS wkb FROM geospatial.topology_error"
            f" WHERE layer = '{rule.layer}' AND kind IN ({kinds})",
        )
        return rows.rename(columns={"geometry": "shape"})


def _in_degrees(found: Errors, to_metres: Transformer) -> pd.DataFrame:
    def back(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_metres.transform(points[:, 0], points[:, 1], direction="INVERSE"))

    rows = error_rows(found)
    shapes = np.asarray(shapely.transform(rows.pop("shape").to_numpy(object), back), object)
    return rows.assign(wkb=shapely.to_wkb(shapes))


def _table(rows: pd.DataFrame) -> pa.Table:
    """Errors as the engine takes them, however few."""
    return pa.table(
        {name: pa.array(rows[name].tolist(), kind) for name, kind in _COLUMNS.items() if name in rows}
    )
