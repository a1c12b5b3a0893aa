"""Old workbooks (before 2007) as grids."""

from __future__ import annotations

import io
from pathlib import Path

import xlrd

from etl.readers import codes
from etl.readers.damage import DAMAGE
from etl.readers.grid import Grid, Place
from etl.readers.result import ReadRefusal
from etl.readers.xls import xls_text

_VISIBLE = 0


def read_xls_grids(path: Path, data: bytes) -> list[Grid]:
    """Every sheet of an old workbook. ReadRefusal if it is damaged or encrypted.

    A formula has the value it was saved with; one without a value cannot be told from a blank.
    """
    try:
        # Merged ranges, indents and hidden lines are formatting there.
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
        return [_grid(book, sheet) for sheet in book.sheets()]
    except (*DAMAGE, xlrd.XLRDError, xlrd.compdoc.CompDocError, NotImplementedError) as error:
        raise ReadRefusal(
            path,
            codes.TRUNCATED,
            "工作簿已损坏、不完整或已加密，请重新传送或另存为 xlsx",
            f"the workbook is damaged or encrypted: {error}",
        ) from error


def _grid(book: xlrd.book.Book, sheet: xlrd.sheet.Sheet) -> Grid:
    covered: dict[Place, Place] = {}
    extent: dict[Place, Place] = {}
    for top, below, left, right in sheet.merged_cells:
        extent[top, left] = (below - 1, right - 1)
        covered |= {(row, column): (top, left) for row in range(top, below) for column in range(left, right)}
    rows: list[list[str | None]] = []
    indents: dict[Place, int] = {}
    texts: set[Place] = set()
    for at in range(sheet.nrows):
        cells = sheet.row(at)
        rows.append([xls_text(cell, book.datemode) for cell in cells])
        for column, cell in enumerate(cells):
            indent = book.xf_list[cell.xf_index].alignment.indent_level if cell.xf_index is not None else 0
            if indent and cell.ctype not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                indents[at, column] = int(indent)
            if cell.ctype == xlrd.XL_CELL_TEXT:
                texts.add((at, column))
    return Grid(
        sheet.name,
        rows,
        covered,
        extent,
        indents,
        frozenset(at for at, line in sheet.rowinfo_map.items() if line.hidden and at < sheet.nrows),
        frozenset(at for at, line in sheet.colinfo_map.items() if line.hidden and at < sheet.ncols),
        sheet.visibility != _VISIBLE,
        (),
        frozenset(texts),
    )
