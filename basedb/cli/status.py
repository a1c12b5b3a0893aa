"""`basedb status`: where every source stands."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from basedb.cli.load import instant
from basedb.cli.output import local, print_json, say, table
from basedb.cli.site import Site, pass_site
from etl.arrivals import day_ranges
from etl.installed import at_home
from etl.status import source_statuses


@click.command()
@click.option("--now", metavar="TIME", help="以此时刻判断，缺省为现在 / as of this time")
@pass_site
def status(site: Site, now: str | None) -> None:
    """现状：各来源的新鲜度、待处理与逾期 / freshness, what waits for a person, what is overdue."""
    at = instant(site, now) or datetime.now(UTC)
    store = site.ready_store
    with store.reading() as engine:
        found = source_statuses(engine, at_home(site.contracts()), at)
    if site.json:
        print_json({"store": store.label, "now": at, "sources": found})
        return
    zone = site.time_zone
    numbers = ["落后天数", "待人工文件", "拒收文件", "隔离行"]
    table(
        f"{store.label}，{local(at, zone):%Y-%m-%d %H:%M} 的现状 / status",
        ["来源", "名称", "部门", "最新数据", "最近收到", *numbers, "逾期未到", "下次应到（含宽限）"],
        [
            (
                item.source, item.title, item.department, item.last_as_of or "从未收到",
                local(item.last_received_at, zone), item.days_behind, item.held or None, item.refused or None,
                item.quarantined or None, day_ranges(item.overdue), local(item.next_due_at, zone),
            )
            for item in found
        ],
        right=numbers,
    )  # fmt: skip
    overdue = [item for item in found if item.overdue]
    waiting = [item for item in found if item.held or item.refused or item.quarantined]
    if overdue:
        say(f"{len(overdue)} 个来源逾期未到 / {len(overdue)} sources are overdue")
    if waiting:
        say(
            f"{len(waiting)} 个来源有待处理的文件或行：basedb release、basedb quarantine list"
            " / files or rows wait for a person"
        )
    if not overdue and not waiting:
        say("一切就绪 / nothing waits for anybody")
