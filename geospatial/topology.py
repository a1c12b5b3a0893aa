"""Coverage rules: areas that overlap or leave gaps, slivers, buildings off their parcels, lost addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geospatial.given import Geometries

#: The kinds of errors, with what is wrong.
KINDS = {
    "overlap": "与相邻要素重叠",
    "gap": "相邻要素之间有缝隙",
    "sliver": "细碎面",
    "outside_parcel": "建筑物超出宗地",
    "far_from_building": "附近没有建筑物",
}


@dataclass(frozen=True)
class Coverage:
    """How the areas of a layer must cover the ground.

    by: the attribute within whose values they must not overlap ('' for the whole layer). width: overlaps
    and gaps with a mean width under this many metres are how surveys differ. gap: larger holes (square
    metres) are meant, if they are not under `narrow` metres across everywhere; 0: the layer may leave gaps.
    part_of: the attribute that names the feature of the layer which a feature is part of, and the one that this is
    named by: what a feature covers, its parts must. Else only bare ground with features all around it is a gap.
    """

    by: str
    width: float
    gap: float
    narrow: float
    part_of: tuple[str, str] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The attributes a check goes by."""
        return (*((self.by,) if self.by else ()), *(self.part_of or ()))


# Between parcels lie roads, which are wider than two metres.
COVERAGES = {
    "parcel": Coverage("", 0.05, 500.0, 2.0),
    "division": Coverage("level", 5.0, 1e9, 0.0, ("parent_code", "code")),
}

_SLIVER_WIDTH = 0.3
_OUTSIDE_SHARE, _OUTSIDE_AREA = 0.2, 5.0
NEAR = 30.0
# Coordinates come to millimetres; shapes within a centimetre touch.
_GRID = 0.001
TOUCHING = 0.01
_COLUMNS = ("layer", "kind", "feature_id", "other_id", "measure", "shape")

#: See `find_errors` for what the parts are.
Error = tuple[str, str, int, int, float, shapely.Geometry]
Errors = list[Error]


@dataclass(frozen=True)
class Rule:
    """A rule between shapes: `layer` and `kinds` of the errors it finds, and the layers it `reads`."""

    layer: str
    kinds: tuple[str, ...]
    reads: tuple[str, ...]

    def find(self, layers: Mapping[str, pd.DataFrame]) -> Errors:
        """Its breaches; `layers` as of `find_errors`."""
        if self.layer in COVERAGES:
            return _uncovering(self.layer, layers[self.layer], COVERAGES[self.layer])
        if self.layer == "building":
            return off_parcels(layers["building"], layers["parcel"]) if len(layers["parcel"]) else []
        return lost(self.layer, layers[self.layer], layers["building"])


RULES = (
    *(Rule(name, ("overlap", "gap", "sliver"), (name,)) for name in COVERAGES),
    Rule("building", ("outside_parcel",), ("building", "parcel")),
    *(Rule(name, ("far_from_building",), (name, "building")) for name in ("address", "pollution_source")),
)


def find_errors(layers: Mapping[str, pd.DataFrame], rules: Sequence[Rule] = RULES) -> pd.DataFrame:
    """Every breach of `rules` in the layers as they stand.

    layers: those the rules read, by name, with `feature_id`, `plane` (shapes in metres, none missing) and the
    attribute a coverage goes by. Columns of the result: `layer`, `kind` (see KINDS), `feature_id`, `other_id`
    (-1 for none), `measure` (square metres; metres for far_from_building) and `shape` of the error, in metres.
    """
    return error_rows([error for rule in rules for error in rule.find(layers)])


def error_rows(found: Errors) -> pd.DataFrame:
    """Errors in columns, see `find_errors`."""
    return pd.DataFrame(found, columns=list(_COLUMNS))


def groups(rows: pd.DataFrame, coverage: Coverage) -> list[pd.DataFrame]:
    """The features that must cover the ground together."""
    return [group for _, group in rows.groupby(coverage.by)] if coverage.by else [rows]


def _uncovering(name: str, rows: pd.DataFrame, coverage: Coverage) -> Errors:
    found: Errors = []
    for group in groups(rows, coverage):
        loose = unmatched(group["plane"].to_numpy(object))
        found += overlaps(name, group, coverage, loose)
        found += gaps(name, group, coverage, loose, wholes(rows, group, coverage))
    return found + slivers(name, rows)


