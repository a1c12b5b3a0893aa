"""Learning m and u from counted patterns: expectation maximisation pass by pass, put together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import duckdb
import numpy as np

from basedb.linkage.blocks import RuleSize
from basedb.linkage.columns import comparison_columns, expression_columns
from basedb.linkage.counting import count_patterns
from basedb.linkage.em import Fit, Patterns, maximise, posteriors
from basedb.linkage.keyed import Keyed
from basedb.linkage.keys import key_rules, part_expressions
from basedb.linkage.model import BlockingRule, MatchModel
from basedb.linkage.parameters import SMALLEST, Parameters
from basedb.linkage.training import Remark, Seen, TrainingPass, settle, shares, starting

# How often u is freed of the matches among the random pairs, and m learnt anew.
_ROUNDS = 3
_Sums = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Trained:
    """The pairs of one pass, counted. parts: one in how many blocks was taken."""

    rule: BlockingRule
    patterns: Patterns
    parts: int


@dataclass(frozen=True)
class Learnt:
    """What all passes together say. unlinked: for the patterns of the random pairs, the probability
    of no match. seen: see `Estimate`."""

    parameters: Parameters
    fits: list[Fit]
    unlinked: np.ndarray
    remarks: list[Remark]
    seen: Seen


def training_rules(model: MatchModel) -> tuple[BlockingRule, ...]:
    """The rules whose pairs expectation maximisation trains on."""
    rules = key_rules(model)
    return tuple(rule for rule in rules if rule.name in model.training) if model.training else rules


def training_passes(
    engine: duckdb.DuckDBPyConnection,
    model: MatchModel,
    keyed: Keyed,
    sizes: Sequence[RuleSize],
    most: int,
) -> tuple[list[Trained], list[Remark]]:
    """Count the pairs of every training rule, by the comparisons its key leaves free.

    sizes: of the rules of `keyed`; of a rule that makes more pairs than `most`, some blocks are taken.
    """
    found, remarks = [], []
    for rule in training_rules(model):
        number = keyed.number(rule)
        size = sizes[number].pairs
        free = _free_comparisons(engine, model, rule)
        if not size or not free:
            remarks.append(
                Remark(
                    "no_pairs",
                    f"训练规则 {rule.name} 没有可训练的记录对",
                    f"training rule {rule.name} has no pairs to train on",
                )
            )
            continue
        parts = max(1, -(-size // most))
        # A family shares a telephone; whom the constraints tell apart teaches nothing of matches.
        source = keyed.join(number, part=(0, parts))
        patterns = count_patterns(engine, model, source, free, linkable=True)
        found.append(Trained(rule, patterns, parts))
    return found, remarks


def learn(
    model: MatchModel,
    sample: Patterns,
    labelled: _Sums | None,
    passes: Sequence[Trained],
    prior: float | None,
    total: int,
    max_iterations: int,
    tolerance: float,
) -> Learnt:
    """m and u in turns, for random pairs contain matches, which u must not count.

    sample: random pairs; total: how many pairs there are. labelled: matches at each level, counted;
    without it the passes give m. prior: None takes what the passes suggest.
    """
    unlinked = np.ones(len(sample.counts))
    for _ in range(_ROUNDS):
        random = sample.sums(unlinked)
        u, remarks = _put_together(model, "u", [random], sample.pairs)
        fits = []
        for trained in passes:
            start = {item.name: starting(item) for item in trained.patterns.comparisons}
            fits.append(maximise(trained.patterns, 0.5, start, _arrays(u), max_iterations, tolerance))
        counts: list[_Sums] = [fit.matches for fit in fits] if labelled is None else [labelled]
        m, found = _put_together(model, "m", counts, sum(trained.patterns.pairs for trained in passes))
        believed = prior if prior is not None else _suggested_prior(model, sample, passes, fits, m, u, total)
        unlinked = 1 - posteriors(sample, believed, _arrays(m), _arrays(u))
    remarks += found
    remarks += [
        Remark(
            "not_converged",
            f"训练规则 {trained.rule.name} 经 {fit.iterations} 次迭代未收敛，最后一次变化 {fit.change:.2g}",
            f"training on {trained.rule.name} did not converge in {fit.iterations} iterations;"
            f" the last one changed {fit.change:.2g}",
        )
        for trained, fit in zip(passes, fits, strict=True)
        if fit.change >= tolerance
    ]
    parameters = Parameters(model.name, believed, m, u)
    parameters.check(model)
    return Learnt(parameters, fits, unlinked, remarks, {"m": _sum(counts), "u": _sum([random])})


def summary(trained: Trained, fit: Fit, tolerance: float) -> TrainingPass:
    """What a pass did, for people to read."""
    return TrainingPass(
        rule=trained.rule.name,
        pairs=round(trained.patterns.pairs),
        share=fit.share,
        iterations=fit.iterations,
        converged=fit.change < tolerance,
        m={item.name: tuple(shares(item, fit.matches[item.name])) for item in trained.patterns.comparisons},
    )


def _free_comparisons(engine: duckdb.DuckDBPyConnection, model: MatchModel, rule: BlockingRule) -> set[str]:
    """The comparisons that read nothing the rule's key reads."""
    read = {column for part in part_expressions(rule) for column in expression_columns(engine, part)}
    return {item.name for item in model.comparisons if not read & comparison_columns(engine, item)}


