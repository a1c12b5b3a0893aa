"""Which records are one organisation, and which never are."""

from __future__ import annotations

from tests.legalentity.conftest import BRANCH, CLOSED, FIRST_BUILDERS, HONGFA
from tests.legalentity.registry import Offices, code, inner

_LINKS = "SELECT source, count(*) FROM legalentity.source_link WHERE organization_id = ? GROUP BY source ORDER BY source"


def test_every_code_leads_to_one_organisation(town: Offices) -> None:
    """A credit code, an old taxpayer number, a hyphenated organisation code; full, short and former name."""
    assert town.query(_LINKS, town.one("漯河市金源商贸有限公司")) == [
        ("fg_licenses", 3), ("fg_penalties", 1), ("rs_insured", 2), ("scjg_enterprises", 1), ("scjg_officers", 5),
        ("sw_taxpayers", 1), ("tj_units", 1), ("zj_orgcodes", 1),
    ]  # fmt: skip
    (found,) = town.query(
        "SELECT credit_code, org_code, code_status, name, kind, industry_section, division_code, registered, status"
        " FROM legalentity.organization WHERE organization_id = ?",
        town.one("漯河市金源商贸有限公司"),
    )
    assert found == (
        code("91", HONGFA), inner(HONGFA), "disputed", "漯河市金源商贸有限公司", "enterprise", "F", "411102001001",
        True, "active",
    )  # fmt: skip


def test_a_branch_is_not_its_parent_even_under_its_code(town: Offices) -> None:
    parent = town.one("漯河市金源商贸有限公司")
    branches = {
        row[0]
        for row in town.query(
            "SELECT organization_id FROM legalentity.organization_mention WHERE name_branch IS NOT NULL"
        )
    }
    assert parent not in branches
    shared = town.query(
        "SELECT f.value, f.suggestion FROM basedb.finding f JOIN basedb.delivery d ON d.file_id = f.file_id"
        " WHERE f.code = 'identifier.shared' AND d.source = 'sw_taxpayers' AND f.row_no = 2"
    )
    # Which code the branch has in the register.
    assert [(value, inner(BRANCH) in suggestion) for value, suggestion in shared] == [(inner(HONGFA), True)]


def test_ordinals_are_kept_apart_and_a_record_without_a_code_finds_its_own(town: Offices) -> None:
    first, second = town.one("漯河市第一建筑工程有限公司"), town.one("漯河市第二建筑工程有限公司")
    assert first != second
    assert town.one("漯河市第二建筑工程公司") == second
    assert town.one("漯河市第一建筑工程有限责任公司") == first
    assert town.value(
        "SELECT org_code FROM legalentity.organization WHERE organization_id = ?", first
    ) == inner(FIRST_BUILDERS)


def test_shops_of_one_name_are_two(town: Offices) -> None:
    shops = "SELECT registered, count(*) FROM legalentity.organization WHERE name = '源汇区小李面馆' GROUP BY 1 ORDER BY 1"
    # And a licence and a parcel that say no more than the name stay apart from both.
    assert town.query(shops) == [(False, 2), (True, 2)]


def test_a_wrong_character_in_a_code_is_bridged_by_score(town: Offices) -> None:
    links = town.query(_LINKS, town.one("舞阳县天成化工有限公司"))
    assert links == [("scjg_enterprises", 1), ("sthj_pollution_sources", 1), ("tj_units", 1)]


def test_units_without_a_code_stay_apart(town: Offices) -> None:
    orphans = town.query(
        "SELECT count(DISTINCT organization_id), count(DISTINCT org_code) FROM legalentity.organization_mention"
        " WHERE name LIKE '漯河市无码%'"
    )
    assert orphans == [(2, 0)]


def test_cancelled_by_the_register_only(town: Offices) -> None:
    (found,) = town.query(
        "SELECT status, tax_status, closed_on FROM legalentity.organization WHERE org_code = ?", inner(CLOSED)
    )
    assert found[:2] == ("cancelled", "active")
    assert str(found[2]) == "2026-10-20"
