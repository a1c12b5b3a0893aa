"""Stores of each kind with the base's tables."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from basedb.store import open_store
from basedb.store.migrate import initialise
from macroeconomy import DOMAIN
from tests.cluster import Cluster
from tests.macroeconomy.office import BULLETIN, Office, budget, bulletin, power

_names = (f"figures_{number}" for number in itertools.count(1))


@pytest.fixture(scope="session")
def figures_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An initialised embedded store of the base."""
    path = tmp_path_factory.mktemp("figures") / "city.duckdb"
    initialise(open_store(f"duckdb:///{path}"), [DOMAIN])
    return path


@pytest.fixture(scope="session")
def figures_database(cluster: Cluster) -> str:
    """The name of an initialised database of the base."""
    initialise(open_store(cluster.create_database("figures")), [DOMAIN])
    return "figures"


def found(kind: str, request: pytest.FixtureRequest, folder: Path) -> Office:
    """An office with an empty store of a kind."""
    if kind == "duckdb":
        shutil.copyfile(request.getfixturevalue("figures_file"), folder / "city.duckdb")
        return Office(open_store(f"duckdb:///{folder / 'city.duckdb'}"), folder)
    ready = request.getfixturevalue("figures_database")
    cluster = request.getfixturevalue("cluster")
    return Office(open_store(cluster.create_database(next(_names), template=ready)), folder)


@pytest.fixture(params=["duckdb", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Office:
    """An empty store; a test that asks for it runs once on each kind."""
    return found(request.param, request, tmp_path)


@pytest.fixture
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Office:
    """An empty embedded store, for what does not depend on the store."""
    return found("duckdb", request, tmp_path)


@pytest.fixture(scope="session", params=["duckdb", "postgresql"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Three sources over four nights; nobody may load into it."""
    office = found(request.param, request, tmp_path_factory.mktemp("told"))
    office.deliver("tj_stats", 1, "tj_monthly_202609.xlsx", bulletin("2026年9月"))
    office.deliver("dl_power", 1, "dl_power.json", power({"2026年8月": 770.5, "2026-09": 769.09}))
    office.deliver(
        "cz_finance",
        2,
        "cz_budget.csv",
        budget([(2026, 9, "全市合计", "一般公共预算收入", 800, "7,120", 4.6)]),
    )
    office.deliver("dl_power", 3, "dl_power.json", power({"2026年8月": 770.5, "2026-09": 766.11}))
    corrected = [
        row if "零售" not in row[0] else ("社会消费品零售总额", "亿元", 0.53, 4.541, 9.5) for row in BULLETIN
    ]
    office.deliver("tj_stats", 4, "tj_monthly_202609_更正.xlsx", bulletin("2026年9月", corrected))
    yield office
