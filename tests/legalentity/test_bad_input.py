"""Bad rows of the registers: each thing a finding with what it should be, and nothing lost."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from datetime import date

import pandas as pd
import pytest

from legalentity.standardize import check_organization
from tests.legalentity.registry import Offices, code, enterprise, inner, license

CREDIT = code("91", 7)
_TRADE_NAMES = ["".join(pair) for pair in itertools.product("宏昌永泰瑞", "发盛和达丰")]
_OLD = "核对成立日期；确在1949年以前设立的，附登记依据 / check the date; prove it if it is right"
_ORDER = "核对两个日期，疑互换 / check both dates, perhaps they were swapped"
_ADDRESS = "移至住所栏，另填名称 / an address belongs into its own column"
_CITIZEN = "移至法定代表人证件号码栏，另填姓名 / the number belongs into its own column"


def _found(**values: object) -> list[tuple[str, str | None]]:
    found = check_organization(pd.DataFrame({name: [value] for name, value in values.items()}))
    return [(row.code, row.suggestion) for row in found.itertuples()]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"name": "源汇区和祥路1号"}, [("organization.name_is_address", _ADDRESS)]),
        ({"name": "召陵区人民路8号院3号楼"}, [("organization.name_is_address", _ADDRESS)]),
        ({"name": "漯河市人民路8号便利店"}, []),
        ({"name": "漯河市第一建筑工程有限公司"}, []),
        ({"legal_representative": "李建国110105194912310"}, [("organization.representative_is_number", _CITIZEN)]),
        ({"established_date": "1948-12-01"}, [("organization.established_before_1949", _OLD)]),
        # The century was mistaken.
        (
            {"established_date": "1915-03-12", "approved_date": "2020-01-01"},
            [("organization.established_before_1949", "2015-03-12")],
        ),
        ({"established_date": "1949-10-01"}, []),
        (
            {"established_date": "2015-01-01", "cancelled_date": "2014-01-01"},
            [("organization.cancelled_before_established", _ORDER)],
        ),
        (
            {"established_date": "2015-01-01", "expires_date": "2014-01-01"},
            [("organization.expires_before_established", _ORDER)],
        ),
        ({"registered_capital": 2_000_000.0}, [("organization.capital_in_yuan", "200.000000")]),
        ({"registered_capital": 2_000.0}, []),
        (
            {"registered_capital": 50_000.0, "kind": "individual"},
            [("organization.capital_in_yuan", "5.000000")],
        ),
        (
            {"credit_code": CREDIT, "credit_code_valid": True, "org_code": inner(8), "org_code_valid": True},
            [("organization.codes_differ", inner(7))],
        ),
        # Beside a right credit code, a wrong organisation code is known.
        (
            {"established_date": "2035-01-01", "approved_date": "2020-01-01"},
            [("organization.approved_before_established", _ORDER)],
        ),
        (
            {"credit_code": CREDIT, "credit_code_valid": True, "org_code": "MA000O075", "org_code_valid": False},
            [("organization.codes_differ", inner(7))],
        ),
        (
            {"credit_code": CREDIT, "credit_code_valid": True, "kind": "agency"},
            [("organization.kind_differs_from_code", "branch、enterprise")],
        ),
        ({"credit_code": CREDIT, "credit_code_valid": True, "kind": "branch"}, []),
        ({}, []),
    ],
)  # fmt: skip
def test_what_no_single_column_can_see(
    values: dict[str, object], expected: list[tuple[str, str | None]]
) -> None:
    assert _found(**values) == expected


def test_capital_that_jumped_by_the_ratio_of_the_units(empty: Callable[[], Offices]) -> None:
    offices = empty()

    def register(first: str, second: str) -> list[Mapping[str, str]]:
        column = "注册资本(万元)"
        return [
            enterprise("漯河市甲商贸有限公司", code("91", 1), **{column: first}),
            enterprise("漯河市乙商贸有限公司", code("91", 2), **{column: second}),
        ]

    offices.night(1, scjg_enterprises=register("50", "50"))
    offices.night(2, scjg_enterprises=register("500000", "80"))
    # Still in yuan, and more; and mended, which is no jump.
    offices.night(3, scjg_enterprises=register("600000", "80"))
    offices.night(4, scjg_enterprises=register("60", "80"))
    assert offices.query(
        "SELECT source_key, column_name, value, suggestion FROM basedb.finding WHERE code LIKE '%capital%'"
    ) == [(code("91", 1), "注册资本(万元)", "500000.0", "50.000000")]


def test_who_leaves_the_register_uncancelled_is_told_apart_from_the_dead(
    empty: Callable[[], Offices],
) -> None:
    """And a delta without its column of operations is told of once, not in every row."""
    offices = empty()
    register = [
        enterprise(f"漯河市{name}商贸有限公司", code("91", at)) for at, name in enumerate(_TRADE_NAMES, 1)
    ]
    decisions = [license(f"漯河市{name}商贸有限公司", code("91", at), f"许{at}", 操作类型="")
                 for at, name in enumerate(_TRADE_NAMES[:3], 1)]  # fmt: skip
    offices.night(1, scjg_enterprises=register, fg_licenses=decisions)
    offices.night(
        2, scjg_enterprises=[{**register[0], "登记状态": "注销", "核准日期": "2026-11-02"}, *register[2:]]
    )
    assert offices.query(
        "SELECT o.org_code, e.event, e.event_date, e.basis FROM legalentity.status_event e"
        " JOIN legalentity.organization o ON o.organization_id = e.organization_id"
        " WHERE e.event IN ('unlisted', 'cancelled') ORDER BY e.event"
    ) == [
        (inner(1), "cancelled", date(2026, 11, 2), "valid_from"), (inner(2), "unlisted", date(2026, 11, 2), "absent"),
    ]  # fmt: skip
    assert offices.query(
        "SELECT month, births, deaths, unlisted FROM legalentity.birth_death_count ORDER BY month"
    ) == [(date(2015, 3, 1), len(register), 0, 0), (date(2026, 11, 1), 0, 1, 1)]
    assert offices.query(
        "SELECT row_no, column_name, suggestion FROM basedb.finding WHERE code = 'operation.unknown'"
    ) == [
        (
            None,
            "操作类型",
            "补上该列，填：新增、变更、修改、撤销、删除 / the column is missing or empty; fill it in",
        )
    ]


def test_a_jump_is_told_on_both_stores(town: Offices) -> None:
    assert town.query("SELECT suggestion FROM basedb.finding WHERE code = 'organization.capital_jumped'") == [
        ("100.000000",)
    ]
