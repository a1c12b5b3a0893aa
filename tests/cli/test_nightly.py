"""An inbox as departments leave it: in order, verified, each source independent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from basedb.store import StoreError
from etl.batch import Delivery
from etl.contract import Contract
from etl.ledger import Account
from etl.load import Loader
from tests.cli.desk import Desk
from tests.etl.city import Row, insured, marriage, number, resident
from tests.macroeconomy.office import power

pytestmark = pytest.mark.long_on_postgresql(
    but="test_a_file_sent_again_is_a_no_op_and_a_late_one_only_history"
)

LI = resident("李建国", number("19550701", 1), household="0001")
WANG = resident("王秀英", number("19560603", 2), household="0002")
ZHANG = resident("张伟", number("19700101", 3), household="0003")
CHEN = insured("陈静", number("19850420", 4), personal="P1")


def test_files_are_taken_in_the_order_of_arrival_and_known_from_then(desk: Desk) -> None:
    later = desk.put("ga_population", "20261102", [LI, WANG, ZHANG])
    first = desk.put("ga_population", "20261101", [LI, WANG])
    desk.enlist("20261102", (later, "20261102", 3, "2026-11-03 01:10:00"), encoding="gb18030")
    desk.enlist("20261101", (first, "20261101", 2, "2026-11-02 01:03:00"), encoding="utf-8-sig")
    night = desk.nightly()
    assert [(file["file"], file["added"], file["unchanged"]) for file in night["files"]] == [
        (first, 2, 0),
        (later, 1, 2),
    ]
    received = desk.query("SELECT received_at FROM basedb.delivery ORDER BY file_id")
    assert [row[0].astimezone(UTC) for row in received] == [
        datetime(2026, 11, 1, 17, 3, tzinfo=UTC),
        datetime(2026, 11, 2, 17, 10, tzinfo=UTC),
    ]
    again = desk.nightly()
    assert (again["files"], again["settled_before"]) == ([], 2)
    assert desk.nightly("--verify")["by_name"][first]["status"] == "identical"


def test_a_file_sent_again_is_a_no_op_and_a_late_one_only_history(desk: Desk) -> None:
    wedding = marriage(("李建国", number("19550701", 1)), ("王秀英", number("19560603", 2)))
    names = [
        desk.put("rs_insured", "20261101", [CHEN]),
        desk.put("mz_marriages", "20261101", [wedding]),
        desk.put("rs_insured", "20261103", [CHEN]),
        desk.put("mz_marriages", "20261103", [wedding], as_of="20261101"),
        desk.put("rs_insured", "20261103", [{**CHEN, "姓名": "陈婧"}], as_of="20261102"),
    ]
    desk.enlist("20261101", *((name, "20261101", 1, "2026-11-02 01:00:00") for name in names[:2]))
    desk.enlist(
        "20261103",
        (names[2], "20261103", 1, "2026-11-04 01:00:00"),
        (names[3], "20261101", 1, "2026-11-04 01:10:00"),
        (names[4], "20261102", 1, "2026-11-04 05:00:00"),
    )
    night = desk.nightly()
    assert [night["by_name"][name]["status"] for name in names] == [
        "loaded", "loaded", "current", "identical", "loaded",
    ]  # fmt: skip
    assert (night["by_name"][names[4]]["late"], night["by_name"][names[4]]["superseded"]) == (True, 1)
    assert desk.query("SELECT name FROM population.person WHERE insurance_no = 'P1'") == [("陈静",)]
    # Each of the three files of insured people was read for two bases.
    assert desk.nightly()["settled_before"] == 8


def test_what_the_list_says_is_checked(desk: Desk) -> None:
    short = desk.put("ga_population", "20261101", [LI, WANG])
    extra = desk.put("rs_insured", "20261101", [CHEN])
    absent = "wj_births/20261101/wj_births_20261101.jsonl"
    desk.enlist(
        "20261101",
        (short, "20261102", 3, "2026-11-02 01:03:00"),
        (absent, "20261101", 5, "2026-11-02 01:10:00"),
    )
    (desk.inbox / "tj_units" / "20261101").mkdir(parents=True)
    (desk.inbox / "tj_units" / "20261101" / "tj_units.csv").write_text("x")
    night = desk.nightly(code=3)
    assert {"delivery.row_count", "delivery.as_of_differs"} <= night["by_name"][short]["findings"].keys()
    assert night["by_name"][short]["as_of"] == "2026-11-01"
    assert night["by_name"][extra]["findings"]["delivery.unlisted"] == 1
    assert night["by_name"][absent]["status"] == "missing"
    assert night["no_contract"] == {"tj_units": ["tj_units/20261101/tj_units.csv"]}
    told = desk.query("SELECT suggestion FROM basedb.finding WHERE code = 'delivery.unlisted'")
    assert "收件文件夹" in told[0][0]
    assert desk.nightly(code=3)["by_name"].keys() == {absent}
    assert desk.query("SELECT count(*) FROM basedb.delivery WHERE status = 'missing'") == [(1,)]


def test_a_missing_file_loads_when_it_comes(desk: Desk) -> None:
    name = desk.put("rs_insured", "20261101", [CHEN])
    desk.enlist("20261101", (name, "20261101", 1, "2026-11-02 01:03:00"))
    body = (desk.inbox / name).read_bytes()
    (desk.inbox / name).unlink()
    desk.nightly(code=6)
    (desk.inbox / name).write_bytes(body)
    assert desk.nightly()["by_name"][name]["added"] == 1


def test_another_sha256_than_listed_is_refused_until_released(desk: Desk) -> None:
    name = desk.put("rs_insured", "20261101", [CHEN])
    good = desk.put("ga_population", "20261101", [LI])
    desk.enlist("20261101", (name, "20261101", 1, "2026-11-02 01:03:00"), sha256="0" * 64)
    night = desk.nightly(code=3)
    assert (night["by_name"][name]["status"], night["by_name"][name]["reason"]) == (
        "refused",
        "delivery.sha256_mismatch",
    )
    assert night["by_name"][good]["status"] == "loaded"
    assert desk.nightly(code=3)["by_name"].keys() == {name}
    assert desk.query("SELECT domain FROM basedb.delivery WHERE status = 'refused' ORDER BY domain") == [
        ("legalentity",), ("population",),
    ]  # fmt: skip
    desk("release", "rs_insured", name, "--reason", "清单有误，已与部门核实", "--no-load")
    assert desk.nightly()["by_name"][name]["status"] == "loaded"


def test_a_list_put_right_lets_the_refused_file_in(desk: Desk) -> None:
    name = desk.put("rs_insured", "20261101", [CHEN])
    line = (name, "20261101", 1, "2026-11-02 01:03:00")
    desk.enlist("20261101", line, sha256="0" * 64)
    desk.nightly(code=6)
    desk.enlist("20261101", line)
    assert desk.nightly()["by_name"][name]["status"] == "loaded"


def test_a_held_file_waits_and_loads_once_released(desk: Desk) -> None:
    desk.put("ga_population", "20261101", [LI, WANG, ZHANG])
    desk.nightly()
    name = desk.put("ga_population", "20261102", [LI])
    night = desk.nightly(code=3)
    assert night["by_name"][name]["status"] == "held"
    assert "66.7%" in night["by_name"][name]["message"]
    assert night["by_name"][name]["message"].endswith("; held for a person")
    assert waiting(desk) == 1
    desk("release", "ga_population", "ga_population_20261103.csv", "--reason", "x", code=2)
    document = desk.json("release", "ga_population", "ga_population_20261102.csv", "--reason", "拆迁，属实")
    assert (document["files"][0]["status"], document["files"][0]["absent"]) == ("loaded", 2)
    assert waiting(desk) == 0
    assert desk.nightly()["files"] == []
    decided = desk.query("SELECT kind, source, made_by <> '', reason, after_file_id FROM basedb.decision")
    assert decided == [("release", "ga_population", True, "拆迁，属实", 2)]


def test_a_held_file_waits_until_released_or_a_newer_one_is_loaded(desk: Desk) -> None:
    def load(day: str, *rows: Row, code: int = 0) -> None:
        desk("load", "ga_population", desk.inbox / desk.put("ga_population", day, rows), code=code)

    load("20261101", LI, WANG, ZHANG)
    load("20261103", LI, code=6)
    load("20261102", LI, WANG, ZHANG)
    assert waiting(desk) == 1  # what came since is older
    load("20261105", LI, WANG, ZHANG)
    assert waiting(desk) == 0
    load("20261106", WANG, code=6)
    assert waiting(desk) == 1
    desk("release", "ga_population", "ga_population_20261106.csv", "--reason", "拆迁，属实", "--no-load")
    assert waiting(desk) == 0


def waiting(desk: Desk) -> int:
    """The held files of the register, of which `status` and the view say the same."""
    sources = {entry["source"]: entry["held"] for entry in desk.json("status")["sources"]}
    told: int = sources["ga_population"]
    viewed = desk.query("SELECT waiting_files FROM population.freshness WHERE source = 'ga_population'")
    assert viewed == [(told,)]
    return told


def test_a_source_that_fails_stops_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = desk.put("ga_population", "20261101", [LI])
    after = desk.put("ga_population", "20261102", [LI, WANG])
    fine = desk.put("rs_insured", "20261102", [CHEN])
    load = Loader.load

    def explode(self: Loader, contract: Contract, delivery: object) -> object:
        if contract.source == "ga_population":
            raise ArithmeticError(f"cannot parse {number('19550701', 1)}")
        return load(self, contract, delivery)  # type: ignore[arg-type]

    monkeypatch.setattr(Loader, "load", explode)
    night = desk.nightly(code=3)
    assert [night["by_name"][name]["status"] for name in (broken, after, fine)] == [
        "failed",
        "skipped",
        "loaded",
    ]
    (message,) = desk.query("SELECT message FROM basedb.run WHERE status = 'failed'")
    assert "411102****" in message[0] and number("19550701", 1) not in message[0]
    monkeypatch.undo()
    assert {file["status"] for file in desk.nightly()["files"]} == {"loaded"}


def test_late_and_overdue_arrivals_are_told(desk: Desk) -> None:
    one = desk.put("ga_population", "20261101", [LI])
    three = desk.put("ga_population", "20261103", [LI])
    desk.enlist("20261101", (one, "20261101", 1, "2026-11-02 01:03:00"))
    desk.enlist("20261103", (three, "20261103", 1, "2026-11-05 01:03:00"))
    night = desk.nightly("--now", "2026-11-06T08:00")
    assert [item["file"] for item in night["arrived_late"]] == [three]
    assert night["overdue"] == [{"source": "ga_population", "as_of": ["2026-11-02", "2026-11-04"]}]
    sources = {item["source"]: item for item in desk.json("status", "--now", "2026-11-06T08:00")["sources"]}
    assert sources["ga_population"]["next_as_of"] == "2026-11-05"
    assert sources["ga_population"]["days_behind"] == 3
    assert sources["rs_insured"]["last_as_of"] is None


def test_loose_files_and_single_days(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    loose = desk.put("ga_population", "20261101", [LI], folder="")
    second = desk.put("rs_insured", "20261102", [CHEN])
    (desk.inbox / "ga_population_20261103.csv.part").write_bytes(b"half a file")
    (desk.inbox / ".hidden").write_bytes(b"")
    monkeypatch.setenv("BASEDB_ARCHIVE", str(desk.inbox / "archive"))
    assert desk.nightly("--day", "20261102")["by_name"].keys() == {second}
    night = desk.nightly()
    assert (night["by_name"].keys(), night["no_contract"]) == ({loose}, {})


def test_a_list_that_cannot_be_read_is_told_and_its_files_are_processed(desk: Desk) -> None:
    name = desk.put("ga_population", "20261101", [LI])
    path = desk.inbox / "_delivery" / "20261101" / "delivery.csv"
    path.parent.mkdir(parents=True)
    path.write_text("甲,乙\n1,2\n")
    night = desk.nightly()
    assert night["by_name"][name]["status"] == "loaded"
    assert "_delivery/20261101/delivery.csv" in night["broken_lists"]


def test_a_list_cannot_lead_out_of_the_inbox(desk: Desk) -> None:
    outside = desk.inbox.parent / "ga_population_20261101.csv"
    outside.write_bytes((desk.inbox / desk.put("ga_population", "20261101", [LI])).read_bytes())
    (desk.inbox / "ga_population" / "20261101" / outside.name).unlink()
    desk.enlist("20261101", (f"../{outside.name}", "20261101", 1, "2026-11-02 01:03:00"))
    night = desk.nightly()
    assert (night["files"], list(night["broken_lists"])) == ([], [f"../{outside.name}"])


def test_the_account_is_shown_in_words(desk: Desk) -> None:
    desk.put("ga_population", "20261101", [LI, WANG])
    desk.put("rs_insured", "20261101", [CHEN])
    output = desk("nightly", desk.inbox).output
    assert "本夜账目" in output and "读入 = 新增" in output and "本夜处理 3 份文件，4 行" in output


def test_what_follows_from_a_night_is_made_up_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A night that ended between its last file and what is derived from all of them loads nothing the next time."""

    def ends(*arguments: object) -> int:
        raise KeyboardInterrupt

    path = desk.inbox / "dl_power" / "20261101" / "dl_power.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(power({"2026-09": 769.09}))
    derived = "SELECT count(*) FROM basedb.step WHERE stage = 'compare with registers'"
    with monkeypatch.context() as patched:
        patched.setattr("etl.nightly.after_night", ends)
        desk("nightly", desk.inbox, code=130)
    assert desk.query(derived) == [(0,)]
    assert desk.nightly()["settled_before"] == 1
    assert desk.query(derived) == [(1,)]
    with monkeypatch.context() as patched:  # and no oftener than that
        patched.setattr("etl.after_night.note", ends)
        desk.nightly()


def test_a_lost_connection_is_no_fault_of_the_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Left for the next run, the file would come after those that were delivered later."""
    first = desk.put("ga_population", "20261101", [LI])
    second = desk.put("ga_population", "20261102", [LI, WANG])
    load, lost = Loader.load, []

    def interrupted(loader: Loader, contract: Contract, delivery: Delivery) -> Account:
        if not lost:
            lost.append(delivery.file_name)
            raise StoreError("server closed the connection unexpectedly")
        return load(loader, contract, delivery)

    monkeypatch.setattr(Loader, "load", interrupted)
    assert [file["file"] for file in desk.nightly()["files"]] == [first, second]
    assert lost == [first]
