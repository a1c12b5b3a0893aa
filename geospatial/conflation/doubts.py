"""Pairs of two surveys that nobody but a person can decide, as they stand in a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import shapely

from basedb.stewardship.lookup import Lookup, Row, listed
from basedb.store.engine import load_extension
from geospatial.conflation.picture import AROUND
from geospatial.given import Geometries
from geospatial.layers import Layer
from geospatial.priority import EDITS

_METRES_PER_DEGREE = 90_000
_RECORD = (
    "v.record_id, v.source, v.source_key, CAST(v.attributes AS TEXT) AS attributes, r.as_of, ST_AsBinary(v.geom) AS wkb,"
    " (SELECT count(*) FROM geospatial.source_record o WHERE o.source = v.source AND o.source_key = v.source_key)"
    " AS versions"
)
_FROM = "geospatial.feature_version v JOIN geospatial.source_record r ON r.record_id = v.record_id"


@dataclass(frozen=True)
class Record:
    """A departmental record as it stands: shape in EPSG:4490, attributes as the JSON text they are kept in, and how
    many versions of it came."""

    record_id: int
    source: str
    source_key: str
    attributes: str
    as_of: date
    shape: shapely.Geometry
    versions: int

    @property
    def named(self) -> str:
        """The record as people write it."""
        return f"{self.source}:{self.source_key}"


@dataclass(frozen=True)
class Likeness:
    """weight: log2 odds that two records are one; overlap, iou: with the shift between the surveys taken out;
    grade: auto, review or none."""

    weight: float
    overlap: float
    iou: float
    grade: str
    known_from: datetime


@dataclass(frozen=True)
class Standing:
    """A feature of the leading survey, and a record of a lesser one. likeness: None where they were never close
    enough to be compared."""

    feature_id: int
    leading: Record
    other: Record
    likeness: Likeness | None


def standing_pairs(
    lookup: Lookup, layer: Layer, pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], Standing]:
    """The pairs (feature, record) of two surveys that stand; others are left out."""
    if not pairs:
        return {}
    current = (
        f"v.layer = '{layer.name}' AND v.status = 'current' AND v.geom IS NOT NULL AND v.priority < {EDITS}"
    )
    leads = (
        f"(SELECT max(priority) FROM geospatial.feature_version WHERE layer = '{layer.name}'"
        f" AND status = 'current' AND priority < {EDITS})"
    )
    others = _records(
        lookup,
        f"SELECT v.record_id AS id, {_RECORD} FROM {_FROM} WHERE {current} AND v.priority < {leads}"
        f" AND v.record_id IN ({listed([record for _, record in pairs])})",
    )
    leading = _records(
        lookup,
        f"SELECT s.feature_id AS id, {_RECORD} FROM {_FROM}"
        " JOIN geospatial.feature_source s ON s.record_id = v.record_id"
        f" WHERE {current} AND v.priority = {leads}"
        f" AND s.feature_id IN ({listed([feature for feature, _ in pairs])})",
    )
    alike = {
        (row["feature_id"], row["record_id"]): Likeness(
            row["match_weight"], row["overlap"], row["iou"], row["grade"], row["known_from"]
        )
        for row in matches(lookup, f"m.record_id IN ({listed(list(others))})")
    }
    return {
        pair: Standing(pair[0], leading[pair[0]], others[pair[1]], alike.get(pair))
        for pair in pairs
        if pair[0] in leading and pair[1] in others
    }


def matches(lookup: Lookup, condition: str) -> list[Row]:
    """Rows of `feature_match` (m) of records that stand, where an SQL condition of both stores holds."""
    return lookup.rows(
        "FROM "
        + lookup.inside(
            "SELECT m.feature_id, m.record_id, m.match_weight, m.overlap, m.iou, m.grade, m.known_from, v.layer"
            " FROM geospatial.feature_match m JOIN geospatial.feature_version v ON v.record_id = m.record_id"
            f" WHERE v.status = 'current' AND {condition}"
        )
    )


def _records(lookup: Lookup, query: str) -> Mapping[int, Record]:
    """Records by the query's `id`; of several the one that came first."""
    found: dict[int, Record] = {}
    for row in lookup.rows(f"FROM {lookup.inside(query)} ORDER BY record_id"):
        found.setdefault(
            row["id"],
            Record(
                row["record_id"], row["source"], row["source_key"], row["attributes"], row["as_of"],
                shapely.from_wkb(bytes(row["wkb"])), row["versions"],
            ),
        )  # fmt: skip
    return found


class Surroundings:
    """The shapes of a layer around some pairs (EPSG:4490)."""

    def __init__(self, lookup: Lookup, layer: Layer, pairs: Sequence[Standing]):
        frames = np.array([_frame(pair) for pair in pairs], object)
        west, south, east, north = shapely.total_bounds(frames).tolist()
        load_extension(
            lookup.engine, "spatial"
        )  # which has the functions, where the engine itself is the store
        rows = lookup.rows(
            "FROM "
            + lookup.inside(
                f"SELECT feature_id, ST_AsBinary(geom) AS wkb FROM geospatial.{layer.name} WHERE geom IS NOT NULL"
                f" AND ST_XMax(geom) >= {west!r} AND ST_XMin(geom) <= {east!r}"
                f" AND ST_YMax(geom) >= {south!r} AND ST_YMin(geom) <= {north!r}"
            )
        )
        self._feature = np.array([row["feature_id"] for row in rows], np.int64)
        self._shape = np.empty(len(rows), object)
        self._shape[:] = [shapely.from_wkb(bytes(row["wkb"])) for row in rows]
        self._tree = shapely.STRtree(self._shape)

    def of(self, pair: Standing) -> Geometries:
        """Those around one of the pairs, without its own feature."""
        near = self._tree.query(_frame(pair), predicate="intersects")
        shapes: Geometries = self._shape[near[self._feature[near] != pair.feature_id]]
        return shapes


def _frame(pair: Standing) -> shapely.Geometry:
    west, south, east, north = shapely.union(pair.leading.shape, pair.other.shape).bounds
    margin = AROUND / _METRES_PER_DEGREE
    return shapely.box(west - margin, south - margin, east + margin, north + margin)
