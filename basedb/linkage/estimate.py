"""Learning the prior, m and u of a match model, without labels or with them.

u: shares of levels among pairs drawn at random. m: expectation maximisation over the pairs of one
blocking rule after another; what a rule's key reads cannot be estimated among its own pairs, and where
several passes estimate a level, their median stands (as in Splink 5). Prior: pairs that deterministic
rules find, divided by the share of all matches they are thought to find.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb

from basedb.linkage.blocks import RuleSize
from basedb.linkage.columns import needed_columns
from basedb.linkage.correlation import correlations
from basedb.linkage.counting import count_patterns
from basedb.linkage.em import MAX_ITERATIONS, TOLERANCE
from basedb.linkage.keyed import Keyed, keyed_table, set_apart
from basedb.linkage.keys import check_keys
from basedb.linkage.labels import labelled_levels
from basedb.linkage.learning import learn, summary, training_passes, training_rules
from basedb.linkage.model import BlockingRule, InvalidModel, MatchModel
from basedb.linkage.sampling import random_pairs, total_pairs
from basedb.linkage.training import Estimate, Remark, skipped_block
from basedb.store.session import scalar


def estimate(
    engine: duckdb.DuckDBPyConnection,
    model: MatchModel,
    records: str,
    other: str | None = None,
    *,
    prior: float | None = None,
    deterministic: Sequence[BlockingRule] = (),
    recall: float = 0.8,
    labels: str | None = None,
    max_pairs: int = 1_000_000,
    max_training_pairs: int = 5_000_000,
    seed: int = 1,
    max_iterations: int = MAX_ITERATIONS,
    tolerance: float = TOLERANCE,
) -> Estimate:
    """Parameters of `model`, learnt from `records` among themselves, or between them and `other`.

    records, other: relations with `vertex` and the model's record columns. The passes of expectation
    maximisation are the model's `training` rules, else all its blocking rules; a pass of more than
    `max_training_pairs` pairs takes whole blocks until it has about as many. max_pairs: pairs drawn at
    random for u; the same `seed` draws the same ones. prior: taken as it is; else `deterministic` rules
    and their `recall` give it (as Splink's estimate_probability_two_random_records_match), else the
    passes themselves. labels: relation (a, b, match BOOLEAN) of judged pairs, from which m is counted
    instead (ContradictoryLabels if they cannot all be true). What could not be learnt is in the
    estimate's remarks, and takes what the levels declare. InvalidModel names a column that is not there.
    """
    keyed = prepare(engine, model, records, other, (*training_rules(model), *deterministic))
    measured = set_apart(engine, keyed)
    found = estimate_keyed(
        engine,
        model,
        keyed,
        measured.sizes,
        prior=prior,
        deterministic=deterministic,
        recall=recall,
        labels=labels,
        max_pairs=max_pairs,
        max_training_pairs=max_training_pairs,
        seed=seed,
        max_iterations=max_iterations,
        tolerance=tolerance,
    )
    drop_prepared(engine)
    return replace(found, remarks=[*map(skipped_block, measured.skipped), *found.remarks])


def prepare(
    engine: duckdb.DuckDBPyConnection,
    model: MatchModel,
    records: str,
    other: str | None,
    rules: Sequence[BlockingRule],
) -> Keyed:
    """Copy records with the keys of `rules` beside them, into TEMP tables `keyed_left` and `keyed_right`."""
    rules = tuple(dict.fromkeys(rules))
    columns = needed_columns(engine, model, records)
    check_keys(engine, model, records, rules)
    keyed_table(engine, records, columns, rules, "keyed_left")
    if other is not None:
        needed_columns(engine, model, other)
        check_keys(engine, model, other, rules)
        keyed_table(engine, other, columns, rules, "keyed_right")
    return Keyed("keyed_left", None if other is None else "keyed_right", rules, records)


def drop_prepared(engine: duckdb.DuckDBPyConnection) -> None:
    """Drop the tables of `prepare` and of random pairs."""
    for table in ("keyed_left", "keyed_right", "sampled_left", "sampled_right", "sampled_pair"):
        engine.execute(f"DROP TABLE IF EXISTS {table}")


def estimate_keyed(
    engine: duckdb.DuckDBPyConnection,
    model: MatchModel,
    keyed: Keyed,
    sizes: Sequence[RuleSize],
    *,
    prior: float | None = None,
    deterministic: Sequence[BlockingRule] = (),
    recall: float = 0.8,
    labels: str | None = None,
    max_pairs: int = 1_000_000,
    max_training_pairs: int = 5_000_000,
    seed: int = 1,
    max_iterations: int = MAX_ITERATIONS,
    tolerance: float = TOLERANCE,
) -> Estimate:
    """`estimate` on records that have their keys already, blocks that are too large set apart.

    sizes: of the rules of `keyed`.
    """
    if prior is None and deterministic:
        prior = deterministic_prior(engine, keyed, deterministic, recall)
    labelled = None if labels is None else labelled_levels(engine, model, keyed, labels)
    sample = count_patterns(engine, model, random_pairs(engine, keyed, max_pairs, seed))
    passes, remarks = training_passes(engine, model, keyed, sizes, max_training_pairs)
    total = total_pairs(engine, keyed)
    learnt = learn(model, sample, labelled, passes, prior, total, max_iterations, tolerance)
    remarks += learnt.remarks
    if prior is None:
        remarks.append(
            Remark(
                "prior_assumed",
                f"没有给出先验概率，按训练结果取 {learnt.parameters.prior:.3g}",
                f"no prior was given; training suggests {learnt.parameters.prior:.3g}",
            )
        )
    correlated = correlations(sample, learnt.unlinked, "non_matches")
    for trained, fit in zip(passes, learnt.fits, strict=True):
        correlated += correlations(trained.patterns, fit.posterior, "matches")
    correlated.sort(key=lambda item: -item.excess)
    summaries = [summary(trained, fit, tolerance) for trained, fit in zip(passes, learnt.fits, strict=True)]
    return Estimate(learnt.parameters, remarks, summaries, correlated, learnt.seen)


def deterministic_prior(
    engine: duckdb.DuckDBPyConnection, keyed: Keyed, rules: Sequence[BlockingRule], recall: float
) -> float:
    """The prior, from rules that find matches only, and the share of all matches they find.

    InvalidModel where they find none, or more than that recall admits.
    """
    if not 0 < recall <= 1:
        raise InvalidModel(f"召回率 {recall} 不在 0 与 1 之间 / recall {recall} is not between 0 and 1")
    matches = 0
    numbers = [keyed.number(rule) for rule in rules]
    for place, number in enumerate(numbers):
        matches += scalar(engine, f"SELECT count(*) {keyed.join(number, numbers[:place])}")
    total = total_pairs(engine, keyed)
    names = ", ".join(rule.name for rule in rules)
    if not matches:
        raise InvalidModel(
            f"确定性规则 {names} 没有找到任何一对 / the deterministic rules {names} found no pair"
        )
    if matches >= total * recall:
        raise InvalidModel(
            f"确定性规则 {names} 在 {total:,} 对中找到 {matches:,} 对，与召回率 {recall} 矛盾"
            f" / the rules {names} found {matches:,} of {total:,} pairs, which recall {recall} does not admit"
        )
    return float(matches / recall / total)


def term_frequencies(
    engine: duckdb.DuckDBPyConnection, model: MatchModel, records: str, result: str, other: str | None = None
) -> None:
    """Create TEMP table `result` (column_name TEXT, value TEXT, frequency DOUBLE).

    The frequency of a value is its share among the records that have one in that column, over both
    relations together; for the columns the model adjusts by.
    """
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {result} (column_name TEXT, value TEXT, frequency DOUBLE)")
    for column in model.tf_columns():
        values = f"SELECT {column}::VARCHAR AS value FROM {records} WHERE {column} IS NOT NULL"
        if other is not None:
            values += f" UNION ALL SELECT {column}::VARCHAR FROM {other} WHERE {column} IS NOT NULL"
        # Counted twice: a window over the groups costs more than reading the column again.
        engine.execute(
            f"""INSERT INTO {result} SELECT '{column}', value, count(*) / (SELECT count(*) FROM ({values}))
                FROM ({values}) GROUP BY value"""
        )
