"""How good the linkage is, measured against the truth: pairs, clusters, sources, roles, kinds of errors.

The unit is the departmental record, as it was accepted last: versions of one record would count what is
not in question many times. Measures as in Barnes (2015) and, for clusters, Bagga and Baldwin (1998).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from basedb.store.session import scalar


@dataclass(frozen=True)
class Pairwise:
    """Pairs of records that are one entity: how many truly are, how many we say are, how many both."""

    true: int
    said: int
    both: int

    @property
    def precision(self) -> float | None:
        """The share of our pairs that is true; None without any."""
        return self.both / self.said if self.said else None

    @property
    def recall(self) -> float | None:
        """The share of the true pairs that is ours; None without any."""
        return self.both / self.true if self.true else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both."""
        if not self.said or not self.true:
            return None
        return 2 * self.both / (self.said + self.true)


@dataclass(frozen=True)
class Group:
    """Pairs of one kind: of two sources, of two roles, or with a kind of error (only recall says much)."""

    name: str
    pairs: Pairwise


@dataclass(frozen=True)
class FalseMerge:
    """An entity that is several in truth. records: (mention, source, source key, role, truth), of each
    truth some."""

    entity_id: int
    truths: int
    records: tuple[tuple[int, str, str, str, str], ...]


@dataclass(frozen=True)
class FalseSplit:
    """One entity in truth that is several here, by entity its records as above."""

    truth: str
    entities: tuple[int, ...]
    records: tuple[tuple[int, str, str, str, str], ...]


@dataclass(frozen=True)
class Evaluation:
    """Everything measured. unknown: see `read_truth`."""

    records: int
    entities: int
    truths: int
    unknown: int
    pairs: Pairwise
    b_cubed_precision: float
    b_cubed_recall: float
    sources: tuple[Group, ...]
    roles: tuple[Group, ...]
    tags: tuple[Group, ...]
    merged_wrongly: int
    false_merges: tuple[FalseMerge, ...]
    split_wrongly: int
    false_splits: tuple[FalseSplit, ...]


