"""Holders of land: the organisations among them, attached to their parcels."""

from __future__ import annotations

from tests.legalentity.registry import Offices

_HELD = (
    "SELECT substr(parcel_code, 15), holder_name, grade FROM legalentity.land_holding ORDER BY parcel_code"
)


def test_organisations_hold_parcels_and_people_stay_out(town: Offices) -> None:
    assert town.query(_HELD) == [
        # A full name is one organisation's.
        ("00001", "漯河市第一建筑工程有限公司", "name"),
        # Two shops bear the name.
        ("00003", "源汇区小李面馆", "ambiguous"),
        ("00004", "漯河市他乡粮库", "unattached"),
        ("00005", "漯河市他乡粮库", "unattached"),
        # Schools of one name exist; the register has one only.
        ("00010", "漯河市第三中学", "namesake"),
    ]
    builders = town.value(
        "SELECT organization_id FROM legalentity.organization WHERE name = '漯河市第一建筑工程有限公司' AND registered"
    )
    held = town.query("SELECT parcel_code FROM legalentity.land_holding WHERE organization_id = ?", builders)
    assert held == [("411102001001GB00001",)]


def test_one_name_in_the_list_is_one_organisation(town: Offices) -> None:
    assert (
        town.value(
            "SELECT count(*) FROM legalentity.organization WHERE name = '漯河市他乡粮库' AND NOT registered"
        )
        == 1
    )


def test_who_builds_and_manages_housing(town: Offices) -> None:
    builders = town.one("漯河市第一建筑工程有限公司")
    units = town.query("SELECT project_no, unit_role, organization_id = ?, grade FROM legalentity.housing_unit"
                       " ORDER BY project_no, unit_role", builders)  # fmt: skip
    assert units == [
        ("ZF1", "开发企业", True, "code_and_name"),
        ("ZF1", "物业服务企业", True, "name"),
        ("ZF2", "物业服务企业", False, "unattached"),
    ]


def test_no_person_is_named_in_this_base(town: Offices) -> None:
    for table, column in (("source_record", "raw"), ("organization", "name")):
        assert not town.value(
            f"SELECT count(*) FROM legalentity.{table} WHERE CAST({column} AS VARCHAR) LIKE '%王李小园%'"
        )
    named = "SELECT count(*) FROM legalentity.source_record WHERE source = 'zrzy_parcels' AND CAST(raw AS VARCHAR) LIKE ?"
    assert not town.value(named, "%王秀英%")
    assert not town.value("SELECT count(*) FROM legalentity.organization WHERE name = '农民集体'")


def test_who_was_not_taken_is_counted(town: Offices) -> None:
    assert town.query(
        "SELECT f.code, f.row_no, f.suggestion FROM basedb.finding f JOIN basedb.delivery d ON d.file_id = f.file_id"
        " WHERE d.domain = 'legalentity' AND d.source = 'zrzy_parcels' AND d.as_of = DATE '2026-11-01'"
        " AND f.code LIKE '%holder%' ORDER BY 1"
    ) == [
        ("reader.doubtful_holder", 8, "看不出是机构还是个人，未取"),
        ("reader.holders", None, "机构 7，个人 1，泛称 1，存疑 1"),
    ]
    account = town.query(
        "SELECT rows_read, added, changed, retired FROM basedb.delivery"
        " WHERE domain = 'legalentity' AND source = 'zrzy_parcels' ORDER BY as_of"
    )
    assert account == [(10, 10, 0, 0), (2, 0, 1, 1)]
