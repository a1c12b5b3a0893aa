"""Villages: a store of each kind, initialised once and copied."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from basedb.store import open_store
from basedb.store.migrate import initialise
from geospatial import DOMAIN
from tests.cluster import Cluster
from tests.geospatial.village import Village

_READY = "village_ready"
_names = (f"village_{at}" for at in itertools.count(1))


@pytest.fixture(scope="session")
def village_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An initialised embedded store that holds nothing yet."""
    path = tmp_path_factory.mktemp("ready") / "village.duckdb"
    initialise(open_store(f"duckdb:///{path}"), [DOMAIN])
    return path


@pytest.fixture(scope="session")
def village_database(cluster: Cluster) -> str:
    """The name of an initialised database that holds nothing yet."""
    initialise(open_store(cluster.create_database(_READY)), [DOMAIN])
    return _READY


@pytest.fixture(scope="module")
def village_duckdb(village_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Village]:
    """Founds another village in an embedded file on every call."""

    def found() -> Village:
        folder = tmp_path_factory.mktemp("village")
        shutil.copyfile(village_file, folder / "village.duckdb")
        return Village(open_store(f"duckdb:///{folder / 'village.duckdb'}"), folder)

    return found


@pytest.fixture(scope="module")
def village_postgresql(
    cluster: Cluster, village_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Village]]:
    """Founds another village in a database of its own on every call."""
    founded: list[str] = []

    def found() -> Village:
        founded.append(next(_names))
        url = cluster.create_database(founded[-1], template=village_database)
        return Village(open_store(url), tmp_path_factory.mktemp(founded[-1]))

    yield found
    for name in founded:
        cluster.drop_database(name)


@pytest.fixture(params=["duckdb", "postgresql"], scope="module")
def new_village(request: pytest.FixtureRequest) -> Callable[[], Village]:
    """Founds villages; what asks for it runs once on each kind of store."""
    found: Callable[[], Village] = request.getfixturevalue(f"village_{request.param}")
    return found


@pytest.fixture
def village(new_village: Callable[[], Village]) -> Village:
    """A village whose store is empty; once on each kind of store."""
    return new_village()


@pytest.fixture
def hamlet(village_duckdb: Callable[[], Village]) -> Village:
    """A village in an embedded file, for what no store can make different."""
    return village_duckdb()
