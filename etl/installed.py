"""The contracts at hand: those of the installed domains, and a site's own that add to or replace them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from basedb.domain import BaseDomain
from etl.contract import Contract, ContractError, Problem, load_contracts


def installed_contracts(domains: Mapping[str, BaseDomain], site: Path | None = None) -> dict[str, Contract]:
    """Every contract by name. A contract in `site` replaces the installed one of its name.

    ContractError lists what is wrong with any of them, and sources of domains that are not installed.
    """
    contracts: dict[str, Contract] = {}
    for domain in domains.values():
        contracts |= load_contracts(domain.contracts, domains)
    if site is not None:
        contracts |= load_contracts(site, domains)
    homeless = [contract for contract in contracts.values() if contract.domain not in domains]
    if homeless:
        raise ContractError(
            [
                Problem(
                    contract.path, 1, "domain", f"没有安装基础库 {contract.domain}",
                    f"no such domain is installed: {contract.domain}", "、".join(sorted(domains)),
                )
                for contract in homeless
            ]
        )  # fmt: skip
    return contracts


def of_domain(contracts: Mapping[str, Contract], domain: str) -> dict[str, Contract]:
    """The contracts that feed `domain`, by source: those at home there, and those about what others mention."""
    return {contract.source: contract for contract in contracts.values() if contract.domain == domain}


def at_home(contracts: Mapping[str, Contract]) -> list[Contract]:
    """The contracts of sources, without those about what an extract mentions of another domain."""
    return [contract for contract in contracts.values() if contract.home is None]


def of_source(contracts: Mapping[str, Contract], source: str) -> list[Contract]:
    """The contract of a source, then those about what it mentions of other domains."""
    found = [contract for contract in contracts.values() if contract.source == source]
    return sorted(found, key=lambda contract: (contract.home is not None, contract.name))
