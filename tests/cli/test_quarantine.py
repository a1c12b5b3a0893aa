"""The life of a quarantined row: open, sent back, fixed by a new delivery, or waived at once."""

from __future__ import annotations

import shutil

import pytest

from basedb.audit import UNSTATED
from tests.cli.desk import Desk
from tests.etl.city import content, insured, marriage, number, resident

pytestmark = pytest.mark.long_on_postgresql(but="test_a_row_sent_back_and_mended_is_fixed")

LI, WANG = number("19550701", 1), number("19560603", 2)
GOOD = resident("李建国", LI, household="0001")
NAMELESS = resident("", WANG, household="0002")
WEDDING = marriage(("李建国", LI), ("王秀英", WANG))
HALF = marriage(("张伟", number("19700101", 3)), ("", number("19720202", 4)), certificate="J2")


def states(desk: Desk) -> list[tuple[int, str]]:
    return desk.query("SELECT quarantine_id, state FROM basedb.quarantine ORDER BY 1")  # type: ignore[return-value]


def test_a_row_sent_back_and_mended_is_fixed(desk: Desk) -> None:
    desk.put("ga_population", "20261101", [GOOD, NAMELESS])
    night = desk.nightly()
    assert (night["files"][0]["added"], night["files"][0]["quarantined"]) == (1, 1)
    (row,) = desk.json("quarantine", "list")["rows"]
    assert (row["row_no"], row["codes"], row["state"]) == (2, "value.required", "open")
    assert WANG not in str(row) and row["source_key"].startswith("411102****")
    desk("quarantine", "resend", row["quarantine_id"], "--reason", "请补姓名")
    assert states(desk) == [(1, "resent")]
    desk.put("ga_population", "20261102", [GOOD, NAMELESS])
    desk.nightly()
    assert states(desk) == [(1, "resent")]  # the same row again is the same entry
    desk.put("ga_population", "20261103", [GOOD, {**NAMELESS, "姓名": "王秀英"}])
    desk.nightly()
    assert states(desk) == [(1, "fixed")]
    assert desk.json("quarantine", "list")["total"] == 0
    assert desk.json("quarantine", "list", "--all")["total"] == 1
    desk("quarantine", "waive", 1, "--reason", "x", code=2)


def test_showing_a_row_masks_numbers_and_is_recorded(desk: Desk) -> None:
    desk.put("ga_population", "20261101", [NAMELESS])
    desk.nightly()
    masked = desk("quarantine", "show", 1).output
    assert WANG not in masked and "411102****" in masked and "必填项为空" in masked
    desk("quarantine", "show", 1, "--show-ids", code=2)
    whole = desk.json("quarantine", "show", 1, "--show-ids", "--purpose", "核实")
    assert whole["cells"]["公民身份号码"] == WANG
    desk.put("ga_population", "20261102", [NAMELESS, GOOD])
    desk.nightly()  # an embedded store takes reads into its table when it next publishes
    assert desk.query("SELECT command, purpose, rows FROM basedb.audit ORDER BY read_at") == [
        ("quarantine show", UNSTATED, 1), ("quarantine show", "核实", 1),
    ]  # fmt: skip


def test_waiving_takes_effect_at_once_for_a_row_that_never_comes_again(desk: Desk) -> None:
    desk.put("mz_marriages", "20261101", [WEDDING, HALF])
    desk.nightly()
    assert desk.query("SELECT count(*) FROM population.person") == [(2,)]
    document = desk.json("quarantine", "waive", 1, "--reason", "外籍配偶，无中文姓名", "--by", "赵主任")
    (account,) = document["files"]
    assert (account["rows_read"], account["added"], account["status"]) == (1, 1, "loaded")
    assert states(desk) == [(1, "waived")]
    assert desk.query("SELECT name FROM population.person WHERE name IS NOT NULL ORDER BY person_id")[2:] == [
        ("张伟",)
    ]
    (line,) = desk.query(
        "SELECT mode, rows_read, added, as_of::TEXT FROM basedb.delivery ORDER BY file_id DESC LIMIT 1"
    )
    assert line == ("waiver", 1, 1, "2026-11-01")
    assert desk.query("SELECT first_row, last_row, outcome FROM basedb.row_outcome WHERE file_id = 2") == [
        (2, 2, "added")
    ]
    assert desk.query("SELECT file_id, row_no FROM population.source_record WHERE source_key = 'J2'") == [
        (2, 2)
    ]
    (decided,) = desk.query("SELECT kind, made_by, reason, after_file_id FROM basedb.decision")
    assert decided == ("waive", "赵主任", "外籍配偶，无中文姓名", 1)
    codes = desk.query("SELECT code FROM basedb.finding WHERE file_id = 2 ORDER BY code")
    assert ("row.waived",) in codes and ("value.required",) in codes
    assert desk.nightly()["settled_before"] == 1


def test_a_waived_row_of_a_snapshot_stays_accepted(desk: Desk) -> None:
    rows = [GOOD, NAMELESS, resident("张伟", number("19700101", 3), household="0003")]
    desk.put("ga_population", "20261101", rows)
    desk.put("ga_population", "20261102", [rows[2], rows[0], rows[1]])
    desk.nightly()
    desk("quarantine", "waive", 1, "--reason", "属实")
    assert desk.query(
        "SELECT row_no, as_of::TEXT FROM population.source_record ORDER BY record_id DESC LIMIT 1"
    ) == [(3, "2026-11-02")]
    desk.put("ga_population", "20261103", rows)
    (file,) = desk.nightly()["files"]
    assert (file["unchanged"], file["quarantined"], file["absent"]) == (3, 0, 0)


def test_several_rows_of_two_files_are_waived_together(desk: Desk) -> None:
    desk.put("mz_marriages", "20261101", [HALF, {**HALF, "登记证号": "J3"}])
    desk.put("mz_marriages", "20261102", [{**HALF, "登记证号": "J4"}])
    desk.nightly()
    document = desk.json("quarantine", "waive", 1, 2, 3, "--reason", "属实")
    assert [file["rows_read"] for file in document["files"]] == [2, 1]
    assert states(desk) == [(1, "waived"), (2, "waived"), (3, "waived")]


def test_what_cannot_be_waived_is_said_and_changes_nothing(desk: Desk) -> None:
    desk("quarantine", "waive", 7, "--reason", "x", code=2)
    desk.put("mz_marriages", "20261101", [HALF])
    desk.nightly()
    shutil.rmtree(desk.inbox.parent / "archive")
    result = desk("quarantine", "waive", 1, "--reason", "x", code=2)
    assert "归档" in result.stderr and "Traceback" not in result.output
    assert states(desk) == [(1, "open")]
    assert desk.query("SELECT count(*) FROM basedb.decision") == [(0,)]


def test_an_unreadable_row_can_only_be_sent_again(desk: Desk) -> None:
    body = content("rs_insured", [insured("陈静", LI)])
    desk.put("rs_insured", "20261101", body + "P9,短行\r\n".encode())
    night = desk.nightly()
    assert night["files"][0]["quarantined"] == 1
    assert "无法读取" in desk("quarantine", "waive", 1, "--reason", "x", code=2).stderr
    desk("quarantine", "resend", 1, "--reason", "请重发")
    # Nobody can read its employer either.
    assert states(desk) == [(1, "resent"), (2, "open")]
