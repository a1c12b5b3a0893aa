"""What an organisation's master row says beyond the surviving attribute values.

Expressions see the surviving attributes by name with the flags that say they can be trusted, and of all
mentions: `listed`, `registered` (a current entry in a register of organisations), `claimants` (how many
organisations claim the surviving organisation code) and `registered_claimants`.
"""

from __future__ import annotations

import sqlalchemy as sa

from basedb.domain import Derived
from basedb.standards import codes

_TAX_CREDIT = "CASE WHEN taxpayer_valid AND length(taxpayer_number) = 18 THEN taxpayer_number END"
_CREDIT = f"coalesce(CASE WHEN credit_code_valid THEN credit_code END, {_TAX_CREDIT}, credit_code)"


def _section() -> str:
    """SQL for the section (A-T) of an industry code: of a division it is its parent in the code list."""
    rows = codes.table("industry")
    divisions = rows[rows["code"].str.fullmatch(r"\d{2}")]
    cases = " ".join(
        f"WHEN '{code}' THEN '{parent}'"
        for code, parent in zip(divisions["code"], divisions["parent"], strict=True)
        if parent
    )
    return f"CASE WHEN length(industry) = 1 THEN industry ELSE CASE substr(industry, 1, 2) {cases} END END"


DERIVED = (
    Derived(
        "credit_code",
        "统一社会信用代码（缺失或校验不通过时取自有效的纳税人识别号）",
        sa.Text,
        _CREDIT,
    ),
    Derived(
        "code_status",
        "代码状态：sole 一码一户、shared 多户登记、disputed 另有机构使用",
        sa.Text,
        "CASE WHEN org_code IS NULL THEN NULL WHEN registered_claimants > 1 THEN 'shared'"
        " WHEN claimants > 1 THEN 'disputed' ELSE 'sole' END",
    ),
    Derived(
        "industry_version",
        "行业代码所依标准",
        sa.Text,
        "CASE WHEN industry IS NOT NULL THEN 'GB/T 4754-2017' END",
    ),
    Derived("industry_section", "行业门类代码 GB/T 4754-2017", sa.Text, _section()),
    Derived(
        "division_code",
        "区划代码（统计用区划代码；缺失时为信用代码中的登记机关区划）",
        sa.Text,
        f"coalesce(division_code, CASE WHEN credit_code_valid THEN substr({_CREDIT}, 3, 6) END)",
    ),
    Derived("registered", "在登记机关登记簿内", sa.Boolean, "registered"),
    Derived(
        "status",
        "状态：active 存续、suspended 停业、abnormal 非正常、revoked 吊销、moved_out 迁出、cancelled 注销、"
        "unlisted 各部门均已不再列出",
        sa.Text,
        "CASE WHEN cancelled_date IS NOT NULL THEN 'cancelled' WHEN registration_status <> 'active'"
        " THEN registration_status WHEN revoked_date IS NOT NULL THEN 'revoked' WHEN NOT listed THEN 'unlisted'"
        " ELSE 'active' END",
    ),
    Derived(
        "closed_on",
        "终止日期（注销；登记机关未给注销日期的，为注销的核准日期）",
        sa.Date,
        "coalesce(cancelled_date, CASE WHEN registration_status = 'cancelled' THEN approved_date END)",
    ),
)
