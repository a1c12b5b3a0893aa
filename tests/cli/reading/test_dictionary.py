"""The data dictionary covers everything and is up to date."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from basedb import ledger
from basedb.cli.main import main
from basedb.domain import installed_domains
from tests.cli.reading.conftest import Run, document

pytestmark = pytest.mark.long_on_postgresql

COMMITTED = Path(__file__).parents[3] / "docs" / "dictionary.md"


@pytest.fixture(autouse=True)
def _no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BASEDB_STORE", raising=False)


def test_the_committed_dictionary_is_up_to_date(tmp_path: Path) -> None:
    written = tmp_path / "dictionary.md"
    result = CliRunner().invoke(main, ["dictionary", "-o", str(written)])
    assert result.exit_code == 0, result.output
    fresh = written.read_text("utf-8")
    assert fresh == COMMITTED.read_text("utf-8"), "run: basedb dictionary -o docs/dictionary.md"


def test_every_column_of_every_table_is_there(run: Run) -> None:
    told = document(run("dictionary", "--json"))["columns"]
    listed = {(row["table"], row["column"]) for row in told}
    tables = list(ledger.metadata.sorted_tables)
    for domain in installed_domains().values():
        tables += domain.metadata.sorted_tables
    assert {(table.fullname, column.name) for table in tables for column in table.columns} <= listed
    assert [row for row in told if not row["title"]] == []
    rows = {(row["table"], row["column"]): row for row in told}
    name = rows["population.person", "name"]
    assert "ga_population.姓名" in name["sources"]
    assert name["rule"].startswith("ga_population 95")
    assert (name["owner"], name["secrecy"], name["personal"]) == ("公安局", "敏感", True)
    assert name["fill_rate"] == 1.0
    assert not rows["population.person_masked", "name"]["personal"]


def test_a_sheet_and_an_unknown_kind_of_file(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["dictionary", "-o", str(tmp_path / "d.xlsx")]).exit_code == 0
    sheet = load_workbook(tmp_path / "d.xlsx").active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]][:3] == ["表", "列", "中文名"]
    assert CliRunner().invoke(main, ["dictionary", "-o", str(tmp_path / "d.doc")]).exit_code == 2
