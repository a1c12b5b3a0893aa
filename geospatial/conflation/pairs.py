"""Which shapes of two surveys are the same buildings: candidates, how alike they are, the decision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geospatial.conflation.model import DEFAULT, PairModel, compare_shapes
from geospatial.conflation.shift import local_shift
from geospatial.given import Geometries

#: Outlines of one building in two surveys lie within this many metres.
REACH = 10.0


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


def match(
    first: Geometries,
    second: Geometries,
    model: PairModel = DEFAULT,
    asked: NDArray[np.int64] | None = None,
) -> Pairs:
    """Compare two surveys of one layer; areas in one metric system, none missing. asked: which shapes of the second
    survey are compared (all if None); the others tell the shift around these."""
    chosen = np.arange(len(second)) if asked is None else asked
    moved = without_shift(first, second, chosen)
    to, at = shapely.STRtree(first).query(moved, predicate="dwithin", distance=REACH)
    features = compare_shapes(first[at], moved[to])
    weight = model.weigh(features)
    return Pairs(
        at, chosen[to], np.exp(features["overlap"]), np.exp(features["iou"]), weight, model.grade(weight)
    )


def without_shift(first: Geometries, second: Geometries, asked: NDArray[np.int64]) -> Geometries:
    """The shapes second[asked] moved by what they are locally shifted against the first, for comparison only."""
    shift = local_shift(first, second, REACH, asked)
    points, of = shapely.get_coordinates(second[asked], return_index=True)
    moved: Geometries = shapely.set_coordinates(second[asked], points + shift[of])
    return moved
