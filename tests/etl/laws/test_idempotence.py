"""Law 2: the same delivery again changes nothing, and the same bytes another night only freshness."""

from __future__ import annotations

from dataclasses import replace

from tests.etl.city import City, birth, insured, marriage, number, resident, told
from tests.etl.dump import full_dump

PEOPLE = [
    resident("李建国", number("19550701", 1), 曾用名="李国"),
    resident("王秀英", number("19560603", 2), 与户主关系="妻"),
    resident("", number("19800101", 3)),
]
FILES = {
    "ga_population": PEOPLE,
    "rs_insured": [insured("李建国", number("19550701", 1)), insured("王秀兰", number("19560603", 2), "P2")],
    "mz_marriages": [marriage(("李建国", number("19550701", 1)), ("王秀英", number("19560603", 2)))],
    "wj_births": [birth("王秀英之子", 母亲姓名="王秀英", 母亲证件号码=number("19560603", 2))],
}


def test_the_same_deliveries_again_are_no_ops(city: City) -> None:
    paths = {source: city.file(source, 1, rows) for source, rows in FILES.items()}
    for source, path in paths.items():
        assert city.load(source, path).status == "loaded"
    before = full_dump(city.store)
    for source, path in paths.items():
        again = city.load(source, path)
        assert (again.status, again.rows_read, told(again)) == ("identical", 0, {})
        assert again.message and path.name in again.message
    assert full_dump(city.store) == before


def test_the_same_bytes_another_night_record_freshness(city: City) -> None:
    good = PEOPLE[:2]
    city.deliver("ga_population", 1, good)
    before = full_dump(city.store)
    account = city.deliver("ga_population", 2, good)
    assert (account.status, told(account)) == ("current", {"unchanged": 2})
    after = full_dump(city.store)
    ledgers = {"basedb.delivery", "basedb.run", "basedb.row_outcome", "basedb.counter", "basedb.step"}
    assert {table for table in after if after[table] != before[table]} <= ledgers
    assert city.query("SELECT as_of, status FROM basedb.delivery ORDER BY as_of")[-1][1] == "current"


def test_the_same_delta_another_night_records_freshness(city: City) -> None:
    rows = [marriage(("李建国", number("19550701", 1)), ("王秀英", number("19560603", 2)))]
    city.deliver("mz_marriages", 1, rows)
    account = city.deliver("mz_marriages", 2, rows)
    assert (account.status, told(account)) == ("current", {"unchanged": 1})
    other = [marriage(("赵一", number("19990101", 5)), ("钱二", number("19980202", 4)))]
    city.deliver("mz_marriages", 3, other)
    assert told(city.deliver("mz_marriages", 4, rows)) == {"changed": 1}, "not what was delivered last"


def test_only_what_is_provably_current_is_skipped(city: City) -> None:
    """Rows in quarantine, another contract version or an older as-of need another look."""
    city.deliver("ga_population", 2, PEOPLE)
    quarantined = city.deliver("ga_population", 3, PEOPLE)
    assert (quarantined.status, told(quarantined)) == ("loaded", {"unchanged": 2, "quarantined": 1})
    city.deliver("ga_population", 4, PEOPLE[:2])
    older = city.deliver("ga_population", 1, PEOPLE[:2])
    assert (older.status, older.late) == ("loaded", True)
    contract = city.contracts["ga_population"]
    city.contracts["ga_population"] = replace(contract, version="another")
    assert told(city.deliver("ga_population", 5, PEOPLE[:2])) == {"changed": 2}


def test_unchanged_rows_change_no_master_row(city: City) -> None:
    city.deliver("ga_population", 1, PEOPLE[:2])
    before = full_dump(city.store)
    newcomer = resident("赵一", number("19990101", 5), "0009")
    assert told(city.deliver("ga_population", 2, [*PEOPLE[:2], newcomer])) == {"unchanged": 2, "added": 1}
    after = full_dump(city.store)
    for table in ("population.person", "population.person_mention", "population.household"):
        assert set(map(repr, before[table])) < set(map(repr, after[table]))
    assert after["population.person_version"] == before["population.person_version"]


def test_newcomers_leave_the_household_they_join_as_it_was(city: City) -> None:
    city.deliver("ga_population", 1, PEOPLE[:2])
    child = resident("李小国", number("20200101", 5), 与户主关系="子", 户籍地址="")
    city.deliver("ga_population", 2, [*PEOPLE[:2], child])
    assert city.query(
        "SELECT p.name, h.registered_address IS NOT NULL FROM population.household h"
        " JOIN population.person p ON p.person_id = h.head_id"
    ) == [("李建国", True)]


def test_a_household_that_loses_its_head_or_everybody(city: City) -> None:
    contract = city.contracts["ga_population"]
    city.contracts["ga_population"] = replace(
        contract, delivery=replace(contract.delivery, max_retire_ratio=1.0)
    )
    city.deliver("ga_population", 1, PEOPLE[:2])
    moved = [{**PEOPLE[0], "户号": "0002", "更新时间": "20261102000000"}, PEOPLE[1]]
    city.deliver("ga_population", 2, moved)
    heads = (
        "SELECT h.household_no, p.name FROM population.household h"
        " JOIN population.person p ON p.person_id = h.head_id AND p.household_no = h.household_no ORDER BY 1"
    )
    assert city.query(heads) == [("0001", "王秀英"), ("0002", "李建国")]
    city.deliver("ga_population", 3, [moved[0], {**PEOPLE[1], "户号": "0002", "更新时间": "20261103000000"}])
    assert city.query(heads) == [("0002", "李建国")]
    assert city.query("SELECT household_no, head_id FROM population.household ORDER BY 1")[0] == (
        "0001",
        None,
    )
