"""What charts of a store show: thresholds tried out on all records, and the sizes of clusters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import duckdb

from basedb.domain import Entity
from basedb.linkage.charts import Point
from basedb.linkage.components import connected_components
from basedb.linkage.exact import link_keys, link_versions
from basedb.linkage.rescoring import Looking, gather_records, score_all
from basedb.linkage.versions import ModelVersion

_POINTS = 60


def threshold_points(
    engine: duckdb.DuckDBPyConnection, entity: Entity, version: ModelVersion, truth: str | None = None
) -> list[Point]:
    """What linking at one threshold after another would make of all records.

    Starts from what exact rules link, and joins by scores without any veto, strongest first: single
    linkage, without the rules that hold for whole clusters. truth: see `read_truth`.
    """
    gather_records(engine, entity)
    score_all(engine, entity, version, "scored_evidence")
    looking = Looking(engine)
    link_keys(looking, entity, "chart_key", "linking", "chart_bearer", "true")
    link_versions(looking, entity, "chart_version", "linking")
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE chart_edge AS
            SELECT a, b FROM chart_key UNION ALL SELECT a, b FROM chart_version
            UNION ALL SELECT vertex, vertex FROM linking"""
    )
    connected_components(engine, "chart_edge", "chart_component")
    truths: dict[int, str] = {}
    if truth is not None:
        truths = dict(engine.execute(f"SELECT mention_id, true_id FROM {truth}").fetchall())
    members = engine.execute(
        "SELECT vertex, label FROM chart_component WHERE vertex IN (SELECT vertex FROM linking)"
    ).fetchall()
    edges = engine.execute(
        """SELECT match_weight, x.label, y.label FROM scored_evidence e
            JOIN chart_component x ON x.vertex = e.a JOIN chart_component y ON y.vertex = e.b
            WHERE veto IS NULL ORDER BY match_weight DESC, e.a, e.b"""
    ).fetchall()
    low = entity.model.review
    high = max([weight for weight, _, _ in edges] or [low + 1])
    wanted = [low + (high - low) * place / (_POINTS - 1) for place in range(_POINTS)]
    return _lower(members, edges, truths, wanted)


def cluster_sizes(engine: duckdb.DuckDBPyConnection, entity: Entity, most: int = 20) -> list[tuple[int, int]]:
    """(departmental records, entities that have so many); the last one stands for all above."""
    return engine.execute(
        f"""SELECT least(records, {most:d}) AS size, count(*) FROM (
                SELECT m.{entity.id_column}, count(DISTINCT (r.source, r.source_key, m.role)) AS records
                FROM {entity.qualified}_mention m JOIN {entity.schema}.source_record r ON r.record_id = m.record_id
                GROUP BY m.{entity.id_column})
            GROUP BY size ORDER BY size"""
    ).fetchall()


def _lower(
    members: Iterable[tuple[int, int]],
    edges: Sequence[tuple[float, int, int]],
    truths: dict[int, str],
    wanted: Sequence[float],
) -> list[Point]:
    """Lower the threshold step by step, joining clusters as it passes their evidence."""
    parent: dict[int, int] = {}
    content: dict[int, Counter[str]] = {}
    for vertex, label in members:
        parent.setdefault(label, label)
        counted = content.setdefault(label, Counter())
        if vertex in truths:
            counted[truths[vertex]] += 1
    everything = Counter(truths[vertex] for vertex, _ in members if vertex in truths)
    true = sum(_pairs(size) for size in everything.values())
    said = sum(_pairs(counted.total()) for counted in content.values())
    both = sum(_pairs(size) for counted in content.values() for size in counted.values())
    entities, place = len(content), 0
    points = []
    for threshold in sorted(wanted, reverse=True):
        while place < len(edges) and edges[place][0] >= threshold - 1e-9:
            _, one, other = edges[place]
            place += 1
            one, other = _find(parent, one), _find(parent, other)
            if one == other:
                continue
            if len(content[one]) < len(content[other]):
                one, other = other, one
            large, small = content[one], content.pop(other)
            said += large.total() * small.total()
            both += sum(size * large[name] for name, size in small.items())
            large.update(small)
            parent[other] = one
            entities -= 1
        precision = both / said if truths and said else None
        recall = both / true if truths and true else None
        points.append(Point(threshold, place, entities, precision, recall))
    return points[::-1]


def _find(parent: dict[int, int], vertex: int) -> int:
    while parent[vertex] != vertex:
        parent[vertex] = parent[parent[vertex]]
        vertex = parent[vertex]
    return vertex


def _pairs(size: int) -> int:
    return size * (size - 1) // 2
