"""What kind of organisation a register's wording tells, and in which state it is."""

from __future__ import annotations

import pytest

from basedb.standards import codes
from basedb.standards.organizations import organization_kind
from tests.standards.columns import codes_of, one


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("有限责任公司(自然人投资或控股)", "enterprise"),
        ("有限责任公司分公司(自然人投资或控股)", "branch"),
        ("股份有限公司（非上市、自然人投资或控股）", "enterprise"),
        ("个体工商户", "individual"),
        ("农民专业合作社", "cooperative"),
        ("农民专业合作社分支机构", "branch"),
        ("机关法人", "agency"),
        ("事业法人", "institution"),
        ("民办非企业单位", "private_institution"),
        ("社会团体法人", "association"),
        ("基金会", "foundation"),
        ("普通合伙企业", "enterprise"),
        ("enterprise", "enterprise"),
    ],
)
def test_kinds(value: str, kind: str) -> None:
    assert one(organization_kind, value)["code"] == kind
    assert codes_of(organization_kind, value) == []


def test_an_unknown_kind_is_told() -> None:
    assert codes_of(organization_kind, "外星基地") == ["code.unknown"]


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("存续（在营、开业、在册）", "active"), ("存续(在营、开业、在册)", "active"), ("吊销，未注销", "revoked"),
        ("吊销,未注销", "revoked"), ("注销", "cancelled"), ("迁出", "moved_out"), ("非正常户", "abnormal"),
        ("停业", "suspended"),
    ],
)  # fmt: skip
def test_states(value: str, state: str) -> None:
    def read(series: object) -> object:
        return codes.lookup("organization_status", series)  # type: ignore[arg-type]

    assert one(read, value)["code"] == state
