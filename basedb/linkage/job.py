"""A job on tables, once: find the pairs that match, within one table or between two, and cluster them.

For linking files that are no source of a store, for training and for measuring. Records that come night
by night are linked in the load, which keeps identity stable; this does not.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import duckdb

from basedb.linkage.blocking import DEFAULT_LIMIT, neighbour_pairs
from basedb.linkage.blocks import Block, RuleSize, TooManyPairs
from basedb.linkage.columns import check_bindable
from basedb.linkage.comparing import compare_query, quoted
from basedb.linkage.components import connected_components
from basedb.linkage.estimate import drop_prepared, estimate_keyed, prepare, term_frequencies
from basedb.linkage.keyed import Keyed, set_apart
from basedb.linkage.keys import key_rules
from basedb.linkage.learning import training_rules
from basedb.linkage.model import BlockingRule, Constraint, InvalidModel, MatchModel, SortedNeighbourhood
from basedb.linkage.parameters import Parameters
from basedb.linkage.score import score_pairs
from basedb.linkage.sieve import sieve
from basedb.linkage.training import Estimate
from basedb.linkage.weights import Bounds, bounds
from basedb.store.session import scalar

# Records of the smaller side that are joined at a time; beyond that a rule's keys are taken in parts.
_AT_A_TIME = 4_000_000


@dataclass(frozen=True)
class Linked:
    """What a job did. pairs: with a match weight from `review` on; links: those of them that link;
    clusters: of two records or more; disputed: clusters in which two records that must not link meet.
    sizes, skipped: see `blocking.Candidates`; skipped blocks were not compared, somebody must know.
    seconds: by step.
    """

    parameters: Parameters
    estimate: Estimate | None
    sizes: list[RuleSize]
    skipped: list[Block]
    pairs: int
    links: int
    clusters: int
    disputed: int
    seconds: dict[str, float] = field(default_factory=dict)


def link_tables(
    engine: duckdb.DuckDBPyConnection,
    model: MatchModel,
    left: str,
    right: str | None = None,
    parameters: Parameters | None = None,
    *,
    tf: str | None = None,
    prior: float | None = None,
    deterministic: Sequence[BlockingRule] = (),
    recall: float = 0.8,
    max_pairs: int = 1_000_000,
    seed: int = 1,
    limit: int = DEFAULT_LIMIT,
    force: bool = False,
    at_a_time: int = _AT_A_TIME,
) -> Linked:
    """Link `left` with `right`, or find the duplicates in `left` if `right` is None.

    left, right: relations with `vertex` BIGINT, unique over both, and the columns the model's `records`
    read. parameters: learnt from the tables if None, with prior, deterministic, recall, max_pairs and
    seed as in `estimate`. tf: table of term frequencies; counted in the tables if None. limit, force: as
    in `candidate_pairs`.

    Leaves TEMP tables `scored_pair` (as `score_pairs` does, match_weight >= `model.review` or must
    link), `link` (a, b) of the pairs that link by themselves, and `cluster` (vertex, label).
    """
    seconds: dict[str, float] = {}
    rules = tuple(dict.fromkeys((*key_rules(model), *training_rules(model), *deterministic)))
    with _timed(seconds, "prepare"):
        _compute_records(engine, model, left, "record_left")
        if right is not None:
            _compute_records(engine, model, right, "record_right")
        keyed = prepare(engine, model, "record_left", None if right is None else "record_right", rules)
        check_bindable(engine, model, keyed.left)
    with _timed(seconds, "measure"):
        measured = set_apart(engine, keyed)
        sizes = measured.sizes[: len(key_rules(model))]
        if not force and sum(size.pairs for size in sizes) > limit:
            raise TooManyPairs(keyed.measure(engine).sizes[: len(sizes)], limit)
    found = None
    with _timed(seconds, "estimate"):
        if parameters is None:
            found = estimate_keyed(
                engine,
                model,
                keyed,
                measured.sizes,
                prior=prior,
                deterministic=deterministic,
                recall=recall,
                max_pairs=max_pairs,
                seed=seed,
            )
            parameters = found.parameters
        parameters.check(model)
    with _timed(seconds, "score"):
        if tf is None and model.tf_columns():
            tf = "counted_frequency"
            term_frequencies(engine, model, keyed.left, tf, keyed.right)
        limits = bounds(engine, model, parameters, model.review, tf)
        _compare(engine, model, keyed, sizes, limits, at_a_time)
        score_pairs(engine, model, parameters, "hopeful_pair", "scored_pair", tf, at_least=model.review)
        engine.execute("DROP TABLE hopeful_pair")
    with _timed(seconds, "cluster"):
        counts = _cluster(engine, model)
        drop_prepared(engine)
        engine.execute("DROP VIEW record_left")
        engine.execute("DROP VIEW IF EXISTS record_right")
    return Linked(parameters, found, sizes, measured.skipped, *counts, seconds)


def _compute_records(engine: duckdb.DuckDBPyConnection, model: MatchModel, table: str, result: str) -> None:
    """A view of a table's records as the model sees them."""
    columns = [f"{expression} AS {quoted(name)}" for name, expression in model.records.items()]
    try:
        engine.execute(
            f"CREATE OR REPLACE TEMP VIEW {result} AS SELECT {', '.join(['vertex', *columns])} FROM {table}"
        )
    except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException) as error:
        raise InvalidModel(
            f"{model.name}：无法从 {table} 计算 records / cannot compute records from {table}: {error}"
        ) from error


