"""Excel workbooks before 2007."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import xlrd

from etl.contract.model import Contract, ReaderSpec
from etl.readers import codes
from etl.readers.cell_text import cell_text
from etl.readers.damage import DAMAGE
from etl.readers.opening import open_bytes, refuse_other_forms
from etl.readers.result import ReadRefusal, ReadResult
from etl.readers.sheet import Sheet, sheet_result
from etl.readers.xlsx import choose_sheet, read_xlsx


def read_xls(path: Path, contract: Contract, spec: ReaderSpec, others: Iterable[Contract] = ()) -> ReadResult:
    """Read one sheet of an old workbook; one that is really an xlsx is read as such."""
    packed = open_bytes(path, spec.options, zip_is_format=True)
    refuse_other_forms(path, packed)
    data = bytes(packed)
    if data.startswith(b"PK"):
        return read_xlsx(path, contract, spec, others)
    try:
        book = xlrd.open_workbook(file_contents=data, on_demand=True, logfile=io.StringIO())
        wanted = spec.options.get("sheet", 0)
        chosen = choose_sheet(path, book.sheet_names(), wanted)
        worksheet = book.sheet_by_index(chosen)
        rows = [
            [xls_text(cell, book.datemode) for cell in worksheet.row(at)] for at in range(worksheet.nrows)
        ]
    except ReadRefusal:
        raise
    except (*DAMAGE, xlrd.XLRDError, xlrd.compdoc.CompDocError) as error:
        raise ReadRefusal(
            path,
            codes.TRUNCATED,
            "工作簿已损坏、不完整或已加密，请重新传送",
            f"the workbook is damaged: {error}",
        ) from error
    others_named = (name for at, name in enumerate(book.sheet_names()) if at != chosen and wanted == 0)
    unread = tuple(name for name in others_named if book.sheet_by_name(name).nrows)
    return sheet_result(path, Sheet(rows, unread=unread), contract, spec, others)


def xls_text(cell: xlrd.sheet.Cell, datemode: int) -> str | None:
    """A cell as text; `datemode` is the workbook's."""
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return cell_text(xlrd.xldate_as_datetime(cell.value, datemode))
        except (xlrd.xldate.XLDateError, OverflowError):
            return cell_text(cell.value)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return cell_text(bool(cell.value))
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#ERR"))
    return cell_text(cell.value)
