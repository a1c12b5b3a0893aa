"""From levels to match weights, and why a pair has the weight it has.

The match weight is the log2 of the posterior odds: that of the prior odds, and for every comparison
log2(m/u) of its level, adjusted for the frequency of the value where the level says so (Fellegi and
Sunter 1969; the adjustment as Splink makes it).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from basedb.linkage.columns import comparison_columns, relation_columns
from basedb.linkage.comparing import tf_levels
from basedb.linkage.model import Comparison, Constraint, InvalidModel, MatchModel
from basedb.linkage.parameters import SMALLEST, Parameters
from basedb.linkage.patterns import compare_pairs
from basedb.linkage.weights import most_weights, number, rarest_frequencies, reference_u


@dataclass(frozen=True)
class Step:
    """One comparison's part in a match weight. left, right: the values it read, by column."""

    comparison: str
    zh: str
    level: str
    level_zh: str
    missing: bool
    m: float
    u: float
    weight: float
    adjustment: float
    left: dict[str, Any]
    right: dict[str, Any]


@dataclass(frozen=True)
class Explanation:
    """Why records `a` and `b` have their match weight: the prior's, and what every step adds to it."""

    a: int
    b: int
    prior_weight: float
    steps: tuple[Step, ...]
    match_weight: float
    constraints: tuple[str, ...]


