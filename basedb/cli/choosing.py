"""What many commands ask for in the same words: which base, why, and by whom."""

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
reason_option = click.option("--reason", required=True, help="理由，记入决定记录 / why")
by_option = click.option("--by", default=account_name, help="决定人，缺省为当前账号 / who decides")


def domain_of(site: Site, name: str) -> Domain:
    """The installed domain of that name, or whose entity is called so."""
    domains = entity_domains(site.domains)
    for domain in domains.values():
        if name in (domain.name, domain.entity.name):
            return domain
    known = "、".join(f"{domain.name}（{domain.entity.name}）" for domain in domains.values())
    raise Usage(f"没有基础库 {name}；现有 {known} / no such domain")
