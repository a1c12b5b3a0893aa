"""Excel workbooks of text for people outside: nothing in a cell is ever taken for a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from basedb.whole_file import whole_file

MAX_ROWS = 1_000_000
_LONGEST = 32_000
_HEADER_FILL = PatternFill("solid", fgColor="DCE6F1")
_LINE = Border(bottom=Side(style="thin", color="95B3D7"))
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Heading:
    """A column of a sheet: its title, its width in characters, and what people may choose in it."""

    title: str
    width: float = 14
    choices: tuple[str, ...] = ()


class Book:
    """A workbook written row by row, however long; `save` ends it."""

    def __init__(self) -> None:
        self._book = Workbook(write_only=True)

    def table(self, title: str, headings: Sequence[Heading], rows: Iterable[Sequence[Any]]) -> int:
        """A sheet with a frozen, filtered header; a second sheet follows where one is full.

        Returns how many rows were written.
        """
        count, sheet = 0, None
        for row in rows:
            if sheet is None or count % MAX_ROWS == 0:
                self._filter(sheet, headings, MAX_ROWS)
                number = count // MAX_ROWS
                sheet = self._sheet(title if number == 0 else f"{title}{number + 1}", headings)
            sheet.append([_cell(sheet, value) for value in row])
            count += 1
        if sheet is None:
            sheet = self._sheet(title, headings)
        self._filter(sheet, headings, (count - 1) % MAX_ROWS + 1 if count else 0)
        return count

    def page(self, title: str, lines: Sequence[tuple[str, Any]]) -> None:
        """A sheet of label and text in two columns."""
        sheet = self._book.create_sheet(title)
        sheet.column_dimensions["A"].width = 26
        sheet.column_dimensions["B"].width = 90
        for label, value in lines:
            named, told = _cell(sheet, label), _cell(sheet, value)
            named.font = Font(bold=True)
            named.alignment = Alignment(vertical="top", wrap_text=True)
            told.alignment = Alignment(vertical="top", horizontal="left", wrap_text=True)
            sheet.append([named, told])

    def save(self, path: Path) -> None:
        """Write the workbook to `path`, whole or not at all."""
        with whole_file(path) as partial:
            self._book.save(partial)

    def _sheet(self, title: str, headings: Sequence[Heading]) -> Any:
        sheet = self._book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for number, heading in enumerate(headings, 1):
            letter = get_column_letter(number)
            sheet.column_dimensions[letter].width = heading.width
            if heading.choices:
                choice = DataValidation("list", f'"{",".join(heading.choices)}"', allow_blank=True)
                choice.error = f"请选择：{'、'.join(heading.choices)}"
                choice.add(f"{letter}2:{letter}{MAX_ROWS}")
                sheet.data_validations.append(choice)
        sheet.row_dimensions[1].height = 30
        header = []
        for heading in headings:
            cell = _cell(sheet, heading.title)
            cell.font = Font(bold=True)
            cell.fill = _HEADER_FILL
            cell.border = _LINE
            cell.alignment = Alignment(vertical="center", wrap_text=True)
            header.append(cell)
        sheet.append(header)
        return sheet

    def _filter(self, sheet: Any, headings: Sequence[Heading], rows: int) -> None:
        if sheet is not None:
            sheet.auto_filter.ref = f"A1:{get_column_letter(len(headings))}{rows + 1}"


def _cell(sheet: Any, value: Any) -> Any:
    """Numbers and dates as such, everything else as text that stays text."""
    if isinstance(value, datetime):
        value = value.strftime("%Y-%m-%d %H:%M:%S")
    if value is None or isinstance(value, int | float | date):
        cell = WriteOnlyCell(sheet, value)  # type: ignore[arg-type]  # the stubs forget plain dates
        if isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"
        return cell
    text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", str(value))[:_LONGEST]
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    if text.startswith(_FORMULA_STARTS):
        cell.quotePrefix = True  # it stays text when somebody edits the cell, too
    return cell
