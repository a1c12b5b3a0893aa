"""Organisations that other bases' extracts mention: employers, and who runs a source of pollution."""

from __future__ import annotations

from tests.legalentity.conftest import SLIP
from tests.legalentity.registry import Offices, inner

_ACCOUNT = "SELECT domain, rows_read, added, duplicate, ignored FROM basedb.delivery WHERE source = ? ORDER BY domain"


def test_an_employer_is_one_mention_however_many_it_insures(town: Offices) -> None:
    assert town.query(_ACCOUNT, "rs_insured") == [("legalentity", 6, 3, 2, 1), ("population", 6, 6, 0, 0)]
    found = town.query(
        "SELECT a.stated_name, a.grade, a.name_use, o.registered FROM legalentity.attachment a"
        " JOIN legalentity.organization o ON o.organization_id = a.organization_id"
        " WHERE a.role = 'employer' ORDER BY a.stated_name"
    )
    assert found == [
        ("上海市远方软件有限公司", "unattached", "unknown", False),
        ("宏发商贸", "code_and_name", "variant", True),
        ("漯河市宏发商贸有限公司", "code_and_name", "former", True),
    ]


def test_residents_are_insured_without_an_employer(town: Offices) -> None:
    assert town.value("SELECT count(*) FROM legalentity.organization WHERE name LIKE '%社区'") == 0


def test_a_polluter_is_the_organisation_of_its_code(town: Offices) -> None:
    assert town.query(_ACCOUNT, "sthj_pollution_sources") == [
        ("geospatial", 3, 2, 0, 1), ("legalentity", 3, 1, 1, 1),
    ]  # fmt: skip
    found = town.query(
        "SELECT o.org_code, a.grade FROM legalentity.attachment a"
        " JOIN legalentity.organization o ON o.organization_id = a.organization_id WHERE a.role = 'operator'"
    )
    assert found == [(inner(SLIP), "code_and_name")]


def test_how_much_of_what_others_mention_is_on_a_register(town: Offices) -> None:
    rates = town.query(
        "SELECT source, records, matched FROM legalentity.match_rate"
        " WHERE source IN ('rs_insured', 'sthj_pollution_sources', 'fg_licenses') ORDER BY source"
    )
    assert rates == [("fg_licenses", 6, 4), ("rs_insured", 3, 2), ("sthj_pollution_sources", 1, 1)]
