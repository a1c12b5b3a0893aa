"""The tests' own server: it gives what a store needs, survives hard stops, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import pytest

from tests import cluster as cluster_module
from tests.cluster import Cluster, ClusterError, Installation, StopMode, available

REPOSITORY = Path(__file__).parents[1]


@contextlib.contextmanager
def cursor(url: str) -> Iterator[Any]:
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        yield connection.cursor()
    finally:
        connection.close()


def fetch(url: str, query: str) -> Any:
    with cursor(url) as on:
        on.execute(query)
        return on.fetchone()[0]


@pytest.fixture(scope="module")
def own_cluster(cluster: Cluster) -> Iterator[Cluster]:
    """A second server, to be stopped without disturbing the session's."""
    with Cluster(shared_buffers="16MB") as own:
        yield own


def until(condition: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def alive(pid: int) -> bool:
    """Whether the process runs; a dead one that a container's first process does not collect does not."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        with contextlib.suppress(FileNotFoundError):
            return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
        return not Path("/proc/self").exists()
    return False


def test_a_store_url_is_an_empty_store_of_its_kind(store_url: str) -> None:
    if store_url.startswith("duckdb:///"):
        path = Path(store_url.removeprefix("duckdb:///"))
        assert path.is_absolute() and path.name == "city.duckdb" and not path.exists()
        with duckdb.connect(path) as connection:
            assert connection.sql("SELECT count(*) FROM duckdb_tables()").fetchall() == [(0,)]
    else:
        tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        assert fetch(store_url, tables) == 1  # PostGIS's own spatial_ref_sys
        assert fetch(store_url, "SELECT ST_SRID(ST_Point(120.3, 31.6, 4490))") == 4490


def test_both_kinds_of_store_are_asked_for_by_name(request: pytest.FixtureRequest, store_url: str) -> None:
    kind = request.node.callspec.id
    assert kind in ("duckdb", "postgresql") and store_url.startswith(kind + "://")


def test_text_is_utf8_and_sorts_by_code_point_as_in_duckdb(cluster: Cluster) -> None:
    assert fetch(cluster.url(), "SHOW server_encoding") == "UTF8"
    words = ["Z", "a", "ä", "丁", "七", "乙", "\U00020000"]
    with cursor(cluster.url()) as on:
        on.execute("SELECT word FROM unnest(%s) AS word ORDER BY word", (words,))
        assert [word for (word,) in on.fetchall()] == sorted(words)


def test_the_server_listens_only_on_this_machine_and_is_not_root(cluster: Cluster) -> None:
    assert fetch(cluster.url(), "SHOW listen_addresses") == "127.0.0.1"
    assert fetch(cluster.url(), "SHOW unix_socket_directories") == str(cluster.directory)
    data = cluster.directory / "data"
    assert data.owner() != "root"
    assert (data / "postmaster.pid").owner() == data.owner()
    assert cluster.directory.stat().st_mode & 0o077 == 0
    assert not cluster.directory.is_relative_to(REPOSITORY)


def test_databases_are_separate_and_are_dropped_under_open_connections(cluster: Cluster) -> None:
    left, right = cluster.create_database("left one"), cluster.create_database("right")
    with cursor(left) as on:
        on.execute("CREATE TABLE mine ()")
        assert fetch(right, "SELECT to_regclass('mine') IS NULL")
        cluster.drop_database("left one")
    cluster.drop_database("right")
    cluster.drop_database("right")
    with pytest.raises(psycopg2.OperationalError, match="does not exist"):
        psycopg2.connect(left)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_what_was_committed_survives_a_stop(own_cluster: Cluster, mode: StopMode) -> None:
    url = own_cluster.create_database(f"stopped_{mode}")
    with cursor(url) as on:
        on.execute("CREATE TABLE person AS SELECT generate_series(1, 1000) AS person_id")
    own_cluster.stop(mode)
    own_cluster.stop(mode)
    assert not own_cluster.running
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(url)
    own_cluster.start()
    own_cluster.start()
    assert fetch(url, "SELECT count(*) FROM person") == 1000
    assert fetch(own_cluster.create_database(f"after_{mode}"), "SELECT postgis_lib_version() IS NOT NULL")


def test_settings_reach_the_server(cluster: Cluster) -> None:
    assert fetch(cluster.url(), "SHOW fsync") == "off"
    with Cluster(durable=True, shared_buffers="32MB", settings={"cluster_name": "it's ours"}) as durable:
        assert fetch(durable.url(), "SHOW fsync") == "on"
        assert fetch(durable.url(), "SHOW shared_buffers") == "32MB"
        assert fetch(durable.url(), "SHOW cluster_name") == "it's ours"


def test_nothing_remains_after_an_exception(cluster: Cluster) -> None:
    with pytest.raises(ZeroDivisionError), Cluster(shared_buffers="16MB") as own:
        directory, pid = own.directory, own.pid or 0
        assert pid and alive(pid)
        raise ZeroDivisionError
    assert not directory.exists()
    assert until(lambda: not alive(pid))


def test_nothing_remains_of_a_server_that_does_not_start(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []
    make_directory = Cluster._make_directory

    def remember(self: Cluster) -> Path:
        made.append(make_directory(self))
        return made[-1]

    monkeypatch.setattr(Cluster, "_make_directory", remember)
    with pytest.raises(ClusterError, match="no_such_setting"), Cluster(settings={"no_such_setting": "1"}):
        pass
    assert len(made) == 1
    assert not made[0].exists()


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_remains_of_an_owner_that_is_killed(cluster: Cluster, signal_number: int) -> None:
    owner_code = (
        "import time\n"
        "from tests.cluster import Cluster\n"
        "with Cluster(shared_buffers='16MB') as cluster:\n"
        "    print(cluster.pid, cluster.directory, flush=True)\n"
        "    time.sleep(600)\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", owner_code],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with owner:
        assert owner.stdout is not None
        pid, directory = owner.stdout.readline().split()
        assert alive(int(pid)) and Path(directory).exists()
        owner.send_signal(signal_number)
    assert owner.returncode != 0
    assert until(lambda: not alive(int(pid)))
    assert until(lambda: not Path(directory).exists())


def test_a_forked_child_does_not_take_the_server_down(own_cluster: Cluster) -> None:
    child = os.fork()
    if child == 0:
        own_cluster.__exit__(None, None, None)
        os._exit(0)
    os.waitpid(child, 0)
    assert fetch(own_cluster.url(), "SELECT 1") == 1


def test_the_reason_is_named_where_no_server_can_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cluster_module, "_installations", lambda: ())
    assert "no PostgreSQL server programs" in str(available())
    with pytest.raises(ClusterError, match="no PostgreSQL server programs"), Cluster():
        pass
    monkeypatch.setattr(cluster_module, "_installations", lambda: (Installation(tmp_path / "bin", 99),))
    assert available() == "PostGIS is not installed for PostgreSQL 99"


def test_outside_its_block_a_cluster_says_so() -> None:
    with pytest.raises(ClusterError, match="not open"):
        Cluster().start()
