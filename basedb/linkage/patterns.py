"""Comparing pairs: the level each comparison comes out at."""

from __future__ import annotations

import duckdb

from basedb.linkage.columns import check_bindable, needed_columns
from basedb.linkage.comparing import compare_query, quoted
from basedb.linkage.model import MatchModel
from basedb.linkage.parameters import Parameters
from basedb.linkage.weights import bounds
from basedb.store.session import scalar


def compare_pairs(
    engine: duckdb.DuckDBPyConnection,
    model: MatchModel,
    pairs: str,
    records: str,
    result: str,
    standing: str | None = None,
    *,
    parameters: Parameters | None = None,
    at_least: float | None = None,
    tf: str | None = None,
) -> None:
    """Create TEMP table `result`, a row per pair of table `pairs` (a, b, rule).

    Columns: a, b, rule; ``g_<comparison>`` TINYINT, the index of the level in declared order;
    ``c_<constraint>`` BOOLEAN, whether its condition holds; ``tf_<column>_l`` and ``_r``, the values
    whose term frequency adjusts the weight, where the pair came out at a level that has one. Record a
    is ``l`` in the conditions, b is ``r``. records, standing: relations with `vertex` and the columns
    the model reads; every vertex of a pair must be in one of them once (LookupError if not).
    parameters, at_least: leave out pairs that cannot reach this match weight, which is a good deal
    faster; those that must link are kept. tf: the term frequencies they will be scored with.
    InvalidModel, before anything runs, names a level whose condition reads a column that is not there.
    """
    columns = needed_columns(engine, model, records)
    listed = ", ".join(["vertex", *map(quoted, columns)])
    source = f"(SELECT {listed} FROM {records})"
    if standing is not None:
        asked = f"(SELECT a FROM {pairs} UNION ALL SELECT b FROM {pairs})"
        stands = f"SELECT {listed} FROM {standing} WHERE vertex IN {asked}"
        source = f"(SELECT {listed} FROM {records} UNION ALL {stands})"
    limit = None
    if at_least is not None:
        if parameters is None:
            raise ValueError("at_least needs parameters")
        parameters.check(model)
        limit = bounds(engine, model, parameters, at_least, tf)
    query = compare_query(
        engine,
        model,
        f"FROM {pairs} p JOIN {source} l ON l.vertex = p.a JOIN {source} r ON r.vertex = p.b",
        {"a": "p.a", "b": "p.b", "rule": "p.rule"},
        limit,
    )
    if limit is not None:
        _check_present(engine, pairs, source)
    try:
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {result} AS {query}")
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException):
        # Asked of every condition alone, and only now: that takes longer than to compare a few pairs.
        check_bindable(engine, model, records)
        raise
    if limit is None:
        made, asked_for = (scalar(engine, f"SELECT count(*) FROM {table}") for table in (result, pairs))
        if made != asked_for:
            raise _not_there(asked_for, made)


def _check_present(engine: duckdb.DuckDBPyConnection, pairs: str, source: str) -> None:
    asked = scalar(engine, f"SELECT count(*) FROM {pairs}")
    there = f"(SELECT vertex FROM {source} s)"
    found = scalar(
        engine,
        f"SELECT count(*) FROM {pairs} WHERE a IN (FROM {there}) AND b IN (FROM {there})",
    )
    if found != asked:
        raise _not_there(asked, found)


def _not_there(asked: int, made: int) -> LookupError:
    return LookupError(
        f"{asked} 对记录比较后成为 {made} 对：有的记录不在输入中，或重复出现"
        f" / {asked} pairs became {made}: a record is not in the input, or is there more than once"
    )
