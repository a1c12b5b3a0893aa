"""How long the Python libraries take on what a small register holds, and how well they do it.

    pip install dedupe
    python -m benchmarks.libraries [--records 100000]

Finds the duplicates among invented people (`benchmarks._people`, a fifth of them twice), each library in
a process of its own: ours (learning without labels), recordlinkage (its ECM classifier, without labels) and
dedupe (active learning, here answered by the truth: 500 pairs of either kind). All see the same columns;
recordlinkage takes our blocking rules, dedupe learns its own.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from basedb.linkage.job import link_tables
from benchmarks._people import people
from benchmarks.linkage import DEDUPE_MODEL

_COLUMNS = ("id_number", "name", "pinyin", "born", "sex", "phone", "community", "door")
_TRAINING_PAIRS = 500


def main() -> None:
    """Make the records, let every library find the duplicates, print times and quality."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--child", nargs=2, metavar=("WHAT", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        what, file = arguments.child
        print(json.dumps(_timed(_LIBRARIES[what], file)))
        return
    with tempfile.TemporaryDirectory(prefix="basedb-bench-") as folder:
        file = str(Path(folder) / "people.duckdb")
        with duckdb.connect(file) as engine:
            people(engine, arguments.records, 1, repeated=0.2)
        found = {what: _run(what, file) for what in _LIBRARIES}
    ours = found["basedb"]["seconds"]
    for what, run in found.items():
        print(
            f"{what:14}{run['seconds']:9.1f} s {run['seconds'] / ours:8.1f} x {run['gib']:6.2f} GiB"
            f"   precision {run['precision']:.5f}  recall {run['recall']:.5f}  F1 {run['f1']:.5f}"
        )


def _run(what: str, file: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.libraries", "--child", what, file]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


Clusters = pd.DataFrame  # vertex, label


def _timed(
    library: Callable[[duckdb.DuckDBPyConnection], tuple[float, Clusters]], file: str
) -> dict[str, Any]:
    with duckdb.connect() as engine:
        engine.execute(f"ATTACH '{file}' AS made (READ_ONLY)")
        engine.execute("CREATE TABLE people AS FROM made.people_left")
        seconds, clusters = library(engine)
        engine.register("found_cluster", clusters)
        said, true, both = engine.execute(
            """WITH judged AS (SELECT p.person, coalesce(c.label, -p.vertex - 1) AS label
                FROM people p LEFT JOIN found_cluster c USING (vertex)),
            pairs AS (SELECT sum(n * (n - 1) / 2) AS pairs FROM (SELECT count(*) AS n FROM judged GROUP BY label)),
            truly AS (SELECT sum(n * (n - 1) / 2) AS pairs FROM (SELECT count(*) AS n FROM judged GROUP BY person)),
            right_ones AS (SELECT sum(n * (n - 1) / 2) AS pairs FROM (
                SELECT count(*) AS n FROM judged GROUP BY person, label))
            SELECT pairs.pairs, truly.pairs, right_ones.pairs FROM pairs, truly, right_ones"""
        ).fetchall()[0]
    return {
        "seconds": seconds,
        "gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
        "precision": both / said if said else 0.0,
        "recall": both / true,
        "f1": 2 * both / (said + true),
    }


def _basedb(engine: duckdb.DuckDBPyConnection) -> tuple[float, Clusters]:
    start = time.perf_counter()
    link_tables(engine, DEDUPE_MODEL, "people", prior=1e-5)
    return time.perf_counter() - start, engine.execute("FROM cluster").df()


def _recordlinkage(engine: duckdb.DuckDBPyConnection) -> tuple[float, Clusters]:
    import recordlinkage

    frame = engine.execute("FROM people").df().set_index("vertex")
    frame["year"] = frame["born"].str[:4]
    start = time.perf_counter()
    indexer = recordlinkage.Index()
    for keys in (
        ["id_number"], ["name", "born"], ["phone"], ["pinyin", "community"], ["name", "year"], ["community", "door"],
    ):  # fmt: skip
        indexer.block(keys)
    compare = recordlinkage.Compare(n_jobs=2)
    compare.string("name", "name", method="jarowinkler", threshold=0.8, label="name")
    compare.string("born", "born", method="levenshtein", threshold=0.9, label="born")
    compare.string("id_number", "id_number", method="levenshtein", threshold=0.85, label="id_number")
    for column in ("pinyin", "sex", "phone", "community", "door"):
        compare.exact(column, column, label=column)
    features = compare.compute(indexer.index(frame), frame)
    matches = recordlinkage.ECMClassifier(binarize=0.5).fit_predict(features)
    clusters = _components(
        engine, pd.DataFrame({"a": matches.get_level_values(0), "b": matches.get_level_values(1)})
    )
    return time.perf_counter() - start, clusters


def _dedupe(engine: duckdb.DuckDBPyConnection) -> tuple[float, Clusters]:
    import dedupe
    from dedupe import variables

    frame = engine.execute("FROM people").df()
    truth = dict(zip(frame["vertex"], frame["person"], strict=True))
    records = {
        row["vertex"]: {name: None if pd.isna(row[name]) else str(row[name]) for name in _COLUMNS}
        for row in frame.to_dict("records")
    }
    start = time.perf_counter()
    _mend_canopies()
    fields = [variables.String(name, has_missing=True) for name in ("name", "id_number", "pinyin")]
    fields += [variables.ShortString(name, has_missing=True) for name in ("born", "phone")]
    fields += [variables.Exact(name, has_missing=True) for name in ("sex", "community", "door")]
    learner = dedupe.Dedupe(fields, num_cores=2)
    learner.prepare_training(records, sample_size=5000)
    learner.mark_pairs(_answers(records, truth))
    learner.train()
    clusters = learner.partition(records, threshold=0.5)
    rows = [(vertex, label) for label, (members, _) in enumerate(clusters) for vertex in members]
    return time.perf_counter() - start, pd.DataFrame(rows, columns=["vertex", "label"])


class _Union(dict[int, float]):
    """What dedupe 3.0.3 asks of a union of lists, which today's BTrees have no more."""

    def byValue(self, least: float) -> list[tuple[float, int]]:
        return sorted(((weight, place) for place, weight in self.items() if weight >= least), reverse=True)


def _mend_canopies() -> None:
    from dedupe import canopy_index

    union = canopy_index.mass_weightedUnion
    canopy_index.mass_weightedUnion = lambda lists: _Union(union(lists))


def _answers(records: dict[int, dict[str, Any]], truth: dict[int, int]) -> Any:
    """What a clerk would have answered: pairs of one person, and of two who are alike."""
    draw = random.Random(1)
    by_person: dict[int, list[int]] = {}
    by_name: dict[Any, list[int]] = {}
    for vertex, record in records.items():
        by_person.setdefault(truth[vertex], []).append(vertex)
        by_name.setdefault(record["name"], []).append(vertex)
    match = [(records[g[0]], records[g[1]]) for g in by_person.values() if len(g) > 1]
    alike = [tuple(draw.sample(g, 2)) for g in by_name.values() if len(g) > 1]
    distinct = [(records[a], records[b]) for a, b in alike if truth[a] != truth[b]]
    return {
        "match": draw.sample(match, min(_TRAINING_PAIRS, len(match))),
        "distinct": draw.sample(distinct, min(_TRAINING_PAIRS, len(distinct))),
    }


def _components(engine: duckdb.DuckDBPyConnection, pairs: pd.DataFrame) -> Clusters:
    from basedb.linkage.components import connected_components

    engine.execute("CREATE OR REPLACE TEMP TABLE matched AS FROM pairs")
    connected_components(engine, "matched", "matched_cluster")
    return engine.execute("FROM matched_cluster").df()


_LIBRARIES: dict[str, Callable[[duckdb.DuckDBPyConnection], tuple[float, Clusters]]] = {
    "basedb": _basedb,
    "recordlinkage": _recordlinkage,
    "dedupe": _dedupe,
}


if __name__ == "__main__":
    main()
