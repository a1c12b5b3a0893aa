"""How large blocks are, which of them are too large, and saying so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from basedb.linkage.keys import key_query
from basedb.linkage.model import BlockingRule, InvalidModel
from basedb.masking import mask_cell

DEFAULT_MAX_BLOCK = BlockingRule.max_block


@dataclass(frozen=True)
class Block:
    """Records with one key. value: the parts of the key, masked; empty where nobody could look."""

    rule: str
    key: int
    records: int
    pairs: int
    value: str = ""


@dataclass(frozen=True)
class RuleSize:
    """What one rule costs. heaviest: its largest block among those it compares, if it has any."""

    number: int
    rule: str
    pairs: int
    heaviest: Block | None


@dataclass(frozen=True)
class Candidates:
    """What came of blocking. skipped: blocks above their rule's `max_block`, largest first.

    None of their pairs is compared by that rule; who calls must tell somebody.
    """

    sizes: list[RuleSize]
    skipped: list[Block]

    @property
    def estimate(self) -> int:
        """Pairs of all rules together; a pair that two keys make counts twice."""
        return sum(size.pairs for size in self.sizes)


class TooManyPairs(InvalidModel):
    """Blocking would make more pairs than allowed. sizes: what every rule would make."""

    def __init__(self, sizes: Sequence[RuleSize], limit: int) -> None:
        self.sizes = list(sizes)
        self.limit = limit
        worst = max(sizes, key=lambda size: size.pairs)
        total = sum(size.pairs for size in sizes)
        zh = en = ""
        if worst.heaviest is not None:
            block = worst.heaviest
            shown = block.value or f"#{block.key}"
            zh = f"，其中最大的块（{shown}）有 {block.records:,} 条记录、{block.pairs:,} 对"
            en = f"; its largest block ({shown}) has {block.records:,} records and {block.pairs:,} pairs"
        super().__init__(
            f"分块将产生 {total:,} 对记录，超过上限 {limit:,}；规则 {worst.rule} 占 {worst.pairs:,} 对{zh}。"
            "请给该规则的键增加列或条件、调低 max_block，或在确认后用 force 继续"
            f" / blocking would make {total:,} pairs, more than the limit of {limit:,};"
            f" rule {worst.rule} makes {worst.pairs:,}{en}."
            " Add a column or a condition to its key, lower its max_block, or go ahead with force"
        )


def measure_blocks(
    engine: duckdb.DuckDBPyConnection,
    left: str,
    right: str | None,
    rules: Sequence[BlockingRule],
    within: bool,
    result: str,
) -> None:
    """Create TEMP table `result` (rule, key, vertex, records, pairs, apart), a row per block that
    makes pairs. vertex: one of its records; apart: it is larger than its rule allows."""
    inner = "own * (own - 1) // 2" if within else "0"
    allowed = f"coalesce(list_extract([{_max_blocks(rules)}], rule + 1), {DEFAULT_MAX_BLOCK})"
    blocks = f"""
        SELECT any_value(rule) AS rule, key, min(vertex) AS vertex, count(*) AS own, 0 AS other
        FROM {left} GROUP BY key"""
    if right is not None:
        blocks = f"""
            SELECT * REPLACE (coalesce(o.other, 0) AS other) FROM (SELECT * EXCLUDE (other) FROM ({blocks}))
            LEFT JOIN (SELECT key, count(*) AS other FROM {right} GROUP BY key) o USING (key)"""
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {result} AS
            SELECT rule, key, vertex, own + other AS records, {inner} + own * other AS pairs,
                   own + other > {allowed} AS apart
            FROM ({blocks}) WHERE {inner} + own * other > 0"""
    )


def set_apart(
    engine: duckdb.DuckDBPyConnection, blocks: str, rules: Sequence[BlockingRule], records: str | None
) -> Candidates:
    """Sum up what `measure_blocks` left, and leave TEMP table `block_apart` (key)."""
    engine.execute(f"CREATE OR REPLACE TEMP TABLE block_apart AS SELECT key FROM {blocks} WHERE apart")
    skipped = engine.execute(
        f"SELECT rule, key, vertex, records, pairs FROM {blocks} WHERE apart ORDER BY pairs DESC, rule, key"
    ).fetchall()
    summed = {
        rule: (pairs, heaviest)
        for rule, pairs, heaviest in engine.execute(
            f"""SELECT rule, sum(pairs)::BIGINT, max_by((key, vertex, records, pairs), (pairs, -key))
                FROM {blocks} WHERE NOT apart GROUP BY rule"""
        ).fetchall()
    }
    sizes = []
    for number in range(max([len(rules), *(rule + 1 for rule in summed)])):
        pairs, heaviest = summed.get(number, (0, None))
        block = None if heaviest is None else _block(engine, number, tuple(heaviest), rules, records)
        sizes.append(RuleSize(number, _name(rules, number), pairs, block))
    return Candidates(sizes, [_block(engine, rule, tuple(rest), rules, records) for rule, *rest in skipped])


def _block(
    engine: duckdb.DuckDBPyConnection,
    number: int,
    found: tuple[int, ...],
    rules: Sequence[BlockingRule],
    records: str | None,
) -> Block:
    key, vertex, size, pairs = found
    value = ""
    if records is not None and number < len(rules):
        rule = rules[number]
        parts = ", ".join(f"p{part}" for part in range(len(rule.key)))
        for lasting in (True, False):
            row = engine.execute(
                f"""SELECT {parts} FROM ({
                    key_query(rule, f"(FROM {records} WHERE vertex = {vertex})", lasting=lasting, columns="*")
                }) WHERE key = {key} LIMIT 1"""
            ).fetchone()
            if row is not None:
                value = " | ".join(mask_cell(str(part)) for part in row)
                break
    return Block(_name(rules, number), key, size, pairs, value)


def _name(rules: Sequence[BlockingRule], number: int) -> str:
    return rules[number].name if number < len(rules) else f"#{number}"


def _max_blocks(rules: Sequence[BlockingRule]) -> str:
    return ", ".join(str(rule.max_block) for rule in rules)
