"""Law 3: a snapshot retires by absence, within its scope, within reason, and never by accident."""

from __future__ import annotations

from dataclasses import replace

import pytest

from etl.contract.model import Contract
from tests.etl.city import CONTRACTS, City, content, loosened, number, resident, told

PEOPLE = [resident(f"王{name}", number(sequence=at)) for at, name in enumerate("一二三四五六七八九十", 1)]
STATUS = "SELECT status, count(*) FROM population.person GROUP BY 1 ORDER BY 1"
REGISTER = CONTRACTS["ga_population"]


def test_absence_retires_and_a_key_in_quarantine_is_present(city: City) -> None:
    city.contracts["ga_population"] = loosened(REGISTER, max_retire_ratio=0.1)
    city.deliver("ga_population", 1, PEOPLE)
    nameless = {**PEOPLE[0], "姓名": "  "}
    account = city.deliver("ga_population", 2, [nameless, *PEOPLE[1:9]])
    assert (account.absent, told(account)) == (1, {"unchanged": 8, "quarantined": 1})
    assert city.people("name, registered, status")[0] == ("王一", True, "active")
    assert city.people("name, registered, status")[9] == ("王十", False, "unlisted")


def test_too_many_absences_hold_the_file_until_released(city: City) -> None:
    city.deliver("ga_population", 1, PEOPLE)
    path = city.file("ga_population", 2, PEOPLE[:7])
    account = city.load("ga_population", path, 2)
    assert (account.status, account.reason) == ("held", "snapshot.too_many_absent")
    assert account.message and "3/10" in account.message
    assert city.load("ga_population", path, 2).status == "held"
    assert city.query("SELECT status, rows_read FROM basedb.delivery ORDER BY file_id") == [
        ("loaded", 10),
        ("held", 0),
    ]
    assert city.query(STATUS) == [("active", 10)]
    with city.store.writing("test") as session:
        session.apply(
            "INSERT INTO basedb.decision VALUES (1, 'release', 'ga_population',"
            f" '{city.query('SELECT max_by(sha256, file_id) FROM basedb.delivery')[0][0]}', 'clerk', now(), 2, 'ok')"
        )
    released = city.load("ga_population", path, 2)
    assert (released.status, released.absent) == ("loaded", 3)
    assert city.query(STATUS) == [("active", 7), ("unlisted", 3)]


def test_a_short_file_is_held_and_the_next_night_is_not(city: City) -> None:
    city.deliver("ga_population", 1, PEOPLE)
    assert city.deliver("ga_population", 2, PEOPLE[:1]).status == "held"
    assert told(city.deliver("ga_population", 3, PEOPLE)) == {"unchanged": 10}


def test_unreadable_rows_suspend_retirement(city: City) -> None:
    city.contracts["ga_population"] = loosened(REGISTER)
    city.deliver("ga_population", 1, PEOPLE)
    damaged = content("ga_population", PEOPLE[:9]) + b"only,three,cells\r\n"
    account = city.deliver("ga_population", 2, damaged)
    assert (account.absent, told(account)) == (0, {"unchanged": 9, "quarantined": 1})
    assert "snapshot.absence_suspended" in account.findings
    assert city.query(STATUS) == [("active", 10)]


@pytest.fixture
def by_division() -> Contract:
    """The register when each division sends its own part."""
    contract = loosened(REGISTER, scope=("区划代码",))
    return replace(contract, version="scoped")


def test_a_part_speaks_only_for_its_scope(city: City, by_division: Contract) -> None:
    city.contracts["ga_population"] = by_division
    north = [{**row, "区划代码": "411102001000"} for row in PEOPLE[:4]]
    south = [{**row, "区划代码": "411102002000"} for row in PEOPLE[4:]]
    city.deliver("ga_population", 1, north)
    city.deliver("ga_population", 3, south)
    account = city.deliver("ga_population", 4, south[:5])
    assert (account.absent, city.query(STATUS)) == (1, [("active", 9), ("unlisted", 1)])
    # The north's second night is not late because the south was quicker.
    account = city.deliver("ga_population", 2, [*north[:3], {**north[3], "婚姻状况": "已婚"}])
    assert (account.late, told(account)) == (False, {"unchanged": 3, "changed": 1})
    account = city.deliver("ga_population", 2, [{**row, "文化程度": "小学教育"} for row in south])
    assert (account.late, told(account)) == (True, {"superseded": 6})
