"""Tables as statistics offices publish them: titles, headers of several rows, hierarchies, footnotes.

A row of the result is a physical row below a header. Its columns do not depend on the sheet's layout:

    表 the table's name in the contract   期 the period its title names   行 the row's labels by role, as JSON
    页 the sheet   标题 the title   单位 the unit in force   标签 the label as printed
    数据 its cells, a JSON list of {"at": "县区!M5", "head": "绝对量/累计", "text": "3,367"}

The contract's `reader.tables` tells tables by their titles and says which headings stand over labels.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from basedb.findings import Severity, define
from basedb.standards.labels import FOOTNOTE_MARKS, fold_label, indent_of, is_part
from etl.contract.model import Contract, ReaderSpec
from etl.readers.grid import Grid, Place, read_xlsx_grids
from etl.readers.grid_xls import read_xls_grids
from etl.readers.opening import open_bytes
from etl.readers.published_header import (
    NUMBER,
    UNIT_LINE,
    Shape,
    Table,
    header_at,
    header_of,
    shifted_column,
)
from etl.readers.result import (
    IgnoredRow,
    Note,
    ReadRefusal,
    ReadResult,
    RejectedRow,
    note,
    rejected,
    text_table,
)

COLUMNS = ("表", "期", "行", "页", "标题", "单位", "标签", "数据")

UNKNOWN_TABLE = define(
    "published.unknown_table",
    Severity.ERROR,
    "工作表不是合同约定的任何一张表",
    "the sheet is none of the contract's tables",
)
NO_TABLE_HEADER = define(
    "published.no_header", Severity.ERROR, "找不到约定的表头", "the declared header was not found"
)
HIDDEN = define(
    "published.hidden",
    Severity.WARNING,
    "含隐藏的行、列或工作表，已照常读取，请核实",
    "hidden rows, columns or sheets were read like the others; please verify",
)
UNIT_CHANGES = define(
    "published.unit_changes", Severity.WARNING, "计量单位在表中途改变", "the unit changes within the table"
)

SHIFTED = define(
    "published.header_shifted",
    Severity.ERROR,
    "表头与数据列错位",
    "the header does not stand over the columns of data",
)

_FOOTNOTE = re.compile(
    rf"^\s*(?:注|说明|备注|附注|资料来源|数据来源|来源)\s*[:：\d]|^\s*[{FOOTNOTE_MARKS}]\s*\S|^\s*注$"
)
_OLE = b"\xd0\xcf\x11\xe0"
#: A label without data that is longer than this is a sentence.
_LONGEST_LABEL = 30


@dataclass
class _Page:
    """What a sheet gives: rows with their offset from the first row below the header."""

    kept: list[tuple[int, dict[str, str | None]]] = field(default_factory=list)
    ignored: list[IgnoredRow] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    length: int = 0


def read_published(
    path: Path, contract: Contract, spec: ReaderSpec, others: Iterable[Contract] = ()
) -> ReadResult:
    """Read every sheet of a workbook as a published table.

    Rows are numbered from 1 through all sheets, from the first row below each sheet's first header.
    ReadRefusal if no sheet has a title and header of the contract; rows of a sheet that has none, beside
    others that do, are rejected.
    """
    del others
    shapes = [
        Shape(item["name"], re.compile(item["title"]), {fold_label(k): v for k, v in item["stub"].items()})
        for item in spec.options["tables"]
    ]
    grids = _grids(path, spec.options)
    pages = []
    first = 1
    for grid in grids:
        page = _page(grid, shapes, first)
        pages.append(page)
        first += page.length
    if not any(page.kept for page in pages):
        seen = "、".join(f"{grid.name}“{_title(grid)}”" for grid in grids)
        raise ReadRefusal(
            path,
            NO_TABLE_HEADER,
            f"没有一张工作表的标题和表头符合约定：{seen}",
            f"no sheet has a title and header of the contract: {seen}",
        )
    rows = [row for page in pages for _, row in page.kept]
    columns = {name: pa.array([row[name] for row in rows], pa.string()) for name in COLUMNS}
    numbers = np.array([number for page in pages for number, _ in page.kept], np.int64)
    return ReadResult(
        text_table(columns, contract.read_columns, numbers),
        tuple(row for page in pages for row in page.ignored),
        tuple(row for page in pages for row in page.rejected),
        tuple(found for page in pages for found in page.notes),
    )


def _grids(path: Path, options: Mapping[str, Any]) -> list[Grid]:
    """The sheets of a workbook, told by its first bytes: old ones are OLE files, as encrypted ones are."""
    data = bytes(open_bytes(path, options, zip_is_format=True))
    return read_xls_grids(path, data) if data.startswith(_OLE) else read_xlsx_grids(path, data)


def _title(grid: Grid) -> str:
    """The first text of a sheet."""
    return next((cell.strip() for row in grid.rows for cell in row if cell and cell.strip()), "")


def _page(grid: Grid, shapes: Sequence[Shape], first: int) -> _Page:
    page = _Page()
    end = len(grid.rows)
    while end and not any(cell and cell.strip() for cell in grid.rows[end - 1]):
        end -= 1
    if not end:
        return page
    table = header_of(grid, shapes, end)
    if table is None:
        zh = f"工作表“{grid.name}”不是合同约定的表：{_title(grid)}"
        _reject_page(page, grid, end, first, UNKNOWN_TABLE, zh, f"the sheet {grid.name} is no declared table")
        return page
    if moved := shifted_column(grid, table, end):
        zh = f"工作表“{grid.name}”的表头与数据列错位：{moved} 列有数据而没有表头"
        en = f"the sheet {grid.name}: no header over the data of column {moved}"
        _reject_page(page, grid, end, first, SHIFTED, zh, en)
        return page
    if grid.is_hidden or grid.hidden_rows or grid.hidden_columns:
        page.notes.append(_hidden(grid))
    unit = _unit_above(grid, table.body)
    start = at = table.body
    while at < end:
        number = first + at - start
        again = header_at(grid, table.shape, table.title, table.period, at, end)
        texts = [cell.strip() for cell in grid.rows[at] if cell and cell.strip()]
        if again is not None:
            for line in range(at, again.body):
                page.ignored.append(IgnoredRow(first + line - start, "footnote"))
            table, at = again, again.body
            continue
        if not texts:
            page.ignored.append(IgnoredRow(number, "blank"))
        elif len(texts) == 1 and (stated := UNIT_LINE.match(texts[0])):
            page.notes.append(
                note(
                    UNIT_CHANGES,
                    f"{grid.address(at, 0)} 起单位改为{stated['unit']}",
                    f"the unit is {stated['unit']} from {grid.address(at, 0)}",
                    number,
                )
            )
            unit = stated["unit"]
            page.ignored.append(IgnoredRow(number, "footnote"))
        elif _is_footnote(grid, table, at, texts):
            page.ignored.append(IgnoredRow(number, "footnote", " ".join(texts)))
        else:
            page.kept.append((number, _row(grid, table, at, unit)))
        at += 1
    page.length = end - start
    return page


def _reject_page(page: _Page, grid: Grid, end: int, first: int, code: str, zh: str, en: str) -> None:
    """Nothing of a sheet of unknown shape is lost: every row of it is set aside."""
    for at in range(end):
        cells = [cell for cell in grid.rows[at] if cell and cell.strip()]
        if cells:
            raw = json.dumps(cells, ensure_ascii=False)
            page.rejected.append(rejected(first + at, raw, code, zh, en))
        else:
            page.ignored.append(IgnoredRow(first + at, "blank"))
    page.length = end


def _hidden(grid: Grid) -> Note:
    places = [f"第{row + 1}行" for row in sorted(grid.hidden_rows)]
    places += [f"第{column + 1}列" for column in sorted(grid.hidden_columns)]
    where = "、".join(places) or "整张表"
    return note(HIDDEN, f"{grid.name}：{where}是隐藏的", f"{grid.name}: hidden rows, columns or sheet")


def _unit_above(grid: Grid, body: int) -> str:
    """The unit that a line above the first row of data states."""
    for row in range(body):
        for cell in grid.rows[row]:
            if cell and (match := UNIT_LINE.match(cell.strip())):
                return match["unit"]
    return ""


def _is_footnote(grid: Grid, table: Table, at: int, texts: Sequence[str]) -> bool:
    """A sentence below the labels, or one that stands alone in its row wherever typesetting put it."""
    labelled = any(grid.text(at, column).strip() for column in table.stub)
    if not labelled and len(texts) == 1:
        return bool(_FOOTNOTE.match(texts[0])) or len(texts[0]) > _LONGEST_LABEL
    if any(grid.own_text(at, column).strip() for column in table.heads if column > min(table.stub)):
        return False
    return bool(_FOOTNOTE.match(texts[0])) or (len(texts) == 1 and len(texts[0]) > _LONGEST_LABEL)


def _row(grid: Grid, table: Table, at: int, unit: str) -> dict[str, str | None]:
    labels: dict[str, str] = {}
    printed = []
    for column, role in table.stub.items():
        raw = grid.text(at, column)
        printed.append(raw.strip())
        label = fold_label(raw)
        if role == "indicator":
            label = _with_parents(grid, table, at, column, raw, label)
        labels[role] = label
    cells = list(_cells(grid, table, at))
    return {
        "表": table.shape.name,
        "期": table.period or None,
        "行": json.dumps(labels, ensure_ascii=False, sort_keys=True),
        "页": grid.name,
        "标题": table.title,
        "单位": unit or None,
        "标签": " ".join(filter(None, printed)) or None,
        "数据": json.dumps(cells, ensure_ascii=False),
    }


def _with_parents(grid: Grid, table: Table, at: int, column: int, raw: str, label: str) -> str:
    """The label with those it is indented under or said to be part of: ``货物进出口总额/出口``."""
    if (at, column) in grid.covered or (len(table.stub) > 1 and "division" in table.stub.values()):
        return label
    depth = indent_of(raw) + grid.indents.get((at, column), 0) + (0.5 if is_part(raw) else 0)
    while table.parents and table.parents[-1][0] >= depth:
        table.parents.pop()
    path = "/".join([*(name for _, name in table.parents), label])
    table.parents.append((depth, label))
    return path


def _shared_label(grid: Grid, table: Table, at: int) -> Place | None:
    """The merged cell that is the only label of several rows: whose figures are whose, it does not say."""
    telling = [
        column for column, role in table.stub.items() if role != "unit" and grid.text(at, column).strip()
    ]
    first = [grid.covered.get((at, column)) for column in telling]
    if not telling or any(place is None or grid.extent[place][0] == place[0] for place in first):
        return None
    return first[0]


def _cells(grid: Grid, table: Table, at: int) -> Iterator[dict[str, Any]]:
    shared = _shared_label(grid, table, at)
    for column, head in table.heads.items():
        merged = grid.covered.get((at, column))
        text = grid.text(at, column).strip() if merged else grid.own_text(at, column).strip()
        empty_formula = (at, column) in grid.formulas
        if not text and not empty_formula:
            continue
        cell: dict[str, Any] = {"at": grid.address(at, column), "head": head, "text": text}
        if place := merged or shared:
            cell["merged"] = grid.address(*place)
        if empty_formula:
            cell["formula"] = True
        if (at, column) in grid.texts and NUMBER.match(text):
            cell["as_text"] = True
        yield cell
