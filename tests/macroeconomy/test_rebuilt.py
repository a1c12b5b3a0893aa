"""From archive and receipt times: the same figures with the same ids (law 11), whatever the store."""

from __future__ import annotations

import shutil
from pathlib import Path

from basedb.store import open_store
from etl.archive import Archive
from etl.rebuild import rebuild
from macroeconomy import DOMAIN
from tests.macroeconomy.office import Office, bulletin
from tests.macroeconomy.test_sdmx import generic, table


def test_a_rebuilt_base_holds_the_same(told: Office) -> None:
    into = open_store(f"duckdb:///{told.folder / 'again.duckdb'}")
    found = rebuild(told.store, into, Archive(told.folder / "archive"), {"macroeconomy": DOMAIN})
    assert found.problems == () and [table for table in found.tables if not table.equal] == []
    rows = {table.table: table.rows for table in found.tables}
    assert rows["macroeconomy.observation"][0] > 40


def test_the_order_of_a_nights_files_changes_no_current_figure(desk: Office, figures_file: Path) -> None:
    files = {
        "tj_monthly_202603.xlsx": bulletin("2026年3月"), "gdp_sdmx21.xml": generic(), "gdp_sdmx.csv": table(),
    }  # fmt: skip
    query = (
        "SELECT indicator, division, frequency, period, basis, round(normal_value, 6), status, source"
        " FROM macroeconomy.observation_current ORDER BY ALL"
    )
    for name, data in files.items():
        desk.deliver("tj_stats", 1, name, data)
    shutil.copyfile(figures_file, desk.folder / "another.duckdb")
    again = Office(open_store(f"duckdb:///{desk.folder / 'another.duckdb'}"), desk.folder / "again")
    for name in reversed(files):
        again.deliver("tj_stats", 1, name, files[name])
    assert again.query(query) == desk.query(query)
