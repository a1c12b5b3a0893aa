"""Training the match model of a store: what it has seen, drawn, learnt from and summed up.

Reads the store only; what comes out is kept as a version by whoever asked (`basedb.linkage.versions`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from basedb.domain import Entity
from basedb.linkage.drawing import draw_frequencies, draw_records
from basedb.linkage.estimate import estimate
from basedb.linkage.guard import guarded
from basedb.linkage.model import InvalidModel
from basedb.linkage.parameters import Parameters
from basedb.linkage.records import key_columns
from basedb.linkage.training import Estimate
from basedb.store.session import scalar

Tell = Callable[[str], None]
# Levels that one pair in a hundred thousand comes out at are to be seen some dozens of times.
_RANDOM_PAIRS = 4_000_000
# A number borne by more records than that is no identifier of anybody.
_MOST_BEARERS = 200


@dataclass(frozen=True)
class Prior:
    """Where the prior comes from. matches: pairs of records the exact rule links, of `pairs` in all;
    recall: the share of all matches it is thought to find."""

    value: float
    matches: int = 0
    pairs: int = 0
    recall: float = 0.0


@dataclass(frozen=True)
class Trained:
    """What training found. frequencies: (column_name, value, frequency) over all records; records: how
    many were learnt from; labels: (same, different) pairs m was counted from, if it was."""

    estimate: Estimate
    prior: Prior
    records: int
    frequencies: pa.Table
    labels: tuple[int, int] | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def parameters(self) -> Parameters:
        """What was learnt."""
        return self.estimate.parameters

    def document(self) -> dict[str, Any]:
        """How it came about, as JSON can hold it."""
        found = self.estimate
        return {
            "method": "em" if self.labels is None else "labels",
            "records": self.records,
            "prior": asdict(self.prior),
            "labels": None if self.labels is None else {"same": self.labels[0], "different": self.labels[1]},
            "passes": [asdict(item) for item in found.passes],
            "remarks": [asdict(item) for item in found.remarks],
            "correlations": [asdict(item) for item in found.correlations],
            "seen": {letter: dict(values) for letter, values in found.seen.items()},
            "seconds": {name: round(value, 2) for name, value in self.seconds.items()},
        }


def train(
    engine: duckdb.DuckDBPyConnection,
    entity: Entity,
    *,
    labels: str | None = None,
    prior: float | None = None,
    recall: float | None = None,
    most: int = 1_000_000,
    max_pairs: int = _RANDOM_PAIRS,
    seed: int = 1,
    tell: Tell = lambda text: None,
) -> Trained:
    """Learn prior, m, u and term frequencies from the mentions of a store.

    labels: relation (a, b, match BOOLEAN) over mention numbers (see `label_file`); m is counted from
    them instead of found by expectation maximisation. prior: taken as it is; else from the pairs the
    exact rule links, of which `recall` is the share of all matches (estimated if None). most: learn
    from about so many records. max_pairs: drawn at random for u. InvalidModel where the store holds too
    little to learn from.
    """
    seconds: dict[str, float] = {}
    clock = time.perf_counter()

    def done(step: str) -> None:
        nonlocal clock
        now = time.perf_counter()
        seconds[step], clock = now - clock, now

    tell("抽取记录 / drawing records")
    keep = None if labels is None else f"SELECT a FROM {labels} UNION SELECT b FROM {labels}"
    records = draw_records(engine, entity, "drawn_record", most, keep)
    if records < 2:
        raise InvalidModel("库中没有可供训练的记录 / there are no records to learn from")
    done("draw")
    tell("估计先验概率 / estimating the prior")
    believed = Prior(prior) if prior is not None else exact_prior(engine, entity, "drawn_record", recall)
    done("prior")
    tell("估计 m 与 u / estimating m and u")
    found = estimate(
        engine,
        entity.model,
        "drawn_record",
        prior=believed.value,
        labels=labels,
        max_pairs=max_pairs,
        seed=seed,
    )
    found = guarded(entity.model, found)
    done("estimate")
    tell("统计词频 / counting term frequencies")
    draw_frequencies(engine, entity, "drawn_frequency")
    frequencies = engine.execute("FROM temp.drawn_frequency").to_arrow_table()
    done("frequencies")
    for table in ("drawn_record", "drawn_frequency"):
        engine.execute(f"DROP TABLE temp.{table}")
    counted = None
    if labels is not None:
        counted = engine.execute(
            f"SELECT count(*) FILTER (match), count(*) FILTER (NOT match) FROM {labels}"
        ).fetchone()
    return Trained(found, believed, records, frequencies, counted, seconds)


def exact_prior(
    engine: duckdb.DuckDBPyConnection, entity: Entity, records: str, recall: float | None = None
) -> Prior:
    """The prior from the pairs that the exact rule links among `records`.

    recall: by default that both records of a match have a key, as often as any two records have one.
    InvalidModel where the rule links none.
    """
    total = scalar(engine, f"SELECT count(*) FROM {records}")
    keys = key_columns(entity)
    if recall is None:
        present = " OR ".join(f"{key} IS NOT NULL" for key in keys)
        recall = (scalar(engine, f"SELECT count(*) FROM {records} WHERE {present}") / total) ** 2
    listed = " UNION ".join(
        f"SELECT {key} AS key, vertex FROM {records} WHERE {key} IS NOT NULL" for key in keys
    )
    matches = scalar(
        engine,
        f"""WITH bearer AS (
                SELECT key, vertex FROM ({listed}) QUALIFY count(*) OVER (PARTITION BY key) <= {_MOST_BEARERS}),
            met AS (SELECT DISTINCT x.vertex AS a, y.vertex AS b FROM bearer x JOIN bearer y
                ON x.key = y.key AND x.vertex < y.vertex),
            told AS (SELECT {entity.key_rule.compatible} AS is_one
                FROM met JOIN {records} l ON l.vertex = met.a JOIN {records} r ON r.vertex = met.b)
            SELECT count(*) FILTER (is_one) FROM told""",
    )
    pairs = total * (total - 1) // 2
    if not matches or not recall:
        raise InvalidModel(
            "没有两条记录可按证件号码认定为同一实体，无从估计先验概率；请用 --prior 给出"
            " / the exact rule links no two records, so there is no prior; give one with --prior"
        )
    return Prior(min(matches / recall / pairs, 0.5), int(matches), int(pairs), float(recall))
