"""A month's figures as the statistics office lays out its bulletin: a sheet of the city, one of its counties.

Titles, a line with the units, headers of two rows with merged groups, parts indented below their whole,
notes at the foot. The bulletin's own contract reads it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

from macroeconomy.indicators import Indicator, indicators
from macroeconomy.units import without_unit

#: Which of a table's columns a basis is printed in: the period's own, from the year's start, growth.
_COLUMN = {"cur": 0, "ytd": 1, "stock": 1, "ytd_yoy": 2, "stock_yoy": 2}
#: What an index of a reference is printed in: against the same month under 本月, the same months so far under 累计.
_INDEX_COLUMN = {"上年同月=100": 0, "上年同期=100": 1}
_EDGE = Side(style="thin", color="808080")
_BOX = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
_CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
_SIGN = "-"
_NOTES = (
    "注:“-”表示无该项数据或不公布。",
    "注:本表为城市基础信息库中的现行数,含此后公布的修订,可能与当月公布的不同。",
)
_GAP_NOTE = "注:部分指标县区汇总数与全市数不等,主要是市本级数据、核算方法及四舍五入的影响。"


@dataclass(frozen=True)
class Figure:
    """A current figure of a month or of the quarter that ends with it, as printed and as normalised."""

    indicator: str
    division: str
    frequency: str
    basis: str
    value: float
    unit: str
    decimals: int
    normal_value: float
    normal_unit: str


@dataclass(frozen=True)
class _Line:
    """What an indicator shows of a division: three cells (period, year so far, growth) and their unit."""

    cells: tuple[float | None, float | None, float | None]
    decimals: tuple[int, int, int]
    unit: str


def write_office_table(
    path: Path, period: str, figures: Sequence[Figure], names: Mapping[str, str], city: str
) -> int:
    """Write the bulletin of a month (``2026-10``). names: of the divisions, by their 12-digit codes.

    Returns how many figures were printed. ValueError if there are none of the city.
    """
    year, month = period.split("-")
    title = f"{year}年{int(month)}月"
    lines = _lines(figures)
    whole = {code: line for (code, division), line in lines.items() if division == city}
    if not whole:
        raise ValueError(period)
    book = Workbook()
    book.remove(book.worksheets[0])
    printed = _city_sheet(book, f"{title}全市主要经济指标", whole)
    counties = sorted({division for _, division in lines if division != city})
    if counties:
        printed += _county_sheet(book, f"{title}各县区主要经济指标", lines, [city, *counties], names)
    book.save(path)
    return printed


def _lines(figures: Sequence[Figure]) -> dict[tuple[str, str], _Line]:
    """By indicator and division. Where the units of one indicator differ, all are in its own."""
    known = indicators()
    chosen: dict[str, list[tuple[Figure, int]]] = {}
    for figure in figures:
        if figure.indicator not in known or (figure.frequency == "Q" and figure.basis == "cur"):
            continue
        place = _INDEX_COLUMN.get(figure.unit) if figure.basis == "index" else _COLUMN.get(figure.basis)
        if place is not None:
            chosen.setdefault(figure.indicator, []).append((figure, place))
    found: dict[tuple[str, str], _Line] = {}
    for code, told in chosen.items():
        units = {figure.unit for figure, place in told if place < 2 and figure.basis != "index"}
        is_same = len(units) <= 1
        unit = next(iter(units)) if len(units) == 1 else known[code].unit or "%"
        for division in {figure.division for figure, _ in told}:
            cells: list[float | None] = [None, None, None]
            places = [0, 0, 0]
            for figure, place in told:
                if figure.division == division:
                    scaled = place < 2 and not is_same
                    cells[place] = round(figure.normal_value, 6) if scaled else figure.value
                    places[place] = 4 if scaled else figure.decimals
            found[code, division] = _Line(
                (cells[0], cells[1], cells[2]), (places[0], places[1], places[2]), unit
            )
    return found


def _city_sheet(book: Workbook, title: str, whole: Mapping[str, _Line]) -> int:
    sheet = book.create_sheet("全市")
    _put(sheet, 1, 1, title, bold=True)
    sheet.merge_cells("A1:E1")
    units = list(dict.fromkeys(line.unit for line in whole.values()))
    _put(sheet, 2, 5, f"单位:{'、'.join([*units, '%'] if '%' not in units else units)}", right=True)
    for column, text in ((1, "指标名称"), (2, "计量单位"), (3, "绝对量"), (5, "累计增长(%)")):
        _put(sheet, 3, column, text, box=True)
    for column, text in ((3, "本月"), (4, "累计")):
        _put(sheet, 4, column, text, box=True)
    for area in ("A3:A4", "B3:B4", "C3:D3", "E3:E4"):
        sheet.merge_cells(area)
    row, printed = 5, 0
    for item, label in _ordered(whole):
        line = whole[item.code]
        _put(sheet, row, 1, label)
        _put(sheet, row, 2, line.unit)
        printed += _cells(sheet, row, 3, line, (0, 1, 2))
        row += 1
    _foot(sheet, row, _NOTES)
    _widths(sheet, (40, 12, 14, 14, 14))
    return printed


def _ordered(whole: Mapping[str, _Line]) -> list[tuple[Indicator, str]]:
    """The indicators in the list's order, parts below their whole and indented."""
    known = indicators()
    listed: list[tuple[Indicator, str]] = []

    def add(item: Indicator, depth: int) -> None:
        name = item.name if item.kind != "index" else f"{item.name}(上年同月=100)"
        listed.append((item, "\u3000\u3000" * depth + name))
        for part in known.values():
            if part.parent == item.code and part.code in whole:
                add(part, depth + 1)

    for item in known.values():
        if item.code in whole and item.parent not in whole:
            add(item, 0)
    return listed


