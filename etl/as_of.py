"""The as-of date of an extract: stated in a column of its rows, and whether it can be right."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

from basedb.refusal import Held, Refused
from etl.batch import Batch
from etl.contract import Contract
from etl.delivery_findings import AS_OF_AHEAD, NO_AS_OF
from etl.readers.read import read
from etl.readers.result import ReadRefusal

_SHOWN = 5
# Extracts for the coming month are sent some days before it.
_AHEAD = timedelta(days=40)


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


def hold_if_far_ahead(batch: Batch) -> None:
    """Hold a file whose as-of date lies far after its receipt and after all data of its source.

    A slip of the year would make every later extract a late one. Raises Held unless a person released it;
    the first file of a source has nothing to be compared with.
    """
    if batch.released or batch.delivery.digests:
        return
    row = batch.engine.execute(
        "SELECT max(as_of) FROM basedb.delivery WHERE source = ? AND domain = ? AND status IN ('loaded', 'current')",
        [batch.contract.source, batch.contract.domain],
    ).fetchone()
    last = row[0] if row else None
    received = batch.delivery.received_at.date()
    if last is not None and batch.as_of - max(last, received) > _AHEAD:
        raise Held(
            AS_OF_AHEAD,
            f"数据日期 {batch.as_of} 远在收到日期 {received} 与最新数据 {last} 之后，像是写错；请部门改正后重发",
            f"the as-of date {batch.as_of} lies far after the receipt on {received}, and the newest data of {last}",
        )
