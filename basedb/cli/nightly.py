"""`basedb nightly`: process an inbox and account for the night."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from basedb.cli import exits
from basedb.cli.accounts import STOPPED, account_document, account_table, exit_code, finding_table
from basedb.cli.load import instant
from basedb.cli.output import local, print_json, progress, say, table
from basedb.cli.site import Site, pass_site
from etl.archive import Archive
from etl.arrivals import day_ranges
from etl.nightly import Night, NightlyRun

_DAY = click.DateTime(["%Y%m%d", "%Y-%m-%d"])


@click.command()
@click.argument("inbox", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--now", metavar="TIME", help="以此时刻判断迟到与缺失，缺省为现在 / judge lateness as of this time"
)
@click.option("--day", type=_DAY, metavar="YYYYMMDD", help="只处理这一送达日 / this delivery day only")
@click.option(
    "--until", type=_DAY, metavar="YYYYMMDD", help="处理到这一送达日 / delivery days up to this one"
)
@click.option(
    "--verify", is_flag=True, help="重新核对已入库文件的指纹 / fingerprint files that are in already, too"
)
@pass_site
def nightly(
    site: Site, inbox: Path, now: str | None, day: datetime | None, until: datetime | None, verify: bool
) -> None:
    """夜间处理：按送达次序处理收件目录 INBOX / load what arrived, in order, and account for the night."""
    store = site.ready_store
    with progress(str(inbox), site.json) as bar:
        run = NightlyRun(
            store, site.domains, site.contracts(), Archive.of(store), site.time_zone, site.wait, bar, verify
        )
        night = run.run(inbox, instant(site, now) or datetime.now(UTC), _date(day), _date(until))
    if site.json:
        print_json(_document(night))
    else:
        _tell(night, site.time_zone)
    if night.stopped:
        raise click.exceptions.Exit(exits.STORE)
    statuses = [account.status for account in night.accounts]
    statuses += ["current"] if night.settled else []
    raise click.exceptions.Exit(exit_code(statuses))


def _date(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _document(night: Night) -> dict[str, Any]:
    return {
        "files": [account_document(account) for account in night.accounts],
        "settled_before": night.settled,
        "arrived_late": [{"file": name, "due_at": due_at} for name, due_at in night.arrived_late],
        "overdue": [
            {"source": item.source, "as_of": list(item.overdue)}
            for item in night.expectations
            if item.overdue
        ],
        "models": list(night.models),
        "no_contract": night.inbox.unknown,
        "broken_lists": night.inbox.broken_lists,
        "seconds": round(night.seconds, 3),
        "stopped": night.stopped,
    }


def _tell(night: Night, zone: ZoneInfo) -> None:
    done = [account for account in night.accounts if account.status not in STOPPED]
    stopped = [account for account in night.accounts if account.status in STOPPED]
    if done:
        account_table("本夜账目 / the night's account", done, total=True)
        found: Counter[str] = Counter()
        for account in done:
            found.update(account.findings)
        finding_table("数据问题，按次数 / findings", found)
    if stopped:
        account_table("未入库的文件 / files not loaded", stopped)
        for account in stopped:
            say(f"{account.file_name}：{account.message or account.reason or ''}")
    for made in night.models:
        say(
            f"匹配模型第 {made.version} 版已自动建立并重新评分：{made.records:,} 条记录，先验 1/{made.entities:,}，"
            f"词频 {made.values:,} 个值；合并编号 {made.merged:,} 个，拆出 {made.fresh:,} 个，用时 {made.seconds:,.1f} 秒"
            f" / first version of the match model {made.entity}: everything was scored again"
        )
    _tell_arrivals(night, zone)
    for name, why in night.inbox.broken_lists.items():
        say(f"送达清单 {name} 无法使用：{why}", "yellow")
    if night.inbox.unknown:
        folders = "、".join(f"{folder}（{len(names)}）" for folder, names in night.inbox.unknown.items())
        say(f"没有合同的文件，未处理 / no contract, left alone: {folders}", "dim")
    late = sum(account.late for account in done)
    say(
        f"本夜处理 {len(done)} 份文件，{sum(account.rows_read for account in done):,} 行"
        + (f"，其中 {late} 份晚于更新的数据、只入历史" if late else "")
        + (f"；{len(stopped)} 份未入库" if stopped else "")
        + (f"；{night.settled} 份先前已处理" if night.settled else "")
        + f"。用时 {night.seconds:,.1f} 秒。"
        + f" / {len(done)} files loaded, {len(stopped)} not, {night.settled} were in before."
    )
    if night.stopped:
        say(f"处理中断：{night.stopped} / the run was stopped", "red")


def _tell_arrivals(night: Night, zone: ZoneInfo) -> None:
    rows: list[tuple[Any, ...]] = [
        ("迟到 / late", name, f"应在 {local(due_at, zone):%m-%d %H:%M} 前送达")
        for name, due_at in night.arrived_late
    ]
    for item in night.expectations:
        if item.overdue:
            rows.append(
                ("逾期未到 / overdue", item.source, f"{day_ranges(item.overdue)}，共 {len(item.overdue)} 期")
            )
    if rows:
        table("到达情况 / arrivals", ["情况", "文件或来源", "说明"], rows)
