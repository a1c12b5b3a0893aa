"""Whether two stores hold the same: every table, row by row, but for run ids and clock times."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa
import sqlalchemy as sa

from basedb import ledger
from basedb.domain import BaseDomain
from basedb.store import Store
from basedb.store.engine import open_engine

# Which run wrote a row and when it was published say nothing about what is known.
_CLOCK = frozenset({"run_id", "published_at"})
# What these tell is of the store itself: its migrations, its runs, its readers.
_OWN = frozenset({"migration", "run", "step", "audit", "counter"})
_EXAMPLES = 5


@dataclass(frozen=True)
class TableDifference:
    """Rows of one table in the first store and the second, and how many are only in one of them.

    examples: the keys of some rows that differ.
    """

    table: str
    rows: tuple[int, int]
    only: tuple[int, int] = (0, 0)
    examples: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether the table holds the same in both."""
        return self.only == (0, 0)


@dataclass(frozen=True)
class Comparison:
    """Every compared table. `problems`: what could not be done at all."""

    tables: tuple[TableDifference, ...]
    problems: tuple[str, ...] = field(default=())

    @property
    def equal(self) -> bool:
        """Whether everything is the same."""
        return not self.problems and all(table.equal for table in self.tables)


def compare_stores(first: Store, second: Store, domains: Iterable[BaseDomain]) -> Comparison:
    """Compare all ledgers and domain tables. Works across kinds of store; reads each row once."""
    tables = [table for table in ledger.metadata.sorted_tables if table.name not in _OWN]
    for domain in domains:
        tables += domain.metadata.sorted_tables
    with first.reading() as left, second.reading() as right, open_engine() as judge:
        return Comparison(tuple(_compare(table, left, right, judge) for table in tables))


def _compare(
    table: sa.Table,
    left: duckdb.DuckDBPyConnection,
    right: duckdb.DuckDBPyConnection,
    judge: duckdb.DuckDBPyConnection,
) -> TableDifference:
    sides = [_digests(table, left), _digests(table, right)]
    judge.register("left_side", sides[0])
    judge.register("right_side", sides[1])
    only_left = judge.execute("FROM left_side EXCEPT ALL FROM right_side").fetchall()
    only_right = judge.execute("FROM right_side EXCEPT ALL FROM left_side").fetchall()
    examples = [
        *_keys(table, left, [row[0] for row in only_left]),
        *_keys(table, right, [row[0] for row in only_right]),
    ]
    return TableDifference(
        table.fullname,
        (sides[0].num_rows, sides[1].num_rows),
        (len(only_left), len(only_right)),
        tuple(dict.fromkeys(examples))[:_EXAMPLES],
    )


def _row_digest(table: sa.Table) -> str:
    columns = [item.name for item in table.columns if item.name not in _CLOCK]
    return f"hash({', '.join(f'CAST({name} AS TEXT)' for name in columns)})"


def _digests(table: sa.Table, engine: duckdb.DuckDBPyConnection) -> pa.Table:
    engine.execute("SET TimeZone = 'UTC'")
    return engine.execute(f"SELECT {_row_digest(table)} AS digest FROM {table.fullname}").to_arrow_table()


def _keys(table: sa.Table, engine: duckdb.DuckDBPyConnection, digests: Sequence[int]) -> list[str]:
    """The keys of rows by their digests: surrogate keys, which name nobody."""
    named = [item.name for item in table.columns if item.primary_key] or [table.columns.keys()[0]]
    if not digests:
        return []
    rows = engine.execute(
        f"SELECT {', '.join(named)} FROM {table.fullname} WHERE {_row_digest(table)} IN (SELECT unnest(?::UBIGINT[]))"
        f" ORDER BY ALL LIMIT {_EXAMPLES}",
        [list(digests[:_EXAMPLES])],
    ).fetchall()
    return [", ".join(f"{name}={value}" for name, value in zip(named, row, strict=True)) for row in rows]
