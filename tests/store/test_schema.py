"""Both stores hold the same tables, and come to them in whole steps."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from basedb import ledger
from basedb.store import Store, StoreError, open_store
from basedb.store.migrate import Migration, applied_versions, initialise, plan, upgrade
from population import DOMAIN
from tests.etl.city import City, insured, number, resident
from tests.etl.dump import full_dump

COLUMNS = """
    SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns()
    WHERE database_name = 'store' AND schema_name IN ('basedb', 'population') ORDER BY ALL"""
# A server's JSON is text where the engine looks at it.
SAME = {"JSON": "VARCHAR"}


def columns(store: Store) -> list[tuple[str, ...]]:
    with store.reading() as engine:
        return [(*rest, SAME.get(kind, kind)) for *rest, kind in engine.execute(COLUMNS).fetchall()]


def test_both_stores_have_the_same_columns(
    new_duckdb: Callable[[], City], new_postgresql: Callable[[], City]
) -> None:
    embedded, server = columns(new_duckdb().store), columns(new_postgresql().store)
    assert embedded == server
    declared = {
        (table.schema, table.name, column.name)
        for metadata in (ledger.metadata, DOMAIN.metadata)
        for table in metadata.sorted_tables
        for column in table.columns
    }
    assert declared <= {tuple(row[:3]) for row in embedded}
    assert all(column.comment for table in DOMAIN.metadata.sorted_tables for column in table.columns)


def test_initialising_again_changes_nothing(city: City) -> None:
    city.deliver("ga_population", 1, [resident("王一", number())])
    before = full_dump(city.store)
    assert initialise(city.store, [DOMAIN]) == []
    assert full_dump(city.store) == before


NEXT = max(step.version for step in DOMAIN.migrations) + 1


def test_a_store_moves_forward_by_whole_steps(city: City) -> None:
    city.deliver("ga_population", 1, [resident("王一", number())])
    good = Migration(
        "population",
        NEXT,
        "nickname",
        lambda kind: ["ALTER TABLE population.household ADD COLUMN nickname TEXT"],
    )
    create = "CREATE TABLE population.half (a INTEGER)"
    bad = Migration(
        "population", NEXT + 1, "broken", lambda kind: [create, "INSERT INTO population.half VALUES ('none')"]
    )
    with pytest.raises(StoreError):
        upgrade(city.store, [DOMAIN], [*plan([DOMAIN]), good, bad])
    assert ("population", NEXT) in applied_versions(city.store)
    assert ("population", NEXT + 1) not in applied_versions(city.store)
    assert "half" not in {row[1] for row in columns(city.store)}
    assert city.query("SELECT household_no, nickname FROM population.household") == [("0001", None)]
    mended = replace(bad, statements=lambda kind: [create])
    assert upgrade(city.store, [DOMAIN], [*plan([DOMAIN]), good, mended]) == [mended]
    with pytest.raises(StoreError, match="比本程序新"):
        initialise(city.store, [DOMAIN])


def test_views_that_failed_are_made_the_next_time(city: City, tmp_path: Path) -> None:
    """A step and its views are one: no store says it is up to date without them."""
    views = tmp_path / "views"
    views.mkdir()
    # The review queue, which every entity has, shows its masked names.
    shutil.copy(DOMAIN.views / "32_person_masked.sql", views)
    probe, head = views / "10_probe.sql", "-- 试\n-- view: population.probe\n"
    probe.write_text(f"{head}SELECT nothing FROM population.nowhere\n", "utf-8")
    domain = replace(DOMAIN, views=views)
    step = Migration("population", NEXT, "nothing", lambda kind: [])
    with pytest.raises(StoreError):
        upgrade(city.store, [domain], [*plan([domain]), step])
    probe.write_text(f"{head}SELECT name FROM population.person\n", "utf-8")
    upgrade(city.store, [domain], [*plan([domain]), step])
    assert city.query("SELECT * FROM population.probe") == []


def test_a_store_whose_making_was_interrupted_is_none(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a night would be loaded into the bases that are there, and lost to those that are not."""

    def ends(*arguments: object) -> None:
        raise KeyboardInterrupt

    store = open_store(store_url)
    monkeypatch.setattr("basedb.store.migrate.create_views", ends)
    with pytest.raises(KeyboardInterrupt):
        initialise(store, [DOMAIN])
    assert applied_versions(store) == set()


@pytest.mark.parametrize("stem", ["population", "basedb", "store", "temp"])
def test_a_file_named_like_a_schema_is_refused(tmp_path: Path, stem: str) -> None:
    with pytest.raises(StoreError, match=stem):
        open_store(f"duckdb:///{tmp_path / stem}.duckdb")


@pytest.mark.parametrize("url", ["mysql://h/d", "sqlite:///a.db", "nonsense", "duckdb://"])
def test_an_address_of_no_known_store(url: str) -> None:
    with pytest.raises(StoreError):
        open_store(url)


def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    store = open_store(f"duckdb:///{tmp_path / 'none' / 'city.duckdb'}")
    assert not store.exists()
    with pytest.raises(StoreError, match="basedb init"), store.reading():
        pass
    assert not (tmp_path / "none").exists()


def test_the_file_opens_on_its_own(new_duckdb: Callable[[], City]) -> None:
    """Analysts open the file without our program; the views must work there."""
    city = new_duckdb()
    city.deliver("ga_population", 1, [resident("王一", number())])
    with duckdb.connect(str(city.folder / "city.duckdb"), read_only=True) as engine:
        views = "SELECT schema_name, view_name FROM duckdb_views() WHERE schema_name = 'population'"
        for schema, view in engine.execute(views).fetchall():
            engine.execute(f"SELECT * FROM {schema}.{view}").fetchall()
        assert engine.execute("SELECT name FROM population.person").fetchall() == [("王一",)]


def test_a_store_from_before_scores_moves_forward(city: City) -> None:
    """Older tables get what they lack, their mentions get numbers, and loads go on."""
    declared = columns(city.store)
    city.deliver(
        "ga_population", 1, [resident("王一", number()), resident("李二", number("19900303", 2), "2")]
    )
    numbers = city.query("SELECT record_id, role, mention_id FROM population.person_mention ORDER BY ALL")
    with city.store.writing("age") as session:
        for statement in (
            "DROP VIEW population.review_queue",
            "DROP TABLE population.person_evidence", "DROP TABLE population.person_block",
            "DROP TABLE basedb.judgement", "DROP TABLE basedb.match_model",
            "ALTER TABLE population.person_mention DROP COLUMN mention_id",
            "ALTER TABLE basedb.redirect DROP COLUMN anchor",
            "DELETE FROM basedb.migration WHERE version = 2",
        ):  # fmt: skip
            session.apply(statement)
    assert [step.name for step in initialise(city.store, [DOMAIN])] == ["linkage", "linkage"]
    assert sorted(columns(city.store)) == sorted(declared)
    assert (
        city.query("SELECT record_id, role, mention_id FROM population.person_mention ORDER BY ALL")
        == numbers
    )
    city.deliver("rs_insured", 1, [insured("王一", number())])
    assert len(city.people()) == 2
