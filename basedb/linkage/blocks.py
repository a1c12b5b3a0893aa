"""How large blocks are, which of them are too large, and saying so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import duckdb

from basedb.linkage.keys import SEPARATOR, key_values
from basedb.linkage.model import BlockingRule, InvalidModel
from basedb.masking import mask_cell
from basedb.store.session import scalar

DEFAULT_MAX_BLOCK = BlockingRule.max_block
_REMAINDERS = 1 << 14
# Pairs that are joined in less time than their keys are counted in.
_QUICKLY_JOINED = 100_000_000


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
    """What one rule costs. heaviest: its largest block among those it compares, if it has any
    and somebody looked for it."""

    number: int
    rule: str
    pairs: int
    heaviest: Block | None


@dataclass(frozen=True)
class Candidates:
    """What came of blocking. skipped: blocks above their rule's `max_block`, by rule, largest first.

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


@dataclass(frozen=True)
class Keys:
    """Where the keys of the records to compare are.

    left, right: for a rule's number, a relation (key, vertex); right is None where the left records
    are compared among themselves only. within: whether they are at all. records: relation with the
    records of `left`, to look up the value of a block; lasting: how the keys were hashed.
    """

    rules: Sequence[BlockingRule]
    left: Callable[[int], str]
    right: Callable[[int], str] | None
    within: bool
    records: str | None
    lasting: bool = True

    def name(self, number: int) -> str:
        """The name of a rule, its number where nobody said."""
        return self.rules[number].name if number < len(self.rules) else f"#{number}"

    def max_block(self, number: int) -> int:
        """The largest block a rule compares."""
        return self.rules[number].max_block if number < len(self.rules) else DEFAULT_MAX_BLOCK


def measure(engine: duckdb.DuckDBPyConnection, keys: Keys, number: int) -> tuple[RuleSize, list[Block]]:
    """The size of rule `number`, and its blocks above `max_block`, largest first."""
    left = keys.left(number)
    inner = "own * (own - 1) // 2"
    if keys.right is None:
        blocks = f"SELECT key, count(*) AS own, own AS records, {inner} AS pairs FROM {left} GROUP BY key"
    else:
        other = f"(SELECT key, count(*) AS other FROM {keys.right(number)} GROUP BY key)"
        join = "LEFT" if keys.within else "INNER"
        pairs = f"own * met + {inner}" if keys.within else "own * met"
        # Joined before the left side is grouped: what meets nothing need not be.
        blocks = f"""SELECT key, count(*) AS own, coalesce(any_value(other), 0) AS met, own + met AS records,
                            {pairs} AS pairs
                     FROM {left} l {join} JOIN {other} USING (key) GROUP BY key"""
    blocks = f"SELECT key, records, pairs FROM ({blocks}) WHERE pairs > 0"
    engine.execute(f"CREATE OR REPLACE TEMP TABLE block_size AS {blocks}")
    most = keys.max_block(number)
    row = engine.execute(
        """SELECT coalesce(sum(pairs), 0)::BIGINT, max_by(key, (pairs, -key)), max_by(records, (pairs, -key)),
                  max(pairs) FROM block_size WHERE records <= ?""",
        [most],
    ).fetchone()
    assert row is not None
    pairs, key, records, largest = row
    heaviest = None if key is None else _block(engine, keys, number, (key, records, largest))
    apart = engine.execute(
        "SELECT key, records, pairs FROM block_size WHERE records > ? ORDER BY pairs DESC, key", [most]
    ).fetchall()
    engine.execute("DROP TABLE block_size")
    skipped = [_block(engine, keys, number, found) for found in apart]
    return RuleSize(number, keys.name(number), pairs, heaviest), skipped


def measure_all(
    engine: duckdb.DuckDBPyConnection, keys: Keys, numbers: Iterable[int], *, briefly: bool = False
) -> Candidates:
    """The sizes of some rules. briefly: `heaviest` may be left out where that is faster."""
    found = []
    for number in numbers:
        small = _surely_small(engine, keys, number) if briefly else None
        found.append((small, []) if small is not None else measure(engine, keys, number))
    return Candidates([size for size, _ in found], [block for _, blocks in found for block in blocks])


def _surely_small(engine: duckdb.DuckDBPyConnection, keys: Keys, number: int) -> RuleSize | None:
    """The size of a rule between two tables if none of its blocks can be above `max_block`.

    Counting the records of some thousand remainders of keys bounds the records of every key, and the pairs
    of all, at a tenth of the price of counting every key.
    """
    if keys.right is None or keys.within:
        return None
    left, right = keys.left(number), keys.right(number)
    shares = "SELECT key % {} AS share, count(*) AS records FROM {} GROUP BY share"
    row = engine.execute(
        f"""SELECT max(l.records + r.records), sum(l.records * r.records)
            FROM ({shares.format(_REMAINDERS, left)}) l JOIN ({shares.format(_REMAINDERS, right)}) r USING (share)"""
    ).fetchone()
    assert row is not None
    most, bound = row
    if most is None:
        return RuleSize(number, keys.name(number), 0, None)
    if most > keys.max_block(number) or bound > _QUICKLY_JOINED:
        return None
    pairs = scalar(engine, f"SELECT count(*) FROM {left} l JOIN {right} r USING (key)")
    return RuleSize(number, keys.name(number), pairs, None)


def _block(engine: duckdb.DuckDBPyConnection, keys: Keys, number: int, found: tuple[int, int, int]) -> Block:
    key, records, pairs = found
    value = ""
    if keys.records is not None and number < len(keys.rules):
        members = f"SELECT vertex FROM {keys.left(number)} WHERE key = {key}"
        source = f"(SELECT * FROM {keys.records} WHERE vertex = (SELECT min(vertex) FROM ({members})))"
        row = engine.execute(key_values(keys.rules[number], source, key, lasting=keys.lasting)).fetchone()
        if row is not None:
            value = " | ".join(mask_cell(part) for part in row[0].split(SEPARATOR)[1:])
    return Block(keys.name(number), key, records, pairs, value)
