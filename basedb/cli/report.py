"""`basedb report`: the workbook a department gets back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from basedb import audit
from basedb.cli.choosing import purpose_option, refuse_unstated, show_ids_option
from basedb.cli.exits import Usage
from basedb.cli.output import print_json, say
from basedb.cli.site import Site, pass_site
from etl.report import Request, write_report


@click.command()
@click.argument("source")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="输出文件，缺省 <来源>-反馈.xlsx / the workbook",
)
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d", "%Y%m%d"]), help="数据日期自此日起 / as-of days from"
)
@click.option("--notes", is_flag=True, help="连同提示级别的问题 / findings of severity info, too")
@show_ids_option
@purpose_option
@pass_site
def report(
    site: Site,
    source: str,
    output: Path | None,
    since: datetime | None,
    notes: bool,
    show_ids: bool,
    purpose: str,
) -> None:
    """反馈表：退给部门核实更正的工作簿 / the workbook of findings for the department."""
    refuse_unstated(show_ids, purpose)
    contract = site.contract(source)
    store = site.ready_store
    path = output or Path(f"{source}-反馈.xlsx")
    if not path.parent.is_dir():
        raise Usage(f"没有目录 {path.parent} / no such directory")
    # Nothing is written before the read is on record.
    audit.record(store, "report", purpose, f"{source} → {path.name}", 0)
    request = Request(since.date() if since else None, notes, show_ids)
    with store.reading() as engine:
        made = write_report(
            engine, contract, site.domains[contract.domain], path, request, datetime.now(UTC), site.time_zone
        )
    if site.json:
        print_json(made)
        return
    say(
        f"已写入 {made.path}：{made.quarantined} 条待更正，{made.findings} 条数据问题，{made.files} 份文件的账目"
        f" / written: {made.quarantined} to be mended, {made.findings} findings, {made.files} files"
    )
