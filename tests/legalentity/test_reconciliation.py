"""What departments owe each other: each kind once, and nothing else."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner
from openpyxl import load_workbook

from basedb.cli.main import main
from tests.legalentity.conftest import NOODLES, OTHER_NOODLES, SECOND_BUILDERS
from tests.legalentity.registry import Offices, code, inner


def _items(town: Offices, issue: str) -> list[tuple[str, ...]]:
    return town.query(
        "SELECT owner, source, value, other_value FROM legalentity.reconciliation WHERE issue = ?"
        " ORDER BY owner, value, other_value",
        issue,
    )


def test_taxed_but_cancelled(town: Offices) -> None:
    assert _items(town, "taxed_but_cancelled") == [("税务局", "sw_taxpayers", "active", "cancelled")]


def test_registered_but_not_taxed(town: Offices) -> None:
    owing = {
        name
        for (name,) in town.query(
            "SELECT o.name FROM legalentity.reconciliation r JOIN legalentity.organization o"
            " ON o.organization_id = r.organization_id WHERE r.issue = 'registered_not_taxed' AND r.owner = '税务局'"
        )
    }
    assert {"漯河市第二建筑工程有限公司", "源汇区小李面馆", "漯河市第三中学"} <= owing
    assert not owing & {"漯河市金源商贸有限公司", "漯河市第一建筑工程有限公司", "临颍县金穗饲料有限公司"}


def test_another_representative_and_another_name(town: Offices) -> None:
    stale = [("李建国", "王秀英")]
    assert [row[2:] for row in _items(town, "representative_differs")] == stale * 3
    assert {row[1:3] for row in _items(town, "name_differs")} == {
        ("sw_taxpayers", "宏发商贸"), ("tj_units", "漯河市宏发商贸有限公司"), ("zj_orgcodes", "漯河市宏达商贸有限公司"),
    }  # fmt: skip


def test_one_code_under_two_names(town: Offices) -> None:
    shared = _items(town, "code_shared")
    assert shared
    # The parent's record is right: who uses its code, and has one of its own, is to act.
    assert ("税务局", "sw_taxpayers", "漯河市宏发商贸有限公司召陵分公司", "漯河市金源商贸有限公司") in shared
    assert "市场监督管理局" not in {row[0] for row in shared}


def test_one_name_under_two_codes(town: Offices) -> None:
    codes = {inner(NOODLES), inner(OTHER_NOODLES)}
    assert [set(row[2:]) for row in _items(town, "name_shared")] == [codes, codes]


def test_a_missing_credit_code_with_the_one_others_know(town: Offices) -> None:
    owners = [row[:2] for row in _items(town, "credit_code_missing")]
    assert owners == [
        ("市场监督管理局", "scjg_enterprises"), ("机构编制委员会办公室/民政局", "bb_institutions"),
    ]  # fmt: skip


def test_counts_are_those_of_the_items(town: Offices) -> None:
    listed = town.query(
        "SELECT issue, count(*) FROM legalentity.reconciliation GROUP BY issue ORDER BY issue"
    )
    counted = town.query(
        "SELECT issue, CAST(sum(items) AS BIGINT) FROM legalentity.reconciliation_count GROUP BY issue ORDER BY issue"
    )
    assert listed == counted
    rates = dict(town.query("SELECT source, match_rate FROM legalentity.match_rate"))
    assert rates["scjg_enterprises"] == 1.0
    assert rates["tj_units"] == 0.6


def test_the_workbook_hides_names_unless_told_what_for(town: Offices, tmp_path: Path) -> None:
    path = tmp_path / "核对.xlsx"
    arguments = ["reconcile", "--store", town.store.url, "-o", str(path)]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    book = load_workbook(path)
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "税务局" in book.sheetnames
    untaxed = [
        [cell.value for cell in row]
        for row in book["税务局"].iter_rows()
        if row[1].value == "registered but not taxed"
    ]
    # Whoever is to act has no record of it, and is told who it is.
    assert ["漯河市第二建筑工程有限公司", code("91", SECOND_BUILDERS)] in [cells[3:5] for cells in untaxed]
    assert "王**" in cells
    assert "王秀英" not in cells
    assert CliRunner().invoke(main, [*arguments, "--show-ids"]).exit_code == 2
    assert CliRunner().invoke(main, [*arguments, "--show-ids", "--purpose", "核实"]).exit_code == 0
    shown = [str(cell.value) for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert "王秀英" in shown