def _county_sheet(
    book: Workbook,
    title: str,
    lines: Mapping[tuple[str, str], _Line],
    divisions: Sequence[str],
    names: Mapping[str, str],
) -> int:
    """A row per division; of every indicator that has figures below the city the columns that hold any."""
    below = {code for code, division in lines if division != divisions[0]}
    sheet = book.create_sheet("县区")
    _put(sheet, 1, 1, title, bold=True)
    _put(sheet, 2, 1, "县区", box=True)
    sheet.merge_cells("A2:A3")
    column, printed = 2, 0
    for item in indicators().values():
        if item.code not in below:
            continue
        own = {
            division: lines[item.code, division] for division in divisions if (item.code, division) in lines
        }
        places = [place for place in range(3) if any(line.cells[place] is not None for line in own.values())]
        unit = next(iter(own.values())).unit
        _put(sheet, 2, column, f"{without_unit(item.name)}({unit})", box=True)
        if len(places) > 1:
            sheet.merge_cells(
                start_row=2, end_row=2, start_column=column, end_column=column + len(places) - 1
            )
        for at, place in enumerate(places):
            text = (
                "本月",
                "期末" if item.kind == "stock" else "累计",
                "增长%" if item.kind == "stock" else "累计增长%",
            )
            _put(sheet, 3, column + at, text[place], box=True)
        for row, division in enumerate(divisions, 4):
            if division in own:
                printed += _cells(sheet, row, column, own[division], places)
            else:
                for at in range(len(places)):
                    _put(sheet, row, column + at, _SIGN, right=True)
        column += len(places)
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=column - 1)
    for row, division in enumerate(divisions, 4):
        _put(sheet, row, 1, names.get(division, division))
    _foot(sheet, 4 + len(divisions), (_GAP_NOTE, *_NOTES))
    _widths(sheet, (12, *(12 for _ in range(column - 2))))
    sheet.freeze_panes = "B4"
    return printed


def _cells(sheet: Any, row: int, column: int, line: _Line, places: Sequence[int]) -> int:
    """The figures of a line, a sign where there is none; returns how many figures."""
    printed = 0
    for at, place in enumerate(places):
        value = line.cells[place]
        cell = _put(sheet, row, column + at, _SIGN if value is None else value, right=True)
        if value is not None:
            places_shown = max(line.decimals[place], 0)
            cell.number_format = "0" if places_shown == 0 else f"0.{'0' * places_shown}"
            printed += 1
    return printed


def _put(
    sheet: Any,
    row: int,
    column: int,
    value: Any,
    *,
    bold: bool = False,
    box: bool = False,
    right: bool = False,
) -> Any:
    cell = sheet.cell(row, column, value)
    if isinstance(value, str):
        cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True, size=14)
        cell.alignment = _CENTRED
    elif box:
        cell.font = Font(bold=True)
        cell.border = _BOX
        cell.alignment = _CENTRED
    elif right:
        cell.alignment = Alignment(horizontal="right")
    return cell


def _foot(sheet: Any, row: int, notes: Sequence[str]) -> None:
    for place, text in enumerate(notes):
        _put(sheet, row + place, 1, text)


def _widths(sheet: Any, widths: Sequence[float]) -> None:
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
