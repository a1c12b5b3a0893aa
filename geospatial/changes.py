"""What became of the features of one source: by geometry first, by the department's key where it helps.

A delivery replaces some records by others. Each new one continues an old one (unchanged, changed in its
attributes, jittered, shifted, reshaped), comes from several (merged), shares one with others (split), is
part of a regrouping, or is new; what nothing continues is retired.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geospatial.given import Geometries

UNCHANGED, ATTRIBUTE, NOISE = "unchanged", "attribute", "vertex_noise"
SHIFTED, RESHAPED, CREATED = "shifted", "reshaped", "created"
SPLIT, MERGED, REGROUPED = "split", "merged", "regrouped"

Places = NDArray[np.int64]

#: Two shapes are one ground if they share this part of the smaller one.
_SAME_GROUND = 0.5
# Under this intersection over union a record of the same key may be part of a split or merger.
_DOUBTFUL = 0.9
# Lines are compared as strips of this half width (metres).
_STRIP = 2.0
# Coordinates are delivered to millimetres: what differs by less is the same.
_SAME = 0.003
_SAME_SIZE = 0.001


@dataclass(frozen=True)
class Generation:
    """Records of one source before or after a delivery.

    geometry: in metres, None where there is none. content: a fingerprint of the attributes. label: what
    names a record to people, needed where points of several features lie on one spot. measure: sizes computed
    from the shape (a column each, NaN where there is none), which stay out of `content`.
    """

    key: NDArray[np.object_]
    geometry: Geometries
    content: NDArray[np.object_]
    label: NDArray[np.object_]
    measure: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.key)


@dataclass(frozen=True)
class Changes:
    """For every new record its class and the old record whose feature it continues (-1: a new feature).

    parents: pairs (old, new) of records of which one came from the other without continuing it, or with
    another key; relation: split, merged, regrouped or rekeyed, for each pair.
    """

    change: NDArray[np.object_]
    continues: Places
    parents: NDArray[np.int64]
    relation: NDArray[np.object_]


def all_created(count: int) -> Changes:
    """So many new records where nothing was closed."""
    return Changes(
        np.full(count, CREATED, object),
        np.full(count, -1),
        np.zeros((0, 2), np.int64),
        np.array([], object),
    )


def classify(old: Generation, new: Generation, dimension: int, noise: float) -> Changes:
    """Find out what became of `old`, the records that a delivery closed, in `new`, the ones it brought.

    dimension: 0 points, 1 lines, 2 areas. noise: how far in metres a vertex may move without anything
    having changed.
    """
    change = np.full(len(new), CREATED, object)
    continues = np.full(len(new), -1)
    by_key = {key: at for at, key in enumerate(old.key)}
    same_key = np.array([by_key.get(key, -1) for key in new.key], np.int64).reshape(-1)
    continues[:] = same_key
    kept = np.flatnonzero(same_key >= 0)
    edges = _edges(old, new, same_key, dimension, noise)
    groups = _groups(edges, len(old), len(new))
    parents: list[tuple[int, int]] = []
    relation: list[str] = []
    grouped = np.zeros(len(new), bool)
    for before, after in groups:
        if len(before) == 1 and len(after) == 1:
            at, to = before[0], after[0]
            if same_key[to] != at:
                continues[to] = at
                parents.append((at, to))
                relation.append("rekeyed")
            continue
        kind = SPLIT if len(before) == 1 else MERGED if len(after) == 1 else REGROUPED
        change[after] = kind
        grouped[after] = True
        for at, to in edges[np.isin(edges[:, 0], before)]:
            if same_key[to] != at:
                parents.append((int(at), int(to)))
                relation.append(kind)
    plain = np.flatnonzero((continues >= 0) & ~grouped)
    change[plain] = compare(old, new, continues[plain], plain, dimension, noise)
    assert not len(kept) or (continues[kept] >= 0).all()
    return Changes(change, continues, np.array(parents, np.int64).reshape(-1, 2), np.array(relation, object))


def compare(
    old: Generation, new: Generation, at: Places, to: Places, dimension: int, noise: float
) -> NDArray[np.object_]:
    """The class of each continued record: how new[to] differs from old[at]."""
    before, after = old.geometry[at], new.geometry[to]
    moved = _apart(before, after)
    rigid = _moved_as_a_whole(before, after, moved, dimension, noise)
    none = shapely.is_missing(before) & shapely.is_missing(after)
    found = np.where(
        none | (moved <= _SAME),
        UNCHANGED,
        np.where(moved <= noise, NOISE, np.where(rigid, SHIFTED, RESHAPED)),
    ).astype(object)
    said = (old.content[at] != new.content[to]) | _measured_otherwise(old.measure[at], new.measure[to])
    found[said & np.isin(found, [UNCHANGED, NOISE])] = ATTRIBUTE
    return found


def _measured_otherwise(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a size differs by more than what computing it anew makes of it."""
    off = np.abs(before - after) > _SAME_SIZE * np.maximum(np.abs(before), np.abs(after))
    changed: NDArray[np.bool_] = (off | (np.isnan(before) != np.isnan(after))).any(axis=1)
    return changed


def _moved_as_a_whole(
    before: Geometries, after: Geometries, moved: NDArray[np.float64], dimension: int, noise: float
) -> NDArray[np.bool_]:
    """Whether what is left once a shape is put back is a small part of how far it moved."""
    still = _shape_apart(before, after)
    rigid: NDArray[np.bool_] = still <= np.maximum(2 * noise, 0.3 * moved)
    return rigid & _same_area(before, after) if dimension == 2 else rigid