def evaluate(engine: duckdb.DuckDBPyConnection, truth: str, unknown: int = 0, most: int = 20) -> Evaluation:
    """Measure the entities of relation `truth` (see `read_truth`). most: examples of either error."""
    engine.execute(f"CREATE OR REPLACE TEMP TABLE judged AS FROM {truth}")
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE judged_pair AS
            SELECT l.mention_id AS a, r.mention_id AS b, l.entity_id = r.entity_id AS said,
                l.true_id = r.true_id AS truly
            FROM judged l JOIN judged r ON l.entity_id = r.entity_id AND l.mention_id < r.mention_id
            UNION
            SELECT l.mention_id, r.mention_id, l.entity_id = r.entity_id, true AS truly
            FROM judged l JOIN judged r ON l.true_id = r.true_id AND l.mention_id < r.mention_id"""
    )
    records, entities, truths = engine.execute(
        "SELECT count(*), count(DISTINCT entity_id), count(DISTINCT true_id) FROM judged"
    ).fetchone() or (0, 0, 0)
    precision, recall = _b_cubed(engine)
    found = Evaluation(
        records=records,
        entities=entities,
        truths=truths,
        unknown=unknown,
        pairs=_counted(engine),
        b_cubed_precision=precision,
        b_cubed_recall=recall,
        sources=_groups(engine, "source"),
        roles=_groups(engine, "role"),
        tags=_tags(engine),
        merged_wrongly=scalar(
            engine,
            "SELECT count(*) FROM (SELECT 1 FROM judged GROUP BY entity_id HAVING count(DISTINCT true_id) > 1)",
        ),
        false_merges=_false_merges(engine, most),
        split_wrongly=scalar(
            engine,
            "SELECT count(*) FROM (SELECT 1 FROM judged GROUP BY true_id HAVING count(DISTINCT entity_id) > 1)",
        ),
        false_splits=_false_splits(engine, most),
    )
    for table in ("judged", "judged_pair"):
        engine.execute(f"DROP TABLE temp.{table}")
    return found


def evaluate_labels(engine: duckdb.DuckDBPyConnection, labels: str, mentions: str) -> Pairwise:
    """Measure judged pairs only. labels: relation (a, b, match); mentions: (mention_id, entity_id)."""
    row = engine.execute(
        f"""SELECT count(*) FILTER (p.match), count(*) FILTER (l.entity_id = r.entity_id),
                count(*) FILTER (p.match AND l.entity_id = r.entity_id)
            FROM {labels} p JOIN {mentions} l ON l.mention_id = p.a JOIN {mentions} r ON r.mention_id = p.b
            WHERE p.match IS NOT NULL"""
    ).fetchone() or (0, 0, 0)
    return Pairwise(*row)


def _counted(engine: duckdb.DuckDBPyConnection) -> Pairwise:
    row = engine.execute(
        "SELECT count(*) FILTER (truly), count(*) FILTER (said), count(*) FILTER (truly AND said) FROM judged_pair"
    ).fetchone() or (0, 0, 0)
    return Pairwise(*row)


def _b_cubed(engine: duckdb.DuckDBPyConnection) -> tuple[float, float]:
    row = engine.execute(
        """WITH cell AS (SELECT entity_id, true_id, count(*) AS size FROM judged GROUP BY ALL),
            sized AS (SELECT size, sum(size) OVER (PARTITION BY entity_id) AS ours,
                sum(size) OVER (PARTITION BY true_id) AS truly FROM cell)
            SELECT sum(size * size / ours) / sum(size), sum(size * size / truly) / sum(size) FROM sized"""
    ).fetchone()
    return (float(row[0]), float(row[1])) if row and row[0] is not None else (1.0, 1.0)


def _groups(engine: duckdb.DuckDBPyConnection, column: str) -> tuple[Group, ...]:
    """By the unordered pair of values of a column of the two records."""
    rows = engine.execute(
        f"""SELECT least(l.{column}, r.{column}) || ' – ' || greatest(l.{column}, r.{column}) AS name,
                count(*) FILTER (truly), count(*) FILTER (said), count(*) FILTER (truly AND said)
            FROM judged_pair p JOIN judged l ON l.mention_id = p.a JOIN judged r ON r.mention_id = p.b
            GROUP BY name ORDER BY 2 DESC, name"""
    ).fetchall()
    return tuple(Group(name, Pairwise(*counts)) for name, *counts in rows)


def _tags(engine: duckdb.DuckDBPyConnection) -> tuple[Group, ...]:
    """By kind of error: pairs in which either record has it."""
    rows = engine.execute(
        """WITH tagged AS (SELECT mention_id, source || '.' || unnest(tags) AS tag FROM judged),
            either AS (
                SELECT p.a, p.b, t.tag FROM judged_pair p JOIN tagged t ON t.mention_id = p.a
                UNION SELECT p.a, p.b, t.tag FROM judged_pair p JOIN tagged t ON t.mention_id = p.b)
            SELECT tag, count(*) FILTER (truly), count(*) FILTER (said), count(*) FILTER (truly AND said)
            FROM judged_pair JOIN either USING (a, b) GROUP BY tag ORDER BY tag"""
    ).fetchall()
    return tuple(Group(name, Pairwise(*counts)) for name, *counts in rows)


def _false_merges(engine: duckdb.DuckDBPyConnection, most: int) -> tuple[FalseMerge, ...]:
    found = engine.execute(
        f"""SELECT entity_id, count(DISTINCT true_id) FROM judged GROUP BY entity_id
            HAVING count(DISTINCT true_id) > 1 ORDER BY 2 DESC, count(*) DESC, 1 LIMIT {most:d}"""
    ).fetchall()
    return tuple(
        FalseMerge(entity_id, truths, _records(engine, "entity_id", entity_id, "true_id"))
        for entity_id, truths in found
    )


def _false_splits(engine: duckdb.DuckDBPyConnection, most: int) -> tuple[FalseSplit, ...]:
    found = engine.execute(
        f"""SELECT true_id, list_sort(list(DISTINCT entity_id)) AS ids FROM judged GROUP BY true_id
            HAVING count(DISTINCT entity_id) > 1 ORDER BY len(ids) DESC, count(*) DESC, 1 LIMIT {most:d}"""
    ).fetchall()
    return tuple(
        FalseSplit(truth, tuple(ids), _records(engine, "true_id", truth, "entity_id")) for truth, ids in found
    )


def _records(
    engine: duckdb.DuckDBPyConnection, column: str, value: object, within: str, each: int = 2
) -> tuple[tuple[int, str, str, str, str], ...]:
    """Some records of one entity, of every value of `within` a few."""
    rows: Sequence[tuple[int, str, str, str, str]] = engine.execute(
        f"""SELECT mention_id, source, source_key, role, true_id FROM judged WHERE {column} = ?
            QUALIFY row_number() OVER (PARTITION BY {within} ORDER BY mention_id) <= {each}
            ORDER BY {within}, mention_id LIMIT 12""",
        [value],
    ).fetchall()
    return tuple(rows)
