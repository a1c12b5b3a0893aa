"""Typed tables (Parquet, SQL results) to text cells."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.contract.model import Contract
from etl.readers import codes
from etl.readers.headers import resolve
from etl.readers.result import IgnoredRow, ReadRefusal, ReadResult, note, text_table


def typed_result(path: Path, typed: pa.Table, contract: Contract, others: Iterable[Contract]) -> ReadResult:
    """A typed table's declared columns as text; rows without any value are ignored as blank."""
    header = resolve(typed.column_names, contract, path, others)
    columns = {name: _text(path, name, typed.column(at)) for name, at in header.positions.items()}
    table = text_table(columns, contract.read_columns, np.arange(1, typed.num_rows + 1))
    if typed.num_rows == 0:
        return ReadResult(table, notes=(*header.notes, note(codes.NO_ROWS)))
    blank = np.logical_and.reduce([column.is_null().to_numpy() for column in columns.values()])
    ignored = tuple(IgnoredRow(int(at) + 1, "blank") for at in np.flatnonzero(blank))
    return ReadResult(table.filter(pa.array(~blank)), ignored, notes=header.notes)


def _text(path: Path, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_timestamp(column.type):
        moment = pc.strftime(column, "%Y-%m-%d %H:%M:%S")
        text = pc.replace_substring_regex(pc.replace_substring_regex(moment, r"\.0+$", ""), " 00:00:00$", "")
    elif pa.types.is_floating(column.type):
        text = pc.replace_substring_regex(column.cast(pa.string()), r"\.0$", "")
    else:
        try:
            text = column.cast(pa.string())
        except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as error:
            raise ReadRefusal(
                path,
                codes.UNSUPPORTED,
                f"列“{name}”的类型 {column.type} 不能读作文本",
                f"the column {name} of type {column.type} cannot be read as text",
            ) from error
    return pc.if_else(pc.equal(pc.binary_length(text), 0), pa.scalar(None, pa.string()), text)