def _same_area(before: Geometries, after: Geometries) -> NDArray[np.bool_]:
    a, b = shapely.area(before), shapely.area(after)
    same: NDArray[np.bool_] = np.abs(a - b) <= 0.03 * np.maximum(a, b)
    return same


def _apart(before: Geometries, after: Geometries) -> NDArray[np.float64]:
    """Hausdorff distance of the outlines; infinite where one is missing."""
    found: NDArray[np.float64] = np.nan_to_num(
        shapely.hausdorff_distance(_outline(before), _outline(after)), nan=np.inf
    )
    return found


def _shape_apart(before: Geometries, after: Geometries) -> NDArray[np.float64]:
    """The same with both outlines brought to one centre."""
    return _apart(_centred(before), _centred(after))


def _centred(group: Geometries) -> Geometries:
    points, of = shapely.get_coordinates(group, return_index=True)
    middle = shapely.centroid(group)
    centre = np.column_stack([shapely.get_x(middle), shapely.get_y(middle)])
    return np.asarray(shapely.set_coordinates(group.copy(), points - centre[of]), object)


def _outline(geometry: Geometries) -> Geometries:
    areas = shapely.get_dimensions(geometry) == 2
    found = np.array(geometry, object)
    found[areas] = shapely.boundary(found[areas])
    return found


def _edges(
    old: Generation, new: Generation, same_key: Places, dimension: int, noise: float
) -> NDArray[np.int64]:
    """Pairs (old, new) on the same ground among records that came or went, or whose key kept too little.

    A record that moved as a whole keeps its key's feature, whatever ground it came to lie on.
    """
    gone = np.ones(len(old), bool)
    fresh = same_key < 0
    kept = np.flatnonzero(~fresh)
    gone[same_key[kept]] = False
    if dimension == 0:
        return _same_spot(old, new, np.flatnonzero(gone), np.flatnonzero(fresh))
    before, after = as_areas(old.geometry, dimension), as_areas(new.geometry, dimension)
    if len(kept):
        common = shapely.area(shapely.intersection(before[same_key[kept]], after[kept]))
        union = shapely.area(before[same_key[kept]]) + shapely.area(after[kept]) - common
        with np.errstate(invalid="ignore", divide="ignore"):
            doubtful = kept[~(common / union >= _DOUBTFUL)]
        pair = old.geometry[same_key[doubtful]], new.geometry[doubtful]
        doubtful = doubtful[~_moved_as_a_whole(*pair, _apart(*pair), dimension, noise)]
        fresh[doubtful] = True
        gone[same_key[doubtful]] = True
    at, to = np.flatnonzero(gone), np.flatnonzero(fresh)
    if not len(at) or not len(to):
        return np.zeros((0, 2), np.int64)
    found_to, found_at = shapely.STRtree(before[at]).query(after[to], predicate="intersects")
    i, j = at[found_at], to[found_to]
    common = shapely.area(shapely.intersection(before[i], after[j]))
    smaller = np.minimum(shapely.area(before[i]), shapely.area(after[j]))
    with np.errstate(invalid="ignore", divide="ignore"):
        ground = common / smaller >= _SAME_GROUND
    return np.column_stack([i[ground], j[ground]]).astype(np.int64)


def as_areas(geometry: Geometries, dimension: int) -> Geometries:
    """Shapes in metres as areas that can be laid over each other: lines as strips."""
    if dimension == 2:
        return geometry
    return np.asarray(shapely.buffer(geometry, _STRIP, cap_style="flat"), object)


def _same_spot(old: Generation, new: Generation, gone: Places, fresh: Places) -> NDArray[np.int64]:
    """Points that changed their key only: on one spot under one label, one of each."""
    places: dict[tuple[str, bytes], list[int]] = {}
    for at in gone:
        if old.geometry[at] is not None and old.label[at]:
            places.setdefault(_spot(old, at), []).append(int(at))
    pairs = []
    taken: set[int] = set()
    for to in fresh:
        if new.geometry[to] is None or not new.label[to]:
            continue
        there = places.get(_spot(new, to), [])
        if len(there) == 1 and there[0] not in taken:
            taken.add(there[0])
            pairs.append((there[0], int(to)))
    return np.array(pairs, np.int64).reshape(-1, 2)


def _spot(of: Generation, at: int) -> tuple[str, bytes]:
    return str(of.label[at]), np.round(shapely.get_coordinates(of.geometry[at])[0], 1).tobytes()


def _groups(edges: NDArray[np.int64], before: int, after: int) -> list[tuple[list[int], list[int]]]:
    """Connected components of the edges: (old records, new records) of each."""
    if not len(edges):
        return []
    size = before + after
    graph = coo_matrix((np.ones(len(edges)), (edges[:, 0], before + edges[:, 1])), shape=(size, size))
    _, part = connected_components(graph, directed=False)
    found: dict[int, tuple[list[int], list[int]]] = {}
    for node in np.unique(np.concatenate([edges[:, 0], before + edges[:, 1]])):
        group = found.setdefault(int(part[node]), ([], []))
        (group[0] if node < before else group[1]).append(int(node if node < before else node - before))
    return list(found.values())
