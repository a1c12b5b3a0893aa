"""Law 1: every row is accounted for, in every way a row can go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from etl.contract.model import Operation
from etl.ledger import Account
from tests.etl.city import (
    CONTRACTS,
    City,
    content,
    delimited,
    insured,
    loosened,
    marriage,
    number,
    resident,
    student,
    told,
)

PEOPLE = [resident(f"王{name}", number("19800101", at)) for at, name in enumerate("一二三四五", 1)]


def check(city: City, account: Account) -> None:
    """The account adds up, and the ledger names the fate of every row exactly once."""
    assert account.rows_read == sum(account.counts.values())
    ranges = city.query(
        "SELECT first_row, last_row, outcome FROM basedb.row_outcome WHERE file_id = ? ORDER BY first_row",
        account.file_id,
    )
    fates = [(row, fate) for first, last, fate in ranges for row in range(first, last + 1)]
    assert [row for row, _ in fates] == list(range(1, account.rows_read + 1))
    assert told(account) == {fate: [f for _, f in fates].count(fate) for fate in {f for _, f in fates}}
    listed = ", ".join(account.counts)
    line = city.query(
        f"SELECT rows_read, absent, {listed} FROM basedb.delivery WHERE file_id = ?", account.file_id
    )
    assert line == [(account.rows_read, account.absent, *account.counts.values())]


def test_a_snapshot_adds_changes_confirms_and_sets_aside(city: City) -> None:
    city.contracts["ga_population"] = loosened(CONTRACTS["ga_population"])
    first = city.deliver("ga_population", 1, [*PEOPLE[:4], PEOPLE[0], resident("", number(sequence=9))])
    assert told(first) == {"added": 4, "duplicate": 1, "quarantined": 1}
    check(city, first)
    moved = {**PEOPLE[1], "户籍地址": "河南省漯河市源汇区和祥路9号"}
    second = city.deliver("ga_population", 2, [PEOPLE[0], moved, PEOPLE[4], PEOPLE[3]])
    assert told(second) == {"unchanged": 2, "changed": 1, "added": 1}
    assert second.absent == 1
    check(city, second)


def test_unreadable_rows_and_blank_lines_count(city: City) -> None:
    lines = content("ga_population", PEOPLE[:3]).split(b"\r\n")
    lines[2:2] = [b"only,three,cells", b""]
    account = city.deliver("ga_population", 1, b"\r\n".join(lines))
    assert told(account) == {"added": 3, "quarantined": 1, "ignored": 1}
    check(city, account)
    assert city.query("SELECT raw, codes FROM basedb.quarantine") == [
        ('"only,three,cells"', "reader.column_count")
    ]


def test_records_marked_deleted_are_not_data(city: City) -> None:
    rows = [student("高梓萱", register="G1"), {**student("删去", register="G2"), "*": "deleted"}]
    account = city.deliver("jy_students", 1, rows)
    assert told(account) == {"added": 1, "ignored": 1}
    check(city, account)


def test_a_late_snapshot_enters_history_only(city: City) -> None:
    city.contracts["rs_insured"] = loosened(CONTRACTS["rs_insured"])
    rows = [insured(f"王{name}", number(sequence=at), f"P{at}") for at, name in enumerate("一二三", 1)]
    check(city, city.deliver("rs_insured", 3, rows[:2]))
    late = city.deliver("rs_insured", 2, [rows[0], {**rows[1], "手机号码": "13600000000"}, rows[2]])
    assert late.late
    assert told(late) == {"superseded": 3}
    check(city, late)


@pytest.fixture
def delta_city(city: City) -> City:
    """A city whose insured come as a delta, its operation in the column of the enrolment's status."""
    operation = Operation("参保状态", ("新增",), ("正常参保",), ("终止参保",))
    contract = loosened(CONTRACTS["rs_insured"], mode="delta", operation=operation)
    city.contracts["rs_insured"] = replace(contract, checks=())
    return city