def wholes(rows: pd.DataFrame, group: pd.DataFrame, coverage: Coverage) -> Geometries:
    """The shapes among `rows` of what the features of a group are parts of."""
    if coverage.part_of is None:
        return np.array([], object)
    part_of, name = coverage.part_of
    whole = rows[name].isin(group[part_of].dropna()) & ~rows["feature_id"].isin(group["feature_id"])
    shapes: Geometries = rows["plane"].to_numpy(object)[whole.to_numpy()]
    return shapes


def unmatched(shapes: Geometries) -> NDArray[np.bool_]:
    """Which shapes have an edge that meets another's without matching it vertex by vertex.

    Of two that overlap one at least is among them; in a cadastre few are.
    """
    loose: NDArray[np.bool_] = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes))
    return loose


def mean_width(shapes: Geometries) -> NDArray[np.float64]:
    """Twice the area over the outline's length: what a long thin shape measures across."""
    with np.errstate(invalid="ignore", divide="ignore"):
        width: NDArray[np.float64] = 2 * shapely.area(shapes) / shapely.length(shapes)
    return width


def overlaps(
    name: str,
    rows: pd.DataFrame,
    coverage: Coverage,
    loose: NDArray[np.bool_],
    of: NDArray[np.int64] | None = None,
) -> Errors:
    """Pairs of areas that overlap. loose: see `unmatched`; of: only those with one of these features."""
    shapes, ids = rows["plane"].to_numpy(object), rows["feature_id"].to_numpy(np.int64)
    asked = np.flatnonzero(loose)
    if len(shapes) < 2 or not len(asked):
        return []
    one, other = shapely.STRtree(shapes).query(shapes[asked], predicate="intersects")
    pairs = np.unique(np.sort(np.column_stack([asked[one], other]), axis=1), axis=0)
    i, j = pairs[pairs[:, 0] < pairs[:, 1]].T
    if of is not None:
        meant = np.isin(ids, of)
        i, j = i[meant[i] | meant[j]], j[meant[i] | meant[j]]
    apart = shapely.touches(shapes[i], shapes[j])  # most of them, and told at a fraction of the cost
    i, j = i[~apart], j[~apart]
    common = np.asarray(shapely.intersection(shapes[i], shapes[j]), object)
    wide = (shapely.area(common) > 0) & (mean_width(common) > coverage.width)
    return [
        (name, "overlap", int(ids[a]), int(ids[b]), float(shapely.area(shape)), shape)
        for a, b, shape in zip(i[wide], j[wide], common[wide], strict=True)
    ]


def gaps(
    name: str, rows: pd.DataFrame, coverage: Coverage, loose: NDArray[np.bool_], whole: Geometries
) -> Errors:
    """Bare ground between areas, where a layer should leave none. loose: see `unmatched`; whole: see `wholes`."""
    shapes, ids = rows["plane"].to_numpy(object), rows["feature_id"].to_numpy(np.int64)
    if not coverage.gap or not len(shapes):
        return []
    bare = _uncovered(shapes, loose, whole)
    return gap_errors(name, bare[are_gaps(bare, coverage)], shapes, ids)


def gap_errors(name: str, bare: Geometries, shapes: Geometries, ids: NDArray[np.int64]) -> Errors:
    """Gaps as errors of the features beside them."""
    which, near = shapely.STRtree(shapes).query(bare, predicate="dwithin", distance=TOUCHING)
    return [
        (name, "gap", *_beside(gap, shapes[near[which == at]], ids[near[which == at]]), float(gap.area), gap)
        for at, gap in enumerate(bare)
    ]


def are_gaps(bare: Geometries, coverage: Coverage) -> NDArray[np.bool_]:
    """Which pieces of bare ground are not meant: small ones, and those that are narrow everywhere; but not what
    surveys differ by."""
    small = shapely.area(bare) < coverage.gap
    found: NDArray[np.bool_] = (mean_width(bare) > coverage.width) & (small | narrow(bare, coverage))
    return found


def narrow(bare: Geometries, coverage: Coverage) -> NDArray[np.bool_]:
    """Where no disc of `coverage.narrow` metres finds room. (A shape as narrow as that has no larger mean width.)"""
    found: NDArray[np.bool_] = mean_width(bare) <= coverage.narrow
    found[found] = shapely.is_empty(shapely.buffer(bare[found], -coverage.narrow / 2))
    return found


