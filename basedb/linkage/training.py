"""What training says of itself: its passes, and what it could not learn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from basedb.linkage.blocks import Block
from basedb.linkage.correlation import Correlation
from basedb.linkage.model import Comparison
from basedb.linkage.parameters import Parameters

Seen = Mapping[str, Mapping[str, tuple[float, ...]]]
# With less than half a pair expected at a level, nothing was seen of it.
SEEN = 0.5


@dataclass(frozen=True)
class Remark:
    """Something about training a person should know. code: one of

    `level_not_seen` (m or u of a level is the declared one), `all_missing` (a column has no values),
    `not_trained` (no pass could estimate a comparison), `no_pairs` (a pass had nothing to train on),
    `not_converged` (expectation maximisation was stopped), `prior_assumed` (nothing said how many
    records match), `block_skipped` (a block was too large to train on), `little_support` and
    `sign_reversed` (declared values stand: see `guard`). letter: `m` or `u`, where it is about one.
    """

    code: str
    zh: str
    en: str
    comparison: str = ""
    level: str = ""
    letter: str = ""

    def __str__(self) -> str:
        return f"{self.zh} / {self.en}"


@dataclass(frozen=True)
class TrainingPass:
    """One pass of expectation maximisation. share: of matches among its pairs; m: what it estimated,
    None for a level it never saw."""

    rule: str
    pairs: int
    share: float
    iterations: int
    converged: bool
    m: dict[str, tuple[float | None, ...]]


@dataclass(frozen=True)
class Estimate:
    """Parameters and how they came about. seen: by letter and comparison, the (expected) pairs at each
    level that m or u was taken from; a comparison no pass could estimate has none of m."""

    parameters: Parameters
    remarks: list[Remark]
    passes: list[TrainingPass]
    correlations: list[Correlation]
    seen: Seen = field(default_factory=dict)


def skipped_block(block: Block) -> Remark:
    """A remark that nothing was learnt from a block."""
    return Remark(
        "block_skipped",
        f"规则 {block.rule} 的块（{block.value}）有 {block.records:,} 条记录，未参加训练",
        f"the block {block.value} of {block.rule} has {block.records:,} records; nothing was learnt from it",
    )


def settle(
    comparison: Comparison, letter: str, estimates: Iterable[float | None], pairs: float
) -> tuple[tuple[float, ...], list[Remark]]:
    """The values of one comparison, levels that were never seen as declared, and a remark on each.

    pairs: how many pairs were looked at; a level nobody declared a value for is taken to be seen in
    half a pair.
    """
    values, remarks = [], []
    for level, estimate in zip(comparison.levels, estimates, strict=True):
        declared: float | None = getattr(level, letter)
        if level.missing:
            values.append(0.0)
        elif estimate is not None:
            values.append(float(estimate))
        else:
            value = declared if declared is not None else SEEN / (pairs + 1)
            values.append(value)
            remarks.append(
                Remark(
                    "level_not_seen",
                    f"训练中没有出现层级 {comparison.name}.{level.name}，{letter} 取 {value:.3g}",
                    f"training never saw level {comparison.name}.{level.name}; {letter} is {value:.3g}",
                    comparison.name,
                    level.name,
                    letter,
                )
            )
    return tuple(values), remarks


def shares(comparison: Comparison, sums: np.ndarray) -> list[float | None]:
    """Expected counts per level as probabilities; None for a level not seen."""
    total = sums.sum()
    return [
        float(value / total) if total > 0 and value >= SEEN and not level.missing else None
        for level, value in zip(comparison.levels, sums, strict=True)
    ]


def starting(comparison: Comparison) -> np.ndarray:
    """Values of m to start from: as declared, else nineteen of twenty matches agree at the first level."""
    known = [level for level in comparison.levels if not level.missing]
    rest = 0.05 / max(len(known) - 1, 1)
    assumed = {level.name: rest for level in known}
    assumed[known[0].name] = 0.95 if len(known) > 1 else 1.0
    values = [
        0.0 if level.missing else level.m if level.m is not None else assumed[level.name]
        for level in comparison.levels
    ]
    return np.asarray(values, float)
