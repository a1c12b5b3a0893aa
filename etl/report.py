"""The workbook a department gets back: its own rows, its own column names, what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from basedb.domain import BaseDomain
from basedb.findings import finding_type
from basedb.ledger import OUTCOMES
from basedb.masking import mask_cell, mask_text
from basedb.workbook import Book, Heading
from etl.contract import Contract
from etl.runs import fetch

_BATCH = 10_000
_ROW = (
    Heading("文件", 40), Heading("数据日期", 12), Heading("数据行号（不含表头）", 12), Heading("列名", 18),
    Heading("原值", 28), Heading("原因", 40), Heading("reason", 40), Heading("建议", 28), Heading("问题代码", 26),
)  # fmt: skip
_QUARANTINED = (*_ROW, Heading("隔离编号", 10), Heading("状态", 10))
_OUTCOMES = ("新增", "变更", "未变", "重复", "仅入历史", "注销", "非数据", "隔离")
_ACCOUNT = (
    Heading("文件", 40), Heading("数据日期", 12), Heading("收到时间", 20), Heading("状态", 10), Heading("说明", 50),
    Heading("读入行数", 11), *(Heading(title, 9) for title in _OUTCOMES),
    Heading("消失（不计入行数）", 12),
)  # fmt: skip
_STATES = {"open": "待处理", "resent": "已退回"}
_STATUS = {
    "loaded": "已入库", "current": "内容未变", "held": "待人工", "refused": "拒收", "missing": "未送达",
}  # fmt: skip


@dataclass(frozen=True)
class Report:
    """What went into a workbook."""

    path: Path
    quarantined: int
    findings: int
    files: int


@dataclass(frozen=True)
class Request:
    """What a report is to tell: since which as-of day, notes (severity info) too, numbers in full."""

    since: date | None = None
    notes: bool = False
    whole_numbers: bool = False


def write_report(
    engine: duckdb.DuckDBPyConnection,
    contract: Contract,
    domain: BaseDomain,
    path: Path,
    request: Request,
    now: datetime,
    zone: ZoneInfo,
) -> Report:
    """Write the workbook of one source and say what is in it."""
    since = request.since or date(1, 1, 1)
    mask = _whole if request.whole_numbers else _masking(contract, domain)
    book = Book()
    book.page("说明", _cover(contract, request, now.astimezone(zone)))
    quarantined = book.table("待更正的行", _QUARANTINED, _quarantined(engine, contract, since, mask))
    severities = ["info", "warning", "error"] if request.notes else ["warning", "error"]
    findings = book.table("数据问题", _ROW, _findings(engine, contract, since, severities, mask))
    files = book.table("文件账目", _ACCOUNT, _accounts(engine, contract, since, zone))
    book.save(path)
    return Report(path, quarantined, findings, files)


Mask = Callable[[str | None, str | None], str | None]


def _whole(column: str | None, text: str | None) -> str | None:
    return text


def _masking(contract: Contract, domain: BaseDomain) -> Mask:
    """Numbers in identifier columns are masked however damaged; elsewhere where they look like one."""
    hidden = domain.identifiers()
    identifiers = {
        column.name
        for column in contract.columns.values()
        if any(target.attribute in hidden for target in column.targets)
    }

    def mask(column: str | None, text: str | None) -> str | None:
        if text is None:
            return None
        return mask_cell(text) if column in identifiers else mask_text(text)

    return mask


def _cover(contract: Contract, request: Request, now: datetime) -> list[tuple[str, str]]:
    return [
        ("数据质量反馈", f"{contract.title}（{contract.source}）"),
        ("部门", contract.owner.department),
        ("生成时间", f"{now:%Y-%m-%d %H:%M}"),
        ("范围", f"数据日期 {request.since} 起" if request.since else "全部已送达的文件"),
        ("待更正的行", "未接收的行。请更正后随下一次数据重新送达，系统收到更正后的行即自动结案。"),
        ("数据问题", "已接收、但有疑问或已按规则修复的值。“建议”是系统推定的值，请核实后在本部门系统中更正。"),
        ("数据行号", "文件中第几条数据，从 1 起，不含标题行和表头。"),
        (
            "号码",
            "本表含完整号码，请按个人信息保管。" if request.whole_numbers else "证件号码等已遮盖，请按文件与行号查找。",
        ),
        ("In English", "Rows that were not accepted, doubtful values in accepted rows, and the account of every file."),
    ]  # fmt: skip


def _stream(
    engine: duckdb.DuckDBPyConnection, query: str, parameters: list[Any]
) -> Iterator[tuple[Any, ...]]:
    cursor = engine.execute(query, parameters)
    while rows := cursor.fetchmany(_BATCH):
        yield from rows


def _texts(code: str) -> tuple[str, str]:
    try:
        kind = finding_type(code)
    except KeyError:
        return code, code
    return kind.zh, kind.en


def _quarantined(
    engine: duckdb.DuckDBPyConnection, contract: Contract, since: date, mask: Mask
) -> Iterator[list[Any]]:
    """One line per finding that keeps a row out."""
    rows = _stream(
        engine,
        "SELECT d.file_name, d.as_of, q.row_no, f.column_name, f.value, f.code, f.suggestion, q.quarantine_id, q.state"
        " FROM basedb.quarantine q JOIN basedb.delivery d ON d.file_id = q.file_id"
        " LEFT JOIN basedb.finding f ON f.file_id = q.file_id AND f.row_no = q.row_no"
        "   AND contains(',' || q.codes || ',', ',' || f.code || ',')"
        " WHERE q.source = ? AND q.domain = ? AND q.state IN ('open', 'resent') AND d.as_of >= ?"
        " ORDER BY d.as_of, d.file_id, q.row_no, f.column_name",
        [contract.source, contract.domain, since],
    )
    for file, as_of, row_no, column, value, code, suggestion, number, state in rows:
        zh, en = _texts(code or "")
        yield [
            file, as_of, row_no, column, mask(column, value), zh, en, mask(column, suggestion), code, number,
            _STATES[state],
        ]  # fmt: skip


def _findings(
    engine: duckdb.DuckDBPyConnection, contract: Contract, since: date, severities: list[str], mask: Mask
) -> Iterator[list[Any]]:
    """One line per finding of an accepted row, and per finding about a whole file."""
    rows = _stream(
        engine,
        "SELECT d.file_name, d.as_of, f.row_no, f.column_name, f.value, f.code, f.suggestion"
        " FROM basedb.finding f JOIN basedb.delivery d USING (file_id)"
        " LEFT JOIN basedb.quarantine q ON q.file_id = f.file_id AND q.row_no = f.row_no"
        " WHERE d.source = ? AND d.domain = ? AND d.as_of >= ? AND q.quarantine_id IS NULL"
        " AND f.severity IN (SELECT unnest(?))"
        " ORDER BY d.as_of, d.file_id, f.row_no NULLS FIRST, f.column_name, f.code",
        [contract.source, contract.domain, since, severities],
    )
    for file, as_of, row_no, column, value, code, suggestion in rows:
        zh, en = _texts(code)
        yield [file, as_of, row_no, column, mask(column, value), zh, en, mask(column, suggestion), code]


def _accounts(
    engine: duckdb.DuckDBPyConnection, contract: Contract, since: date, zone: ZoneInfo
) -> Iterator[list[Any]]:
    for line in fetch(
        engine,
        "SELECT * FROM basedb.delivery WHERE source = ? AND domain = ? AND as_of >= ? ORDER BY file_id",
        [contract.source, contract.domain, since],
    ):
        status = "放行" if line["mode"] == "waiver" else _STATUS.get(line["status"], line["status"])
        yield [
            line["file_name"], line["as_of"], line["received_at"].astimezone(zone),
            f"{status}（迟）" if line["late"] else status, line["message"], line["rows_read"],
            *(line[name] for name in OUTCOMES), line["absent"],
        ]  # fmt: skip
