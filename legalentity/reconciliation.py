"""What departments owe each other about organisations: the issues of view `legalentity.reconciliation`."""

from __future__ import annotations

from basedb.domain import Reconciliation

RECONCILIATION = Reconciliation(
    items="legalentity.reconciliation",
    counts="legalentity.reconciliation_count",
    rates="legalentity.match_rate",
    issues={
        "registered_not_taxed": ("已登记、未办理税务登记", "registered but not taxed"),
        "taxed_but_cancelled": ("已注销或吊销、仍在税务登记", "taxed but cancelled or revoked"),
        "representative_differs": ("法定代表人与登记不一致", "another legal representative"),
        "name_differs": ("同一代码，名称与登记不一致", "another name under one code"),
        "code_shared": ("同一代码由不同机构使用", "one code borne by two organisations"),
        "name_shared": ("同一名称登记在两个代码下", "one name under two codes"),
        "credit_code_missing": ("缺少有效的统一社会信用代码", "no valid credit code"),
    },
    personal=frozenset({"representative_differs"}),
)