def score_pairs(
    engine: duckdb.DuckDBPyConnection,
    model: MatchModel,
    parameters: Parameters,
    compared: str,
    result: str,
    tf: str | None = None,
    *,
    at_least: float | None = None,
) -> None:
    """Create TEMP table `result` (a, b, rule, pattern TEXT, match_weight DOUBLE, c_<constraint> …).

    compared: a table of `compare_pairs`. pattern: the level indexes in the order of the comparisons,
    ``0,2,1``. tf: table of term frequencies (column_name, value, frequency); without it nothing is
    adjusted. A value that is not in the table takes the frequency of the other record's value; if
    that is not there either, the weight stays as it is. at_least: leave out pairs with less.
    """
    parameters.check(model)
    _pattern_weights(engine, model, parameters, compared, rarest_frequencies(engine, model, tf))
    code = pattern_code(model)
    constraints = "".join(f", c.c_{constraint.name}" for constraint in model.constraints)
    columns = model.tf_columns() if tf is not None else []
    must = [f"c_{item.name}" for item in model.constraints if item.kind == Constraint.MUST_LINK]
    # Sums in another order differ in the last digits; the weight itself decides below.
    reach = (
        [] if at_least is None else [f"w.most >= {number(at_least - 1e-6)}", *(f"c.{name}" for name in must)]
    )
    where = f"WHERE {' OR '.join(reach)}" if reach else ""
    values = "".join(f", c.g_{item.name}" for item in model.comparisons if columns) + "".join(
        f", c.tf_{column}_{side}" for column in columns for side in ("l", "r")
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {result} AS
            WITH based AS (
                SELECT c.a, c.b, c.rule, w.pattern, w.weight{constraints}{values}
                FROM {compared} c JOIN pattern_weight w ON w.code = {code} {where})
            SELECT c.a, c.b, c.rule, c.pattern, c.weight{_adjustments(model, parameters, columns)}
                   AS match_weight{constraints}
            FROM based c {_frequency_joins(columns, tf)}"""
    )
    engine.execute("DROP TABLE pattern_weight")
    if at_least is not None:
        stay = " OR ".join(["match_weight >= ?", *must])
        engine.execute(f"DELETE FROM {result} WHERE NOT ({stay})", [at_least])


def explain_pairs(
    engine: duckdb.DuckDBPyConnection,
    model: MatchModel,
    parameters: Parameters,
    pairs: Sequence[tuple[int, int]],
    records: str,
    tf: str | None = None,
    standing: str | None = None,
) -> list[Explanation]:
    """Why each pair of vertices has its match weight, in the order given.

    The weights are those of `score_pairs`; records, standing and tf as there and in `compare_pairs`.
    """
    ordered = [(min(pair), max(pair)) for pair in pairs]
    engine.execute("CREATE OR REPLACE TEMP TABLE asked_pair (a BIGINT, b BIGINT, rule SMALLINT)")
    if ordered:
        engine.executemany("INSERT INTO asked_pair VALUES (?, ?, NULL)", sorted(set(ordered)))
    compare_pairs(engine, model, "asked_pair", records, "asked_compared", standing)
    compared = {(row["a"], row["b"]): row for row in _rows(engine, "FROM asked_compared")}
    source = (
        f"SELECT * FROM {records} WHERE vertex IN (SELECT a FROM asked_pair UNION SELECT b FROM asked_pair)"
    )
    if standing is not None:
        source += f" UNION ALL BY NAME {source.replace(f'FROM {records} ', f'FROM {standing} ', 1)}"
    values = {row["vertex"]: row for row in _rows(engine, source)}
    names = relation_columns(engine, records)
    found = []
    for a, b in ordered:
        steps = tuple(
            _step(engine, comparison, parameters, compared[a, b], tf, (values[a], values[b]), names)
            for comparison in model.comparisons
        )
        weight = parameters.prior_weight + sum(step.weight + step.adjustment for step in steps)
        held = tuple(item.name for item in model.constraints if compared[a, b][f"c_{item.name}"])
        found.append(Explanation(a, b, parameters.prior_weight, steps, weight, held))
    for table in ("asked_pair", "asked_compared"):
        engine.execute(f"DROP TABLE {table}")
    return found


def pattern_code(model: MatchModel) -> str:
    """SQL for one number per combination of levels, over the columns ``g_<comparison>``."""
    code = "0::BIGINT"
    for comparison in model.comparisons:
        code = f"({code} * {len(comparison.levels)} + g_{comparison.name})"
    return code


def _pattern_weights(
    engine: duckdb.DuckDBPyConnection,
    model: MatchModel,
    parameters: Parameters,
    compared: str,
    rarest: dict[str, float],
) -> None:
    """TEMP table `pattern_weight` (code, pattern, weight, most), `most` with the rarest of values."""
    size = math.prod(len(comparison.levels) for comparison in model.comparisons)
    if size >= 1 << 63:
        raise InvalidModel(f"{model.name}：层级组合过多 / too many combinations of levels")
    rows = engine.execute(f"SELECT DISTINCT {pattern_code(model)} FROM {compared}").fetchall()
    weights = {
        item.name: [parameters.level_weight(item, index) for index in range(len(item.levels))]
        for item in model.comparisons
    }
    most = {item.name: most_weights(item, parameters, rarest) for item in model.comparisons}
    table: dict[str, list[Any]] = {"code": [], "pattern": [], "weight": [], "most": []}
    for (code,) in rows:
        levels = decode(model, code)
        placed = list(zip(model.comparisons, levels, strict=True))
        weight = parameters.prior_weight + sum(weights[item.name][level] for item, level in placed)
        table["code"].append(code)
        table["pattern"].append(",".join(map(str, levels)))
        table["weight"].append(weight)
        table["most"].append(parameters.prior_weight + sum(most[item.name][level] for item, level in placed))
    types = pa.schema(
        [("code", pa.int64()), ("pattern", pa.string()), ("weight", pa.float64()), ("most", pa.float64())]
    )
    engine.register("pattern_weight_given", pa.table(table, schema=types))
    engine.execute("CREATE OR REPLACE TEMP TABLE pattern_weight AS FROM pattern_weight_given")
    engine.unregister("pattern_weight_given")


def decode(model: MatchModel, code: int) -> list[int]:
    """The level of every comparison, from the number `pattern_code` made of them."""
    levels = []
    for comparison in reversed(model.comparisons):
        code, level = divmod(code, len(comparison.levels))
        levels.append(level)
    return levels[::-1]


def _frequency_joins(columns: Sequence[str], tf: str | None) -> str:
    return " ".join(
        f"""LEFT JOIN (SELECT value, frequency FROM {tf} WHERE column_name = '{column}') f_{column}_{side}
            ON f_{column}_{side}.value = c.tf_{column}_{side}"""
        for column in columns
        for side in ("l", "r")
    )


def _adjustments(model: MatchModel, parameters: Parameters, columns: Sequence[str]) -> str:
    parts = []
    for comparison in model.comparisons:
        for column in columns:
            for index in tf_levels(comparison, column):
                level = comparison.levels[index]
                left, right = (f"f_{column}_{side}.frequency" for side in ("l", "r"))
                # greatest() passes over NULL: a frequency that is not known gives way to the other.
                frequency = f"greatest({left}, {right}, {number(SMALLEST)})"
                reference = math.log2(reference_u(comparison, level, parameters))
                gain = f"{number(level.tf_weight)} * ({number(reference)} - log2({frequency}))"
                parts.append(
                    f""" + CASE WHEN c.g_{comparison.name} = {index} AND coalesce({left}, {right}) IS NOT NULL
                         THEN {gain} ELSE 0 END"""
                )
    return "".join(parts)


def _step(
    engine: duckdb.DuckDBPyConnection,
    comparison: Comparison,
    parameters: Parameters,
    compared: dict[str, Any],
    tf: str | None,
    values: tuple[dict[str, Any], dict[str, Any]],
    names: dict[str, str],
) -> Step:
    index = compared[f"g_{comparison.name}"]
    level = comparison.levels[index]
    adjustment = 0.0
    if tf is not None and level.tf and not level.missing:
        terms = [compared[f"tf_{level.tf}_{side}"] for side in ("l", "r")]
        row = engine.execute(
            f"SELECT max(frequency) FROM {tf} WHERE column_name = ? AND value IN (?, ?)", [level.tf, *terms]
        ).fetchone()
        if row is not None and row[0] is not None:
            reference = math.log2(reference_u(comparison, level, parameters))
            adjustment = level.tf_weight * (reference - math.log2(max(row[0], SMALLEST)))
    read = [names[column] for column in sorted(comparison_columns(engine, comparison))]
    return Step(
        comparison=comparison.name,
        zh=comparison.zh,
        level=level.name,
        level_zh=level.zh,
        missing=level.missing,
        m=parameters.m[comparison.name][index],
        u=parameters.u[comparison.name][index],
        weight=parameters.level_weight(comparison, index),
        adjustment=adjustment,
        left={column: values[0][column] for column in read},
        right={column: values[1][column] for column in read},
    )


def _rows(engine: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = engine.execute(query)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
