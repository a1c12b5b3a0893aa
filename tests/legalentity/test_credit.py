"""Published licences and penalties: whose they are, on what evidence, and what was published when."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from legalentity.credit_checks import check_credit_record
from tests.legalentity.registry import Offices

_ORDER = "核对两个日期，疑互换 / check both dates, perhaps they were swapped"
_HOLDERS = "SELECT document_no, grade, name_use FROM legalentity.{}_record ORDER BY document_no"


def test_licences_find_their_organisation_by_any_code_and_by_name(town: Offices) -> None:
    assert town.query(_HOLDERS.format("license")) == [
        # It took another name after the licence was granted.
        ("许1", "code_and_name", "former"),
        ("许2", "code_and_name", "variant"),
        ("许3", "code_and_name", "current"),
        ("许4", "ambiguous", "unknown"),
        ("许5", "unattached", "unknown"),
        ("许7", "code_and_name", "former"),
    ]
    renamed = town.one("漯河市金源商贸有限公司")
    held = "SELECT document_no FROM legalentity.license_record WHERE organization_id = ? ORDER BY document_no"
    assert town.query(held, renamed) == [("许1",), ("许2",), ("许7",)]


def test_a_name_given_up_before_the_penalty_is_told(town: Offices) -> None:
    assert town.query(_HOLDERS.format("penalty")) == [
        ("罚1", "name", "current"), ("罚2", "code_and_name", "current"), ("罚3", "code_and_name", "given_up"),
    ]  # fmt: skip


def test_what_is_not_attached_is_kept_and_listed(town: Offices) -> None:
    shops = [one for (one,) in town.query(
        "SELECT DISTINCT m.organization_id FROM legalentity.organization_mention m JOIN legalentity.source_record r"
        " ON r.record_id = m.record_id WHERE m.name = '源汇区小李面馆' AND r.source = 'scjg_enterprises' ORDER BY 1"
    )]  # fmt: skip
    assert len(shops) == 2
    assert town.query(
        "SELECT source, department, role, stated_name, grade, candidates FROM legalentity.unattached_record"
        " WHERE source = 'fg_licenses' ORDER BY stated_name"
    ) == [
        ("fg_licenses", "发展和改革委员会", "licensee", "源汇区小李面馆", "ambiguous", ",".join(map(str, shops))),
        ("fg_licenses", "发展和改革委员会", "licensee", "郑州市他乡建设有限公司", "unattached", None),
    ]  # fmt: skip
    # Neither is on a register because somebody licensed it.
    assert not town.value(
        "SELECT bool_or(registered) FROM legalentity.organization WHERE name = '郑州市他乡建设有限公司'"
    )


def test_people_among_the_holders_are_counted_and_stay_out(town: Offices) -> None:
    account = "SELECT rows_read, added, ignored FROM basedb.delivery WHERE source = 'fg_licenses'"
    assert town.query(account) == [(7, 6, 1)]
    assert town.value("SELECT count(*) FROM legalentity.organization WHERE name = '李建国'") == 0


def test_corrections_and_withdrawals_are_history(town: Offices) -> None:
    assert town.query(
        "SELECT document_no, fine, record_status FROM legalentity.penalty_record_history ORDER BY record_id"
    ) == [
        ("罚1", 0.5, "superseded"), ("罚2", 5000.0, "retired"), ("罚1", 0.8, "current"), ("罚3", 0.5, "current"),
    ]  # fmt: skip
    assert town.query("SELECT document_no, fine FROM legalentity.penalty_record_masked ORDER BY document_no") == [
        ("罚1", 0.8), ("罚3", 0.5),
    ]  # fmt: skip
    assert town.value(
        "SELECT decision_date FROM legalentity.license_record WHERE document_no = '许1'"
    ) == date(2026, 10, 10)


def test_masked_licences_hide_whose_shop_it_is(town: Offices) -> None:
    names = town.query("SELECT holder_name FROM legalentity.license_record_masked WHERE document_no = '许4'")
    assert names == [("源汇***面馆",)]


def test_findings_of_decisions(town: Offices) -> None:
    assert town.query(
        "SELECT source_key, column_name, code, suggestion FROM basedb.finding"
        " WHERE code LIKE 'penalty.%' OR code LIKE 'license.%' ORDER BY code"
    ) == [
        ("许7|漯河市市场监督管理局", "有效期至", "license.expires_before_effective", _ORDER),
        ("罚2|漯河市市场监督管理局", "罚款金额(万元)", "penalty.fine_in_yuan", "0.500000"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"fine": "5000.0", "penalty_content": "罚款人民币5,000元"}, [("penalty.fine_in_yuan", "0.500000")]),
        ({"fine": "0.5", "penalty_content": "警告；罚款0.5万元"}, []),
        ({"fine": "0.6", "penalty_content": "处以罚款5000元"}, [("penalty.fine_differs", "0.500000")]),
        # Two fines in the text: which is meant nobody knows.
        ({"fine": "0.6", "penalty_content": "对单位罚款5000元，对责任人罚款1000元"}, []),
        (
            {"fine": None, "penalty_kind": "警告,罚款", "penalty_content": "罚款200元"},
            [("penalty.fine_missing", "0.020000")],
        ),
        ({"fine": None, "penalty_kind": "警告", "penalty_content": "警告"}, []),
        (
            {"decision_date": "2026-10-10", "published_until": "2026-10-09"},
            [("penalty.published_until_before_decision", _ORDER)],
        ),
        ({"effective_date": "2026-10-10", "expiry_date": None}, []),
        ({"document_no": "罚9"}, []),
    ],
)  # fmt: skip
def test_what_no_single_column_can_see(
    values: dict[str, str | None], expected: list[tuple[str, str | None]]
) -> None:
    frame = pd.DataFrame({name: pd.array([value], dtype="string[pyarrow]") for name, value in values.items()})
    assert [(row.code, row.suggestion) for row in check_credit_record(frame).itertuples()] == expected
