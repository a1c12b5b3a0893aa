"""`basedb runs` and `basedb run show`."""

from __future__ import annotations

import click

from basedb.cli.accounts import STATUS, account_table, finding_table
from basedb.cli.choosing import COUNT, NUMBER
from basedb.cli.exits import Usage
from basedb.cli.output import local, print_json, say, table
from basedb.cli.site import Site, pass_site
from etl.ledger import Account
from etl.runs import last_runs, run_detail

_RUN_STATUS = STATUS | {"published": "已发布"}


@click.command()
@click.option("--last", type=COUNT, default=20, show_default=True, help="最近几次 / how many")
@pass_site
def runs(site: Site, last: int) -> None:
    """运行台账：最近的运行 / the last runs."""
    with site.ready_store.reading() as engine:
        found = last_runs(engine, last)
    if site.json:
        print_json({"runs": found})
        return
    numbers = ["读入", "新增", "变更", "隔离", "秒"]
    table(
        "最近的运行 / last runs",
        ["运行", "开始", "命令", "账号", "状态", "来源", "文件", "数据日期", *numbers],
        [
            [
                str(run["run_id"]), local(run["started_at"], site.time_zone), run["command"], run["account"],
                _RUN_STATUS.get(run["status"], run["status"]), run["source"], run["file_name"], run["as_of"],
                run["rows_read"], run["added"], run["changed"], run["quarantined"], run["seconds"],
            ]
            for run in found
        ],
        right=["运行", *numbers],
    )  # fmt: skip
    say("详情 / details: basedb run show <运行>", "dim")


@click.group()
def run() -> None:
    """一次运行 / one run."""


@run.command()
@click.argument("run_id", type=NUMBER)
@pass_site
def show(site: Site, run_id: int) -> None:
    """各环节的行数与用时 / rows and seconds of every stage."""
    with site.ready_store.reading() as engine:
        found = run_detail(engine, run_id)
    if found is None:
        raise Usage(f"没有编号为 {run_id} 的运行，请用 basedb runs 查看 / no such run")
    if site.json:
        print_json(found)
        return
    started = local(found["started_at"], site.time_zone)
    status = _RUN_STATUS.get(found["status"], found["status"])
    say(f"运行 {run_id}：{found['command']}，{found['account']}，{started:%Y-%m-%d %H:%M:%S}，{status}")
    if found["message"]:
        say(found["message"])
    for file in found["files"]:
        account_table(
            "",
            [
                Account(
                    file["source"], file["file_name"], file["as_of"], file["status"], file["rows_read"],
                    file["counts"], file["absent"], file["late"],
                )
            ],
        )  # fmt: skip
        table(
            "环节 / stages",
            ["次序", "环节", "行数", "秒"],
            [
                (step["position"] + 1, step["stage"], step["rows"], round(step["seconds"], 3))
                for step in file["steps"]
            ],
            right=["次序", "行数", "秒"],
        )
        finding_table("数据问题 / findings", file["findings"])
