"""Legal representatives are people of the population base."""

from __future__ import annotations

from tests.legalentity.conftest import LI, STRANGER, WANG
from tests.legalentity.registry import Offices


def test_mentions_of_people_are_linked_in_the_population_base(town: Offices) -> None:
    roles = town.query(
        "SELECT DISTINCT l.source, p.name, p.registered FROM population.source_link l"
        " JOIN population.person p ON p.person_id = l.person_id"
        " WHERE l.role = 'legal_representative' AND p.id_number IN (?, ?, ?) ORDER BY 1, 2",
        LI, WANG, STRANGER,
    )  # fmt: skip
    assert roles == [
        ("bb_institutions", "王秀英", True),
        ("scjg_enterprises", "王秀英", True),
        ("scjg_enterprises", "陌生人", False),
        ("sw_taxpayers", "李建国", True),
        # Without a number, and the register names her with one beside the same organisation.
        ("sw_taxpayers", "王秀英", True),
    ]
    # Somebody known only as a representative is no resident.
    assert town.value("SELECT count(*) FROM population.resident") == 2


def test_an_organisation_says_who_leads_it(town: Offices) -> None:
    one = town.one("漯河市金源商贸有限公司")
    wang = town.value("SELECT person_id FROM population.person WHERE id_number = ?", WANG)
    li = town.value("SELECT person_id FROM population.person WHERE id_number = ?", LI)
    current = town.query(
        "SELECT source, person_id, grade FROM legalentity.role"
        " WHERE organization_id = ? AND is_current AND role = 'legal_representative' ORDER BY source",
        one,
    )
    assert current == [
        ("scjg_enterprises", wang, "exact"),
        ("sw_taxpayers", li, "exact"),
        # No number there: the one of that name beside the same organisation.
        ("tj_units", li, "same_organization"),
        ("zj_orgcodes", li, "same_organization"),
    ]
    led = town.query(
        "SELECT name FROM legalentity.person_organization WHERE person_id = ? ORDER BY name", wang
    )
    assert ("漯河市金源商贸有限公司",) in led
    assert ("漯河市第三中学",) in led


def test_one_file_is_entered_once_for_each_base(town: Offices) -> None:
    lines = town.query(
        "SELECT domain, status, rows_read, changed, unchanged FROM basedb.delivery"
        " WHERE file_name LIKE '%scjg_enterprises_20261102.csv' ORDER BY domain"
    )
    assert lines == [("legalentity", "loaded", 8, 1, 7), ("population", "loaded", 8, 1, 7)]
    assert town.value("SELECT count(*) FROM population.freshness WHERE records > 0") == 6
