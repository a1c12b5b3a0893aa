"""The same conditions, unmodified, in DuckDB and in Spark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import duckdb
import pandas as pd

from basedb.linkage.model import Comparison, Condition

Rows = Sequence[Mapping[str, Any]]


class Engine(Protocol):
    """Runs SQL over named tables of text and booleans, rows in the order of column n."""

    def query(self, sql: str, tables: Mapping[str, pd.DataFrame]) -> list[tuple[Any, ...]]:
        """The rows of a query."""


class DuckDB:
    """The engine of every load."""

    def query(self, sql: str, tables: Mapping[str, pd.DataFrame]) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with duckdb.connect() as engine:
            for name, table in tables.items():
                columns = ", ".join(f'"{column}" {_type(table[column])}' for column in table)
                engine.execute(f"CREATE TABLE {name} ({columns})")
                engine.executemany(
                    f"INSERT INTO {name} VALUES ({', '.join('?' * table.shape[1])})", _values(table)
                )
            return engine.execute(sql).fetchall()


class Spark:
    """The engine past one machine, here in one process."""

    def __init__(self, session: Any) -> None:
        self.session = session

    def query(self, sql: str, tables: Mapping[str, pd.DataFrame]) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        for name, table in tables.items():
            types = {"BOOLEAN": "boolean", "BIGINT": "bigint", "TEXT": "string"}
            schema = ", ".join(f"`{column}` {types[_type(table[column])]}" for column in table)
            self.session.createDataFrame(_values(table), schema).createOrReplaceTempView(name)
        return [tuple(row) for row in self.session.sql(sql).collect()]


def levels(engine: Engine, comparison: Comparison, left: pd.DataFrame, right: pd.DataFrame) -> list[str]:
    """The name of the level of every row of `left` with the same row of `right`."""
    branches = " ".join(f"WHEN {level.condition.sql} THEN '{level.name}'" for level in comparison.levels)
    return [value for (value,) in _compared(engine, [f"CASE {branches} END"], left, right)]


def verdicts(
    engine: Engine, conditions: Sequence[Condition], left: pd.DataFrame, right: pd.DataFrame
) -> list[tuple[bool, ...]]:
    """Which of the conditions hold for every row of `left` with the same row of `right`."""
    return _compared(engine, [f"coalesce({each.sql}, false)" for each in conditions], left, right)


def expressions(engine: Engine, columns: Mapping[str, str], table: pd.DataFrame) -> pd.DataFrame:
    """`table` with columns made from SQL over one record."""
    listed = ", ".join(f"{expression} AS {name}" for name, expression in columns.items())
    rows = engine.query(f"SELECT {listed} FROM record ORDER BY n", {"record": _numbered(table)})
    made = pd.DataFrame(rows, columns=list(columns), dtype=object)
    return pd.concat([table.reset_index(drop=True), made], axis=1)


def _compared(
    engine: Engine, selected: Sequence[str], left: pd.DataFrame, right: pd.DataFrame
) -> list[tuple[Any, ...]]:
    return engine.query(
        f"SELECT {', '.join(selected)} FROM lefts l JOIN rights r ON l.n = r.n ORDER BY l.n",
        {"lefts": _numbered(left), "rights": _numbered(right)},
    )


def _numbered(table: pd.DataFrame) -> pd.DataFrame:
    return table.reset_index(drop=True).assign(n=range(len(table)))


def _type(series: pd.Series) -> str:
    if series.dtype == bool:
        return "BOOLEAN"
    return "BIGINT" if pd.api.types.is_integer_dtype(series) else "TEXT"


def _values(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    columns = [
        [None if pd.isna(value) else value for value in table[column].to_numpy(object)] for column in table
    ]
    return list(zip(*columns, strict=True))
