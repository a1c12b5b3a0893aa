"""Lines that a report puts between its rows: its header again on every page, totals and remarks at the end."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.contract.model import Contract
from etl.readers import codes
from etl.readers.result import IgnoredRow, ReadResult, note

#: What an undeclared line below the rows says, and nothing else in it.
_REMARK = r"^(注|备注|说明|制表|填表|填报|审核|复核|经办|负责人|单位负责人|打印|导出|报送)[人单位日期时间说明]{0,4}[:：]"
_TOTAL = r"^(本页|全部|以上)?[ \x{3000}]*[合总小共][ \x{3000}]*计[ :：]*[\d,，.]*[ ]*[人户条行笔个名家]?$"


def without_page_lines(result: ReadResult, contract: Contract) -> ReadResult:
    """The result with repeated headers and undeclared summary lines among the ignored rows, each with a note.

    A repeated header is a row whose filled cells, two at least, all say what their column is called; a
    summary is a row whose first filled cell is a word for a total (合计, 总计：120人) or whose only filled
    cell is a remark (制表人：…). For registers only: in a table of figures a total is data.
    """
    headers = _repeated_headers(result.table, contract)
    summaries = np.setdiff1d(_summaries(result.table), headers)
    result = _set_apart(result, headers, "header", codes.REPEATED_HEADER)
    return _set_apart(result, summaries, "summary", codes.SUMMARY_LINE)


def _set_apart(
    result: ReadResult, row_numbers: np.ndarray, reason: Literal["header", "summary"], code: str
) -> ReadResult:
    if not len(row_numbers):
        return result
    keep = pc.invert(pc.is_in(result.table["row_no"], value_set=pa.array(row_numbers, pa.int64())))
    numbers = [int(number) for number in row_numbers]
    ignored = (*result.ignored, *(IgnoredRow(number, reason) for number in numbers))
    notes = (*result.notes, *(note(code, row_no=number) for number in numbers))
    return replace(result, table=result.table.filter(keep), ignored=ignored, notes=notes)


def _repeated_headers(table: pa.Table, contract: Contract) -> np.ndarray:
    """The numbers of the rows that say in every filled cell what the column is called."""
    at = np.arange(table.num_rows)
    filled = np.zeros(table.num_rows, np.int64)
    for name in table.column_names[1:]:
        cells = table[name].take(pa.array(at))
        said = pc.is_in(pc.utf8_trim_whitespace(cells), value_set=pa.array(_words(name, contract)))
        fits = pc.or_(pc.is_null(cells), said).to_numpy()
        filled = (filled + said.to_numpy())[fits]
        at = at[fits]
        if not len(at):
            break
    found: np.ndarray = table["row_no"].to_numpy()[at[filled >= 2]]
    return found


def _words(name: str, contract: Contract) -> list[str]:
    """What a column may be headed; of a header of several rows each row's part."""
    column = contract.columns.get(name)
    headers = (name, *(column.aliases if column else ()))
    return list(dict.fromkeys([*headers, *(part for header in headers for part in header.split("/"))]))


def _summaries(table: pa.Table) -> np.ndarray:
    if table.num_columns < 2 or not table.num_rows:
        return np.empty(0, np.int64)
    cells = table.columns[1:]
    first = pc.utf8_trim_whitespace(pc.coalesce(*cells))
    total = pc.fill_null(pc.match_substring_regex(first, _TOTAL), False).to_numpy()
    remark = np.flatnonzero(pc.fill_null(pc.match_substring_regex(first, _REMARK), False).to_numpy())
    alone = [at for at in remark if sum(cell[int(at)].is_valid for cell in cells) == 1]
    found: np.ndarray = table["row_no"].to_numpy()[np.union1d(np.flatnonzero(total), alone).astype(np.int64)]
    return found
