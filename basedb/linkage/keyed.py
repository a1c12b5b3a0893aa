"""Records with their block keys beside them, for jobs that hold all records at once.

A rule's pairs come straight out of one join, with the columns to compare at hand; a pair an earlier
rule makes is told by its keys, so nothing need be remembered of the pairs made before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from basedb.linkage.blocks import Candidates, Keys, measure_all
from basedb.linkage.comparing import quoted
from basedb.linkage.keys import has_several, key_column
from basedb.linkage.model import BlockingRule

_KEY = "block_key_"
# SQL for what a keyed table has besides its keys.
RECORD_COLUMNS = f"COLUMNS(lambda name: NOT starts_with(name, '{_KEY}'))"


@dataclass(frozen=True)
class Keyed:
    """Tables of records with a key column for every rule.

    left, right: their names; right None where the left records are compared among themselves,
    otherwise left ones are compared with right ones only. records: where the left ones come from, with
    the columns the keys read.
    """

    left: str
    right: str | None
    rules: tuple[BlockingRule, ...]
    records: str | None = None

    def number(self, rule: BlockingRule) -> int:
        """The position of a rule."""
        return self.rules.index(rule)

    def key(self, number: int) -> str:
        """The column with the key of a rule, or the list of them if the rule `has_several`."""
        return _column(number)

    def measure(self, engine: duckdb.DuckDBPyConnection, *, briefly: bool = False) -> Candidates:
        """The size of every rule; blocks above `max_block` are `skipped`. briefly: without `heaviest`."""
        return measure_all(engine, self._keys(), range(len(self.rules)), briefly=briefly)

    def join(self, number: int, before: Sequence[int] = (), part: tuple[int, int] = (0, 1)) -> str:
        """A FROM clause over ``l`` and ``r``: the pairs of a rule, each once, l.vertex < r.vertex
        in one table.

        before: rules whose pairs to leave out. part: (i, n) takes the i-th of n parts of all keys.
        """
        rule, key = self.rules[number], _column(number)
        other = self.right or self.left
        conditions = [] if self.right is not None else ["l.vertex < r.vertex"]
        if has_several(rule):
            left, right = (f"(SELECT *, unnest({key}) AS key FROM {table})" for table in (self.left, other))
            on = "l.key = r.key"
            # Two records with several keys in common are a pair once, by the smallest of them.
            conditions.append(f"list_min(list_intersect(l.{key}, r.{key})) = l.key")
            cut = "l.key"
        else:
            left, right = self.left, other
            on = f"l.{key} = r.{key}"
            cut = f"l.{key}"
        if part[1] > 1:
            conditions += [f"{side} % {part[1]} = {part[0]}" for side in (cut, cut.replace("l.", "r.", 1))]
        if before:
            conditions.append(self.apart(before))
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"FROM {left} l JOIN {right} r ON {on}{where}"

    def apart(self, numbers: Sequence[int]) -> str:
        """A condition over ``l`` and ``r``: none of these rules makes a pair of them."""
        conditions = []
        for number in numbers:
            name = _column(number)
            several = has_several(self.rules[number])
            same = f"list_has_any(l.{name}, r.{name})" if several else f"l.{name} = r.{name}"
            conditions.append(f"({same}) IS NOT TRUE")
        return " AND ".join(conditions) or "true"

    def _keys(self) -> Keys:
        return Keys(
            self.rules,
            lambda number: self._of(self.left, number),
            None if self.right is None else lambda number: self._of(self.right or "", number),
            self.right is None,
            self.records,
            lasting=False,
        )

    def _of(self, table: str, number: int) -> str:
        key = _column(number)
        if has_several(self.rules[number]):
            return f"(SELECT unnest({key}) AS key, vertex FROM {table})"
        return f"(SELECT {key} AS key, vertex FROM {table} WHERE {key} IS NOT NULL)"


def keyed_table(
    engine: duckdb.DuckDBPyConnection,
    records: str,
    columns: Sequence[str],
    rules: Sequence[BlockingRule],
    result: str,
) -> None:
    """Create TEMP table `result`: vertex, the columns, and the keys of the rules in their order."""
    selected = ["vertex::BIGINT AS vertex", *map(quoted, columns)]
    selected += [f"{key_column(rule)} AS {_column(number)}" for number, rule in enumerate(rules)]
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {result} AS SELECT {', '.join(selected)} FROM {records}")


def set_apart(engine: duckdb.DuckDBPyConnection, keyed: Keyed) -> Candidates:
    """Measure every rule, and take the keys of skipped blocks from the records, so that nothing is
    compared by them. The sizes are without `heaviest`."""
    found = keyed.measure(engine, briefly=True)
    for number, rule in enumerate(keyed.rules):
        keys = ", ".join(str(block.key) for block in found.skipped if block.rule == rule.name)
        if not keys:
            continue
        column = _column(number)
        for table in filter(None, (keyed.left, keyed.right)):
            if has_several(rule):
                engine.execute(
                    f"""UPDATE {table} SET {column} = list_filter({column}, lambda x: x NOT IN ({keys}))
                        WHERE list_has_any({column}, [{keys}])"""
                )
            else:
                engine.execute(f"UPDATE {table} SET {column} = NULL WHERE {column} IN ({keys})")
    return found


def _column(number: int) -> str:
    return f"{_KEY}{number}"
