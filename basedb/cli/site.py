"""Where a command works: the store, the contracts and how to answer, from the global options."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from basedb.cli.exits import Usage
from basedb.domain import BaseDomain, installed_domains
from basedb.store import Store, StoreMissing, open_store
from basedb.store.migrate import applied_versions, refuse_other_version
from etl.archive import Archive
from etl.contract import Contract
from etl.contract.errors import nearest
from etl.installed import installed_contracts, of_domain, of_source
from etl.load import Loader

DEFAULT_ZONE = "Asia/Shanghai"


@dataclass
class Site:
    """The global options of one call."""

    url: str | None = None
    json: bool = False
    wait: float = 30.0
    contracts_directory: Path | None = None
    zone: str = DEFAULT_ZONE

    @property
    def store(self) -> Store:
        """The store of --store, which may not exist yet."""
        return open_store(self.url)

    @property
    def ready_store(self) -> Store:
        """The store, once it is known to be reachable, initialised and of this program's version."""
        refuse_other_version(self.versions, list(self.domains.values()))
        return self.store

    @property
    def versions(self) -> set[tuple[str, int]]:
        """The migrations the store has had. StoreMissing if it was not initialised."""
        applied = applied_versions(self.store)
        if not applied:
            raise StoreMissing(
                f"{self.store.label} 还没有初始化，请先运行 basedb init / not initialised yet; run basedb init first"
            )
        return applied

    @property
    def domains(self) -> Mapping[str, BaseDomain]:
        """The installed domains."""
        return installed_domains()

    def domains_of(self, store: Store) -> dict[str, BaseDomain]:
        """Those of the installed domains that the store was initialised for."""
        there = {component for component, _ in applied_versions(store)}
        return {name: domain for name, domain in self.domains.items() if name in there}

    @property
    def time_zone(self) -> ZoneInfo:
        """The zone departments write times in."""
        try:
            return ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise Usage(f"没有时区 {self.zone} / no such time zone") from error

    def contracts(self) -> dict[str, Contract]:
        """Installed contracts and those of --contracts, by source."""
        if self.contracts_directory is not None and not self.contracts_directory.is_dir():
            raise Usage(f"没有目录 {self.contracts_directory} / no such directory")
        return installed_contracts(self.domains, self.contracts_directory)

    def contract(self, source: str) -> Contract:
        """The contract called `source`; says which one was probably meant."""
        contracts = self.contracts()
        if source not in contracts:
            like = nearest(source, contracts)
            hint = (
                f"，是不是 {like}？/ did you mean {like}?"
                if like
                else f"；现有 / known: {'、'.join(contracts)}"
            )
            raise Usage(f"没有名为 {source} 的合同{hint}")
        return contracts[source]

    def contracts_of(self, source: str) -> list[Contract]:
        """The contract called `source`, then those about what the extract mentions of other domains."""
        contract = self.contract(source)
        return [contract] if contract.home else of_source(self.contracts(), source)

    def loader(self, store: Store, domain: str, command: str, progress: Callable[[str], None]) -> Loader:
        """A loader for the sources of `domain`."""
        return Loader(
            store,
            self.domains[domain],
            of_domain(self.contracts(), domain),
            Archive.of(store),
            command,
            self.wait,
            progress,
        )


pass_site = click.make_pass_decorator(Site, ensure=True)


def account_name() -> str:
    """Who runs the command, as ledgers name them."""
    return getpass.getuser()
