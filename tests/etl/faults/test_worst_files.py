"""The department that sends the worst files: held, refused or found, and everything accounted for."""

from __future__ import annotations

from dataclasses import replace

from etl.contract.model import Operation
from tests.etl.city import CONTRACTS, City, content, day, insured, loosened, number, resident, told

PEOPLE = [resident(f"王{name}", number("19800101", at), f"H{at}") for at, name in enumerate("一二三", 1)]
CLEAN = content("ga_population", PEOPLE)


def test_a_list_printed_for_people(city: City) -> None:
    """Its header on every page, a total at the end, and a line that ran into the next file."""
    lines = CLEAN.split(b"\r\n")
    rows = [*lines[:2], lines[0], *lines[2:4]]
    rows += ["合计,3".encode("gbk") + b"," * 17, b"411102," + "长".encode("gbk") * 20_000 + b"," * 17]
    account = city.deliver("ga_population", 1, b"\r\n".join([*rows, b""]))
    assert told(account) == {"added": 3, "ignored": 2, "quarantined": 1}
    assert {"reader.repeated_header", "reader.summary_line", "reader.long_cell"} <= account.findings.keys()
    assert city.people() == [("王一",), ("王二",), ("王三",)]


def test_a_column_that_went_bad_as_a_whole_is_held(city: City) -> None:
    """Birth date and telephone swapped: no row of it may pass for a correction of what stands."""
    rows = [
        insured(f"张{chr(0x4E00 + at)}", number("19800101", at), f"P{at}", 出生年月="1980-01", 手机号码="13500000001")
        for at in range(1, 61)
    ]  # fmt: skip
    swapped = [{**row, "出生年月": row["手机号码"], "手机号码": "1980-01"} for row in rows]
    held = city.deliver("rs_insured", 1, swapped)
    assert (held.status, held.reason) == ("held", "column.mostly_unusable")
    assert held.message and "60 个值中有 60 个" in held.message and "13500000001" not in held.message
    # Bad values in half of the rows are findings, as ever.
    assert told(city.deliver("rs_insured", 2, [*swapped[:30], *rows[30:]])) == {"added": 60}


def test_a_year_mistyped_in_a_file_name_does_not_make_all_others_late(city: City) -> None:
    city.deliver("ga_population", 1, PEOPLE)
    ahead = city.deliver("ga_population", 0, PEOPLE[:2], "ga_population_20621102.csv")
    assert (ahead.status, ahead.reason) == ("held", "delivery.as_of_ahead")
    assert ahead.message and "2062-11-02" in ahead.message
    following = city.deliver("ga_population", 2, [*PEOPLE, resident("王四", number("19900101", 4))])
    assert (following.late, told(following)) == (False, {"unchanged": 3, "added": 1})


def test_a_delta_that_speaks_of_what_is_not_there(city: City) -> None:
    operation = Operation("参保状态", ("新增",), ("正常参保",), ("终止参保",))
    city.contracts["rs_insured"] = loosened(CONTRACTS["rs_insured"], mode="delta", operation=operation)
    city.deliver("rs_insured", 1, [insured("张一", personal="P1", 参保状态="新增")])
    rows = [
        insured("张一", personal="P1", 参保状态="正常参保"),
        insured("张二", personal="P2", 参保状态="终止参保"),
        insured("张三", personal="P3", 参保状态="正常参保"),
        insured("张四", personal="P4", 参保状态="新增"),
        insured("张五", personal="P5", 参保状态="作废"),
    ]
    account = city.deliver("rs_insured", 2, rows)
    assert told(account) == {"changed": 1, "retired": 1, "added": 3}
    assert account.findings["operation.not_standing"] == 2
    assert city.query("SELECT row_no, value FROM basedb.finding WHERE code = 'operation.unknown'") == [
        (5, "作废")
    ]


def test_a_file_still_being_written_is_not_taken_for_what_it_was(city: City) -> None:
    """Between fingerprint and copy it grew; what is loaded is the copy, whatever happens to the file."""
    contract, loader = city.contracts["ga_population"], city.loader
    path = city.file("ga_population", 1, CLEAN[: len(CLEAN) // 2])
    delivery = loader.receive(contract, path, as_of=day(1))
    path.write_bytes(CLEAN)
    account = loader.load(contract, delivery)
    assert (account.status, account.reason) == ("refused", "delivery.changing")
    assert not [kept for kept in city.archive.directory.rglob("*") if kept.is_file()]
    assert told(loader.load(contract, replace(loader.receive(contract, path), as_of=day(1)))) == {"added": 3}


def test_the_reason_of_a_hold_names_what_could_not_be_read(city: City) -> None:
    people = [resident(f"李{chr(0x4E00 + at)}", number("19700101", at), f"H{at}") for at in range(1, 31)]
    city.deliver("ga_population", 1, people)
    lines = content("ga_population", people).split(b"\r\n")
    lines[10:20] = [line.decode("gbk").encode() for line in lines[10:20]]
    account = city.deliver("ga_population", 2, b"\r\n".join(lines))
    assert (account.status, account.reason) == ("held", "snapshot.too_many_absent")
    assert account.message and "10 行读不了" in account.message and "第 10 行" in account.message
