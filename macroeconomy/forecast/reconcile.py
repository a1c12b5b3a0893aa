"""Forecasts of a whole and of its parts that add up.

Each forecast gives way the more, the less sure it is: with W the covariance of the one-step errors, the
reconciled forecasts are those nearest in W that add up (Wickramasuriya, Athanasopoulos & Hyndman 2019). For one
whole that is a projection on one constraint. Negative parts are kept out by constrained least squares
(Wickramasuriya, Turlach & Hyndman 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from macroeconomy.forecast.distribution import Forecast

Matrix = NDArray[np.floating[Any]]
METHODS = ("mint", "wls", "ols", "bottom_up")


def reconcile(whole: Forecast, parts: Sequence[Forecast], method: str = "mint") -> list[Forecast]:
    """Forecasts of the whole and of its parts, in that order, that add up at every horizon.

    method: of `METHODS`. ``bottom_up`` adds the parts, ``ols`` trusts all alike, ``wls`` by their variances,
    ``mint`` by variances and correlations (shrunk as Schäfer & Strimmer 2005 have it). The errors of the
    results are what is left of those of all forecasts, which move together as their one-step errors did.
    ValueError for an unknown method and for forecasts of different length.
    """
    base = [whole, *parts]
    if len({len(item.mean) for item in base}) != 1:
        raise ValueError("forecasts of different horizons do not add up")
    correlation = shrunk_correlation([item.errors for item in base])
    deviations = np.array([item.deviation for item in base])
    weights = _weights(method, deviations, correlation)
    constraint = np.r_[1.0, -np.ones(len(parts))]
    moved = weights @ constraint
    share = moved / (constraint @ moved) if constraint @ moved > 0 else np.r_[1.0, np.zeros(len(parts))]
    project = np.eye(len(base)) - np.outer(share, constraint)
    means = project @ np.array([item.point for item in base])
    lowest = np.array([item.lowest for item in parts])
    for step in np.flatnonzero((means[1:] < lowest[:, None]).any(axis=0)):
        found = _bounded(np.array([item.point[step] for item in base]), weights, lowest)
        means[:, step] = np.r_[found.sum(), found]
    return [
        Forecast(
            f"{item.model}+{method}", mean, _loading(base, line, deviations, correlation), 1.0, item.lowest,
            item.errors,
        )
        for item, mean, line in zip(base, means, project, strict=True)
    ]  # fmt: skip


def shrunk_correlation(errors: Sequence[Matrix]) -> Matrix:
    """Correlations of errors, shrunk to none by how uncertain they are; of the stretch all have in common."""
    count = min(len(item) for item in errors)
    same = np.eye(len(errors))
    if count < 3:
        return same
    table = np.column_stack([item[-count:] for item in errors])
    scale = np.sqrt((table**2).mean(axis=0))
    standard = np.divide(table, scale, out=np.zeros_like(table), where=scale > 0)
    raw = standard.T @ standard / count
    squares = (standard**2).T @ (standard**2) / count
    uncertain = (squares - raw**2) / (count - 1)
    apart = ~np.eye(len(errors), dtype=bool)
    strength = float((raw[apart] ** 2).sum())
    shrink = min(1.0, float(uncertain[apart].sum()) / strength) if strength > 0 else 1.0
    return np.where(apart, (1 - shrink) * raw, 1.0)


def _weights(method: str, deviations: Matrix, correlation: Matrix) -> Matrix:
    """How much each forecast gives way, and with which others."""
    if method == "bottom_up":
        return np.diag(np.r_[1.0, np.zeros(len(deviations) - 1)])
    if method == "ols":
        return np.eye(len(deviations))
    if method == "wls":
        return np.diag(deviations**2)
    if method == "mint":
        return correlation * np.outer(deviations, deviations)
    raise ValueError(f"no such method: {method}")


def _bounded(base: Matrix, weights: Matrix, lowest: Matrix) -> Matrix:
    """The parts nearest to the forecasts in `weights` that are not below their least values."""
    summing = np.vstack([np.ones(len(base) - 1), np.eye(len(base) - 1)])
    if np.linalg.matrix_rank(weights) < len(base):  # a forecast without errors: bottom up
        return np.maximum(base[1:], lowest)
    from scipy.optimize import lsq_linear  # slow to come, and seldom needed

    white = np.linalg.inv(np.linalg.cholesky(weights))
    found: Matrix = lsq_linear(white @ summing, white @ base, bounds=(lowest, np.inf)).x
    # The solver keeps within its bounds by a hair.
    return np.maximum(found, lowest)


def _loading(base: list[Forecast], line: Matrix, deviations: Matrix, correlation: Matrix) -> Matrix:
    """Errors of one reconciled forecast as sums of independent shocks of all series."""
    mixing = _root(correlation)
    loadings = np.array([item.loading for item in base])
    scaled = (line * deviations)[:, None] * mixing  # series × independent shocks
    mixed = np.einsum("jm,jhk->hmk", scaled, loadings)
    return mixed.reshape(loadings.shape[1], -1)


def _root(correlation: Matrix) -> Matrix:
    """A square root of a correlation matrix that may have no inverse."""
    values, vectors = np.linalg.eigh(correlation)
    root: Matrix = vectors * np.sqrt(np.maximum(values, 0.0))
    return root
