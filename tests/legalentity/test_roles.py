"""Who holds an office in an organisation, who owns it, and what it owns."""

from __future__ import annotations

from tests.legalentity.conftest import LI
from tests.legalentity.registry import Offices


def test_officers_are_people_of_the_population_base(town: Offices) -> None:
    one = town.one("漯河市金源商贸有限公司")
    li = town.value("SELECT person_id FROM population.person WHERE id_number = ?", LI)
    found = town.query(
        "SELECT role, person_name, person_id, grade FROM legalentity.role"
        " WHERE organization_id = ? AND source = 'scjg_officers' AND is_current ORDER BY role, person_name",
        one,
    )
    assert [row[:2] for row in found] == [
        ("director", "李建国"),
        ("shareholder", "李建国"),
        ("supervisor", "王秀英"),
    ]
    assert {row[2:] for row in found if row[1] == "李建国"} == {(li, "exact")}
    offices = "SELECT DISTINCT role FROM legalentity.person_organization WHERE person_id = ? AND organization_id = ?"
    assert {role for (role,) in town.query(offices, li, one)} >= {"director", "shareholder"}


def test_owners_are_people_or_organisations(town: Offices) -> None:
    one, builders = town.one("漯河市金源商贸有限公司"), town.one("漯河市第一建筑工程有限公司")
    li = town.value("SELECT person_id FROM population.person WHERE id_number = ?", LI)
    assert town.query(
        "SELECT owner_organization_id, owner_person_id, contribution, share_percent, grade FROM legalentity.ownership"
        " WHERE organization_id = ? ORDER BY share_percent",
        one,
    ) == [(builders, None, 40.0, 40.0, "code_and_name"), (None, li, 60.0, 60.0, "exact")]  # fmt: skip


def test_the_tree_goes_down_and_ends_where_it_comes_round(town: Offices) -> None:
    one, first, second = (
        town.one(f"漯河市{name}有限公司") for name in ("金源商贸", "第一建筑工程", "第二建筑工程")
    )
    tree = town.query(
        "SELECT organization_id, depth, share_percent, relation FROM legalentity.ownership_tree"
        " WHERE root_id = ? AND relation = 'shareholder' ORDER BY depth",
        first,
    )
    assert tree == [(one, 1, 40.0, "shareholder"), (second, 2, 20.0, "shareholder")]
    own = town.query(
        f"SELECT organization_id, depth, share_percent, relation FROM legalentity.ownership_tree_of({first})"
        " WHERE relation = 'shareholder' ORDER BY depth"
    )
    assert own == tree
    below = "SELECT relation, count(*) FROM legalentity.ownership_tree WHERE root_id = ? AND depth = 1 GROUP BY relation"
    assert {relation for relation, _ in town.query(below, one)} == {"shareholder", "branch"}


def test_a_share_above_the_whole_is_told(town: Offices) -> None:
    assert town.query(
        "SELECT source_key, value FROM basedb.finding WHERE code = 'percentage.out_of_range'"
    ) == [("6", "120")]
