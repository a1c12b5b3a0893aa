"""Rows with a cell longer than any value of a register: a file glued together, a quote never closed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.readers import codes
from etl.readers.result import ReadResult, rejected

#: In bytes; a scope of business, the longest text departments send, has some thousands.
LONGEST_CELL = 1 << 15


def without_long_cells(result: ReadResult) -> ReadResult:
    """The result with rows that hold a cell above `LONGEST_CELL` among the rejected ones.

    Names and addresses are compared letter by letter, so one such cell could stop a night.
    """
    table = result.table
    long = np.zeros(table.num_rows, bool)
    culprits: dict[int, str] = {}
    for name in table.column_names[1:]:
        sizes = pc.binary_length(table[name])
        if (pc.max(sizes).as_py() or 0) > LONGEST_CELL:
            here = pc.fill_null(pc.greater(sizes, LONGEST_CELL), False).to_numpy()
            culprits |= {int(at): name for at in np.flatnonzero(here & ~long)}
            long |= here
    if not culprits:
        return result
    refused = [
        rejected(
            table["row_no"][at].as_py(),
            "|".join(value or "" for value in _cells(table, at)),
            codes.LONG_CELL,
            f"列“{name}”的值超过 {LONGEST_CELL:,} 字节，请部门核对该行",
            f"the value of {name} is longer than {LONGEST_CELL:,} bytes",
        )
        for at, name in sorted(culprits.items())
    ]
    return replace(result, table=table.filter(pa.array(~long)), rejected=(*result.rejected, *refused))


def _cells(table: pa.Table, at: int) -> list[str | None]:
    return [column[at].as_py() for column in table.columns[1:]]
