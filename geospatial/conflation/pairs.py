"""Which shapes of two surveys are the same buildings: candidates, how alike they are, the decision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geospatial.conflation.shift import local_shift
from geospatial.given import Geometries

#: Outlines of one building in two surveys lie within this many metres.
REACH = 10.0
_SURE = 0.3
_DOUBTFUL = 0.1


@dataclass(frozen=True)
class Pairs:
    """Candidate pairs: places in the first and second survey, how alike they are, and the decision.

    overlap: common area over the smaller one's, iou: over the union's, both after the local shift was
    taken out. weight: log2 odds that they are the same ground. grade: auto, review or none.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    overlap: NDArray[np.float64]
    iou: NDArray[np.float64]
    weight: NDArray[np.float64]
    grade: NDArray[np.object_]


def match(first: Geometries, second: Geometries) -> Pairs:
    """Compare two surveys of one layer; areas in one metric system, none missing."""
    shift = local_shift(first, second, REACH)
    moved = np.array(
        [shapely.transform(item, lambda p, by=by: p + by) for item, by in zip(second, shift, strict=True)],
        object,
    )
    to, at = shapely.STRtree(first).query(moved, predicate="intersects")
    common = shapely.area(shapely.intersection(first[at], moved[to]))
    sizes = shapely.area(first[at]), shapely.area(moved[to])
    overlap = common / np.minimum(*sizes)
    iou = common / (sizes[0] + sizes[1] - common)
    odds = np.clip(overlap, 0.001, 0.999)
    weight = np.log2(odds / (1 - odds)) - np.log2(_SURE / (1 - _SURE))
    grade = np.where(overlap >= _SURE, "auto", np.where(overlap >= _DOUBTFUL, "review", "none")).astype(
        object
    )
    return Pairs(at, to, overlap, iou, weight, grade)
