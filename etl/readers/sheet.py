"""Rows of a spreadsheet to a result table: title rows, headers of several rows, footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from etl.contract.model import Contract, ReaderSpec
from etl.readers import codes
from etl.readers.headers import Header, join_headers, resolve, share_known
from etl.readers.result import IgnoredRow, Note, ReadRefusal, ReadResult, note, text_table

_SEARCHED_ROWS = 30
_DEEPEST_HEADER = 4

Row = Sequence[str | None]


@dataclass(frozen=True)
class Formula:
    """A cell that holds a formula: 0-based sheet row and column, and whether a value was cached."""

    row: int
    column: int
    text: str
    cached: bool


@dataclass(frozen=True)
class Sheet:
    """A sheet as text: all its rows from the top, its formulas, and the names of sheets left unread."""

    rows: Sequence[Row]
    formulas: list[Formula] = field(default_factory=list)
    unread: tuple[str, ...] = ()


def sheet_result(
    path: Path, sheet: Sheet, contract: Contract, spec: ReaderSpec, others: Iterable[Contract]
) -> ReadResult:
    """The data rows below the sheet's header. ReadRefusal if no header fits the contract."""
    others = tuple(others)
    rows = _without_blank_end(sheet.rows)
    if not rows:
        raise ReadRefusal(path, codes.EMPTY_FILE, "工作表为空", "the sheet is empty")
    header, first = _header(path, rows, contract, spec, others)
    footnotes = [re.compile(pattern) for pattern in spec.options.get("footnotes", ())]
    kept: list[Row] = []
    numbers: list[int] = []
    ignored: list[IgnoredRow] = []
    for row_no, row in enumerate(rows[first:], 1):
        lead = next((cell for cell in row if cell and cell.strip()), None)
        if lead is None:
            ignored.append(IgnoredRow(row_no, "blank"))
        elif any(pattern.search(lead.strip()) for pattern in footnotes):
            ignored.append(IgnoredRow(row_no, "footnote"))
        else:
            kept.append(row)
            numbers.append(row_no)
    columns = {
        name: pa.array([row[at] if at < len(row) else None for row in kept], pa.string())
        for name, at in header.positions.items()
    }
    notes = [*header.notes, *_notes(sheet, first, header.positions)]
    if not kept:
        notes.append(note(codes.NO_ROWS))
    table = text_table(columns, contract.read_columns, np.array(numbers, np.int64))
    return ReadResult(table, tuple(ignored), notes=tuple(notes))


def _header(
    path: Path, rows: Sequence[Row], contract: Contract, spec: ReaderSpec, others: tuple[Contract, ...]
) -> tuple[Header, int]:
    """The header, and the row below it: where the contract says, or where else all declared columns are."""
    depth = spec.options.get("header_rows", 1)
    start = spec.options.get("title_rows")
    if start is None:
        start = _find_header(rows, depth, [contract, *others])
    try:
        return _header_at(path, rows, start, depth, contract, others), start + depth
    except ReadRefusal as refusal:
        if refusal.code not in (codes.WRONG_COLUMNS, codes.DUPLICATE_COLUMN, codes.NO_HEADER):
            raise
        moved = _moved_header(path, rows, contract, depth)
        if moved is None:
            raise
    header, top, bottom = moved
    told = note(
        codes.HEADER_MOVED,
        f"表头在第 {top + 1} 至 {bottom} 行，约定为第 {start + 1} 至 {start + depth} 行",
        f"the header is in rows {top + 1} to {bottom}, agreed were {start + 1} to {start + depth}",
    )
    return replace(header, notes=(told, *header.notes)), bottom


def _header_at(
    path: Path, rows: Sequence[Row], start: int, depth: int, contract: Contract, others: Iterable[Contract]
) -> Header:
    headers = join_headers(rows[start : start + depth])
    while headers and not headers[-1]:
        headers.pop()
    if not headers:
        raise ReadRefusal(path, codes.NO_HEADER, line=start + 1)
    return resolve(headers, contract, path, others, line=start + 1)


def _moved_header(
    path: Path, rows: Sequence[Row], contract: Contract, agreed: int
) -> tuple[Header, int, int] | None:
    """The header that has all columns of the contract and no others, its first row and the row below it:
    one of `agreed` rows if there is one, else of the fewest."""
    for depth in sorted(range(1, _DEEPEST_HEADER + 1), key=lambda rows: (rows != agreed, rows)):
        for start in range(min(_SEARCHED_ROWS, len(rows) - depth + 1)):
            if (
                share_known([cell for cell in join_headers(rows[start : start + depth]) if cell], contract)
                < 1
            ):
                continue
            try:
                return _header_at(path, rows, start, depth, contract, ()), start, start + depth
            except ReadRefusal:
                continue
    return None


def _find_header(rows: Sequence[Row], depth: int, contracts: Sequence[Contract]) -> int:
    """The row at which a header of `depth` rows fits best, the expected contract before the others."""
    best, best_share = 0, 0.0
    for start in range(min(_SEARCHED_ROWS, len(rows) - depth + 1)):
        headers = [header for header in join_headers(rows[start : start + depth]) if header]
        share = max((share_known(headers, contract) for contract in contracts), default=0.0)
        if len(headers) > 1 and share > best_share:
            best, best_share = start, share
    return best


def _without_blank_end(rows: Sequence[Row]) -> Sequence[Row]:
    """Formatted but empty rows below the data are no records."""
    end = len(rows)
    while end and not any(cell and cell.strip() for cell in rows[end - 1]):
        end -= 1
    return rows[:end]


def _notes(sheet: Sheet, first: int, positions: dict[str, int]) -> Iterable[Note]:
    names = {position: name for name, position in positions.items()}
    for formula in sheet.formulas:
        if formula.row >= first and formula.column in names:
            code = codes.FORMULA if formula.cached else codes.FORMULA_EMPTY
            shown = formula.text[:100]
            yield note(
                code, f"公式 {shown}", f"the formula {shown}", formula.row - first + 1, names[formula.column]
            )
    if sheet.unread:
        listed = "、".join(sheet.unread)
        yield note(codes.OTHER_SHEETS, f"未读取的工作表：{listed}", f"sheets not read: {listed}")
