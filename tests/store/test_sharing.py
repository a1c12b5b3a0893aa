"""One writes, many read: locks that name their holder, and readers who see whole nights."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import duckdb
import pytest

from basedb.store import StoreBusy, open_store
from basedb.store.embedded import EmbeddedStore
from etl.load import Loader
from population import DOMAIN
from tests.etl.city import City, insured, number, resident
from tests.etl.dump import full_dump
from tests.etl.laws.killed import start_child

FIRST = [resident(f"王{name}", number("19800101", at)) for at, name in enumerate("一二三四", 1)]
SECOND = [
    *FIRST,
    *(resident(f"赵{name}", number("19900101", at), "0002") for at, name in enumerate("五六七", 1)),
]
COUNTS = "SELECT (SELECT count(*) FROM population.person), (SELECT count(*) FROM population.source_record)"


def wait_for(city: City) -> None:
    """Until the other process stands still in the middle of its load."""
    deadline = time.monotonic() + 30
    while not (city.folder / "paused").exists():
        assert time.monotonic() < deadline, "the other load did not start"
        time.sleep(0.02)


def test_a_second_load_says_who_holds_the_store(city: City) -> None:
    city.deliver("ga_population", 1, FIRST)
    path = city.file("ga_population", 2, SECOND)
    other = start_child(city, "ga_population", path, 2, "publish", pause=600)
    try:
        wait_for(city)
        before = full_dump(city.store)
        loader = Loader(city.store, DOMAIN, city.contracts, city.archive, wait=0.3)
        mine = city.file("rs_insured", 1, [insured("王一", number("19800101", 1))])
        contract = city.contracts["rs_insured"]
        with pytest.raises(StoreBusy, match=rf"basedb load ga_population.*{other.pid}"):
            loader.load(contract, loader.receive(contract, mine))
        assert full_dump(city.store) == before
    finally:
        other.kill()
        other.join()
    assert city.load("rs_insured", mine).status == "loaded"
    assert city.load("ga_population", path, 2).status == "loaded"


def test_a_second_load_waits_for_the_first_and_builds_on_it(new_city: Callable[[], City]) -> None:
    """The one that waited sees what the other published: the same as if they had come in turn."""
    in_turn, city = new_city(), new_city()
    files = {
        "ga_population": (1, FIRST),
        "rs_insured": (1, [insured("王一", number("19800101", 1)), insured("钱八", number(), "P8")]),
    }
    for source, (night, rows) in files.items():
        in_turn.deliver(source, night, rows)
    paths = {source: city.file(source, night, rows) for source, (night, rows) in files.items()}
    first = start_child(city, "ga_population", paths["ga_population"], 1, "publish", pause=2)
    wait_for(city)
    assert city.load("rs_insured", paths["rs_insured"]).status == "loaded"
    first.join()
    assert first.exitcode == 0
    people = "person_id, name, registered, origin"
    assert city.people(people) == in_turn.people(people)
    assert city.query("SELECT * FROM basedb.counter ORDER BY 1") == in_turn.query(
        "SELECT * FROM basedb.counter ORDER BY 1"
    )


def test_the_same_file_in_two_loads_is_loaded_once(city: City) -> None:
    path = city.file("ga_population", 1, FIRST)
    first = start_child(city, "ga_population", path, 1, "publish", pause=1)
    wait_for(city)
    assert city.load("ga_population", path, 1).status == "identical"
    first.join()
    assert city.query("SELECT status FROM basedb.delivery") == [("loaded",)]


def test_readers_see_the_night_before_or_after(city: City) -> None:
    city.deliver("ga_population", 1, FIRST)
    seen: list[tuple[int, ...]] = []
    done = threading.Event()

    def poll() -> None:
        while not done.is_set():
            seen.extend(city.query(COUNTS))

    reader = threading.Thread(target=poll)
    path = city.file("ga_population", 2, SECOND)
    loading = start_child(city, "ga_population", path, 2, "publish", pause=0.5)
    reader.start()
    loading.join()
    after = len(seen)
    while len(seen) < after + 3:
        time.sleep(0.01)
    done.set()
    reader.join()
    assert set(seen) == {(4, 4), (7, 7)}
    assert seen == sorted(seen)


def test_a_reader_keeps_the_night_it_opened(new_duckdb: Callable[[], City]) -> None:
    city = new_duckdb()
    city.deliver("ga_population", 1, FIRST)
    assert isinstance(city.store, EmbeddedStore)
    with city.store.reading() as inside, duckdb.connect(str(city.store.path), read_only=True) as outside:
        city.deliver("ga_population", 2, SECOND)
        for reader in (inside, outside):
            assert reader.execute("SELECT count(*) FROM population.person").fetchone() == (4,)
    assert city.query(COUNTS) == [(7, 7)]


def test_leftovers_of_a_killed_load_are_cleared(new_duckdb: Callable[[], City]) -> None:
    city = new_duckdb()
    city.deliver("ga_population", 1, FIRST)
    assert isinstance(city.store, EmbeddedStore)
    for suffix in (".loading", ".loading.wal"):
        city.store.path.with_name(city.store.path.name + suffix).write_bytes(b"half a database")
    city.deliver("ga_population", 2, SECOND)
    assert city.query(COUNTS) == [(7, 7)]
    assert sorted(p.name for p in city.folder.glob("city.duckdb*")) == ["city.duckdb", "city.duckdb.lock"]


def test_unfinished_writes_of_another_program_are_not_lost(new_duckdb: Callable[[], City]) -> None:
    city = new_duckdb()
    assert isinstance(city.store, EmbeddedStore)
    journal = city.store.path.with_name(city.store.path.name + ".wal")
    journal.write_bytes(b"somebody's committed rows")
    with pytest.raises(Exception, match=r"city\.duckdb\.wal"):
        city.deliver("ga_population", 1, FIRST)
    assert journal.read_bytes() == b"somebody's committed rows"


def test_a_plan_publishes_nothing(city: City) -> None:
    city.deliver("ga_population", 1, FIRST)
    before = full_dump(open_store(city.store.url))
    contract = city.contracts["ga_population"]
    path = city.file("ga_population", 2, SECOND)
    account = city.loader.plan(contract, city.loader.receive(contract, path))
    assert (account.counts["added"], account.counts["unchanged"], len(account.samples)) == (3, 4, 3)
    assert full_dump(city.store) == before
