"""Spreadsheets as grids of text with their merged ranges and hidden lines, for tables laid out for people."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from etl.readers import codes
from etl.readers.cell_text import cell_text
from etl.readers.damage import DAMAGE
from etl.readers.result import ReadRefusal

Place = tuple[int, int]
_WIDEST = 2_000


@dataclass(frozen=True)
class Grid:
    """A sheet: cells as text (0-based rows and columns), and what its layout says.

    covered: each cell inside a merged range → the range's first cell. extent: the first cell of a
    merged range → its last cell. indents: cells indented by formatting, with the depth. hidden_rows,
    hidden_columns: 0-based numbers. formulas: cells that hold a formula without a cached value.
    texts: cells whose value is text.
    """

    name: str
    rows: Sequence[Sequence[str | None]]
    covered: Mapping[Place, Place] = field(default_factory=dict)
    extent: Mapping[Place, Place] = field(default_factory=dict)
    indents: Mapping[Place, int] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    is_hidden: bool = False
    formulas: tuple[Place, ...] = ()
    texts: frozenset[Place] = frozenset()

    def text(self, row: int, column: int) -> str:
        """The cell's text; a cell inside a merged range has that of the range's first cell."""
        row, column = self.covered.get((row, column), (row, column))
        cells = self.rows[row] if 0 <= row < len(self.rows) else ()
        return (cells[column] if column < len(cells) else None) or ""

    def own_text(self, row: int, column: int) -> str:
        """The text written in the cell itself."""
        cells = self.rows[row]
        return (cells[column] if column < len(cells) else None) or ""

    def address(self, row: int, column: int) -> str:
        """The cell as spreadsheets name it, with its sheet: ``县区!M5``."""
        return f"{self.name}!{get_column_letter(column + 1)}{row + 1}"

    @property
    def width(self) -> int:
        """The number of columns of the longest row."""
        return max((len(row) for row in self.rows), default=0)


def read_xlsx_grids(path: Path, data: bytes) -> list[Grid]:
    """Every sheet of an xlsx workbook as a grid. ReadRefusal if it is damaged or none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles that no reader needs
            values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
            formulas = openpyxl.load_workbook(io.BytesIO(data)) if b"<f" in _sheets(data) else values
            return [_grid(sheet, formulas[sheet.title]) for sheet in values.worksheets]
    except (*DAMAGE, InvalidFileException) as error:
        if isinstance(error, ReadRefusal):
            raise
        raise ReadRefusal(
            path, codes.TRUNCATED, "工作簿已损坏或不完整，请重新传送", f"the workbook is damaged: {error}"
        ) from error


def _sheets(data: bytes) -> bytes:
    """The XML of all sheets, to see cheaply whether any cell holds a formula."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        return b"".join(archive.read(name) for name in names)


def _grid(sheet: Any, written: Any) -> Grid:
    covered: dict[Place, Place] = {}
    extent: dict[Place, Place] = {}
    for merged in sheet.merged_cells.ranges:
        first = (merged.min_row - 1, merged.min_col - 1)
        extent[first] = (merged.max_row - 1, merged.max_col - 1)
        for row in range(merged.min_row - 1, merged.max_row):
            for column in range(merged.min_col - 1, merged.max_col):
                covered[row, column] = first
    rows: list[list[str | None]] = []
    indents: dict[Place, int] = {}
    texts: set[Place] = set()
    for at, cells in enumerate(sheet.iter_rows(max_col=min(sheet.max_column, _WIDEST))):
        rows.append([cell_text(cell.value) for cell in cells])
        for column, cell in enumerate(cells):
            if cell.value is not None and cell.alignment.indent:
                indents[at, column] = int(cell.alignment.indent)
            if isinstance(cell.value, str):
                texts.add((at, column))
    empty = tuple(
        (at, column)
        for at, cells in enumerate(written.iter_rows(max_row=len(rows)))
        for column, cell in enumerate(cells)
        if cell.data_type == "f" and column < len(rows[at]) and rows[at][column] is None
    )
    return Grid(
        sheet.title,
        rows,
        covered,
        extent,
        indents,
        frozenset(at - 1 for at, line in sheet.row_dimensions.items() if line.hidden),
        frozenset(_hidden_columns(sheet)),
        sheet.sheet_state != "visible",
        empty if written is not sheet else (),
        frozenset(texts),
    )


def _hidden_columns(sheet: Any) -> set[int]:
    return {
        column - 1
        for line in sheet.column_dimensions.values()
        if line.hidden
        for column in range(line.min, line.max + 1)
    }
