"""The match model of shapes: how alike two outlines are, and what that is worth as evidence.

A logistic model over comparison features of a pair (Fellegi and Sunter's weight with dependent features).
`DEFAULT` states the rule the field uses for city surveys; `fit` learns another from labelled pairs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from geospatial.given import Geometries

Floats = NDArray[np.float64]

#: What a pair of areas is compared in, see `compare_shapes`.
FEATURES = (
    "overlap",
    "iou",
    "common",
    "touching",
    "apart",
    "near",
    "nearby",
    "first_size",
    "second_size",
    "size_ratio",
    "off_centre",
)

_LEAST = 1e-4
_ROUNDS = 50
_RIDGE = 1.0


def compare_shapes(first: Geometries, second: Geometries) -> dict[str, Floats]:
    """The comparison features of pairs of areas in metres, the local shift already taken out.

    overlap: log of the common area's share of the smaller area; iou: log of its share of the union;
    common: log of the common area; touching: whether there is any; apart: log distance; near, nearby: how
    the distance decays over 1 m and 3 m; sizes: log areas, and the smaller over the larger; off_centre: log distance of the
    centres, in sizes of the smaller.
    """
    sizes = shapely.area(first), shapely.area(second)
    common = shapely.area(shapely.intersection(first, second))
    smaller, larger = np.minimum(*sizes), np.maximum(*sizes)
    centres = shapely.distance(shapely.centroid(first), shapely.centroid(second))
    apart = shapely.distance(first, second)
    return {
        "overlap": np.log(common / smaller + _LEAST),
        "iou": np.log(common / (sizes[0] + sizes[1] - common) + _LEAST),
        "common": np.log1p(common),
        "touching": (common > 0).astype(float),
        "apart": np.log1p(2 * apart),
        "near": np.exp(-apart),
        "nearby": np.exp(-apart / 3),
        "first_size": np.log(sizes[0]),
        "second_size": np.log(sizes[1]),
        "size_ratio": smaller / larger,
        "off_centre": np.log1p(centres / np.sqrt(smaller)),
    }


@dataclass(frozen=True)
class PairModel:
    """Weights of comparison features. A pair's match weight is the log2 odds that it is one building.

    Pairs above `auto` are taken, those above `review` are shown to a person.
    """

    intercept: float
    weights: Mapping[str, float] = field(default_factory=dict)
    auto: float = 0.0
    review: float = -2.0

    def weigh(self, features: Mapping[str, Floats]) -> Floats:
        """Match weights of pairs, in bits."""
        odds = np.full(len(features["overlap"]), self.intercept)
        for name, weight in self.weights.items():
            odds = odds + weight * features[name]
        return odds / np.log(2)

    def grade(self, weight: Floats) -> NDArray[np.object_]:
        """auto, review or none for each match weight."""
        return np.where(
            weight >= self.auto, "auto", np.where(weight >= self.review, "review", "none")
        ).astype(object)


#: Two outlines are one building if they share three tenths of the smaller; one tenth is for a person.
DEFAULT = PairModel(
    intercept=-2 * np.log(0.3), weights={"overlap": 2.0}, auto=0.0, review=2 * np.log2(0.1 / 0.3)
)


def fit(features: Mapping[str, Floats], labels: NDArray[np.bool_]) -> PairModel:
    """Learn a model from labelled pairs: ridge-penalised logistic regression by Newton's method.

    features: as of `compare_shapes`; labels: which pairs are matches.
    """
    table = np.column_stack([features[name] for name in FEATURES])
    mean, spread = table.mean(axis=0), table.std(axis=0) + 1e-9
    design = np.column_stack([np.ones(len(table)), (table - mean) / spread])
    penalty = np.diag([0.0, *[_RIDGE] * len(FEATURES)])
    beta = np.zeros(design.shape[1])
    for _ in range(_ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        slope = design.T @ (labels - chance) - penalty @ beta
        curve = (design.T * np.maximum(chance * (1 - chance), 1e-9)) @ design + penalty
        step = np.linalg.solve(curve, slope)
        beta = beta + step
        if np.abs(step).max() < 1e-8:
            break
    weights = beta[1:] / spread
    return PairModel(float(beta[0] - weights @ mean), dict(zip(FEATURES, weights.tolist(), strict=True)))
