"""Excel workbooks since 2007."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from etl.contract.model import Contract, ReaderSpec
from etl.readers import codes
from etl.readers.cell_text import cell_text
from etl.readers.damage import DAMAGE
from etl.readers.opening import open_bytes, refuse_other_forms
from etl.readers.result import ReadRefusal, ReadResult
from etl.readers.sheet import Formula, Row, Sheet, sheet_result


def read_xlsx(
    path: Path, contract: Contract, spec: ReaderSpec, others: Iterable[Contract] = ()
) -> ReadResult:
    """Read one sheet of a workbook. ReadRefusal if it is cut off, encrypted or has no fitting sheet."""
    packed = open_bytes(path, spec.options, zip_is_format=True)
    refuse_other_forms(path, packed)
    data = bytes(packed)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ReadRefusal(
            path,
            codes.UNSUPPORTED,
            "文件是旧版 xls 或设有打开密码，不是 xlsx；请去掉密码，或另存为 xlsx",
            "this is an old xls or an encrypted workbook; save it as xlsx without a password",
        )
    wanted = spec.options.get("sheet", 0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles that no reader needs
            sheet = _sheet(path, data, wanted)
    except (*DAMAGE, InvalidFileException) as error:
        if isinstance(error, ReadRefusal):
            raise
        raise ReadRefusal(
            path, codes.TRUNCATED, "工作簿已损坏或不完整，请重新传送", f"the workbook is damaged: {error}"
        ) from error
    return sheet_result(path, sheet, contract, spec, others)


def _sheet(path: Path, data: bytes, wanted: str | int) -> Sheet:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    worksheets = book.worksheets
    chosen = choose_sheet(path, [sheet.title for sheet in worksheets], wanted)
    worksheet: Any = worksheets[chosen]
    worksheet.reset_dimensions()  # exporters often write a wrong one
    rows = list(_rows(worksheet))
    unread = () if wanted != 0 else tuple(s.title for s in worksheets[1:] if _holds_data(s))
    formulas = _formulas(data, chosen, rows) if _has_formulas(data) else []
    return Sheet(rows, formulas, unread)


def _rows(worksheet: Any) -> Iterator[Row]:
    """The rows down to the last one with a cell in it, each to its last cell: sheets are formatted far
    beyond their data."""
    blank = 0
    for cells in worksheet.iter_rows(values_only=True):
        texts = [cell_text(value) for value in cells]
        while texts and texts[-1] is None:
            texts.pop()
        if not texts:
            blank += 1
            continue
        yield from ([] for _ in range(blank))
        blank = 0
        yield texts


def choose_sheet(path: Path, titles: list[str], wanted: str | int) -> int:
    """The position of the sheet a contract asks for by name or number."""
    if isinstance(wanted, int) and wanted < len(titles):
        return wanted
    if isinstance(wanted, str) and wanted in titles:
        return titles.index(wanted)
    listed = "、".join(titles)
    raise ReadRefusal(
        path, codes.NO_SHEET, f"没有工作表“{wanted}”，只有：{listed}", f"no sheet {wanted}, only: {listed}"
    )


def _holds_data(worksheet: Any) -> bool:
    return any(
        any(cell is not None for cell in row) for row in worksheet.iter_rows(max_row=50, values_only=True)
    )


def _has_formulas(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        for name in names:
            with archive.open(name) as member:
                rest = b""
                while chunk := member.read(1 << 20):
                    if b"<f>" in rest + chunk or b"<f " in rest + chunk:
                        return True
                    rest = chunk[-4:]
    return False


def _cell(rows: Sequence[Row], at: int, column: int) -> str | None:
    return rows[at][column] if at < len(rows) and column < len(rows[at]) else None


def _formulas(data: bytes, chosen: int, rows: Sequence[Row]) -> list[Formula]:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False)
    worksheet: Any = book.worksheets[chosen]
    worksheet.reset_dimensions()
    found = []
    for at, row in enumerate(worksheet.iter_rows(values_only=True)):
        for column, value in enumerate(row):
            if (
                isinstance(value, str)
                and value.startswith("=")
                and (shown := _cell(rows, at, column)) != value
            ):
                found.append(Formula(at, column, value, shown is not None))
    return found
