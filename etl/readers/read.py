"""The one way to read a delivered file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from etl.contract.model import Contract, LeftOut
from etl.readers.dbf import read_dbf
from etl.readers.delimited import read_delimited
from etl.readers.holders import keep_organizations
from etl.readers.json_records import read_json, read_jsonl
from etl.readers.parquet import read_parquet
from etl.readers.published import read_published
from etl.readers.result import IgnoredRow, ReadResult
from etl.readers.sdmx import read_sdmx
from etl.readers.spatial import read_spatial
from etl.readers.sql import read_sql
from etl.readers.text import read_text
from etl.readers.xls import read_xls
from etl.readers.xlsx import read_xlsx
from etl.readers.xml_records import read_xml

_READERS = {
    "dbf": read_dbf,
    "delimited": read_delimited,
    "json": read_json,
    "jsonl": read_jsonl,
    "parquet": read_parquet,
    "spatial": read_spatial,
    "published": read_published,
    "sdmx": read_sdmx,
    "sql": read_sql,
    "text": read_text,
    "xls": read_xls,
    "xlsx": read_xlsx,
    "xml": read_xml,
}


def read(path: Path | str, contract: Contract, others: Iterable[Contract] = ()) -> ReadResult:
    """Read the file at `path` as its contract declares it.

    others: further contracts, so that another department's extract is recognised and named.
    Every physical record is in the result exactly once: as a table row, ignored or rejected.
    ReadRefusal (a ValueError) if the file as a whole is not what the contract declares; OSError if it
    cannot be opened.
    """
    path = Path(path)
    spec = contract.reader_for(path.name)
    result = _READERS[spec.format](path, contract, spec, others)
    if contract.leave_out is not None:
        result = _without(result, contract.leave_out)
    for column in contract.columns.values():
        if column.only == "organizations":
            result = keep_organizations(result, column.name)
    return result


def _without(result: ReadResult, left_out: LeftOut) -> ReadResult:
    """The result with the rows that the contract is not about among the ignored ones."""
    values = pc.utf8_trim_whitespace(result.table[left_out.column])
    out = pc.is_in(values, value_set=pa.array(left_out.values, values.type))
    rows = result.table["row_no"].filter(out).to_pylist()
    ignored = (*result.ignored, *(IgnoredRow(row_no, "left_out") for row_no in rows))
    return replace(result, table=result.table.filter(pc.invert(out)), ignored=ignored)
