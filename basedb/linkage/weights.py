"""Weights of levels as the engine needs them: what a term frequency refers to, and the most it can add."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from basedb.linkage.model import Comparison, InvalidModel, Level, MatchModel
from basedb.linkage.parameters import SMALLEST, Parameters


@dataclass(frozen=True)
class Bounds:
    """What lets a pair be given up before all of it is compared.

    prior_weight: of the prior odds. most: by comparison, for every level the most it can add to the
    match weight. at_least: pairs that cannot reach this weight any more are given up.
    """

    prior_weight: float
    most: Mapping[str, tuple[float, ...]]
    at_least: float


def bounds(
    engine: duckdb.DuckDBPyConnection,
    model: MatchModel,
    parameters: Parameters,
    at_least: float,
    tf: str | None = None,
) -> Bounds:
    """The bounds of pairs that are to have a match weight of `at_least`, adjusted by table `tf`."""
    rarest = rarest_frequencies(engine, model, tf)
    most = {item.name: most_weights(item, parameters, rarest) for item in model.comparisons}
    # Sums in another order differ in the last digits; the weight itself decides in the end.
    return Bounds(parameters.prior_weight, most, at_least - 1e-6)


def most_weights(
    comparison: Comparison, parameters: Parameters, rarest: Mapping[str, float]
) -> tuple[float, ...]:
    """For every level its weight and the most a term frequency can add to it."""
    found = []
    for index, level in enumerate(comparison.levels):
        weight = parameters.level_weight(comparison, index)
        if level.tf in rarest and not level.missing:
            reference = math.log2(reference_u(comparison, level, parameters))
            weight += max(0.0, level.tf_weight * (reference - math.log2(rarest[level.tf])))
        found.append(weight)
    return tuple(found)


def rarest_frequencies(
    engine: duckdb.DuckDBPyConnection, model: MatchModel, tf: str | None
) -> dict[str, float]:
    """The smallest frequency of each column the model adjusts by, as far as table `tf` has any."""
    if tf is None:
        return {}
    rows = engine.execute(f"SELECT column_name, min(frequency) FROM {tf} GROUP BY column_name").fetchall()
    return {column: max(frequency, SMALLEST) for column, frequency in rows if column in model.tf_columns()}


def reference_u(comparison: Comparison, level: Level, parameters: Parameters) -> float:
    """The u a term frequency stands in for: that of the level's `tf_reference`, or its own."""
    name = level.tf_reference or level.name
    for index, candidate in enumerate(comparison.levels):
        if candidate.name == name:
            return max(parameters.u[comparison.name][index], SMALLEST)
    raise InvalidModel(
        f"{comparison.name}.{level.name} 的 tf_reference 指向没有的层级 {name}"
        f" / tf_reference of {comparison.name}.{level.name} is no level: {name}"
    )


def number(value: float) -> str:
    """A number as SQL reads a DOUBLE: written without an exponent it is a decimal, and six times slower."""
    return f"{value:.16e}"
