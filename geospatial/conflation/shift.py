"""The local systematic shift between two surveys, estimated to be removed for matching only."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from geospatial.given import Geometries

#: Metres around a shape whose pairs tell the shift there.
_AROUND = 400.0
#: Fewer good pairs than this tell nothing.
_FEW = 5
_ALIKE_AREA = 0.7
_ALIKE = 0.2


def local_shift(
    first: Geometries, second: Geometries, reach: float, asked: NDArray[np.int64]
) -> NDArray[np.float64]:
    """What must be added to the shapes second[asked] to bring them onto `first`, as (east, north) in metres.

    Both in one metric system; reach: how far apart two outlines of one building may lie. The shift at a
    place is the median offset of the centres of pairs around it that are each other's best and alike in
    size; it is zero where there are too few.
    """
    shift = np.zeros((len(asked), 2))
    at, to = _good_pairs(first, second, reach)
    if len(at) < _FEW:
        return shift
    centres = shapely.centroid(first[at]), shapely.centroid(second[to])
    offset = shapely.get_coordinates(centres[0]) - shapely.get_coordinates(centres[1])
    here = shapely.points(shapely.get_coordinates(centres[1]))
    places = shapely.centroid(second[asked])
    which, near = shapely.STRtree(here).query(places, predicate="dwithin", distance=_AROUND)
    order = np.argsort(which, kind="stable")
    which, near = which[order], near[order]
    starts = np.searchsorted(which, np.arange(len(asked)), "left")
    ends = np.searchsorted(which, np.arange(len(asked)), "right")
    for place in np.flatnonzero(ends - starts >= _FEW):
        shift[place] = np.median(offset[near[starts[place] : ends[place]]], axis=0)
    return shift


def _good_pairs(
    first: Geometries, second: Geometries, reach: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs that overlap, are each other's best, and have nearly the same area."""
    to, at = shapely.STRtree(first).query(second, predicate="dwithin", distance=reach)
    common = shapely.area(shapely.intersection(first[at], second[to]))
    sizes = shapely.area(first[at]), shapely.area(second[to])
    iou = common / (sizes[0] + sizes[1] - common)
    best_first, best_second = np.zeros(len(first)), np.zeros(len(second))
    np.maximum.at(best_first, at, iou)
    np.maximum.at(best_second, to, iou)
    alike = np.minimum(*sizes) / np.maximum(*sizes) >= _ALIKE_AREA
    good = (iou >= _ALIKE) & (iou == best_first[at]) & (iou == best_second[to]) & alike
    return at[good], to[good]
