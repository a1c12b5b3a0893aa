"""What departments send on their worst days: refused or found, and never half taken."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable

from tests.etl.city import (
    CONTRACTS,
    City,
    birth,
    content,
    delimited,
    insured,
    loosened,
    number,
    resident,
    student,
    told,
)
from tests.etl.dump import full_dump

LI = resident("李建国", number("19550701", 1))
HEADER = list(CONTRACTS["ga_population"].read_columns)
GOOD = content("ga_population", [LI])
LEDGERS = {"basedb.delivery", "basedb.run", "basedb.counter", "basedb.contract"}


def _bomb() -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9) as file:
        file.write(GOOD)
        for _ in range(300):
            file.write(b"\r\n" * 500_000)
    return packed.getvalue()


def _renamed(old: str, new: str) -> bytes:
    return GOOD.replace(old.encode("gb18030"), new.encode("gb18030"), 1)


REFUSED: dict[str, tuple[str, bytes | Callable[[], bytes], str, str]] = {
    "empty": ("ga_population", b"", "reader.empty_file", ""),
    "other encoding": ("ga_population", GOOD.decode("gb18030").encode(), "reader.wrong_encoding", ""),
    "utf-16": ("ga_population", GOOD.decode("gb18030").encode("utf-16"), "reader.wrong_encoding", ""),
    "truncated gzip": ("ga_population", gzip.compress(GOOD * 50)[:-40], "reader.truncated", "ga_population_20261102.csv.gz"),
    "truncated workbook": ("rs_insured", b"PK\x03\x04" + b"\0" * 40, "", "rs_insured_20261102.xlsx"),
    "bomb": ("ga_population", _bomb, "reader.bomb", "ga_population_20261102.csv.gz"),
    "wide line": ("ga_population", delimited([[f"c{at}" for at in range(10_000)]]), "reader.wrong_columns", ""),
    "duplicate column": ("ga_population", _renamed("曾用名", "姓名"), "reader.duplicate_column", ""),
    "renamed column": ("ga_population", _renamed("公民身份号码", "证号"), "reader.wrong_columns", ""),
    "other department": ("ga_population", content("rs_insured", [insured("王一")]), "", ""),
    "broken xml": ("wj_deaths", b'<?xml version="1.0" encoding="GBK"?><a><b>', "", ""),
}  # fmt: skip


def test_what_is_refused_leaves_the_store_as_it_was(city: City) -> None:
    city.deliver("ga_population", 1, [LI])
    before = full_dump(city.store)
    for case, (source, made, code, name) in REFUSED.items():
        file = made() if callable(made) else made
        account = city.deliver(source, 2, file, name)
        assert account.status == "refused", case
        assert account.reason and (not code or account.reason == code), (case, account.reason)
        assert account.message and any(letter >= "\u4e00" for letter in account.message), case
    after = full_dump(city.store)
    assert {table for table in after if after[table] != before[table]} <= LEDGERS
    assert city.query("SELECT count(*) FROM basedb.delivery WHERE status = 'refused'") == [(len(REFUSED),)]
    assert told(city.deliver("ga_population", 3, [LI, resident("王一", number())])) == {
        "unchanged": 1,
        "added": 1,
    }


def test_what_is_found_row_by_row(city: City) -> None:
    shared = number("19900101", 5)
    rows = [
        LI,
        resident("王一", "4.11102E+17", "0002"),
        resident("王二", number("19810101", 2), "0003", 出生日期="00000000"),
        resident("王三", number("19820101", 3), "0004", 出生日期="29990101", 更新时间="20270101000000"),
        resident("张大山", shared, "0005"),
        resident("李小梅", shared, "0006"),
        resident("=HYPERLINK(1)", number("19830101", 4), "0007"),
        resident("王五", "19830101", "0008", 性别="不明"),
    ]
    lines = content("ga_population", rows).split(b"\r\n")
    lines[2:2] = ["王\0六,a".encode("gb18030"), b",".join([b"x"] * 10_000)]
    account = city.deliver("ga_population", 1, b"\r\n".join(lines))
    assert told(account) == {"added": 8, "quarantined": 2}
    people = city.query(
        "SELECT name, id_number, id_status, CAST(birth_date AS TEXT) FROM population.person ORDER BY 1"
    )
    named = {name: rest for name, *rest in people}
    assert named["张大山"][:2] == [shared, "shared"]
    assert named["李小梅"][:2] == [shared, "shared"]
    assert named["李建国"][1] == "sole"
    assert named["王二"][2] == "1981-01-01"
    assert {"identifier.shared", "valid_from.future", "key.repeated"} <= city.findings()
    assert city.query(
        "SELECT count(*) FROM population.source_record WHERE valid_from > DATE '2026-11-01'"
    ) == [(0,)]
    odd = city.query("SELECT DISTINCT source_key FROM basedb.finding WHERE column_name = '公民身份号码'")
    assert ("4.11102E+17",) in odd


def test_a_date_of_the_future_ends_nobody(city: City) -> None:
    """A typing error of a century in a cancellation must not close a person, nor open a future."""
    city.deliver("ga_population", 1, [resident("王一", number(), 注销日期="29990101")])
    city.deliver("ga_population", 2, [resident("王一", number(), 注销日期="00000000")])
    assert city.people("name, status, CAST(valid_from AS TEXT)") == [("王一", "active", "2020-01-01")]


def test_characters_no_server_takes(city: City) -> None:
    """NUL and half a surrogate pair pass through JSON escapes and fixed-width fields."""
    fine = json.dumps(birth("张宝宝", "X1"), ensure_ascii=False)
    nul = json.dumps(birth("张\0宝", "X2"))
    half = json.dumps(birth("张", "X3")).replace("\\u5f20", "\\ud83d")
    account = city.deliver("wj_births", 1, "\n".join([fine, nul, half, ""]).encode())
    assert told(account) == {"added": 1, "quarantined": 2}
    packed = content("jy_students", [student("高梓萱"), student("王?一", register="G2")])
    account = city.deliver("jy_students", 1, packed.replace(b"?", b"\0"))
    assert account.counts["added"] >= 1
    assert "高梓萱" in {name for (name,) in city.people()}


def test_an_unclosed_quote_and_another_order_of_columns(city: City) -> None:
    account = city.deliver("ga_population", 1, GOOD + '"王一,没有下文\r\n'.encode("gb18030"))
    assert told(account) == {"added": 1, "quarantined": 1}
    turned = delimited([HEADER[::-1], [LI.get(name, "") for name in HEADER[::-1]]])
    account = city.deliver("ga_population", 2, turned)
    assert told(account) == {"unchanged": 1}
    assert "reader.columns_reordered" in account.findings


def test_who_is_who_in_doubtful_records(city: City) -> None:
    old = number("19550701", 1)
    child = number("20150101", 7)
    city.deliver("ga_population", 1, [LI, resident("李小宝", child, "0001", 与户主关系="孙子")])
    # 15 digits are the same number; a relative's number is not the bearer; a newborn has none.
    city.deliver("rs_insured", 1, [
        insured("李建国", old[:6] + old[8:17], "P1"),
        insured("王秀英", old, "P2"),
        insured("李建国", "", "P3"),
    ])  # fmt: skip
    city.deliver("wj_births", 1, [birth("李建国之孙", 父亲姓名="李建国", 父亲证件号码=old)])
    by_mention = dict(
        city.query(
            "SELECT source_key || role, person_id FROM population.person_mention"
            " JOIN population.source_record USING (record_id) WHERE source <> 'ga_population'"
        )
    )
    assert by_mention["P1self"] == by_mention["X1father"] == 1
    assert len({by_mention["P2self"], by_mention["P3self"], by_mention["X1self"], 1, 2}) == 5
    status = dict(city.people("person_id, id_status"))
    assert (status[1], status[by_mention["P2self"]]) == ("disputed", "disputed")
    assert "identifier.shared" in city.findings()


def test_a_shared_number_that_was_corrected_is_no_longer_shared(city: City) -> None:
    shared, mended = number("19900101", 5), number("19900101", 7)
    pair = [resident("张大山", shared, "0005"), resident("李小梅", shared, "0006")]
    city.deliver("ga_population", 1, pair)
    assert city.people("name, id_status") == [("张大山", "shared"), ("李小梅", "shared")]
    city.contracts["ga_population"] = loosened(CONTRACTS["ga_population"])
    city.deliver("ga_population", 2, [{**pair[0], "公民身份号码": mended}, pair[1]])
    # The register's key is the number, so the corrected entry is a new record: of the same man, by its score.
    assert city.people("name, id_number, id_status, registered") == [
        ("张大山", mended, "sole", True),
        ("李小梅", shared, "disputed", True),
    ]
