"""A night: everything that arrived in an inbox, in order, each source independent of the others."""

from __future__ import annotations

import getpass
import traceback
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from basedb import __version__
from basedb.domain import Domain
from basedb.masking import mask_text
from basedb.store import Store, StoreBusy, StoreError
from basedb.store.embedded import EmbeddedStore
from etl import ledger
from etl.archive import Archive
from etl.arrivals import Expectation, expectations
from etl.batch import Delivery, Refused
from etl.contract import Contract
from etl.counters import Counters
from etl.delivery_findings import AS_OF_DIFFERS, MISSING, SHA_MISMATCH, UNLISTED
from etl.inbox import Arrived, Inbox, read_inbox
from etl.installed import of_domain
from etl.ledger import Account
from etl.load import Loader
from etl.readers.result import Note, note
from etl.runs import fetch

Tell = Callable[[str, int, int], None]
_RECEIVED_FROM = {
    "list": "送达清单 / delivery list",
    "folder": "收件文件夹的日期 / folder's day",
    "file": "文件修改时间 / file time",
}


@dataclass(frozen=True)
class Night:
    """What one call of the nightly run did.

    accounts: one per file that was looked into, in order. settled: files that were in already.
    arrived_late: (file, due) of files received after their contract's time and grace.
    stopped: why the whole run ended early, if it did.
    """

    inbox: Inbox
    accounts: tuple[Account, ...]
    settled: int
    arrived_late: tuple[tuple[str, datetime], ...]
    expectations: tuple[Expectation, ...]
    seconds: float
    stopped: str | None = None


