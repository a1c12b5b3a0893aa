"""`basedb reconcile`: what departments owe each other."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from basedb import audit
from basedb.cli.choosing import purpose_option, refuse_unstated
from basedb.cli.exits import Usage
from basedb.cli.output import print_json, say, table
from basedb.cli.site import Site, pass_site
from basedb.domain import Domain, Reconciliation, entity_domains
from basedb.store.native import reading
from etl.reconciliation import rates, tallies, write_workbook


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="工作簿 / workbook",
)
@click.option("--domain", "name", metavar="NAME", help="基础库；只有一个可核对时可省 / which base")
@click.option("--show-ids", is_flag=True, help="工作簿中显示完整姓名（记入访问记录） / whole names; recorded")
@purpose_option
@pass_site
def reconcile(site: Site, output: Path | None, name: str | None, show_ids: bool, purpose: str) -> None:
    """部门间核对：各部门互相对不上的记录，按部门和事项计数 / what departments owe each other."""
    refuse_unstated(show_ids, purpose)
    domain, declared = _chosen(site, name)
    store = site.ready_store
    if output is not None and not output.parent.is_dir():
        raise Usage(f"没有目录 {output.parent} / no such directory")
    if show_ids and output is not None:  # nothing is written before the read is on record
        audit.record(store, "reconcile", purpose, f"{domain.name} → {output.name}", 0)
    with reading(store, site.time_zone.key) as reader:
        open_items, matched = tallies(reader, declared), rates(reader, declared)
        written = None
        if output is not None:
            now = datetime.now(UTC).astimezone(site.time_zone)
            written = write_workbook(reader, domain, declared, output, now, whole_names=show_ids)
    if site.json:
        print_json({"items": open_items, "rates": matched, "workbook": output, "written": written})
        return
    numbers = ["件数", "平均天数", "最长天数"]
    table(
        f"{domain.title}：部门间核对 / reconciliation",
        ["部门", "来源", "事项", "issue", *numbers],
        [
            (t.owner, t.source, *declared.issues.get(t.issue, (t.issue, t.issue)), t.items,
             round(t.mean_age_days, 1), t.max_age_days)
            for t in open_items
        ],
        right=numbers,
    )  # fmt: skip
    figures = ["现行记录", "对上登记", "对应率", "平均滞后天数"]
    table(
        "与登记部门的对应率 / matched with the register",
        ["部门", "来源", *figures],
        [
            (row["department"], row["source"], row["records"], row["matched"], f"{row['match_rate']:.2%}",
             None if row["mean_lag_days"] is None else round(row["mean_lag_days"], 1))
            for row in matched
        ],
        right=figures,
    )  # fmt: skip
    if output is not None:
        say(f"已写入 {output}：{written:,} 件 / written: {written:,} items")


def _chosen(site: Site, name: str | None) -> tuple[Domain, Reconciliation]:
    """The domain of that name with its reconciliation; the only one that has any if nothing was said."""
    found = [
        (domain, domain.reconciliation)
        for domain in entity_domains(site.domains).values()
        if domain.reconciliation is not None and name in (None, domain.name)
    ]
    if len(found) == 1:
        return found[0]
    names = "、".join(
        domain.name for domain in entity_domains(site.domains).values() if domain.reconciliation
    )
    raise Usage(f"请用 --domain 指明，可核对的有：{names} / say which base with --domain")
