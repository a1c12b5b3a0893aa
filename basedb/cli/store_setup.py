"""`basedb init` and `basedb upgrade`."""

from __future__ import annotations

import click

from basedb.cli.output import print_json, say
from basedb.cli.site import Site, pass_site
from basedb.store.migrate import Migration, initialise


@click.command()
@pass_site
def init(site: Site) -> None:
    """建库：新建或补全数据库 / create the store, or complete it."""
    _bring_up(site, "已是最新，无需改动 / nothing to do: the store is up to date")


@click.command()
@pass_site
def upgrade(site: Site) -> None:
    """升级：把数据库结构升到本程序的版本 / bring the store up to this program's version."""
    _ = site.versions  # an older store is what this is for
    _bring_up(site, "数据库结构已是最新 / the store is up to date")


def _bring_up(site: Site, nothing: str) -> None:
    store = site.store
    steps = initialise(store, list(site.domains.values()))
    if site.json:
        print_json({"store": store.label, "applied": [_step(step) for step in steps]})
        return
    for step in steps:
        say(f"  {step.component} {step.version} {step.name}")
    say(
        f"{store.label}：执行了 {len(steps)} 步 / {len(steps)} steps applied"
        if steps
        else f"{store.label}：{nothing}"
    )


def _step(step: Migration) -> dict[str, str | int]:
    return {"component": step.component, "version": step.version, "name": step.name}
