"""Parquet files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from etl.contract.model import Contract, ReaderSpec
from etl.readers import codes
from etl.readers.opening import open_bytes
from etl.readers.result import ReadRefusal, ReadResult
from etl.readers.typed_table import typed_result


def read_parquet(
    path: Path, contract: Contract, spec: ReaderSpec, others: Iterable[Contract] = ()
) -> ReadResult:
    """Read a Parquet file. ReadRefusal if it is damaged or a column cannot be read as text."""
    try:
        typed = pq.read_table(pa.BufferReader(open_bytes(path, spec.options)))
    except (pa.ArrowException, OSError) as error:
        raise ReadRefusal(
            path,
            codes.TRUNCATED,
            "Parquet 文件已损坏，请重新传送",
            f"the Parquet file is damaged: {error}",
        ) from error
    return typed_result(path, typed, contract, others)
