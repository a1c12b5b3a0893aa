"""Accounts of files as people and machines read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from basedb.cli import exits
from basedb.cli.output import say, table
from basedb.domain import installed_domains
from basedb.findings import finding_type
from basedb.ledger import OUTCOMES
from etl.ledger import Account

STATUS = {
    "loaded": "已入库",
    "identical": "已处理过",
    "current": "内容未变",
    "held": "待人工",
    "refused": "拒收",
    "missing": "未送达",
    "failed": "失败",
    "skipped": "已跳过",
    "planned": "试算",
}
OUTCOME = {
    "added": "新增",
    "changed": "变更",
    "unchanged": "未变",
    "duplicate": "重复",
    "superseded": "仅入历史",
    "retired": "注销",
    "ignored": "非数据",
    "quarantined": "隔离",
}
STOPPED = ("held", "refused", "failed", "missing", "skipped")


def finding_text(code: str) -> tuple[str, str]:
    """The Chinese and English text of a finding; its code where this program does not know it."""
    installed_domains()  # their checks define findings of their own
    try:
        kind = finding_type(code)
    except KeyError:
        return code, code
    return kind.zh, kind.en


def account_document(account: Account) -> dict[str, Any]:
    """An account as JSON has it."""
    return {
        "source": account.source,
        "file": account.file_name,
        "as_of": account.as_of,
        "status": account.status,
        "rows_read": account.rows_read,
        **account.counts,
        "absent": account.absent,
        "late": account.late,
        "reason": account.reason,
        "message": account.message,
        "findings": account.findings,
        "seconds": round(sum(step.seconds for step in account.steps), 3),
        "run_id": account.run_id,
        "file_id": account.file_id,
    }


def account_table(title: str, accounts: Sequence[Account], total: bool = False) -> None:
    """One line per file: read = added + changed + …; absences stand apart, they are not rows read."""
    used = [name for name in OUTCOMES if any(account.counts[name] for account in accounts)]
    numbers = ["读入", *(OUTCOME[name] for name in used), "消失*", "秒"]
    rows = []
    for account in accounts:
        seconds = sum(step.seconds for step in account.steps)
        late = "迟 " if account.late else ""
        rows.append(
            [
                account.source, f"{account.file_name.rsplit('/', 1)[-1]}", account.as_of,
                f"{late}{STATUS.get(account.status, account.status)}", account.rows_read,
                *(account.counts[name] for name in used), account.absent, seconds if seconds else None,
            ]
        )  # fmt: skip
    if total and len(accounts) > 1:
        sums = [sum(account.counts[name] for account in accounts) for name in used]
        seconds = sum(step.seconds for account in accounts for step in account.steps)
        rows.append(
            ["合计 / total", f"{len(accounts)} 份", None, "", sum(a.rows_read for a in accounts), *sums,
             sum(a.absent for a in accounts), seconds]
        )  # fmt: skip
    table(title, ["来源", "文件", "数据日期", "状态", *numbers], rows, right=numbers)
    if any(account.rows_read for account in accounts):
        parts = " + ".join(OUTCOME[name] for name in used) or "0"
        say(f"读入 = {parts}；*消失不计入行数 / absences are not rows read", "dim")


def finding_table(title: str, counts: Mapping[str, int], most: int = 12) -> None:
    """The commonest findings with their texts."""
    if not counts:
        return
    first = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows = [(code, count, *finding_text(code)) for code, count in first[:most]]
    more = f"（另有 {len(first) - most} 类 / {len(first) - most} more kinds）" if len(first) > most else ""
    table(title + more, ["代码", "次数", "说明", "meaning"], rows, right=["次数"])


def exit_code(statuses: Sequence[str]) -> int:
    """0 if every file is in, 6 if none is, 3 if some are."""
    stopped = sum(status in STOPPED for status in statuses)
    if not stopped:
        return exits.OK
    return exits.NOTHING if stopped == len(statuses) else exits.PARTLY
