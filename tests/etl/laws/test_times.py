"""Laws 8 and 9: two times, nothing lost, and an origin for every value."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest

from population import DOMAIN
from tests.etl.city import (
    CONTRACTS,
    FIRST_RECEIPT,
    City,
    birth,
    death,
    insured,
    loosened,
    marriage,
    number,
    resident,
    short,
    student,
)

LI, WANG, ZHAO = number("19550701", 1), number("19560603", 2), number("19900101", 5)
NIGHTS = [
    ("ga_population", 1, [resident("李建国", LI), resident("王秀英", WANG, 与户主关系="妻")]),
    ("rs_insured", 1, [insured("李建国", short(LI)), insured("王秀兰", "", "P2", 性别="2"), insured("赵一", ZHAO, "P3")]),
    ("mz_marriages", 2, [marriage(("李建国", short(LI)), ("王秀英", WANG))]),
    ("wj_births", 2, [birth("王秀英之子", 母亲姓名="王秀英", 母亲证件号码=WANG)]),
    ("jy_students", 2, [student("赵一", ZHAO, JHR="李建国")]),
    ("ga_population", 2, [
        resident("李建国", LI, 婚姻状况="已婚", 更新时间="20261102000000"),
        resident("王秀英", WANG, 与户主关系="妻", 出生日期=""),
    ]),
    ("rs_insured", 3, [insured("李建国", LI, 经办日期="2026-11-03"), insured("王秀兰", WANG, "P2", 性别="2")]),
    ("wj_deaths", 4, [death("李建国", LI, "2026-10-30")]),
    ("ga_population", 5, [resident("王秀英", WANG, 与户主关系="户主", 更新时间="20261105000000")]),
    ("rs_insured", 2, [insured("李建国", LI, 手机号码="13612345678"), insured("赵一", ZHAO, "P3")]),
]  # fmt: skip
EVERY = "(SELECT * FROM population.person UNION ALL SELECT * FROM population.person_version)"


VALUES = ", ".join(item.name for item in DOMAIN.entity.master.columns if item.name != "known_to")
Shown = dict[datetime, list[tuple[object, ...]]]


def live(city: City) -> Shown:
    """Some nights with corrections, a death, late files and absences; what was shown after each receipt."""
    city.contracts = {source: loosened(contract) for source, contract in CONTRACTS.items()}
    shown: Shown = {}
    for source, night, rows in NIGHTS:
        account = city.deliver(source, night, rows)
        assert account.status == "loaded", account.message
        (at,) = city.query("SELECT max(received_at) FROM basedb.delivery")[0]
        shown[at] = city.query(f"SELECT {VALUES} FROM population.person ORDER BY person_id")
    return shown


@pytest.mark.long_on_postgresql
def test_times_history_and_origins(city: City) -> None:
    """One test for all: the nights take longer than the questions."""
    shown = live(city)
    check_the_two_times(city)
    check_that_history_is_known_as_it_was_known(city, shown)
    check_that_every_value_has_an_origin_that_shows_it(city)


def check_the_two_times(lived: City) -> None:
    assert lived.query(f"SELECT count(*) FROM {EVERY} WHERE valid_from >= valid_to") == [(0,)]
    assert lived.query(f"SELECT count(*) FROM {EVERY} WHERE known_from >= known_to") == [(0,)]
    assert lived.query("SELECT DISTINCT valid_to, CAST(known_to AS TEXT)[:10] FROM population.person") == [
        (date(9999, 12, 31), "9999-12-31")
    ]
    records = "SELECT count(*) FROM population.source_record WHERE"
    assert lived.query(f"{records} valid_from > valid_to OR known_from > known_to") == [(0,)]
    assert lived.query(f"{records} status = 'current' AND valid_to <> DATE '9999-12-31'") == [(0,)]
    # Whatever instant is asked for, nobody is two things on one day.
    assert lived.query(
        f"SELECT a.person_id FROM {EVERY} a JOIN {EVERY} b ON a.person_id = b.person_id"
        " AND a.valid_from < b.valid_from AND b.valid_from < a.valid_to"
        " AND a.known_from < b.known_to AND b.known_from < a.known_to"
    ) == []  # fmt: skip
    receipts = {at for (at,) in lived.query("SELECT received_at FROM basedb.delivery")}
    assert {at for (at,) in lived.query(f"SELECT known_from FROM {EVERY}")} <= receipts


def check_that_history_is_known_as_it_was_known(lived: City, shown: Shown) -> None:
    """What was known before a correction can still be read, and equals what was shown then."""
    assert min(shown) > FIRST_RECEIPT
    assert len(set(map(repr, shown.values()))) > 5
    for at, people in shown.items():
        known = lived.query(
            f"SELECT {VALUES} FROM {EVERY} WHERE known_from <= ? AND known_to > ?"
            " AND valid_to = DATE '9999-12-31' ORDER BY person_id",
            at,
            at,
        )
        assert known == people


def check_that_every_value_has_an_origin_that_shows_it(lived: City) -> None:
    """Asked of every attribute of every version: the record named in `origin` shows that very value."""
    attributes = [item.name for item in DOMAIN.entity.mastered]
    derived = {item.name for item in DOMAIN.entity.derived}
    columns = ", ".join(attributes)
    shown: dict[int, list[dict[str, object]]] = {}
    for record, *values in lived.query(f"SELECT record_id, {columns} FROM population.person_mention"):
        shown.setdefault(record, []).append(dict(zip(attributes, values, strict=True)))
    rules = set()
    for origin_text, *values in lived.query(f"SELECT CAST(origin AS TEXT), {columns} FROM {EVERY}"):
        origin = json.loads(origin_text)
        for name, value in zip(attributes, values, strict=True):
            if value is None:
                continue
            record, rule = origin.get(name) or origin["*"]
            rules.add(rule)
            said = [mention[name] for mention in shown[record]]
            read = [str(mention["id_number"]) for mention in shown[record]]
            assert value in said or (name in derived and any(_reads(number, value) for number in read)), (
                name,
                value,
                origin,
            )
    assert rules == {"only", "agreed", "priority", "derived"}
    assert lived.query(
        "SELECT count(*) FROM population.source_record r LEFT JOIN basedb.delivery d USING (file_id)"
        " WHERE d.source IS DISTINCT FROM r.source OR r.run_id IS DISTINCT FROM d.run_id"
    ) == [(0,)]


def _reads(id_number: str, value: object) -> bool:
    """Whether a sex or a birth date can be read off an identity number."""
    sex = "1" if int(id_number[16]) % 2 else "2"
    return value == sex or str(value).replace("-", "") == id_number[6:14]
