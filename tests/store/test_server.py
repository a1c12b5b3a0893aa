"""What only a server can be: of another encoding, or closed to an account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import psycopg2
import pytest

from basedb.store import StoreError, open_store
from basedb.store.migrate import applied_versions, initialise
from population import DOMAIN
from tests.cluster import Cluster
from tests.etl.city import City


def told(cluster: Cluster, statement: str) -> None:
    """Run a statement as the server's owner."""
    with closing(psycopg2.connect(cluster.url())) as connection:
        connection.autocommit = True
        connection.cursor().execute(statement)


@pytest.fixture
def latin(cluster: Cluster) -> Iterator[str]:
    """The URL of a database that has no Chinese characters."""
    told(cluster, "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    yield cluster.url("latin")
    cluster.drop_database("latin")


def test_a_database_of_another_encoding_is_refused(latin: str) -> None:
    store = open_store(latin)
    with pytest.raises(StoreError, match="LATIN1"):
        initialise(store, [DOMAIN])
    assert applied_versions(store) == set()


def test_an_account_without_rights_is_told_so(cluster: Cluster, new_postgresql: Callable[[], City]) -> None:
    city = new_postgresql()
    told(cluster, "CREATE ROLE outsider LOGIN")
    try:
        store = open_store(city.store.url.replace("//postgres@", "//outsider@"))
        with pytest.raises(StoreError, match="权限"):
            applied_versions(store)
    finally:
        told(cluster, "DROP ROLE outsider")
