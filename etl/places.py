"""After a night: where the addresses of one base are, asked of another that knows places."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from basedb.domain import BaseDomain, StagedDomain, entity_domains
from basedb.store import Store
from etl.counters import Counters

#: The column of an address parser that says an attribute is an address.
_KEY = "address_key"


def refresh_places(store: Store, domains: Mapping[str, BaseDomain], wait: float) -> int:
    """Have the domain that locates addresses look at those of all masters; how many places changed.

    Nothing happens where no domain locates addresses, or none has any. The links are the address texts:
    a master row's address and `place.address`.
    """
    locators = [item.places for item in domains.values() if isinstance(item, StagedDomain) and item.places]
    addresses = address_query(domains)
    if not locators or not addresses:
        return 0
    changed = 0
    with store.writing("basedb nightly places", wait) as session:
        counters = Counters(session)
        for locator in locators:
            published_at = datetime.now(UTC).isoformat(sep=" ", timespec="microseconds")
            changed += locator(session, addresses, published_at, counters.peek("basedb.run"))
    return changed


def address_query(domains: Mapping[str, BaseDomain]) -> str:
    """An engine query for every address in a master table (column `address`); '' where there are none."""
    parts = [
        f"SELECT {attribute.name} AS address FROM {domain.entity.qualified} WHERE {attribute.name} IS NOT NULL"
        for domain in entity_domains(domains).values()
        for attribute in domain.entity.mastered
        if any(feature.output == _KEY for feature in attribute.features)
    ]
    return " UNION ".join(parts)