def _put_together(
    model: MatchModel, letter: str, counts: Sequence[_Sums], pairs: float
) -> tuple[dict[str, tuple[float, ...]], list[Remark]]:
    """Values of m or u from expected pairs per level, one set per pass, and what was not learnt."""
    values: dict[str, tuple[float, ...]] = {}
    remarks: list[Remark] = []
    for item in model.comparisons:
        sets = [shares(item, sums[item.name]) for sums in counts if item.name in sums]
        by_level = [[value for value in level if value is not None] for level in zip(*sets, strict=True)]
        estimates = [median(level) if level else None for level in by_level] or [None] * len(item.levels)
        values[item.name], unseen = settle(item, letter, estimates, pairs)
        if any(estimate is not None for estimate in estimates):
            remarks += unseen
        elif letter == "u":
            remarks.append(
                Remark(
                    "all_missing",
                    f"比较项 {item.name} 的值全部缺失，取声明的参数",
                    f"comparison {item.name} has no values to compare; its parameters are those declared",
                    item.name,
                )
            )
        else:
            remarks.append(
                Remark(
                    "not_trained",
                    f"没有训练规则能估计比较项 {item.name} 的 m，取声明的参数",
                    f"no training rule could estimate m of {item.name}; it is as declared",
                    item.name,
                )
            )
    return values, remarks


def _suggested_prior(
    model: MatchModel,
    sample: Patterns,
    passes: Sequence[Trained],
    fits: Sequence[Fit],
    m: Mapping[str, tuple[float, ...]],
    u: Mapping[str, tuple[float, ...]],
    total: int,
) -> float:
    """The matches of a pass, divided by the share of all matches that agree on its key, over all pairs.

    That share is, for every comparison the pass could not estimate, the m of its strongest level,
    among the pairs in which nothing is missing.
    """
    present = {
        name: sums.sum() / max(sample.pairs, 1)
        for name, sums in sample.sums(np.ones(len(sample.counts))).items()
    }
    suggested = []
    for trained, fit in zip(passes, fits, strict=True):
        free = {item.name for item in trained.patterns.comparisons}
        covered = 1.0
        for item in model.comparisons:
            if item.name not in free:
                weights = [
                    -math.inf
                    if level.missing
                    else math.log(max(m[item.name][i], SMALLEST) / max(u[item.name][i], SMALLEST))
                    for i, level in enumerate(item.levels)
                ]
                covered *= m[item.name][weights.index(max(weights))] * present[item.name]
        suggested.append(fit.share * trained.patterns.pairs * trained.parts / max(covered, 1e-3))
    matches = median(suggested) if suggested else 1.0
    return float(min(max(matches, 0.5) / max(total, 1), 0.5))


def _sum(counts: Sequence[_Sums]) -> dict[str, tuple[float, ...]]:
    names = dict.fromkeys(name for sums in counts for name in sums)
    added = {name: sum(sums[name] for sums in counts if name in sums) for name in names}
    return {name: tuple(map(float, np.atleast_1d(values))) for name, values in added.items()}


def _arrays(values: Mapping[str, tuple[float, ...]]) -> dict[str, np.ndarray]:
    return {name: np.asarray(found) for name, found in values.items()}
