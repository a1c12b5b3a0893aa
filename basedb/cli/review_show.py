"""`basedb review next` and `show`: two sides of an item, and why it is doubtful whether they are one."""

from __future__ import annotations

from pathlib import Path

import click

from basedb.cli import stewarding
from basedb.cli.choosing import NUMBER, by_option, domain_option, purpose_option, show_ids_option
from basedb.cli.output import print_json, say
from basedb.cli.review_desk import desk_of
from basedb.cli.site import Site, pass_site
from basedb.cli.stewarding import Look
from basedb.stewardship.queue import next_item


@click.command(name="next")
@domain_option
@by_option
@stewarding.PICTURE
@show_ids_option
@purpose_option
@pass_site
def next_(site: Site, domain_name: str, by: str, picture: Path | None, show_ids: bool, purpose: str) -> None:
    """最值得您判定的一项：分派给您的，或未分派的 / the most valuable item that is yours or nobody's."""
    desk = desk_of(site, domain_name)
    item = next_item(desk.items(), by)
    if item is not None:
        desk.show(item.pair, Look(show_ids, purpose, picture))
    elif site.json:
        print_json({"item": None})
    else:
        say("没有等您判定的事项 / nothing waits for you")


@click.command()
@click.argument("left", type=NUMBER)
@click.argument("right", type=NUMBER, required=False)
@domain_option
@stewarding.FOLLOW
@stewarding.PICTURE
@show_ids_option
@purpose_option
@pass_site
def show(
    site: Site,
    left: int,
    right: int | None,
    domain_name: str,
    follow: bool,
    picture: Path | None,
    show_ids: bool,
    purpose: str,
) -> None:
    """并排看两个编号，及权重的由来；只给一个编号则列出其记录 / two entities side by side, or one's records."""
    ids = [left] if right is None else [left, right]
    desk_of(site, domain_name).show(ids, Look(show_ids, purpose, picture), follow)
