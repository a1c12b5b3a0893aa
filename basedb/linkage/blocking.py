"""Which records are compared at all: block keys, what they would cost, and the pairs they make."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from basedb.linkage.blocks import Block, Candidates, Keys, RuleSize, TooManyPairs, measure_all
from basedb.linkage.keys import check_keys, key_query, key_rules
from basedb.linkage.model import BlockingRule, InvalidModel, MatchModel, SortedNeighbourhood
from basedb.store.session import scalar

__all__ = [
    "Block",
    "Candidates",
    "RuleSize",
    "TooManyPairs",
    "block_keys",
    "candidate_pairs",
    "estimate_pairs",
    "neighbour_pairs",
]

# About as many pairs as a machine of sixteen gigabytes compares within an hour.
DEFAULT_LIMIT = 1_000_000_000


def block_keys(
    engine: duckdb.DuckDBPyConnection,
    model: MatchModel,
    records: str,
    result: str,
    rules: Sequence[BlockingRule] | None = None,
) -> None:
    """Create TEMP table `result` (rule SMALLINT, key BIGINT, vertex BIGINT), each row once.

    records: relation with `vertex` and the columns the keys read. rules: the model's blocking rules
    unless given; `rule` is the position in them. A key is a hash of the rule's name and the parts as
    text, 63 bits, the same in every store and version of the engine, so it can be kept. A record with
    a missing part has no key. InvalidModel names a rule whose key reads a column that is not there.
    """
    rules = key_rules(model) if rules is None else tuple(rules)
    check_keys(engine, model, records, rules)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {result} (rule SMALLINT, key BIGINT, vertex BIGINT)")
    for number, rule in enumerate(rules):
        try:
            engine.execute(
                f"INSERT INTO {result} SELECT {number}, key, vertex FROM ({key_query(rule, records)})"
            )
        except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException) as error:
            raise InvalidModel(
                f"{model.name}：分块规则 {rule.name} 无法执行 / blocking rule {rule.name} cannot be run: {error}"
            ) from error


def estimate_pairs(
    engine: duckdb.DuckDBPyConnection,
    left_keys: str,
    right_keys: str | None = None,
    *,
    rules: Sequence[BlockingRule] = (),
    records: str | None = None,
    within: bool = True,
) -> list[RuleSize]:
    """How many pairs each rule would make, from the sizes of its blocks, without making any.

    left_keys, right_keys: tables of `block_keys`. Pairs are those within `left_keys` (unless `within`
    is false) and those between it and `right_keys`; a pair that two keys make counts twice. rules:
    those the keys were made of, for names and `max_block`. records: where to look up the value of the
    heaviest block, which is masked; without it the value stays empty.
    """
    keys = _keys(left_keys, right_keys, rules, records, within)
    return measure_all(engine, keys, _rule_numbers(engine, left_keys, rules)).sizes


def candidate_pairs(
    engine: duckdb.DuckDBPyConnection,
    new_keys: str,
    standing_keys: str | None,
    result: str,
    *,
    rules: Sequence[BlockingRule] = (),
    records: str | None = None,
    limit: int = DEFAULT_LIMIT,
    force: bool = False,
    within: bool = True,
) -> Candidates:
    """Create TEMP table `result` (a BIGINT, b BIGINT, rule SMALLINT) of the pairs to compare.

    Each pair once, a < b, with the first rule that makes it: pairs of two new records (unless `within`
    is false) and of a new with a standing one (`standing_keys` None: there are none). Standing keys
    are read once, whatever their number. Blocks larger than their rule's `max_block`, counted over new
    and standing together, make no pairs and are returned as `skipped`. TooManyPairs where the estimate
    is above `limit`, unless `force`. Other arguments as in `estimate_pairs`.
    """
    if standing_keys is not None:
        engine.execute(
            f"""CREATE OR REPLACE TEMP TABLE standing_key AS
                SELECT rule, key, vertex FROM {standing_keys} WHERE key IN (SELECT key FROM {new_keys})"""
        )
    standing = "standing_key" if standing_keys is not None else None
    keys = _keys(new_keys, standing, rules, records, within)
    found = measure_all(engine, keys, _rule_numbers(engine, new_keys, rules))
    if not force and found.estimate > limit:
        raise TooManyPairs(found.sizes, limit)
    apart = ", ".join(str(block.key) for block in found.skipped) or "NULL"
    _make_pairs(engine, new_keys, standing, result, within, apart)
    if standing is not None:
        engine.execute("DROP TABLE standing_key")
    return found


def _make_pairs(
    engine: duckdb.DuckDBPyConnection, new: str, standing: str | None, result: str, within: bool, apart: str
) -> None:
    kept = "(SELECT * FROM {keys}" + (f" WHERE key NOT IN ({apart}))" if apart != "NULL" else ")")
    left = kept.format(keys=new)
    parts = []
    if within:
        parts.append(
            f"""SELECT l.vertex AS a, r.vertex AS b, l.rule FROM {left} l
                JOIN {left} r ON l.key = r.key AND l.vertex < r.vertex"""
        )
    if standing is not None:
        parts.append(
            f"""SELECT least(l.vertex, r.vertex), greatest(l.vertex, r.vertex), l.rule FROM {left} l
                JOIN {kept.format(keys=standing)} r ON l.key = r.key AND l.vertex <> r.vertex"""
        )
    if not parts:
        parts = ["SELECT NULL::BIGINT, NULL::BIGINT, NULL::SMALLINT WHERE false"]
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {result} AS
            SELECT a, b, min(rule)::SMALLINT AS rule FROM ({" UNION ALL ".join(parts)}) made(a, b, rule)
            GROUP BY a, b"""
    )


def neighbour_pairs(
    engine: duckdb.DuckDBPyConnection, rule: SortedNeighbourhood, records: str, result: str, number: int = 0
) -> None:
    """Create TEMP table `result` as `candidate_pairs` does, of the pairs of a sorted neighbourhood.

    Records in which the order or a column of `within` is missing are in no pair; equal orders stand
    by vertex. `number` is the value of `rule`. For one-off jobs only, see `SortedNeighbourhood`.
    """
    if rule.window < 2:
        raise InvalidModel(
            f"规则 {rule.name} 的窗口 {rule.window} 小于 2 / the window of {rule.name} is below 2"
        )
    present = " AND ".join(f"({part}) IS NOT NULL" for part in (rule.order_by, *rule.within))
    partition = f"PARTITION BY {', '.join(rule.within)} " if rule.within else ""
    ahead = ", ".join(f"lead(vertex, {step}) OVER place" for step in range(1, rule.window))
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {result} AS
            SELECT least(vertex, other) AS a, greatest(vertex, other) AS b, {number}::SMALLINT AS rule
            FROM (
                SELECT vertex, unnest([{ahead}]) AS other FROM {records} WHERE {present}
                WINDOW place AS ({partition}ORDER BY {rule.order_by}, vertex))
            WHERE other IS NOT NULL"""
    )


def _keys(
    left: str, right: str | None, rules: Sequence[BlockingRule], records: str | None, within: bool
) -> Keys:
    def of(table: str, number: int) -> str:
        return f"(SELECT key, vertex FROM {table} WHERE rule = {number})"

    return Keys(
        rules,
        lambda number: of(left, number),
        None if right is None else lambda number: of(right, number),
        within,
        records,
    )


def _rule_numbers(engine: duckdb.DuckDBPyConnection, keys: str, rules: Sequence[BlockingRule]) -> range:
    return range(max(len(rules), scalar(engine, f"SELECT coalesce(max(rule) + 1, 0) FROM {keys}")))