@dataclass
class NightlyRun:
    """Loads what arrived in an inbox. `wait` is for the store's lock, `tell` for a progress bar."""

    store: Store
    domains: Mapping[str, Domain]
    contracts: Mapping[str, Contract]
    archive: Archive
    zone: ZoneInfo
    wait: float = 30.0
    tell: Tell = lambda text, done, total: None
    verify: bool = False
    _lines: list[dict[str, Any]] = field(default_factory=list)
    _released: set[tuple[str, str]] = field(default_factory=set)

    def run(
        self, directory: Path, now: datetime, day: date | None = None, until: date | None = None
    ) -> Night:
        """Process every file of the inbox, or those of delivery `day`, or of days up to `until`."""
        started = datetime.now(UTC)
        inbox = read_inbox(directory, self.contracts, self.zone, self._own_files())
        wanted = [
            item
            for item in inbox.arrived
            if (day is None or item.day == day) and (until is None or item.day <= until)
        ]
        self._remember()
        accounts: list[Account] = []
        late: list[tuple[str, datetime]] = []
        settled = 0
        broken: set[str] = set()
        stopped = None
        for number, item in enumerate(wanted):
            self.tell(item.file_name, number, len(wanted))
            if item.contract.source in broken:
                accounts.append(
                    _aside(
                        item, "skipped", message="同一来源前一份文件失败，本次跳过 / skipped after a failure"
                    )
                )
                continue
            if self._is_settled(item):
                settled += 1
                continue
            try:
                account = self._process(item)
            except StoreBusy as error:
                stopped = str(error)
                break
            except Exception as error:  # noqa: BLE001  one source's trouble must not stop the others
                if not self._store_answers():
                    stopped = str(error)
                    break
                broken.add(item.contract.source)
                account = self._failed(item, error, started)
            if account is None:
                settled += 1
                continue
            accounts.append(account)
            due_at = item.contract.arrival.due_at(account.as_of) if account.as_of else None
            if due_at and item.present and account.status != "identical" and item.received_at > due_at:
                late.append((item.file_name, due_at))
        with self.store.reading() as engine:
            standing = expectations(engine, self.contracts.values(), now)
        seconds = (datetime.now(UTC) - started).total_seconds()
        return Night(inbox, tuple(accounts), settled, tuple(late), tuple(standing), seconds, stopped)

    def _own_files(self) -> list[Path]:
        """The archive, and an embedded store with the files beside it."""
        own = [self.archive.directory]
        if isinstance(self.store, EmbeddedStore):
            own += self.store.path.parent.glob(f"{self.store.path.name}*")
        return own

    def _remember(self) -> None:
        """What the ledger knows of earlier deliveries, asked once."""
        with self.store.reading() as engine:
            self._lines = fetch(
                engine,
                "SELECT d.file_id, d.source, d.file_name, d.sha256, d.bytes, d.as_of, d.status, d.reason, d.message,"
                " d.contract_version, r.started_at FROM basedb.delivery d JOIN basedb.run r USING (run_id)"
                " WHERE d.mode <> 'waiver' ORDER BY d.file_id",
            )
            self._released = set(
                engine.execute(
                    "SELECT source, subject FROM basedb.decision WHERE kind = 'release'"
                ).fetchall()
            )
        self._by_name = {(line["source"], line["file_name"]): line for line in self._lines}
        self._by_content = {
            (line["source"], line["as_of"], line["sha256"]): line
            for line in self._lines
            if line["status"] in ("loaded", "current")
        }

    def _is_settled(self, item: Arrived) -> bool:
        """Whether the ledger shows, without opening the file, that it is in already."""
        if self.verify or not item.present:
            return False
        state = item.path.stat()
        listed = item.listed.sha256 if item.listed else None
        line = self._by_name.get((item.contract.source, item.file_name))
        if line is not None and line["status"] in ("loaded", "current"):
            untouched = datetime.fromtimestamp(state.st_mtime, UTC) <= line["started_at"]
            return untouched and state.st_size == line["bytes"] and listed in (None, line["sha256"])
        if line is None and listed is not None:  # sent again under another name, and looked into before
            same = self._by_content.get((item.contract.source, _as_of(item), listed))
            return same is not None and state.st_size == same["bytes"] and _older(state, same)
        return False

    def _process(self, item: Arrived) -> Account | None:
        contract = item.contract
        line = self._by_name.get((contract.source, item.file_name))
        if not item.present:
            return self._missing(item, line)
        loader = self._loader(contract.domain)
        # Rows that state their date outrank the list; a difference becomes a finding.
        as_of = None if contract.as_of.kind == "column" else _as_of(item)
        try:
            delivery = loader.receive(contract, item.path, item.file_name, as_of, item.received_at)
        except Refused as refusal:
            return _aside(item, "refused", refusal.code, str(refusal))
        listed = item.listed
        promised = listed.sha256 if listed else None
        if (
            promised not in (None, delivery.sha256)
            and (contract.source, delivery.sha256) not in self._released
        ):
            return self._mismatch(item, delivery, line)
        notes = tuple(self._notes(item, delivery))
        return loader.load(
            contract, replace(delivery, notes=notes, listed_rows=listed.rows if listed else None)
        )

    def _loader(self, domain: str) -> Loader:
        return Loader(
            self.store,
            self.domains[domain],
            of_domain(self.contracts, domain),
            self.archive,
            "nightly",
            self.wait,
        )

    def _notes(self, item: Arrived, delivery: Delivery) -> Iterable[Note]:
        if item.listed is None and item.has_list:
            origin = _RECEIVED_FROM[item.received_from]
            yield note(
                UNLISTED, f"不在送达清单内；收到时间取自{origin}", f"in no list; receipt time from {origin}"
            )
        if item.listed and item.listed.as_of not in (None, delivery.as_of):
            yield note(
                AS_OF_DIFFERS,
                f"清单写 {item.listed.as_of}，文件为 {delivery.as_of}",
                f"the list says {item.listed.as_of}, the file {delivery.as_of}",
            )

    def _missing(self, item: Arrived, line: dict[str, Any] | None) -> Account | None:
        """A listed file that is not there: entered once, told every night until it comes."""
        if line is not None and line["status"] in ("loaded", "current"):
            return None  # came, was loaded, and has been cleared away since
        listed, as_of = item.listed, _as_of(item)
        zh = "送达清单列有此文件，但收件目录里没有，请向部门催要 / listed but not there"
        account = replace(_aside(item, "missing", MISSING, zh), as_of=as_of)
        if line is None and listed is not None and as_of is not None:
            delivery = Delivery(
                item.path, item.file_name, listed.sha256 or "", listed.size or 0, as_of, item.received_at,
                (note(MISSING),),
            )  # fmt: skip
            self._record(item.contract, delivery, account)
        return account

    def _mismatch(self, item: Arrived, delivery: Delivery, line: dict[str, Any] | None) -> Account:
        assert item.listed is not None
        zh = (
            f"SHA-256 与送达清单不符（清单 {str(item.listed.sha256)[:12]}…，文件 {delivery.sha256[:12]}…），未入库；"
            "请部门重发，或核实后用 basedb release 放行 / not the listed SHA-256; have it sent again or release it"
        )
        account = replace(_aside(item, "refused", SHA_MISMATCH, zh), as_of=delivery.as_of)
        if line is None or line["sha256"] != delivery.sha256:
            self.archive.add(delivery.path, delivery.sha256)
            self._record(item.contract, replace(delivery, notes=(note(SHA_MISMATCH),)), account)
        return account

    def _record(self, contract: Contract, delivery: Delivery, account: Account) -> None:
        ledger.record_aside(self.store, contract, delivery, account, "nightly", datetime.now(UTC), self.wait)

    def _store_answers(self) -> bool:
        try:
            with self.store.reading() as engine:
                engine.execute("SELECT 1 FROM basedb.run LIMIT 1")
        except (StoreError, duckdb.Error):
            return False
        return True

    def _failed(self, item: Arrived, error: Exception, started: datetime) -> Account:
        """A defect or a store that refused this file: in the run ledger, numbers masked."""
        place = traceback.extract_tb(error.__traceback__)[-1]
        text = mask_text(f"{type(error).__name__}: {error}")[:500]
        message = f"{item.file_name}：{text}（{Path(place.filename).name}:{place.lineno}）"
        with suppress(StoreError), self.store.writing("basedb nightly failure", self.wait) as session:
            counters = Counters(session)
            session.engine.execute(
                "INSERT INTO basedb.run (run_id, command, account, started_at, finished_at, status, message,"
                " basedb_version) VALUES (?, 'nightly', ?, ?, ?, 'failed', ?, ?)",
                [
                    counters.take("basedb.run"),
                    getpass.getuser(),
                    started,
                    datetime.now(UTC),
                    message,
                    __version__,
                ],
            )
            counters.save()
        return _aside(item, "failed", message=message)


def _as_of(item: Arrived) -> date | None:
    found = item.contract.match(item.file_name)
    return found or (item.listed.as_of if item.listed else None)


def _older(state: Any, line: dict[str, Any]) -> bool:
    return bool(datetime.fromtimestamp(state.st_mtime, UTC) <= line["started_at"])


def _aside(item: Arrived, status: str, reason: str | None = None, message: str | None = None) -> Account:
    return Account(item.contract.source, item.file_name, _as_of(item), status, reason=reason, message=message)
