"""What a person's master row says beyond the surviving attribute values.

Expressions see the surviving attributes by name, and of all mentions of the person: `listed` (a
department still lists it as current), `registered` (a current entry in the resident register),
`claimants` (how many people claim the surviving number) and `registered_claimants`.
"""

from __future__ import annotations

import sqlalchemy as sa

from basedb.domain import Derived

_ID_BIRTH = "try_strptime(CASE WHEN length(id_number) = 18 THEN substr(id_number, 7, 8) END, '%Y%m%d')::DATE"
_ID_SEX = (
    "CASE WHEN length(id_number) = 18 AND id_valid THEN"
    " CASE WHEN TRY_CAST(substr(id_number, 17, 1) AS INTEGER) % 2 = 1 THEN '1' ELSE '2' END END"
)

DERIVED = (
    Derived(
        "birth_date",
        "出生日期（部门所述；缺失时取自有效号码）",
        sa.Date,
        f"coalesce(birth_date, CASE WHEN id_valid THEN {_ID_BIRTH} END)",
    ),
    Derived(
        "sex",
        "性别代码 GB/T 2261.1（缺失时取自有效号码）",
        sa.Text,
        f"coalesce(nullif(sex, '9'), {_ID_SEX}, sex)",
    ),
    Derived(
        "id_status",
        "号码状态：sole 一人一号、shared 重号、disputed 另有人使用",
        sa.Text,
        "CASE WHEN id_number IS NULL THEN NULL WHEN registered_claimants > 1 THEN 'shared'"
        " WHEN claimants > 1 THEN 'disputed' ELSE 'sole' END",
    ),
    Derived("registered", "在常住人口登记内", sa.Boolean, "registered"),
    Derived(
        "status",
        "状态：active 正常、deceased 死亡、cancelled 注销、unlisted 各部门均已不再列出",
        sa.Text,
        "CASE WHEN death_date IS NOT NULL THEN 'deceased' WHEN cancelled_date IS NOT NULL THEN 'cancelled'"
        " WHEN NOT listed THEN 'unlisted' ELSE 'active' END",
    ),
    Derived(
        "closed_on",
        "终止日期（死亡或注销）",
        sa.Date,
        "coalesce(death_date, cancelled_date)",
    ),
)
