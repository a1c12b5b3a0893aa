"""Survivorship, worked by hand: which value survives, from when, and what closes a person."""

from __future__ import annotations

from itertools import pairwise

import pytest

from basedb.explain import Subject, explain
from basedb.store.native import reading
from population import DOMAIN
from tests.etl.city import CONTRACTS, City, death, insured, loosened, number, resident

LI = number("19550701", 1)
TIMELINE = """
    SELECT CAST(valid_from AS TEXT), CAST(valid_to AS TEXT), status, CAST(closed_on AS TEXT) FROM (
        SELECT * FROM population.person UNION ALL
        SELECT * FROM population.person_version WHERE known_to > TIMESTAMPTZ '9999-01-01')
    ORDER BY valid_from"""


@pytest.fixture
def loose(city: City) -> City:
    city.contracts = {source: loosened(contract) for source, contract in CONTRACTS.items()}
    return city


def test_priority_beats_recency_and_listed_beats_both(loose: City) -> None:
    """The register decides the name, the insurance the employer; whoever no longer lists yields."""
    loose.deliver("ga_population", 1, [resident("李建国", LI, 服务处所="旧厂", 更新时间="20200101000000")])
    loose.deliver("rs_insured", 2, [insured("李建囯", LI, 单位名称="新厂", 经办日期="2026-11-02")])
    assert loose.people("name, employer_name") == [("李建国", "新厂")]
    loose.deliver("rs_insured", 3, [insured("别人", "", "P9")])
    assert loose.people("name, employer_name", "person_id")[0] == ("李建国", "旧厂")


def test_a_valid_number_beats_an_invalid_one_of_equal_standing(loose: City) -> None:
    """Two enrolments of one person, the later one with a damaged number."""
    damaged = LI[:17] + ("1" if LI[17] != "1" else "2")
    first = insured("李建国", LI, "P1", 经办日期="2020-01-01")
    loose.deliver("rs_insured", 1, [first])
    loose.deliver("rs_insured", 2, [{**first, "证件号码": damaged, "经办日期": "2026-11-02"}])
    assert len(loose.people()) == 1
    loose.deliver("rs_insured", 3, [
        {**first, "证件号码": damaged, "经办日期": "2026-11-02"}, insured("李建国", LI, "P2"),
    ])  # fmt: skip
    assert loose.people("id_number")[0] == (LI,)


def test_a_closing_date_to_come_closes_nothing_yet(loose: City) -> None:
    loose.deliver("ga_population", 1, [resident("李建国", LI, 注销日期="20270101", 注销原因="迁出")])
    assert loose.query(TIMELINE) == [("2020-01-01", "9999-12-31", "active", None)]
    assert "closing.future" in loose.findings()


def test_a_death_closes_a_person_and_its_withdrawal_opens_it_again(loose: City) -> None:
    loose.deliver("ga_population", 1, [resident("李建国", LI)])
    loose.deliver("wj_deaths", 2, [death("李建国", LI, "2026-10-30", "D1")])
    assert loose.query(TIMELINE) == [
        ("2020-01-01", "2026-10-30", "active", None),
        ("2026-10-30", "9999-12-31", "deceased", "2026-10-30"),
    ]
    # The certificate was somebody else's: the corrected version names another.
    loose.deliver("wj_deaths", 3, [death("王秀英", number("19560603", 2), "2026-10-30", "D1")])
    people = dict(loose.people("name, status"))
    assert people["王秀英"] == "deceased"
    assert "key.reused" in loose.findings()


def test_a_cancelled_record_that_comes_back_is_open_again(loose: City) -> None:
    loose.deliver("ga_population", 1, [resident("李建国", LI)])
    left = {"注销日期": "20261102", "注销原因": "迁出", "更新时间": "20261102000000"}
    loose.deliver("ga_population", 2, [resident("李建国", LI, **left)])
    assert loose.people("status, CAST(closed_on AS TEXT)") == [("cancelled", "2026-11-02")]
    loose.deliver("ga_population", 3, [resident("李建国", LI, 更新时间="20261103000000")])
    assert loose.people("status, closed_on") == [("active", None)]
    assert [row[2] for row in loose.query(TIMELINE)] == ["active", "cancelled", "active"]


def test_a_cancelled_double_entry_ends_neither_a_person_nor_where_it_lives(loose: City) -> None:
    first, second = (
        resident("李建国", LI, "0001"),
        resident("李建国", LI, "0002", 户籍地址="漯河市临颍县吴集村5号"),
    )
    loose.deliver("ga_population", 1, [first, second])
    double = {**second, "注销日期": "20261102", "注销原因": "重复户口", "更新时间": "20261102000000"}
    loose.deliver("ga_population", 2, [first, double])
    told = "household_no, status, CAST(closed_on AS TEXT), cancel_reason"
    assert loose.people(told) == [("0001", "active", None, None)]
    with reading(loose.store) as reader:
        (household,) = (
            item for item in explain(reader, DOMAIN, Subject(1), {})["attributes"]
            if item["attribute"] == "household_no"
        )  # fmt: skip
    assert household["value"] == "0001" and household["because"].startswith(
        "另一记录已不再列出或其登记已注销"
    )
    # The register says of either entry that its bearer has died.
    died = {"注销日期": "20261103", "注销原因": "死亡", "更新时间": "20261103000000"}
    loose.deliver("ga_population", 3, [{**first, **died}, double])
    assert loose.people(told) == [("0001", "cancelled", "2026-11-03", "死亡")]


def test_versions_dated_backwards_never_overlap(loose: City) -> None:
    for night, updated in enumerate(("20260105", "20260110", "20260103"), 1):
        row = resident("李建国", LI, 服务处所=f"第{night}厂", 更新时间=f"{updated}000000")
        loose.deliver("ga_population", night, [row])
    assert loose.people("employer_name") == [("第3厂",)]
    assert loose.query("SELECT count(*) FROM population.source_record WHERE valid_from > valid_to") == [(0,)]
    spans = [row[:2] for row in loose.query(TIMELINE)]
    assert all(end == start for (_, end), (start, _) in pairwise(spans))
