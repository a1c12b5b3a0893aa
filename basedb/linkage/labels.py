"""Pairs somebody has judged: whether the judgements agree, and the m they give."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np

from basedb.linkage.components import connected_components
from basedb.linkage.counting import count_patterns
from basedb.linkage.keyed import Keyed
from basedb.linkage.model import InvalidModel, MatchModel
from basedb.store.session import scalar

_SHOWN = 10


class ContradictoryLabels(InvalidModel):
    """Labels that cannot all be true. pairs: the vertices of those said to be different, though other
    labels, directly or one after another, say they are the same."""

    def __init__(self, pairs: Sequence[tuple[int, int]]) -> None:
        self.pairs = list(pairs)
        named = ", ".join(f"({a}, {b})" for a, b in pairs[:_SHOWN]) + (" …" if len(pairs) > _SHOWN else "")
        super().__init__(
            f"有 {len(pairs)} 对标注自相矛盾，既判为相同又判为不同（含经其他标注推出的）：{named}；请改正后再训练"
            f" / {len(pairs)} labelled pairs are said to be different and, by themselves or by way of"
            f" others, the same: {named}; correct them first"
        )


def check_labels(engine: duckdb.DuckDBPyConnection, labels: str) -> None:
    """ContradictoryLabels if relation `labels` (a, b, match BOOLEAN) contradicts itself.

    A pair without a verdict (NULL) says nothing.
    """
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE label_edge AS
            SELECT DISTINCT a::BIGINT AS a, b::BIGINT AS b FROM {labels} WHERE match"""
    )
    connected_components(engine, "label_edge", "label_cluster")
    pairs = engine.execute(
        f"""SELECT DISTINCT least(p.a, p.b) AS a, greatest(p.a, p.b) AS b FROM {labels} p
            JOIN label_cluster l ON l.vertex = p.a JOIN label_cluster r ON r.vertex = p.b
            WHERE NOT p.match AND l.label = r.label ORDER BY a, b"""
    ).fetchall()
    for table in ("label_edge", "label_cluster"):
        engine.execute(f"DROP TABLE {table}")
    if pairs:
        raise ContradictoryLabels(pairs)


def labelled_levels(
    engine: duckdb.DuckDBPyConnection, model: MatchModel, keyed: Keyed, labels: str
) -> dict[str, np.ndarray]:
    """By comparison, how many pairs labelled a match came out at each level; 0 where missing.

    LookupError where a labelled record is not among those of `keyed`; ContradictoryLabels.
    """
    check_labels(engine, labels)
    records = keyed.left
    if keyed.right is not None:
        records = f"(SELECT * FROM {keyed.left} UNION ALL BY NAME SELECT * FROM {keyed.right})"
    matches = f"(SELECT DISTINCT least(a, b) AS a, greatest(a, b) AS b FROM {labels} WHERE match)"
    patterns = count_patterns(
        engine,
        model,
        f"FROM {matches} p JOIN {records} l ON l.vertex = p.a JOIN {records} r ON r.vertex = p.b",
    )
    asked = scalar(engine, f"SELECT count(*) FROM {matches}")
    if patterns.pairs != asked:
        raise LookupError(
            f"{asked} 对标注中有 {asked - round(patterns.pairs)} 对的记录不在输入中"
            f" / records of {asked - round(patterns.pairs)} of {asked} labelled pairs are not in the input"
        )
    return patterns.sums(np.ones(len(patterns.counts)))
