"""What a reader returns: cells as text, and every record that is not among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa

from basedb.findings import finding_type

#: Longest raw text kept of a rejected record.
RAW_LIMIT = 2_000


@dataclass(frozen=True)
class IgnoredRow:
    """A record that is declared not to be data; `text` is what a footnote says."""

    row_no: int
    reason: Literal["blank", "footnote", "deleted", "left_out", "header", "summary"]
    text: str | None = None


@dataclass(frozen=True)
class RejectedRow:
    """A record that could not be read: its raw text (cut at `RAW_LIMIT`), a finding code and why."""

    row_no: int
    raw: str
    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Note:
    """A finding about the file, or about one cell of it, that did not stop the reading."""

    code: str
    zh: str
    en: str
    row_no: int | None = None
    column: str | None = None


@dataclass(frozen=True)
class ReadResult:
    """One read file.

    table: `row_no` (int64, 1-based physical data row) and the contract's `read_columns` in order, every
        cell a string, NULL where empty or missing; rows in file order.
    ignored, rejected: the records that are not in the table. Together with it they are all records.
    notes: findings about the file as a whole or single cells.
    """

    table: pa.Table
    ignored: tuple[IgnoredRow, ...] = ()
    rejected: tuple[RejectedRow, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def records(self) -> int:
        """How many physical records the file holds."""
        return self.table.num_rows + len(self.ignored) + len(self.rejected)


class ReadRefusal(ValueError):
    """A file that cannot be read as its contract says; nothing of it may be loaded.

    `code` is a finding code; `zh` and `en` say what is wrong and what to do; `line` is the line or
    record it was noticed at, where there is one.
    """

    def __init__(
        self, path: Path | str, code: str, zh: str = "", en: str = "", line: int | None = None
    ) -> None:
        kind = finding_type(code)
        self.path, self.code, self.line = Path(path), code, line
        self.zh, self.en = zh or kind.zh, en or kind.en
        where = f"{self.path.name}:{line}" if line else self.path.name
        super().__init__(f"{where}: {self.zh} / {self.en}")


def rejected(row_no: int, raw: str, code: str, zh: str = "", en: str = "") -> RejectedRow:
    """A rejected record with the texts of its finding type unless more is known."""
    kind = finding_type(code)
    return RejectedRow(row_no, raw[:RAW_LIMIT], code, zh or kind.zh, en or kind.en)


def note(code: str, zh: str = "", en: str = "", row_no: int | None = None, column: str | None = None) -> Note:
    """A note with the texts of its finding type unless more is known."""
    kind = finding_type(code)
    return Note(code, zh or kind.zh, en or kind.en, row_no, column)


def text_table(
    columns: Mapping[str, pa.Array | pa.ChunkedArray], order: Iterable[str], row_no: np.ndarray
) -> pa.Table:
    """A result table from string columns; a column that the file lacks becomes NULLs."""
    numbers = pa.array(row_no, pa.int64())
    arrays: dict[str, pa.Array | pa.ChunkedArray] = {"row_no": numbers}
    for name in order:
        column = columns.get(name)
        arrays[name] = pa.nulls(len(numbers), pa.string()) if column is None else column
    return pa.table(arrays)
