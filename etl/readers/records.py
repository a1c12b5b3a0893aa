"""Records with named fields (JSON, XML) to a result table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from etl.contract.model import Contract
from etl.readers import codes
from etl.readers.headers import resolve
from etl.readers.result import IgnoredRow, Note, ReadResult, RejectedRow, note, text_table


@dataclass
class Records:
    """The records of a file as they are read: fields by name, or the reason there are none."""

    rows: list[Mapping[str, str | None]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    ignored: list[IgnoredRow] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def add(self, row_no: int, row: Mapping[str, str | None]) -> None:
        """Take a record; one without any value is blank."""
        if any(row.values()):
            self.rows.append(row)
            self.numbers.append(row_no)
        else:
            self.ignored.append(IgnoredRow(row_no, "blank"))

    def compare_count(self, stated: str | None) -> None:
        """Note it when the file states another number of records than were read."""
        count = len(self.rows) + len(self.ignored) + len(self.rejected)
        if stated is not None and stated.strip() != str(count):
            zh = f"文件自报 {stated} 条记录，实有 {count} 条"
            self.notes.append(
                note(codes.COUNT_MISMATCH, zh, f"the file states {stated} records and holds {count}")
            )

    def result(self, path: Path, contract: Contract, others: Iterable[Contract]) -> ReadResult:
        """The table of the records taken; ReadRefusal if their fields are not the contract's columns."""
        if not self.rows:
            table = text_table({}, contract.read_columns, np.arange(0))
            return ReadResult(
                table, tuple(self.ignored), tuple(self.rejected), (*self.notes, note(codes.NO_ROWS))
            )
        headers = list(dict.fromkeys(name for row in self.rows for name in row))
        header = resolve(headers, contract, path, others, sparse=True)
        columns = {
            name: pa.array([row.get(headers[position]) or None for row in self.rows], pa.string())
            for name, position in header.positions.items()
        }
        table = text_table(columns, contract.read_columns, np.array(self.numbers, np.int64))
        return ReadResult(table, tuple(self.ignored), tuple(self.rejected), (*header.notes, *self.notes))
