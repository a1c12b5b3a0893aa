"""How long linking takes, beside Splink with the same rules, comparisons and records.

    python -m benchmarks.linkage [--left 1000000] [--right 500000] [--repeat 3]
    python -m benchmarks.linkage --dedupe 10000000 [--memory 12GB]
    python -m benchmarks.linkage --standing 1000000 4000000 [--new 20000]

The job is the whole of it: learn the parameters (prior from one rule, u from a million random pairs, m
from two passes), block, score, cluster. Each run is a process of its own on the same invented records
(`benchmarks._people`), with its peak memory. The rules make about twelve million pairs of 1 M × 0.5 M
records. --standing measures what a night costs: new records against the keys of those that stand, by the
rules of the population base.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from basedb.linkage.blocking import block_keys, candidate_pairs
from basedb.linkage.job import link_tables
from basedb.linkage.keys import key_rules
from basedb.linkage.model import ELSE, AnyOf, BlockingRule, Comparison, Condition, Level, MatchModel
from basedb.linkage.parameters import defaults
from basedb.linkage.patterns import compare_pairs
from basedb.linkage.score import score_pairs
from benchmarks._people import people

TARGET_TIMES, TARGET_GIB = 5.0, 4.0
_COLUMNS = ("id_number", "name", "pinyin", "born", "sex", "phone", "community", "door")


def _missing(*columns: str) -> Level:
    either = " OR ".join(f"l.{column} IS NULL OR r.{column} IS NULL" for column in columns)
    return Level("missing", "缺失", Condition(either), missing=True)


def _level(name: str, condition: str, m: float, u: float, **more: Any) -> Level:
    return Level(name, name, Condition(condition) if condition else ELSE, m=m, u=u, **more)


MODEL = MatchModel(
    name="people",
    columns=_COLUMNS,
    records={column: column for column in _COLUMNS},
    blocking=(
        BlockingRule("id_number", "身份证号", ("id_number",)),
        BlockingRule("name_born", "姓名与出生日期", ("name", "born")),
        BlockingRule("phone", "电话", ("phone",)),
        BlockingRule("sound_community", "读音与社区", ("pinyin", "community")),
        BlockingRule("born_sex", "出生日期与性别", ("born", "sex")),
        BlockingRule("name_year", "姓名与出生年", ("name", "substr(born, 1, 4)")),
        BlockingRule("home", "住址", ("community", "door")),
    ),
    comparisons=(
        Comparison(
            "name",
            "姓名",
            (
                _missing("name"),
                _level("same", "l.name = r.name", 0.9, 0.0001, tf="name"),
                _level("sound", "l.pinyin = r.pinyin", 0.03, 0.0003),
                _level("like", "jaro_winkler_similarity(l.name, r.name) > 0.8", 0.03, 0.02),
                _level("other", "", 0.04, 0.98),
            ),
        ),
        Comparison(
            "born",
            "出生日期",
            (
                _missing("born"),
                _level("same", "l.born = r.born", 0.9, 0.0001),
                _level(
                    "swapped",
                    "substr(l.born, 1, 4) = substr(r.born, 1, 4) AND substr(l.born, 6, 2) = substr(r.born, 9, 2)"
                    " AND substr(l.born, 9, 2) = substr(r.born, 6, 2)",
                    0.02,
                    0.0001,
                ),
                _level("digit", "levenshtein(l.born, r.born) <= 1", 0.03, 0.001),
                _level("year", "substr(l.born, 1, 4) = substr(r.born, 1, 4)", 0.02, 0.01),
                _level("other", "", 0.03, 0.98),
            ),
        ),
        Comparison(
            "sex",
            "性别",
            (_missing("sex"), _level("same", "l.sex = r.sex", 0.99, 0.5), _level("other", "", 0.01, 0.5)),
        ),
        Comparison(
            "phone",
            "电话",
            (
                _missing("phone"),
                _level("same", "l.phone = r.phone", 0.7, 1e-7),
                _level("other", "", 0.3, 0.99999),
            ),
        ),
        Comparison(
            "address",
            "住址",
            (
                _missing("community", "door"),
                _level("same", "l.community = r.community AND l.door = r.door", 0.75, 0.00001),
                _level("community", "l.community = r.community", 0.05, 0.001, tf="community"),
                _level("other", "", 0.2, 0.99),
            ),
        ),
        Comparison(
            "id_number",
            "身份证号",
            (
                _missing("id_number"),
                _level("same", "l.id_number = r.id_number", 0.95, 1e-7),
                _level("like", "levenshtein(l.id_number, r.id_number) <= 2", 0.03, 1e-6),
                _level("other", "", 0.02, 0.99999),
            ),
        ),
    ),
    training=("name_born", "phone"),
)
EXACT, RECALL = MODEL.blocking[0], 0.6
# Of ten million people, eight hundred million pairs are born on one day with one sex.
DEDUPE_MODEL = replace(MODEL, blocking=tuple(rule for rule in MODEL.blocking if rule.name != "born_sex"))
# The rules of `population.matching`: none of them meets more people the more a city has of one birthday.
NIGHT_MODEL = replace(
    MODEL,
    training=(),
    blocking=(
        BlockingRule("number", "号码", ("id_number",)),
        BlockingRule("name_birth", "姓名读音、出生日期", ("pinyin", "born")),
        BlockingRule("name_place", "姓名读音、住处", ("pinyin", "community", "door")),
        BlockingRule("birth_place", "出生日期、住处", ("born", "community", "door")),
        BlockingRule("phone", "电话", ("phone",)),
        BlockingRule(
            "name_number",
            "姓名读音、半个号码",
            ("pinyin", AnyOf(("'a' || substr(id_number, 1, 12)", "'b' || substr(id_number, 13)"))),
        ),
    ),
)


def main() -> None:
    """Make the records, run what was asked for in processes of their own, print what they measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--left", type=int, default=1_000_000)
    parser.add_argument("--right", type=int, default=500_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--dedupe", type=int)
    parser.add_argument("--memory", help="limit of the engine's memory, e.g. 12GB")
    parser.add_argument("--standing", type=int, nargs="+")
    parser.add_argument("--new", type=int, default=20_000)
    parser.add_argument("--child", nargs=2, metavar=("WHAT", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        what, file = arguments.child
        print(json.dumps(_RUNS[what](file, arguments)))
        return
    with tempfile.TemporaryDirectory(prefix="basedb-bench-") as scratch:
        if arguments.dedupe:
            _dedupe(Path(scratch), arguments)
        elif arguments.standing:
            _nights(Path(scratch), arguments)
        else:
            _compare(Path(scratch), arguments)


def _compare(scratch: Path, arguments: argparse.Namespace) -> None:
    file = _made(scratch / "people.duckdb", arguments.left, arguments.right)
    best = {}
    for what in ("basedb", "splink"):
        runs = [_child(what, file) for _ in range(arguments.repeat)]
        best[what] = min(runs, key=lambda run: run["total"])
        _print(what, best[what])
    times = best["splink"]["total"] / best["basedb"]["total"]
    print(f"{times:.1f} times as fast as Splink (target {TARGET_TIMES}), target memory {TARGET_GIB} GiB")


def _dedupe(scratch: Path, arguments: argparse.Namespace) -> None:
    file = _made(scratch / "people.duckdb", arguments.dedupe, 1, repeated=0.2)
    extra = ["--memory", arguments.memory] if arguments.memory else []
    _print(f"dedupe {arguments.dedupe:,}", _child("dedupe", file, *extra))


def _nights(scratch: Path, arguments: argparse.Namespace) -> None:
    for standing in arguments.standing:
        file = _made(scratch / f"{standing}.duckdb", standing, arguments.new)
        _print(f"{arguments.new:,} against {standing:,}", _child("night", file))


def _made(file: Path, left: int, right: int, repeated: float = 0.0) -> Path:
    with duckdb.connect(str(file)) as engine:
        people(engine, left, right, repeated=repeated)
    return file


def _child(what: str, file: Path, *extra: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.linkage", "--child", what, str(file), *extra]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _print(what: str, run: dict[str, Any]) -> None:
    steps = "  ".join(f"{step} {seconds:.1f}" for step, seconds in run["seconds"].items())
    counts = "  ".join(f"{name} {value:,}" for name, value in run["counts"].items())
    print(
        f"{what}: {run['total']:.1f} s, {run['cpu']:.1f} s of processors, {run['gib']:.2f} GiB\n  {steps}\n  {counts}",
        flush=True,
    )


def _basedb(file: str, arguments: argparse.Namespace) -> dict[str, Any]:
    with _records(file, arguments.memory) as engine:
        start = time.perf_counter()
        done = link_tables(
            engine,
            MODEL,
            "people_left",
            "people_right",
            deterministic=[EXACT],
            recall=RECALL,  # type: ignore[list-item]
        )
        total = time.perf_counter() - start
        counts = {"pairs": sum(size.pairs for size in done.sizes), "scored": done.pairs}
        return _measured(total, done.seconds, counts | _quality(engine, "link", "people_right"))


def _deduped(file: str, arguments: argparse.Namespace) -> dict[str, Any]:
    with _records(file, arguments.memory) as engine:
        start = time.perf_counter()
        done = link_tables(engine, DEDUPE_MODEL, "people_left", prior=1e-7)
        total = time.perf_counter() - start
        counts = {"pairs": sum(size.pairs for size in done.sizes), "scored": done.pairs}
        return _measured(total, done.seconds, counts | _quality(engine, "link", "people_left"))


def _night(file: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """New records against the keys of standing ones, which a store keeps."""
    seconds: dict[str, float] = {}
    with _records(file, arguments.memory) as engine:
        rules, parameters = key_rules(NIGHT_MODEL), defaults(NIGHT_MODEL, 1e-6)
        block_keys(engine, NIGHT_MODEL, "people_left", "kept_key")
        start = time.perf_counter()

        def timed(step: str, work: Callable[[], Any]) -> Any:
            begun = time.perf_counter()
            found = work()
            seconds[step] = time.perf_counter() - begun
            return found

        timed("keys", lambda: block_keys(engine, NIGHT_MODEL, "people_right", "new_key"))
        timed("pairs", lambda: candidate_pairs(engine, "new_key", "kept_key", "pair", rules=rules))
        options: dict[str, Any] = {"parameters": parameters, "at_least": NIGHT_MODEL.review}
        timed(
            "compare",
            lambda: compare_pairs(
                engine, NIGHT_MODEL, "pair", "people_right", "compared", "people_left", **options
            ),
        )
        timed(
            "score",
            lambda: score_pairs(
                engine, NIGHT_MODEL, parameters, "compared", "scored", at_least=NIGHT_MODEL.review
            ),
        )
        total = time.perf_counter() - start
        counts = {
            name: engine.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]
            for name in ("kept_key", "pair", "scored")
        }
        return _measured(total, seconds, counts)


def _splink(file: str, arguments: argparse.Namespace) -> dict[str, Any]:
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    from basedb.linkage.splink_settings import to_splink

    logging.getLogger("splink").setLevel(logging.ERROR)
    settings = to_splink(MODEL, defaults(MODEL)) | {"retain_intermediate_calculation_columns": False}
    seconds: dict[str, float] = {}
    with _records(file, arguments.memory) as engine:
        for side in ("left", "right"):
            engine.execute(f"CREATE TABLE {side}_input AS SELECT * EXCLUDE (person) FROM people_{side}")
        begun = start = time.perf_counter()
        api = DuckDBAPI(connection=engine)
        linker = Linker(
            [api.register(table) for table in ("left_input", "right_input")],
            SettingsCreator.from_path_or_dict(settings),
        )
        training = linker.training
        training.estimate_probability_two_random_records_match([block_on("id_number")], recall=RECALL)
        training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for keys in (("name", "born"), ("phone",)):
            training.estimate_parameters_using_expectation_maximisation(
                block_on(*keys), estimate_without_term_frequencies=True
            )
        seconds["estimate"], begun = time.perf_counter() - begun, time.perf_counter()
        predicted = linker.inference.predict(threshold_match_weight=MODEL.review)
        seconds["score"], begun = time.perf_counter() - begun, time.perf_counter()
        linker.clustering.cluster_pairwise_predictions_at_threshold(
            predicted, threshold_match_weight=MODEL.auto_link
        )
        seconds["cluster"] = time.perf_counter() - begun
        total = time.perf_counter() - start
        engine.execute(
            f"""CREATE TEMP TABLE predicted_link AS SELECT vertex_l AS a, vertex_r AS b
                FROM {predicted.physical_name} WHERE match_weight >= {MODEL.auto_link}"""
        )
        scored = engine.execute(f"SELECT count(*) FROM {predicted.physical_name}").fetchall()[0][0]
        return _measured(
            total, seconds, {"scored": scored} | _quality(engine, "predicted_link", "people_right")
        )


_RUNS: dict[str, Callable[[str, argparse.Namespace], dict[str, Any]]] = {
    "basedb": _basedb,
    "splink": _splink,
    "dedupe": _deduped,
    "night": _night,
}


@contextmanager
def _records(file: str, memory: str | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The records in memory, as a load has them."""
    # The engine imports it when it first binds a value; it is there in any process that links.
    importlib.import_module("pandas")
    with (
        tempfile.TemporaryDirectory(prefix="basedb-bench-", dir=os.path.dirname(file)) as scratch,
        duckdb.connect() as engine,
    ):
        engine.execute(f"SET temp_directory = '{scratch}'")
        if memory:
            engine.execute(f"SET memory_limit = '{memory}'")
        engine.execute(f"ATTACH '{file}' AS made (READ_ONLY)")
        for side in ("left", "right"):
            engine.execute(f"CREATE TABLE people_{side} AS FROM made.people_{side}")
        engine.execute("DETACH made")
        yield engine


def _quality(engine: duckdb.DuckDBPyConnection, links: str, others: str) -> dict[str, int]:
    linked, right = engine.execute(
        f"""SELECT count(*), count(*) FILTER (l.person = r.person) FROM {links} k
            JOIN people_left l ON l.vertex = k.a JOIN {others} r ON r.vertex = k.b"""
    ).fetchall()[0]
    apart = "AND l.vertex < r.vertex" if others == "people_left" else ""
    true = engine.execute(
        f"SELECT count(*) FROM people_left l JOIN {others} r ON l.person = r.person {apart}"
    ).fetchall()[0][0]
    return {"links": linked, "right": right, "true": true}


def _measured(total: float, seconds: dict[str, float], counts: dict[str, int]) -> dict[str, Any]:
    gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return {"total": total, "cpu": sum(os.times()[:2]), "seconds": seconds, "counts": counts, "gib": gib}


if __name__ == "__main__":
    main()
