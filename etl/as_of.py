"""The as-of date of an extract that states it in a column of its rows."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from basedb.refusal import Refused
from etl.contract import Contract
from etl.delivery_findings import NO_AS_OF
from etl.readers.read import read
from etl.readers.result import ReadRefusal

_SHOWN = 5


def as_of_in_rows(path: Path, contract: Contract) -> date:
    """The one date that the contract's as-of column holds; blank cells say nothing.

    Raises Refused if the column holds none, several, or something that is not a date in the
    contract's `as_of_format`, and if the file cannot be read.
    """
    column, form = contract.as_of.column, contract.as_of.format
    try:
        table = read(path, contract).table
    except ReadRefusal as refusal:
        raise Refused(refusal.code, refusal.zh, refusal.en) from refusal
    cells = {(cell or "").strip() for cell in table[column].unique().to_pylist()} - {""}
    if not cells:
        raise Refused(
            NO_AS_OF,
            f"无法确定 {path.name} 的数据日期：列 {column} 全为空，请用 --as-of 指定",
            "the as-of column is blank; name a date with --as-of",
        )
    if len(cells) > 1:
        some = "、".join(sorted(cells)[:_SHOWN])
        raise Refused(
            NO_AS_OF,
            f"无法确定 {path.name} 的数据日期：列 {column} 有 {len(cells)} 个不同的值（{some}），"
            "请部门按日期分别报送，或用 --as-of 指定",
            "the as-of column holds several values; have one file sent per date, or name one with --as-of",
        )
    (cell,) = cells
    try:
        return datetime.strptime(cell, form).date()
    except ValueError:
        raise Refused(
            NO_AS_OF,
            f"无法确定 {path.name} 的数据日期：列 {column} 的 {cell} 不是 {form} 格式的日期，"
            "请更正合同的 as_of_format，或用 --as-of 指定",
            "the as-of column holds no date in the contract's as_of_format",
        ) from None
