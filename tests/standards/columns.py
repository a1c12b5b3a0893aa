"""Help for tests of column functions: a column from values, and the findings of one value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from basedb.findings import Standardized

ColumnFunction = Callable[..., Standardized]


def column(values: Sequence[str | None]) -> pd.Series:
    """A string[pyarrow] column."""
    return pd.Series(list(values), dtype="string[pyarrow]")


def one(function: ColumnFunction, value: str | None, **options: Any) -> dict[str, Any]:
    """The standard forms of one value; None stands for NA."""
    row = function(column([value]), **options).columns.iloc[0]
    return {name: None if pd.isna(cell) else cell for name, cell in row.items()}


def codes_of(function: ColumnFunction, value: str | None, **options: Any) -> list[str]:
    """The codes of the findings of one value."""
    return list(function(column([value]), **options).findings["code"])


def suggestions_of(function: ColumnFunction, value: str, **options: Any) -> list[str | None]:
    """The suggestions of the findings of one value."""
    found = function(column([value]), **options).findings["suggestion"]
    return [None if pd.isna(cell) else cell for cell in found]
