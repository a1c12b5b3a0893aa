"""`basedb demo`: a synthetic city to try things on."""

from __future__ import annotations

from pathlib import Path

import click

from basedb.cli.exits import Usage
from basedb.cli.output import print_json, progress, say
from basedb.cli.site import Site, pass_site


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--people", default=20_000, show_default=True, help="人数 / people")
@click.option("--nights", default=4, show_default=True, help="几夜的数据 / nights")
@click.option("--seed", default=1, show_default=True, help="随机种子，同种子同数据 / same seed, same city")
@pass_site
def demo(site: Site, directory: Path, people: int, nights: int, seed: int) -> None:
    """演示城市：生成虚构部门数据到 DIRECTORY / write the extracts of an invented city."""
    from etl.demo import generate  # no other command needs its word lists
    from etl.demo.figures import publish_figures

    with progress("demo", site.json) as bar:
        try:
            made = generate(
                directory, people=people, nights=nights, seed=seed,
                progress=lambda what, share: bar(what, share, 1.0),
            )  # fmt: skip
            published = publish_figures(directory, people, nights, seed)
        except (FileExistsError, ValueError) as error:
            raise Usage(f"无法生成 / cannot generate: {error}") from error
    document = {
        "directory": str(made.directory),
        "files": len(made.files) + len(published),
        "rows": made.rows,
        "bytes": made.bytes,
    }
    if site.json:
        print_json(document)
        return
    say(
        f"已在 {made.directory} 生成 {people:,} 人、{nights} 夜的虚构数据：{document['files']} 份文件，"
        f"登记数据 {made.rows:,} 行"
        f" / an invented city: {document['files']} files, {made.rows:,} rows of registers"
    )
    say(f"接着 / next: basedb init && basedb nightly {made.directory}")
