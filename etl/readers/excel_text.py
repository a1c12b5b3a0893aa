"""Cells of text files that Excel's users keep from becoming numbers by writing them as ="411102…"."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from etl.readers import codes
from etl.readers.result import ReadResult, note

_WRAPPED = r'^="([^"]*)"$'


def unwrap_text_formulas(result: ReadResult) -> ReadResult:
    """The result with the text of such cells in their place, and a note for each column that has any."""
    table, notes = result.table, list(result.notes)
    for at, name in enumerate(table.column_names):
        if name == "row_no":
            continue
        wrapped = pc.sum(pc.match_substring_regex(table[name], _WRAPPED)).as_py()
        if not wrapped:
            continue
        bare = pc.replace_substring_regex(table[name], _WRAPPED, r"\1")
        table = table.set_column(at, name, pc.if_else(pc.equal(bare, ""), pa.scalar(None, bare.type), bare))
        notes.append(
            note(
                codes.TEXT_FORMULA,
                f'{wrapped} 个单元格写作 ="…"',
                f'{wrapped} cells are written ="…"',
                column=name,
            )
        )
    return replace(result, table=table, notes=tuple(notes))