def _compare(
    engine: duckdb.DuckDBPyConnection,
    model: MatchModel,
    keyed: Keyed,
    sizes: Sequence[RuleSize],
    limits: Bounds,
    at_a_time: int,
) -> None:
    """TEMP table `hopeful_pair`: the compared pairs of all rules that may reach the review threshold.

    Most pairs of a rule with many are given up as they are joined; what is left, and the pairs of rules
    with few, are put together, for fetching the records of a few pairs is cheaper than joining all.
    """
    other = keyed.right or keyed.left
    smaller = min(scalar(engine, f"SELECT count(*) FROM {table}") for table in (keyed.left, other))
    parts = max(1, -(-smaller // at_a_time))
    engine.execute("CREATE OR REPLACE TEMP TABLE promising_pair (l BIGINT, r BIGINT, rule SMALLINT)")
    many = [size for size in sizes if size.pairs > smaller]
    sieved = sieve(engine, model, keyed, many) if many else None
    for size in sizes:
        for part in ((number, parts) for number in range(parts)):
            if sieved is not None and size in many:
                pairs = sieved.pairs(engine, model, size.number, limits, part)
            else:
                source = keyed.join(size.number, part=part)
                pairs = f"SELECT l.vertex AS l_vertex, r.vertex AS r_vertex {source}"
            _add_promising(engine, f"SELECT *, {size.number} FROM ({pairs})")
    if sieved is not None:
        sieved.drop(engine)
    _add_neighbours(engine, model, keyed)
    source = f"FROM promising_pair p JOIN {keyed.left} l ON l.vertex = p.l JOIN {other} r ON r.vertex = p.r"
    head = {"a": "least(l.vertex, r.vertex)", "b": "greatest(l.vertex, r.vertex)", "rule": "p.rule"}
    query = compare_query(engine, model, source, head, limits)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE hopeful_pair AS {query}")
    engine.execute("DROP TABLE promising_pair")


def _add_neighbours(engine: duckdb.DuckDBPyConnection, model: MatchModel, keyed: Keyed) -> None:
    """Add the pairs of sorted neighbourhoods to `promising_pair`."""
    first = len(key_rules(model))
    rules = [rule for rule in model.blocking if isinstance(rule, SortedNeighbourhood)]
    records = "record_left"
    if keyed.right is not None:
        records = "(FROM record_left UNION ALL FROM record_right)"
    for number, rule in enumerate(rules, start=first):
        neighbour_pairs(engine, rule, records, "neighbour_pair", number)
        met = "(SELECT a AS l, b AS r, rule FROM neighbour_pair)"
        if keyed.right is not None:
            met = f"(FROM {met} UNION ALL SELECT b, a, rule FROM neighbour_pair)"
        _add_promising(
            engine,
            f"""SELECT p.l AS l_vertex, p.r AS r_vertex, p.rule FROM {met} p
                JOIN {keyed.left} l ON l.vertex = p.l
                JOIN {keyed.right or keyed.left} r ON r.vertex = p.r""",
        )
        engine.execute("DROP TABLE neighbour_pair")


def _add_promising(engine: duckdb.DuckDBPyConnection, pairs: str) -> None:
    """Add pairs (l_vertex, r_vertex, rule) to `promising_pair`, those left out that are there already."""
    engine.execute(
        f"""INSERT INTO promising_pair FROM ({pairs}) p
            ANTI JOIN promising_pair e ON e.l = p.l_vertex AND e.r = p.r_vertex"""
    )


def _cluster(engine: duckdb.DuckDBPyConnection, model: MatchModel) -> tuple[int, int, int, int]:
    """TEMP tables `link` and `cluster`; how many pairs, links, clusters and disputed clusters."""
    must, cannot = (
        " OR ".join(f"c_{item.name}" for item in model.constraints if item.kind == kind) or "false"
        for kind in (Constraint.MUST_LINK, Constraint.CANNOT_LINK)
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE link AS SELECT a, b FROM scored_pair
            WHERE (match_weight >= {model.auto_link!r} OR {must}) AND NOT ({cannot})"""
    )
    connected_components(engine, "link", "cluster")
    disputed = f"""SELECT count(DISTINCT l.label) FROM scored_pair s JOIN cluster l ON l.vertex = s.a
                   JOIN cluster r ON r.vertex = s.b AND r.label = l.label WHERE {cannot}"""
    return (
        scalar(engine, "SELECT count(*) FROM scored_pair"),
        scalar(engine, "SELECT count(*) FROM link"),
        scalar(engine, "SELECT count(DISTINCT label) FROM cluster"),
        scalar(engine, disputed),
    )


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds[step] = time.perf_counter() - start
