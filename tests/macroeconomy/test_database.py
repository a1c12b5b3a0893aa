"""Figures from a department's published database, by its SQLAlchemy URL."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from basedb.store import open_store
from etl.contract.model import ReaderSpec
from tests.macroeconomy.office import CONTRACTS, Office

_ROWS = [
    (2026, 9, "全市合计", "一般公共预算收入", 800, 7120.0, 4.6, None),
    (2026, 9, "源汇区", "一般公共预算收入", 113, 988.0, 7.6, None),
]


@pytest.fixture
def treasury(desk: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office that reads the finance bureau's database."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'finance.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE revenue (y INT, m INT, area TEXT, item TEXT, cur REAL, ytd REAL, yoy REAL, note TEXT)"
        )
        for row in _ROWS:
            connection.exec_driver_sql("INSERT INTO revenue VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    engine.dispose()
    monkeypatch.setenv("FINANCE_URL", f"sqlite:///{tmp_path / 'finance.db'}")
    query = (
        'SELECT y AS "年份", m AS "月份", area AS "地区", item AS "收入项目", cur AS "本月数(万元)",'
        ' ytd AS "累计数(万元)", yoy AS "累计同比(%)", note AS "备注" FROM revenue'
    )
    reader = ReaderSpec("sql", {"url_env": "FINANCE_URL", "query": query})
    contract = replace(CONTRACTS["cz_finance"], reader=reader, readers=(reader,))
    store = open_store(desk.store.url)
    return Office(store, desk.folder / "treasury", {**CONTRACTS, "cz_finance": contract})


def test_a_published_database_gives_figures(treasury: Office) -> None:
    account = treasury.deliver("cz_finance", 1, "cz_budget.csv", b"now")
    assert account.status == "loaded" and account.findings == {}
    assert treasury.values("BUDGET", "cur") == [("2026-09", 800.0, "万元", "preliminary", "insert")]
    assert treasury.query("SELECT count(*) FROM macroeconomy.observation") == [(6,)]


def test_what_the_database_changed_is_a_revision(treasury: Office, tmp_path: Path) -> None:
    treasury.deliver("cz_finance", 1, "cz_budget.csv", b"now")
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'finance.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE revenue SET cur = 805 WHERE area = '全市合计'")
    engine.dispose()
    account = treasury.deliver("cz_finance", 2, "cz_budget.csv", b"later")
    assert (account.counts["changed"], account.counts["unchanged"]) == (1, 1)
    assert treasury.values("BUDGET", "cur")[-1] == ("2026-09", 805.0, "万元", "revised", "revise")


def test_a_database_that_is_not_there_is_a_refusal(treasury: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FINANCE_URL")
    account = treasury.deliver("cz_finance", 1, "cz_budget.csv", b"now")
    assert account.status == "refused" and "FINANCE_URL" in str(account.message)
