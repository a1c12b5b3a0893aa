"""One file for two bases: entered once each, held and released together, rebuilt alike; judgements follow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from basedb.domain import entity_domains, installed_domains
from basedb.store import open_store
from etl.installed import installed_contracts, of_domain
from etl.quarantine import Decision
from etl.rebuild import rebuild
from etl.revision import Reviser
from tests.etl.city import number, resident
from tests.legalentity.conftest import LI
from tests.legalentity.registry import Offices, code, enterprise, taxpayer


def _two(offices: Offices) -> None:
    offices.night(
        1,
        ga_population=[resident("李建国", LI)],
        scjg_enterprises=[enterprise("漯河市甲商贸有限公司", code("91", 1), "李建国", 法定代表人证件号码=LI)],
        sw_taxpayers=[taxpayer("漯河市甲商贸有限公司", code("91", 1), "李建国")],
    )


def test_a_file_that_came_again_does_nothing_for_either(empty: Callable[[], Offices]) -> None:
    offices = empty()
    _two(offices)
    assert offices.night(1) == []
    assert offices.value("SELECT count(*) FROM basedb.delivery WHERE source = 'scjg_enterprises'") == 2


def test_a_representative_without_a_number_is_who_stands_beside_the_same_organisation(
    empty: Callable[[], Offices],
) -> None:
    offices = empty()
    _two(offices)
    people = offices.query(
        "SELECT DISTINCT person_id FROM population.source_link WHERE role = 'legal_representative'"
    )
    assert len(people) == 1
    assert offices.value("SELECT count(*) FROM population.person") == 1


def test_a_judgement_about_people_moves_the_person_of_a_role(empty: Callable[[], Offices]) -> None:
    offices = empty()
    other = number("19710303", 7)
    offices.night(
        1,
        ga_population=[resident("李建国", LI), resident("李建军", other, "0002")],
        scjg_enterprises=[enterprise("漯河市甲商贸有限公司", code("91", 1), "李建国", 法定代表人证件号码=LI)],
    )
    domain = entity_domains(installed_domains())["population"]
    mention, resident_mention = (
        offices.value(
            "SELECT m.mention_id FROM population.person_mention m JOIN population.source_record r"
            " ON r.record_id = m.record_id WHERE r.source = ? AND m.id_number = ?",
            source, LI,
        )
        for source in ("scjg_enterprises", "ga_population")
    )  # fmt: skip
    before = offices.value("SELECT person_id FROM legalentity.role")
    reviser = Reviser(offices.store, domain, of_domain(installed_contracts(installed_domains()), domain.name))
    reviser.judge(
        "different", [(resident_mention, mention)], Decision("审核员", "不是同一人", datetime.now(UTC))
    )
    after = offices.value("SELECT person_id FROM legalentity.role")
    assert after != before
    assert after == offices.value(
        "SELECT person_id FROM population.source_link WHERE role = 'legal_representative'"
    )


@pytest.mark.slow
def test_both_bases_come_back_from_the_archive(loaded_duckdb: Offices, tmp_path: Path) -> None:
    target = open_store(f"duckdb:///{tmp_path / 'again.duckdb'}")
    found = rebuild(loaded_duckdb.store, target, loaded_duckdb.archive, installed_domains())
    assert found.equal, [table for table in found.tables if not table.equal]
    rows = "SELECT count(*), sum(organization_id) FROM legalentity.organization"
    with target.reading() as engine:
        assert engine.execute(rows).fetchone() == loaded_duckdb.query(rows)[0]
        roles = "SELECT source, source_key, role, person_id, method FROM legalentity.role_person ORDER BY ALL"
        again = engine.execute(roles).fetchall()
    with loaded_duckdb.store.reading() as engine:
        assert again == engine.execute(roles).fetchall()
