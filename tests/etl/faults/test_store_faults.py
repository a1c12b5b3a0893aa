"""Law 2 when the machine fails: a clear message, a store as it was, and the next load goes through."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from basedb.store import StoreError, open_store
from basedb.store.embedded import EmbeddedStore
from etl.load import Loader
from population import DOMAIN
from tests.cluster import Cluster
from tests.etl.city import City, number, resident
from tests.etl.dump import full_dump

FIRST = [resident("王一", number("19800101", 1))]
SECOND = [*FIRST, resident("赵二", number("19900101", 2), "0002")]


def load_with(city: City, path: Path, progress: Callable[[str], None]) -> None:
    loader = Loader(city.store, DOMAIN, city.contracts, city.archive, progress=progress)
    contract = city.contracts["ga_population"]
    loader.load(contract, loader.receive(contract, path))


@pytest.mark.parametrize("stage", ["classify", "merge", "publish"])
def test_the_server_goes_down_in_the_middle(
    new_postgresql: Callable[[], City], cluster: Cluster, stage: str
) -> None:
    city = new_postgresql()
    city.deliver("ga_population", 1, FIRST)
    before = full_dump(city.store)
    path = city.file("ga_population", 2, SECOND)
    with pytest.raises(StoreError, match="nothing was published"):
        load_with(city, path, lambda entered: cluster.stop("immediate") if entered == stage else None)
    with pytest.raises(StoreError, match=r"(?s)连不上数据库.*cannot reach the store"):
        load_with(city, path, lambda entered: None)
    cluster.start()
    assert full_dump(city.store) == before
    assert city.load("ga_population", path, 2).status == "loaded"
    assert len(city.people()) == 2


def test_a_password_is_never_told() -> None:
    store = open_store("postgresql://clerk:hunter2@127.0.0.1:9/city")
    with pytest.raises(StoreError) as error, store.reading():
        pass
    assert "hunter2" not in str(error.value) + store.label


@pytest.fixture
def small_disk(new_duckdb: Callable[[], City], tmp_path: Path) -> Iterator[City]:
    """A city on a file system that has no room for another copy of its store."""
    city = new_duckdb()
    assert isinstance(city.store, EmbeddedStore)
    city.deliver("ga_population", 1, FIRST)
    mount = tmp_path / "small"
    mount.mkdir()
    size = city.store.path.stat().st_size + (1 << 20)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", mount], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("only root may mount a small file system")
    try:
        small = City.at(f"duckdb:///{mount / 'city.duckdb'}", city.folder)
        assert isinstance(small.store, EmbeddedStore)
        small.store.path.write_bytes(city.store.path.read_bytes())
        yield small
    finally:
        subprocess.run(["umount", "-l", mount], check=False)


def test_the_disk_is_full(small_disk: City) -> None:
    before = full_dump(small_disk.store)
    path = small_disk.file("ga_population", 2, SECOND)
    with pytest.raises(StoreError, match=r"city\.duckdb"):
        small_disk.load("ga_population", path, 2)
    assert isinstance(small_disk.store, EmbeddedStore)
    folder = small_disk.store.path.parent
    assert {item.name for item in folder.iterdir()} <= {"city.duckdb", "city.duckdb.lock"}
    assert full_dump(small_disk.store) == before
    subprocess.run(["mount", "-o", "remount,size=200m", folder], check=True)
    assert small_disk.load("ga_population", path, 2).status == "loaded"


def test_the_archive_cannot_be_written(city: City) -> None:
    city.deliver("ga_population", 1, FIRST)
    before = full_dump(city.store)
    path = city.file("ga_population", 2, SECOND)
    (city.folder / "not a folder").touch()
    city.archive.directory = city.folder / "not a folder" / "archive"
    with pytest.raises(StoreError, match="archive"):
        city.load("ga_population", path, 2)
    assert full_dump(city.store) == before


@pytest.mark.parametrize("place", ["file/city.duckdb", "closed/city.duckdb"])
def test_a_place_where_nothing_can_be_written(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "closed").mkdir(mode=0o500)
    if place.startswith("closed") and os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    store = open_store(f"duckdb:///{tmp_path / place}")
    with pytest.raises(StoreError, match=r"city\.duckdb"), store.writing("test"):
        pass


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "city.duckdb"
    path.write_bytes(b"PK\x03\x04 surely no database" * 1000)
    store = open_store(f"duckdb:///{path}")
    with pytest.raises(StoreError, match=r"city\.duckdb"), store.reading():
        pass
    with pytest.raises(StoreError, match=r"city\.duckdb"), store.writing("test"):
        pass
    assert path.read_bytes().startswith(b"PK")