def bare_ground(frame: shapely.Geometry, shapes: Geometries, loose: NDArray[np.bool_]) -> Geometries:
    """The connected pieces of a frame's ground that no shape covers. loose: see `unmatched`."""
    return _less(frame, _united(shapes, loose))


def _uncovered(shapes: Geometries, loose: NDArray[np.bool_], whole: Geometries) -> Geometries:
    """What lies bare inside the ground that `shapes` cover together, its holes less what stands in them; and in what
    they are parts of.

    A gap need not be a plain hole: a shape drawn too small all around lies as an island in the gap it leaves.
    """
    ground = _united(shapes, loose)
    parts = shapely.get_parts(ground)
    rings, of = shapely.get_rings(parts, return_index=True)
    inner = np.append(False, of[1:] == of[:-1]) if len(of) else np.zeros(0, bool)
    holes, owner = shapely.polygons(rings[inner]), of[inner]
    if len(whole):
        return _less(shapely.union_all(np.append(holes, whole), grid_size=_GRID), ground)
    hole, part = shapely.STRtree(parts).query(holes, predicate="intersects")
    islands = np.unique(part[owner[hole] != part])
    return _less(shapely.union_all(holes), shapely.union_all(parts[islands]))


def _united(shapes: Geometries, loose: NDArray[np.bool_]) -> shapely.Geometry:
    """The ground that shapes cover. Where edges match vertex by vertex, as most do in a cadastre, their union is
    found by leaving out the edges that come twice."""
    matched = shapely.coverage_union_all(shapes[~loose])
    if not loose.any():
        return matched
    return shapely.union_all(np.array([matched, *shapes[loose]], object), grid_size=_GRID)


def _less(frame: shapely.Geometry, ground: shapely.Geometry) -> Geometries:
    return np.asarray(shapely.get_parts(shapely.difference(frame, ground, grid_size=_GRID)), object)


def _beside(gap: shapely.Geometry, shapes: Geometries, ids: NDArray[np.int64]) -> tuple[int, int]:
    """The two features that have most of the edge of a gap, -1 for none."""
    edge = shapely.length(shapely.intersection(gap.boundary, shapely.buffer(shapes, TOUCHING)))
    around = [int(ids[at]) for at in np.lexsort((ids, -np.round(edge, 2)))]
    first, second, *_ = [*around, -1, -1]
    return first, second


def slivers(name: str, rows: pd.DataFrame) -> Errors:
    """Areas that are long and thin."""
    shapes, ids = rows["plane"].to_numpy(object), rows["feature_id"].to_numpy(np.int64)
    thin = mean_width(shapes) < _SLIVER_WIDTH
    return [
        (name, "sliver", int(feature), -1, float(shapely.area(shape)), shape)
        for feature, shape in zip(ids[thin], shapes[thin], strict=True)
    ]


def off_parcels(buildings: pd.DataFrame, parcels: pd.DataFrame) -> Errors:
    """Buildings with much of their ground on none of the parcels."""
    shapes, ground = buildings["plane"].to_numpy(object), parcels["plane"].to_numpy(object)
    if not len(shapes):
        return []
    at, on = shapely.STRtree(ground).query(shapes, predicate="intersects")
    covered = np.zeros(len(shapes))
    np.add.at(covered, at, shapely.area(shapely.intersection(shapes[at], ground[on])))
    size = shapely.area(shapes)
    off = np.flatnonzero((size - covered > _OUTSIDE_AREA) & (size - covered > _OUTSIDE_SHARE * size))
    ids = buildings["feature_id"].to_numpy(np.int64)
    return [
        (
            "building",
            "outside_parcel",
            int(ids[place]),
            -1,
            float(size[place] - covered[place]),
            shapes[place],
        )
        for place in off
    ]


def lost(name: str, points: pd.DataFrame, buildings: pd.DataFrame) -> Errors:
    """Points with no building near."""
    shapes, standing = points["plane"].to_numpy(object), buildings["plane"].to_numpy(object)
    if not len(shapes) or not len(standing):
        return []
    which, distance = shapely.STRtree(standing).query_nearest(shapes, return_distance=True, all_matches=False)
    place = which[0][distance > NEAR]
    ids = points["feature_id"].to_numpy(np.int64)
    return [
        (name, "far_from_building", int(ids[at]), -1, float(far), shapes[at])
        for at, far in zip(place, distance[distance > NEAR], strict=True)
    ]
