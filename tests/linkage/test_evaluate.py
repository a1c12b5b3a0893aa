"""Measures of linkage, held against recordlinkage's and against brute force."""

from __future__ import annotations

import itertools
import random

import duckdb
import pandas as pd
import pytest
import recordlinkage

from basedb.linkage.evaluate import Evaluation, evaluate, evaluate_labels

Record = tuple[int, int, str, str, str]  # mention, entity, source, role, truth


def drawn(seed: int, records: int = 120, people: int = 30) -> list[Record]:
    """Records of some people, some of them misplaced."""
    random.seed(seed)
    rows = []
    for mention in range(records):
        truth = random.randrange(people)
        entity = truth if random.random() < 0.8 else random.randrange(people)
        rows.append((mention, entity, random.choice("abc"), random.choice(["self", "wife"]), f"P{truth}"))
    return rows


def measured(rows: list[Record], tags: dict[int, list[str]] | None = None, most: int = 5) -> Evaluation:
    engine = duckdb.connect()
    engine.execute(
        "CREATE TABLE truth (mention_id BIGINT, entity_id BIGINT, source TEXT, role TEXT, true_id TEXT,"
        " source_key TEXT, tags TEXT[])"
    )
    for row in rows:
        engine.execute(
            "INSERT INTO truth VALUES (?, ?, ?, ?, ?, ?, ?)",
            [*row, f"k{row[0]}", (tags or {}).get(row[0], [])],
        )
    return evaluate(engine, "truth", most=most)


def pairs(rows: list[Record], place: int) -> set[tuple[int, int]]:
    return {
        (one[0], other[0]) for one, other in itertools.combinations(rows, 2) if one[place] == other[place]
    }


@pytest.mark.parametrize("seed", range(5))
def test_pairwise_measures_are_those_of_recordlinkage(seed: int) -> None:
    rows = drawn(seed)
    found = measured(rows).pairs
    true = pd.MultiIndex.from_tuples(sorted(pairs(rows, 4)))
    said = pd.MultiIndex.from_tuples(sorted(pairs(rows, 1)))
    assert found.precision == pytest.approx(recordlinkage.precision(true, said))
    assert found.recall == pytest.approx(recordlinkage.recall(true, said))
    total = len(rows) * (len(rows) - 1) // 2
    assert found.f1 == pytest.approx(recordlinkage.fscore(recordlinkage.confusion_matrix(true, said, total)))
    assert (found.true, found.said, found.both) == (len(true), len(said), len(true.intersection(said)))


@pytest.mark.parametrize("seed", range(3))
def test_b_cubed_is_that_of_its_definition(seed: int) -> None:
    rows = drawn(seed)
    found = measured(rows)
    precision = recall = 0.0
    for row in rows:
        ours = {other[0] for other in rows if other[1] == row[1]}
        truly = {other[0] for other in rows if other[4] == row[4]}
        precision += len(ours & truly) / len(ours) / len(rows)
        recall += len(ours & truly) / len(truly) / len(rows)
    assert (found.b_cubed_precision, found.b_cubed_recall) == (
        pytest.approx(precision),
        pytest.approx(recall),
    )


def test_groups_add_up_and_tags_count_either_side() -> None:
    rows = drawn(7)
    tags = {row[0]: ["typo"] if row[0] % 10 == 0 else [] for row in rows}
    found = measured(rows, tags)
    for groups in (found.sources, found.roles):
        assert sum(group.pairs.true for group in groups) == found.pairs.true
        assert sum(group.pairs.both for group in groups) == found.pairs.both
    typos = {group.name: group.pairs for group in found.tags}
    assert set(typos) <= {"a.typo", "b.typo", "c.typo"}
    wanted = {
        pair for pair in pairs(rows, 4) if any(number % 10 == 0 and rows[number][2] == "a" for number in pair)
    }
    assert typos["a.typo"].true == len(wanted)
    assert typos["a.typo"].both == len(wanted & pairs(rows, 1))


def test_errors_are_listed_exactly() -> None:
    rows: list[Record] = [
        (1, 10, "a", "self", "P1"),
        (2, 10, "b", "self", "P1"),
        (3, 10, "b", "self", "P2"),
        (4, 20, "a", "self", "P3"),
        (5, 21, "b", "self", "P3"),
    ]
    found = measured(rows)
    ((merge,), (split,)) = found.false_merges, found.false_splits
    assert (merge.entity_id, merge.truths, [row[0] for row in merge.records]) == (10, 2, [1, 2, 3])
    assert (split.truth, split.entities, [row[0] for row in split.records]) == ("P3", (20, 21), [4, 5])
    assert (found.merged_wrongly, found.split_wrongly, found.records, found.entities, found.truths) == (
        1, 1, 5, 3, 3,
    )  # fmt: skip
    assert measured(rows, most=0).false_merges == ()


def test_nothing_in_common_is_no_division() -> None:
    found = measured([(1, 1, "a", "self", "P1"), (2, 2, "a", "self", "P2")])
    assert (found.pairs.precision, found.pairs.recall, found.pairs.f1) == (None, None, None)
    assert (found.b_cubed_precision, found.b_cubed_recall) == (1.0, 1.0)


def test_labels_measure_only_what_was_judged() -> None:
    engine = duckdb.connect()
    engine.execute(
        "CREATE TABLE m AS SELECT * FROM (VALUES (1, 9), (2, 9), (3, 8)) AS t(mention_id, entity_id)"
    )
    engine.execute(
        "CREATE TABLE p AS SELECT * FROM (VALUES (1, 2, true), (1, 3, true), (2, 3, false), (1, 2, NULL)) AS t(a, b, match)"
    )
    found = evaluate_labels(engine, "p", "m")
    assert (found.true, found.said, found.both) == (2, 1, 1)
