"""Fixtures that found cities quickly: a store is initialised once per kind and then copied."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path

import pytest

from basedb.domain import installed_domains
from basedb.store import open_store
from basedb.store.migrate import initialise
from tests.cluster import Cluster
from tests.etl.city import City

READY = "city_ready"
Settle = Callable[[City], object]
_names = (f"town_{at}" for at in itertools.count(1))


@pytest.fixture(scope="session")
def ready_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An initialised embedded store that holds nothing yet."""
    path = tmp_path_factory.mktemp("ready") / "city.duckdb"
    initialise(open_store(f"duckdb:///{path}"), list(installed_domains().values()))
    return path


@pytest.fixture(scope="session")
def ready_database(cluster: Cluster) -> str:
    """The name of an initialised database that holds nothing yet."""
    initialise(open_store(cluster.create_database(READY)), list(installed_domains().values()))
    return READY


@pytest.fixture
def new_duckdb(ready_file: Path, tmp_path: Path) -> Callable[[], City]:
    """Founds another city in an embedded file on every call."""

    def found() -> City:
        folder = tmp_path / next(_names)
        folder.mkdir()
        shutil.copyfile(ready_file, folder / "city.duckdb")
        return City.at(f"duckdb:///{folder / 'city.duckdb'}", folder)

    return found


@pytest.fixture
def new_postgresql(cluster: Cluster, ready_database: str, tmp_path: Path) -> Iterator[Callable[[], City]]:
    """Founds another city in a database of its own on every call."""
    founded: list[str] = []

    def found() -> City:
        name = next(_names)
        founded.append(name)
        url = cluster.create_database(name, template=ready_database)
        folder = tmp_path / name
        folder.mkdir()
        return City.at(url, folder)

    yield found
    cluster.start()
    for name in founded:
        cluster.drop_database(name)


@pytest.fixture(params=["duckdb", "postgresql"])
def new_city(request: pytest.FixtureRequest) -> Callable[[], City]:
    """Founds cities; a test that asks for it runs once on each kind of store."""
    found: Callable[[], City] = request.getfixturevalue(f"new_{request.param}")
    return found


@pytest.fixture(scope="session")
def settled() -> dict[tuple[str, Hashable], tuple[str, Path]]:
    """By kind of store and story: where the city stands that `grown` copies."""
    return {}


@pytest.fixture(params=["duckdb", "postgresql"])
def grown(
    request: pytest.FixtureRequest,
    settled: dict[tuple[str, Hashable], tuple[str, Path]],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., City]]:
    """Cities with a past: the first that asks for a story waits for it, the others get a copy.

    Call it with what settles a city; `story` names it where the function itself does not.
    """
    kind, founded = request.param, list[str]()

    def found(settle: Settle, story: Hashable = None) -> City:
        known = (kind, story or settle)
        if known not in settled:
            name, folder = next(_names), tmp_path_factory.mktemp("settled")
            city = City.at(_copy(request, kind, READY, None, name, folder), folder)
            settle(city)
            settled[known] = (name, folder)
        template, origin = settled[known]
        name, folder = next(_names), tmp_path / "grown"
        founded.append(name)
        shutil.copytree(origin, folder, ignore=shutil.ignore_patterns("city.duckdb*"))
        return City.at(_copy(request, kind, template, origin, name, folder), folder)

    yield found
    if kind == "postgresql":
        cluster = request.getfixturevalue("cluster")
        cluster.start()
        for name in founded:
            cluster.drop_database(name)


def _copy(
    request: pytest.FixtureRequest, kind: str, template: str, origin: Path | None, name: str, folder: Path
) -> str:
    """The URL of a copy of a store; without an origin, of the empty one."""
    if kind == "postgresql":
        if origin is None:
            request.getfixturevalue("ready_database")
        url: str = request.getfixturevalue("cluster").create_database(name, template=template)
        return url
    file = request.getfixturevalue("ready_file") if origin is None else origin / "city.duckdb"
    shutil.copyfile(file, folder / "city.duckdb")
    return f"duckdb:///{folder / 'city.duckdb'}"


@pytest.fixture
def city(new_city: Callable[[], City]) -> City:
    """A city with an initialised, empty store; once on each kind of store."""
    return new_city()
