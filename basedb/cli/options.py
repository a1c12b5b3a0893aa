"""The options that every command takes, before its name or after it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from basedb.cli.site import DEFAULT_ZONE, Site


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Put a given option where all commands find it; one that was not given changes nothing."""
    if value is not None and value is not False:
        setattr(context.ensure_object(Site), _ATTRIBUTES[str(parameter.name)], value)


_ATTRIBUTES = {
    "store_url": "url",
    "as_json": "json",
    "wait": "wait",
    "contracts": "contracts_directory",
    "zone": "zone",
}


def shared_options() -> list[click.Option]:
    """Fresh copies of --store, --json, --wait, --contracts and --zone."""

    def option(*names: str, **settings: Any) -> click.Option:
        return click.Option(names, expose_value=False, callback=_keep, **settings)

    return [
        option(
            "--store", "store_url", metavar="URL", envvar="BASEDB_STORE",
            help="数据库地址，缺省 duckdb:///city.duckdb / the store's URL",
        ),
        option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON"),
        option("--wait", type=float, metavar="SECONDS", help="等待其他写入任务的秒数，缺省 30 / wait for a writer"),
        option(
            "--contracts", type=click.Path(path_type=Path), metavar="DIR", envvar="BASEDB_CONTRACTS",
            help="本地合同目录，补充或替换随包合同 / the site's own contracts",
        ),
        option("--zone", metavar="ZONE", help=f"部门所用时区，缺省 {DEFAULT_ZONE} / the departments' time zone"),
    ]  # fmt: skip


def share(command: click.Command) -> None:
    """Give a command, and those under it, the shared options it has not declared itself."""
    own = {name for parameter in command.params for name in parameter.opts}
    command.params += [option for option in shared_options() if not own & set(option.opts)]
    if isinstance(command, click.Group):
        for child in command.commands.values():
            share(child)
