"""`basedb merge` and `basedb split`: correcting who is who, by judgement."""

from __future__ import annotations

import click

from basedb.cli import stewarding
from basedb.cli.choosing import NUMBER, by_option, domain_of, domain_option, reason_option
from basedb.cli.output import print_json, say
from basedb.cli.site import Site, pass_site
from basedb.stewardship.judgements import resolve_ids
from basedb.stewardship.lookup import looking
from basedb.stewardship.plan import SAME
from basedb.stewardship.split_merge import plan_pair, plan_split


@click.command()
@click.argument("left", type=NUMBER)
@click.argument("right", type=NUMBER)
@reason_option
@by_option
@stewarding.FOLLOW
@domain_option
@pass_site
def merge(site: Site, left: int, right: int, reason: str, by: str, follow: bool, domain_name: str) -> None:
    """合并：两个编号是同一个，较早的编号保留 / two ids are one; the older id stands."""
    domain = domain_of(site, domain_name)
    store = site.ready_store
    with looking(store) as lookup:
        ids = stewarding.possible(resolve_ids, lookup, domain.entity, [left, right], follow)
        plan = stewarding.possible(plan_pair, lookup, domain.entity, min(ids), max(ids), SAME)
    revised = stewarding.enter(site, store, domain, plan, stewarding.decision(by, reason), "merge")
    if site.json:
        print_json(stewarding.revised_document(revised))
    else:
        stewarding.tell_judgements(revised)
        stewarding.tell_revised(domain, revised)


@click.command()
@click.argument("number", type=NUMBER, metavar="ID")
@click.option(
    "--records", multiple=True, required=True, metavar="RECORD",
    help="不属于此人的记录：来源:主键[:角色] 或提及编号，可多次给出 / records of somebody else; may be repeated",
)  # fmt: skip
@reason_option
@by_option
@stewarding.FOLLOW
@domain_option
@pass_site
def split(
    site: Site, number: int, records: tuple[str, ...], reason: str, by: str, follow: bool, domain_name: str
) -> None:
    """拆分：所列记录是另一个 / the records named are somebody else than the rest."""
    domain = domain_of(site, domain_name)
    store = site.ready_store
    named = [text for given in records for text in given.replace("，", ",").split(",") if text]
    with looking(store) as lookup:
        (found,) = stewarding.possible(resolve_ids, lookup, domain.entity, [number], follow)
        plan = stewarding.possible(plan_split, lookup, domain.entity, found, named)
    revised = stewarding.enter(site, store, domain, plan, stewarding.decision(by, reason), "split")
    if site.json:
        print_json({domain.entity.id_column: found, **stewarding.revised_document(revised)})
        return
    stewarding.tell_judgements(revised)
    stewarding.tell_revised(domain, revised)
    say(f"编号 {found} 留给记录最早的一方 / id {found} stays with the oldest record", "dim")
