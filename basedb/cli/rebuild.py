"""`basedb rebuild`: replay everything into an empty store and compare."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from basedb.cli import exits
from basedb.cli.exits import Failure
from basedb.cli.output import print_json, progress, say, table
from basedb.cli.site import Site, pass_site
from basedb.store import open_store
from etl.archive import Archive
from etl.compare import Comparison
from etl.rebuild import Irreproducible
from etl.rebuild import rebuild as replay


@click.command()
@click.option("--into", metavar="URL", help="目标空库，缺省为当前目录下带时间的新文件 / an empty store")
@click.option(
    "--archive", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
    help="归档目录 / the archive",
)  # fmt: skip
@pass_site
def rebuild(site: Site, into: str | None, archive: Path | None) -> None:
    """重建：按原次序重放归档与决定，得到新库并与现库比较 / rebuild into an empty store and compare."""
    store = site.ready_store
    target = open_store(into or f"duckdb:///rebuilt-{datetime.now():%Y%m%d-%H%M%S}.duckdb")
    if target.url == store.url:
        raise Failure(exits.USAGE, "usage", "目标不能是现库本身 / the target is the store itself")
    with progress("rebuild", site.json) as bar:
        try:
            kept = Archive(archive) if archive else Archive.of(store)
            found = replay(store, target, kept, site.domains, bar)
        except Irreproducible as error:
            raise Failure(exits.DIFFERENT, "irreproducible", str(error)) from error
    if site.json:
        print_json({"target": target.label, "equal": found.equal, "tables": list(found.tables)})
    else:
        _tell(found, target.label)
    raise click.exceptions.Exit(exits.OK if found.equal else exits.DIFFERENT)


def _tell(found: Comparison, label: str) -> None:
    numbers = ["现库", "重建", "仅现库", "仅重建"]
    table(
        f"现库与重建的 {label} 逐行比较（不比运行编号与发布时间） / row by row, but for run ids and clock times",
        ["表", *numbers, "举例"],
        [
            (item.table, *item.rows, item.only[0] or None, item.only[1] or None, "；".join(item.examples))
            for item in found.tables
            if any(item.rows)
        ],
        right=numbers,
    )
    rows = sum(item.rows[1] for item in found.tables)
    if found.equal:
        say(f"完全一致：{rows:,} 行，同样的主记录、编号与历史 / the same masters, ids and history")
    else:
        differing = "、".join(item.table for item in found.tables if not item.equal)
        say(f"不一致 / different: {differing}", "red")
