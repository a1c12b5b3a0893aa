"""Law 11 for stewards' decisions: replayed at their place, they give the same masters with the same ids."""

from __future__ import annotations

import pytest

from basedb.domain import installed_domains
from basedb.stewardship.assignment import assign
from basedb.stewardship.lookup import looking
from basedb.stewardship.plan import joined
from basedb.stewardship.split_merge import plan_pair
from basedb.store import open_store
from etl.rebuild import rebuild
from population import DOMAIN
from tests.etl.city import CONTRACTS, City, insured, marriage, number, resident
from tests.stewardship.village import FAR, LI, NOW, WANG, WANG_OTHER, ZHANG, Steward, settle, who


def decide(city: City) -> None:
    """Judgements between files, some withdrawn; a bulk decision; ids that were merged, split and given anew."""
    settle(city)
    city.contracts = dict(CONTRACTS)
    steward = Steward(city)
    steward.decide(1, 5, "different")
    city.deliver(
        "rs_insured", 2,
        [
            insured("李建国", LI, "P1", 出生年月="1955-07-01", 居住地址=FAR, 手机号码="13511110001"),
            insured("王秀英", WANG_OTHER, "P2", 出生年月="1956-06-03", 手机号码="13511110002"),
            insured("赵敏", "", "P3", 手机号码="13511110003"),
        ],
    )  # fmt: skip
    steward.decide(2, 6, "same")
    steward.decide(3, 4, "unsure")
    city.deliver("mz_marriages", 2, [marriage(("李建国", LI), ("王秀英", WANG))])
    steward.split(1, "mz_marriages:J1:husband")
    steward.withdraw(1)
    city.deliver("ga_population", 2, [resident("孙亮", "", "0009"), *STANDING])
    with looking(city.store) as lookup:
        plans = [
            plan_pair(lookup, DOMAIN.entity, *pair, "same", reason)
            for pair, reason in (((3, 4), "甲"), ((7, 1), "乙"))
        ]
    steward.enter(joined(plans))
    steward.withdraw(2)
    assign(city.store, DOMAIN.entity.qualified, [(1, 2)], "赵敏", "李主任", NOW)


STANDING = [
    resident("李建国", LI), resident("王秀英", WANG, "0002", 性别="女"), resident("张伟", ZHANG, "0003"),
    resident("陈静", number("19800202", 4), "0004", 性别="女"),
]  # fmt: skip


@pytest.mark.slow
def test_rebuilt_masters_are_the_same(city: City) -> None:
    decide(city)
    target = open_store(f"duckdb:///{city.folder / 'again.duckdb'}")
    found = rebuild(city.store, target, city.archive, installed_domains())
    assert {table.table: table.examples for table in found.tables if not table.equal} == {}
    rows = {table.table: table.rows[1] for table in found.tables}
    assert rows["basedb.judgement"] >= 5 and rows["basedb.decision"] == 7
    assert rows["basedb.redirect"] > 0 and rows["basedb.review_assignment"] == 1
    assert who(City(target, city.folder)) == who(city)
    assert city.query("SELECT DISTINCT made_by FROM basedb.judgement") == [("李主任",)]
