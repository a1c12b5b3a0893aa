"""What the stages of a load notice about its rows, collected and handed over as TEMP `raw_finding`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("row_no", pa.int64()),
        ("column_name", pa.string()),
        ("code", pa.string()),
        ("value", pa.string()),
        ("suggestion", pa.string()),
        ("severity", pa.string()),
        ("failed", pa.bool_()),
    ]
)


class Noted:
    """Findings of one load, in columns."""

    def __init__(self) -> None:
        self._parts: list[pa.Table] = []

    def add(
        self,
        row_no: Sequence[int | None] | np.ndarray,
        code: str | Sequence[str],
        column: str | None = None,
        value: Sequence[Any] | np.ndarray | None = None,
        suggestion: Sequence[Any] | np.ndarray | str | None = None,
        failed: bool = False,
    ) -> None:
        """One finding for each of the rows; single texts stand for all of them.

        failed: the rows go to quarantine for it.
        """
        count = len(row_no)
        if not count:
            return
        self._parts.append(
            pa.table(
                [
                    pa.array([None if number is None else int(number) for number in row_no], pa.int64()),
                    _texts(column, count),
                    _texts(code, count),
                    _texts(value, count),
                    _texts(suggestion, count),
                    _texts(None, count),
                    pa.array([failed] * count),
                ],
                schema=SCHEMA,
            )
        )

    def table(self) -> pa.Table:
        """All of them, in the columns of TEMP `raw_finding`."""
        return pa.concat_tables([SCHEMA.empty_table(), *self._parts])


def _texts(values: Any, count: int) -> pa.Array:
    if values is None or isinstance(values, str):
        return pa.array([values] * count, pa.string())
    return pa.array([None if item is None or item is np.nan else str(item) for item in values], pa.string())
