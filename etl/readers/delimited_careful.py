"""Delimited text record by record: every bad record is set aside with its reason, all others are kept."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from etl.contract.model import Contract
from etl.readers import codes
from etl.readers.encoding import is_other_encoding, is_utf8_cell, may_hold_utf8_cell
from etl.readers.headers import Header
from etl.readers.result import RAW_LIMIT, IgnoredRow, ReadResult, RejectedRow, rejected, text_table

#: A quoted cell that spans more lines than this was never closed.
_MAX_LINES = 100
_MAX_CELL = 1 << 20
_UNCLOSED = "unexpected end of data"


@dataclass(frozen=True)
class Dialect:
    """How the cells of a line are told apart, and which lines are footnotes."""

    delimiter: str
    quote: str
    footnotes: tuple[re.Pattern[str], ...] = ()

    def cells(self, text: str) -> list[str]:
        """The cells of one record. csv.Error if a quote is left open."""
        if not self.quote or self.quote not in text:
            return text.split(self.delimiter)
        if len(self.delimiter) > 1:
            return [cell.strip(self.quote) for cell in text.split(self.delimiter)]
        csv.field_size_limit(_MAX_CELL)
        # newline="" is what keeps line breaks inside a cell; a list of one string does the same here.
        try:
            return next(csv.reader([text], delimiter=self.delimiter, quotechar=self.quote, strict=True))
        except csv.Error as error:
            if str(error) == _UNCLOSED or "field larger" in str(error):
                raise
            return next(csv.reader([text], delimiter=self.delimiter, quotechar=self.quote))

    def is_footnote(self, first_cell: str) -> bool:
        """Whether a record that begins with this cell is a footnote."""
        return any(pattern.search(first_cell.strip()) for pattern in self.footnotes)


@dataclass(frozen=True)
class _Record:
    """A physical record: its cells, or why there are none."""

    raw: bytes
    cells: list[str] | None
    code: str = ""


def read_carefully(
    data: pa.Buffer, encoding: str, dialect: Dialect, header: Header, contract: Contract
) -> ReadResult:
    """Read the data records of a delimited file; its bytes must be in an ASCII-compatible encoding."""
    rows: list[list[str]] = []
    numbers: list[int] = []
    ignored: list[IgnoredRow] = []
    refused: list[RejectedRow] = []
    for row_no, record in enumerate(_records(bytes(data), encoding, dialect, header.width), 1):
        cells = record.cells
        if cells is None:
            refused.append(rejected(row_no, _shown(record.raw, encoding), record.code))
        elif not any(cells) or (len(cells) == 1 and not cells[0].strip()):
            ignored.append(IgnoredRow(row_no, "blank"))
        elif dialect.is_footnote(cells[0]):
            ignored.append(IgnoredRow(row_no, "footnote"))
        elif len(cells) != header.width:
            refused.append(
                rejected(
                    row_no,
                    _shown(record.raw, encoding),
                    codes.COLUMN_COUNT,
                    f"应有 {header.width} 列，实有 {len(cells)} 列",
                    f"{len(cells)} columns instead of {header.width}",
                )
            )
        else:
            rows.append(cells)
            numbers.append(row_no)
    columns = {
        name: pa.array([row[position] or None for row in rows], pa.string())
        for name, position in header.positions.items()
    }
    table = text_table(columns, contract.read_columns, np.array(numbers, np.int64))
    return ReadResult(table, tuple(ignored), tuple(refused), header.notes)


def _records(data: bytes, encoding: str, dialect: Dialect, width: int) -> Iterator[_Record]:
    newline = b"\n" if b"\n" in data else b"\r"
    lines = data.split(newline)
    if lines and not lines[-1]:
        lines.pop()
    at = 0
    while at < len(lines):
        record, used = _record(lines, at, encoding, dialect, width)
        yield record
        at += used


def _record(lines: list[bytes], at: int, encoding: str, dialect: Dialect, width: int) -> tuple[_Record, int]:
    """The record that begins at line `at`, and how many lines it takes."""
    first = lines[at].removesuffix(b"\r")
    record = _parsed(first, encoding, dialect)
    if record.code != codes.UNCLOSED_QUOTE:
        return record, 1
    for last in range(at + 1, min(at + _MAX_LINES, len(lines))):
        if _is_whole(lines[last].removesuffix(b"\r"), encoding, dialect, width):
            break  # the quote above it was a slip
        record = _parsed(b"\n".join(lines[at : last + 1]).removesuffix(b"\r"), encoding, dialect)
        if record.code != codes.UNCLOSED_QUOTE:
            if _holds_records(record, dialect, width):
                break  # two slips, with the end of one record and the beginning of another between them
            return record, last + 1 - at
    return _Record(first, None, codes.UNCLOSED_QUOTE), 1


def _is_whole(raw: bytes, encoding: str, dialect: Dialect, width: int) -> bool:
    """Whether a line is plainly a record of its own: enough cells, each quoted wholly or not at all."""
    record = _parsed(raw, encoding, dialect)
    if width < 2 or record.cells is None or len(record.cells) != width:
        return False
    quote = dialect.quote.encode()
    parts = raw.split(dialect.delimiter.encode())
    return all(quote not in part or _wholly_quoted(part, quote) for part in parts)


def _holds_records(record: _Record, dialect: Dialect, width: int) -> bool:
    """Whether a cell with line breaks has as many delimiters in it as a record."""
    cells = record.cells or ()
    return any("\n" in cell and cell.count(dialect.delimiter) >= max(1, width - 1) for cell in cells)


def _wholly_quoted(part: bytes, quote: bytes) -> bool:
    inside = part[1:-1].replace(quote * 2, b"")
    return len(part) > 1 and part.startswith(quote) and part.endswith(quote) and quote not in inside


def _parsed(raw: bytes, encoding: str, dialect: Dialect) -> _Record:
    if b"\0" in raw:
        return _Record(raw, None, codes.NUL_BYTE)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        other = is_other_encoding(raw, encoding)
        return _Record(raw, None, codes.ROW_ENCODING if other else codes.UNDECODABLE)
    try:
        cells = dialect.cells(text)
    except csv.Error as error:
        unclosed = str(error) == _UNCLOSED
        return _Record(raw, None, codes.UNCLOSED_QUOTE if unclosed else codes.BAD_RECORD)
    if encoding == "gb18030" and may_hold_utf8_cell(raw):
        quote = dialect.quote.encode()
        parts = raw.split(dialect.delimiter.encode())
        if any(is_utf8_cell(part.strip(quote) if quote else part) for part in parts):
            return _Record(raw, None, codes.ROW_ENCODING)
    return _Record(raw, cells)


def _shown(raw: bytes, encoding: str) -> str:
    return raw[: 4 * RAW_LIMIT].decode(encoding, "backslashreplace").replace("\0", "\\x00")
