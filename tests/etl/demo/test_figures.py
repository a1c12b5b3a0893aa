"""The figures of a synthetic city: the same for the same seed, and what loads of them is sound but for the truth."""

from __future__ import annotations

import csv
import hashlib
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from basedb.store import Store, open_store
from basedb.store.migrate import initialise
from etl.archive import Archive
from etl.contract import load_contracts
from etl.demo.economy import Economy
from etl.demo.figures import publish_figures
from etl.demo.spec import read_city
from etl.nightly import Night, NightlyRun
from macroeconomy import DOMAIN

PEOPLE = 3_000


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Store, Night]:
    folder = tmp_path_factory.mktemp("figures")
    publish_figures(folder / "inbox", PEOPLE, 3, seed=7)
    store = open_store(f"duckdb:///{folder / 'city.duckdb'}")
    initialise(store, [DOMAIN])
    run = NightlyRun(
        store, {"macroeconomy": DOMAIN}, load_contracts(DOMAIN.contracts), Archive(folder / "archive"),
        ZoneInfo("Asia/Shanghai"),
    )  # fmt: skip
    return folder / "inbox", store, run.run(folder / "inbox", datetime(2026, 11, 4, tzinfo=UTC))


def answer(store: Store, query: str) -> list[tuple[object, ...]]:
    with store.reading() as engine:
        return engine.execute(query).fetchall()


def test_every_file_loads_as_listed(loaded: tuple[Path, Store, Night]) -> None:
    inbox, store, night = loaded
    assert {account.status for account in night.accounts} == {"loaded"} and len(night.accounts) == 14
    assert {account.source for account in night.accounts} == {
        "tj_stats", "cz_finance", "rh_bank", "hg_customs", "dl_power",
    }  # fmt: skip
    delivery = "SELECT code FROM basedb.finding WHERE code LIKE 'delivery.%'"
    assert answer(store, delivery) == [], "rows and fingerprints are those of the list"
    assert (inbox / "_delivery" / "20261103" / "delivery.csv").exists()


def test_nothing_is_doubted_but_the_defect(loaded: tuple[Path, Store, Night]) -> None:
    inbox, store, _ = loaded
    with (inbox / "truth" / "macro_defects.csv").open(encoding="utf-8") as file:
        truth = list(csv.DictReader(file))
    found = answer(
        store,
        "SELECT file_name, indicator, division, period, basis, code FROM macroeconomy.doubtful ORDER BY ALL",
    )
    assert found == [tuple(truth[0].values())] and len(truth) == 2
    assert answer(store, "SELECT DISTINCT code FROM basedb.finding") == [("macro.decimal_shift",)]


def test_the_last_month_comes_with_a_revision(loaded: tuple[Path, Store, Night]) -> None:
    _, store, _ = loaded
    revised = answer(
        store,
        "SELECT DISTINCT period FROM macroeconomy.revision WHERE vintage > 1 AND basis = 'cur' AND indicator = 'BUDGET'",
    )
    assert revised == [("2026-09",)]
    latest = "SELECT count(DISTINCT indicator) FROM macroeconomy.observation_current WHERE period = '2026-10'"
    assert answer(store, latest)[0][0] >= 14  # type: ignore[operator]


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    def digests(folder: str, seed: int, nights: int = 1) -> dict[str, str]:
        names = publish_figures(tmp_path / folder, PEOPLE, nights, seed)
        return {name: hashlib.sha256((tmp_path / folder / name).read_bytes()).hexdigest() for name in names}

    first = digests("a", 3)
    assert digests("b", 3) == first
    other = digests("c", 4)
    assert other.keys() == first.keys() and all(
        other[name] != first[name] for name in first if "yearbook" not in name
    )
    assert sum("cz_budget" in name for name in first) == 1


def test_the_city_is_the_sum_of_its_parts() -> None:
    economy = Economy(read_city("luohe"), PEOPLE, 1, datetime(2026, 11, 1).date())
    assert economy.months[-1] == (2026, 9) and economy.months[0] == (2023, 0)
    figures = economy.flow("budget", 1e4)
    np.testing.assert_allclose(figures[:, :-1].sum(axis=1), figures[:, -1])
    total = economy.so_far(figures)
    np.testing.assert_allclose(total[11], figures[:12].sum(axis=0))
    np.testing.assert_allclose(total[12], figures[12])
