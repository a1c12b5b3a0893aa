"""What many commands ask for in the same words: which base, why, by whom, and what personal data is for."""

from __future__ import annotations

import click

from basedb.cli.exits import Usage
from basedb.cli.site import Site, account_name
from basedb.domain import Domain, entity_domains

domain_option = click.option(
    "--domain",
    "domain_name",
    metavar="NAME",
    default="population",
    show_default=True,
    help="基础库，或其中的实体（person、organization） / the base, or its entity",
)
# How many of something to show or take, and a number something is known by: what the stores' keys hold.
COUNT = click.IntRange(min=1)
NUMBER = click.IntRange(1, 2**63 - 1)


def said(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """What was said, without blanks around it; nothing said is no answer."""
    if value is None:
        return None
    if not value.strip():
        raise click.BadParameter("不能为空 / it must say something", context, parameter)
    return value.strip()


reason_option = click.option("--reason", required=True, callback=said, help="理由，记入决定记录 / why")
by_option = click.option(
    "--by", default=account_name, callback=said, help="决定人，缺省为当前账号 / who decides"
)

show_ids_option = click.option(
    "--show-ids", is_flag=True, help="显示完整号码，须写明 --purpose / whole numbers; say what for"
)
purpose_option = click.option(
    "--purpose",
    default="",
    envvar="BASEDB_PURPOSE",
    help="用途，记入访问记录 / what it is for, put on record",
)


def refuse_unstated(show_ids: bool, purpose: str) -> None:
    """Usage if somebody wants to see whole numbers and does not say what for."""
    if show_ids and not purpose:
        raise Usage("显示完整号码须用 --purpose 写明用途 / --show-ids needs --purpose")


def domain_of(site: Site, name: str) -> Domain:
    """The installed domain of that name, or whose entity is called so."""
    domains = entity_domains(site.domains)
    for domain in domains.values():
        if name in (domain.name, domain.entity.name):
            return domain
    known = "、".join(f"{domain.name}（{domain.entity.name}）" for domain in domains.values())
    raise Usage(f"没有基础库 {name}；现有 {known} / no such domain")
