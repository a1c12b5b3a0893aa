"""Fixtures every room's tests share: a store of each kind, and the server one of them needs."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.cluster import Cluster, available
from tests.etl.cities import (
    city,
    grown,
    new_city,
    new_duckdb,
    new_postgresql,
    ready_database,
    ready_file,
    settled,
)

__all__ = [
    "city", "grown", "new_city", "new_duckdb", "new_postgresql", "ready_database", "ready_file", "settled",
]  # fmt: skip

WITHOUT_POSTGIS = "no PostgreSQL + PostGIS here"
WITHOUT_SPARK = "no Spark here"
IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false", "no")

hypothesis.settings.register_profile("local", deadline=None)
# A build must not fail on one day and pass on the next, nor because its machine is busy.
hypothesis.settings.register_profile(
    "build",
    deadline=None,
    derandomize=True,
    max_examples=40,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("build" if IN_CI else "local")

# The files of tests are small: one thread does them with a third less work than two.
os.environ.setdefault("BASEDB_ENGINE_THREADS", "1")
# Parallel test processes get COLUMNS=80 from their parent; a command under test writes to a file.
os.environ.pop("COLUMNS", None)

_database_names = (f"city_{number}" for number in itertools.count(1))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A private PostgreSQL + PostGIS server, one for the session."""
    if reason := available():
        message = f"{WITHOUT_POSTGIS}: {reason}"
        if IN_CI:
            pytest.fail(f"{message}. A build must test both stores.", pytrace=False)
        pytest.skip(message)
    with Cluster() as cluster:
        yield cluster


@pytest.fixture
def postgresql_url(cluster: Cluster) -> Iterator[str]:
    """The URL of an empty database with PostGIS; the test may stop the server, or leave connections open."""
    name = next(_database_names)
    yield cluster.create_database(name)
    cluster.start()
    cluster.drop_database(name)


@pytest.fixture
def duckdb_url(tmp_path: Path) -> str:
    """The URL of an embedded file that does not exist yet."""
    return f"duckdb:///{tmp_path / 'city.duckdb'}"


@pytest.fixture(params=["duckdb", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty store; a test that asks for it runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


#: Tests that share what takes long to load, or a Java machine: one process runs them all.
_TOGETHER = {
    "tests/legalentity/": "legalentity",
    "tests/linkage/conformance/": "spark",
    "tests/linkage/test_spark.py": "spark",
}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Files to processes, as ``--dist loadfile`` does; those of a group in `_TOGETHER` as if of one file."""
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            scope: str = super()._split_scope(nodeid)
            return next((group for start, group in _TOGETHER.items() if scope.startswith(start)), scope)

    return Together(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is long on a server is slow there (marker `long_on_postgresql`); an embedded file tests it in every build."""
    for item in items:
        mark = item.get_closest_marker("long_on_postgresql")
        called = getattr(item, "callspec", None)
        if mark is None or called is None or "postgresql" not in called.params.values():
            continue
        if getattr(item, "originalname", "") != mark.kwargs.get("but"):
            item.add_marker(pytest.mark.slow)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    for reason, title, way_out in (
        (
            WITHOUT_POSTGIS,
            "HALF OF THE STORES WERE NOT TESTED",
            "Install it, for example with: apt-get install postgresql-15-postgis-3",
        ),
        (
            WITHOUT_SPARK,
            "COMPARISONS WERE NOT TESTED IN SPARK",
            "Install it with pip install '.[spark]', and Java with, for example: apt-get install openjdk-17-jre-headless",
        ),
    ):
        about = [longrepr for longrepr in skipped if reason in longrepr]
        if about:
            terminalreporter.section(title, sep="!", red=True, bold=True)
            why = about[0].split(f"{reason}: ", 1)[-1].rstrip("')")
            terminalreporter.line(f"{len(about)} tests were skipped ({why}). {way_out}", red=True)
