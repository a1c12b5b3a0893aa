"""A night of many small files: published together, each accounted for as if it had come alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from basedb.refusal import Refused
from etl.archive import Archive
from etl.load import Loader
from etl.nightly import Night, NightlyRun
from macroeconomy import DOMAIN
from tests.macroeconomy.office import BULLETIN, CONTRACTS, Office, bulletin

_MONTHS = (7, 8, 9)
_FIGURES = (
    "SELECT observation_id, series_id, indicator, division, period, basis, value, status, vintage, current_from,"
    " current_to, record_id, file_id, run_id FROM macroeconomy.observation ORDER BY observation_id"
)


def inbox(folder: Path) -> Path:
    """Three bulletins of one day; the last is corrected by a file that sorts behind it."""
    day = folder / "inbox" / "tj_stats" / "20261101"
    day.mkdir(parents=True)
    for month in _MONTHS:
        (day / f"tj_monthly_2026{month:02d}.xlsx").write_bytes(bulletin(f"2026年{month}月"))
    corrected = [row if "零售" not in row[0] else (*row[:3], 4.6, row[4]) for row in BULLETIN]
    (day / "tj_monthly_202609_更正.xlsx").write_bytes(bulletin("2026年9月", corrected))
    return folder / "inbox"


def run(office: Office, arrived: Path) -> Night:
    night = NightlyRun(
        office.store,
        {"macroeconomy": DOMAIN},
        CONTRACTS,
        Archive(office.folder / "archive"),
        ZoneInfo("Asia/Shanghai"),
    )
    return night.run(arrived, datetime(2026, 12, 1, tzinfo=UTC))


def test_files_published_together_are_as_if_each_had_come_alone(office: Office, tmp_path: Path) -> None:
    night = run(office, inbox(tmp_path))
    assert [account.status for account in night.accounts] == ["loaded"] * 4
    assert [account.file_id for account in night.accounts] == [1, 2, 3, 4]
    together = office.query(_FIGURES)
    with office.store.writing("empty") as session:
        ledgers = ("delivery", "run", "step", "counter", "row_outcome", "finding", "quarantine", "contract")
        for name in (
            *(table.fullname for table in DOMAIN.metadata.sorted_tables),
            *(f"basedb.{n}" for n in ledgers),
        ):
            session.apply(f"DELETE FROM {name}")
    for place, path in enumerate(sorted((tmp_path / "inbox").rglob("*.xlsx"))):
        assert office.deliver("tj_stats", 1, path.name, path.read_bytes()).file_id == place + 1
    assert office.query(_FIGURES) == together and len(together) > 100
    assert {account.status for account in run(office, tmp_path / "inbox").accounts} == {"identical"}


def test_a_bad_file_among_them_keeps_no_other_out(desk: Office, tmp_path: Path) -> None:
    arrived = inbox(tmp_path)
    (arrived / "tj_stats" / "20261101" / "tj_monthly_202607.xlsx").write_bytes(b"PK\x03\x04broken")
    night = run(desk, arrived)
    assert [account.status for account in night.accounts] == ["refused", "loaded", "loaded", "loaded"]
    counted = desk.query("SELECT count(*) FROM basedb.delivery WHERE status = 'loaded'")
    assert counted == [(3,)] and "2026-07" not in dict(
        desk.query("SELECT period, 1 FROM macroeconomy.observation")
    )


def test_a_file_that_cannot_be_received_is_the_one_refused(
    desk: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived = inbox(tmp_path)
    receive = Loader.receive

    def closed(loader: Loader, contract: Any, path: Path, *more: Any) -> Any:
        if path.name == "tj_monthly_202608.xlsx":
            raise Refused("delivery.unreadable", "打不开", "cannot be opened")
        return receive(loader, contract, path, *more)

    monkeypatch.setattr(Loader, "receive", closed)
    night = run(desk, arrived)
    refused = [account.file_name for account in night.accounts if account.status == "refused"]
    assert [Path(name).name for name in refused] == ["tj_monthly_202608.xlsx"]
    assert [account.status for account in night.accounts].count("loaded") == 3


def test_what_is_written_to_a_file_after_it_was_received_is_not_read(
    desk: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived = inbox(tmp_path)
    publish = Loader._publish

    def overwritten(*given: Any) -> Any:
        for path in arrived.rglob("*.xlsx"):
            path.write_bytes(b"PK\x03\x04cut")
        return publish(*given)

    monkeypatch.setattr(Loader, "_publish", overwritten)
    assert [account.status for account in run(desk, arrived).accounts] == ["loaded"] * 4


def test_killed_in_the_middle_nothing_is_in_and_the_next_night_brings_all(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived = inbox(tmp_path)
    publish, calls = Loader._publish, []

    def killed(*given: Any) -> Any:
        calls.append(given)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return publish(*given)

    with monkeypatch.context() as patched:
        patched.setattr(Loader, "_publish", killed)
        with pytest.raises(KeyboardInterrupt):
            run(office, arrived)
    assert office.query("SELECT count(*) FROM basedb.delivery") == [(0,)]
    assert office.query("SELECT count(*) FROM macroeconomy.source_record") == [(0,)]
    night = run(office, arrived)
    assert {account.status for account in night.accounts} == {"loaded"} and len(night.accounts) == 4