def test_a_delta_retires_by_its_operation_column(delta_city: City) -> None:
    rows = [insured(f"王{name}", number(sequence=at), f"P{at}") for at, name in enumerate("一二三", 1)]
    check(delta_city, delta_city.deliver("rs_insured", 1, rows))
    ended = {**rows[0], "参保状态": "终止参保"}
    unheard = {**insured("赵六", number(sequence=9), "P9"), "参保状态": "终止参保"}
    second = delta_city.deliver("rs_insured", 2, [ended, rows[1], unheard])
    assert told(second) == {"retired": 2, "unchanged": 1}
    assert second.absent == 0
    check(delta_city, second)
    assert delta_city.people("name, status") == [("王一", "unlisted"), ("王二", "active"), ("王三", "active")]

    before = delta_city.query("SELECT * FROM population.source_record ORDER BY record_id")
    third = delta_city.deliver("rs_insured", 3, [{**ended, "经办日期": "2026-11-03"}])
    assert told(third) == {"retired": 1}
    assert delta_city.query("SELECT * FROM population.source_record ORDER BY record_id") == before


def test_a_deleted_record_that_comes_again_is_added(delta_city: City) -> None:
    row = insured("王一", number(), "P1")
    delta_city.deliver("rs_insured", 1, [row])
    delta_city.deliver("rs_insured", 2, [{**row, "参保状态": "终止参保"}])
    assert told(delta_city.deliver("rs_insured", 3, [row])) == {"added": 1}
    assert delta_city.people("name, status") == [("王一", "active")]
    assert delta_city.query(
        "SELECT CAST(valid_from AS TEXT), CAST(valid_to AS TEXT), status FROM population.person_version"
        " WHERE known_to > TIMESTAMPTZ '9999-01-01' UNION ALL"
        " SELECT CAST(valid_from AS TEXT), CAST(valid_to AS TEXT), status FROM population.person ORDER BY 1"
    ) == [
        ("2020-02-01", "2026-11-02", "active"),
        ("2026-11-02", "2026-11-03", "unlisted"),
        ("2026-11-03", "9999-12-31", "active"),
    ]


@pytest.mark.parametrize("source", ["wj_births", "mz_marriages", "ga_population"])
def test_a_header_without_rows(city: City, source: str) -> None:
    if source == "ga_population":
        city.contracts[source] = loosened(CONTRACTS[source], min_rows=0)
    columns = list(CONTRACTS[source].columns)
    file = b"\n" if source == "wj_births" else delimited([columns], source)
    account = city.deliver(source, 1, file)
    assert (account.status, account.rows_read - account.counts["ignored"]) == ("loaded", 0)
    check(city, account)


def test_rows_in_quarantine_are_counted_every_night_and_kept_once(city: City) -> None:
    nameless = resident("", number("19700101", 3))
    for night in (1, 2):
        account = city.deliver("ga_population", night, [PEOPLE[0], PEOPLE[night], nameless])
        assert account.counts["quarantined"] == 1
        check(city, account)
        city.contracts["ga_population"] = loosened(CONTRACTS["ga_population"])
    assert city.query("SELECT file_id, last_file_id, state FROM basedb.quarantine") == [(1, 2, "open")]
    mended = city.deliver("ga_population", 3, [PEOPLE[0], PEOPLE[2], {**nameless, "姓名": "王七"}])
    assert told(mended) == {"unchanged": 2, "added": 1}
    assert city.query("SELECT state FROM basedb.quarantine") == [("fixed",)]


def test_a_marriage_is_one_row_and_two_people(city: City) -> None:
    pair = marriage(("王一", number(sequence=1)), ("李二", number(sequence=2)))
    account = city.deliver("mz_marriages", 1, [pair])
    assert told(account) == {"added": 1}
    check(city, account)
    assert city.people("name, registered") == [("王一", False), ("李二", False)]
