"""A night: everything that arrived in an inbox, in order, each source independent of the others."""

from __future__ import annotations

import getpass
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from basedb import __version__
from basedb.domain import BaseDomain, StagedDomain, entity_domains
from basedb.masking import mask_text
from basedb.refusal import Refused
from basedb.store import Store, StoreBusy, StoreError, is_interruption
from basedb.store.embedded import EmbeddedStore
from etl import ledger
from etl.after_night import after_night
from etl.archive import Archive
from etl.arrivals import Expectation, expectations
from etl.batch import Delivery
from etl.bundle import size_of
from etl.contract import Contract
from etl.counters import Counters
from etl.delivery_findings import AS_OF_DIFFERS, MISSING, SHA_MISMATCH, UNLISTED
from etl.first_model import FirstVersion, first_version
from etl.inbox import Arrived, Inbox, folder_day, read_inbox
from etl.inbox_files import NotTaken
from etl.installed import at_home, of_domain
from etl.known_files import KnownFiles
from etl.ledger import Account
from etl.load import Loader
from etl.readers.result import Note, note

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
    models: first versions of match models the night made. stopped: why the whole run ended early, if
    it did.
    """

    inbox: Inbox
    accounts: tuple[Account, ...]
    settled: int
    arrived_late: tuple[tuple[str, datetime], ...]
    expectations: tuple[Expectation, ...]
    seconds: float
    stopped: str | None = None
    models: tuple[FirstVersion, ...] = ()


# A transaction of so many small files is still a small one, and its beginning and end are paid once.
_TOGETHER, _SMALL_BYTES = 24, 256 << 10


@dataclass
class _Progress:
    """What a night has done so far.

    ahead: accounts of files that were loaded together with one before them; alone: files that are not to be.
    """

    accounts: list[Account] = field(default_factory=list)
    late: list[tuple[str, datetime]] = field(default_factory=list)
    settled: int = 0
    broken: set[str] = field(default_factory=set)
    models: list[FirstVersion] = field(default_factory=list)
    modelled: set[str] = field(default_factory=set)
    ahead: dict[str, Account] = field(default_factory=dict)
    alone: set[str] = field(default_factory=set)


@dataclass
class NightlyRun:
    """Loads what arrived in an inbox. `wait` is for the store's lock, `tell` for a progress bar."""

    store: Store
    domains: Mapping[str, BaseDomain]
    contracts: Mapping[str, Contract]
    archive: Archive
    zone: ZoneInfo
    wait: float = 30.0
    tell: Tell = lambda text, done, total: None
    verify: bool = False
    _known: KnownFiles = field(init=False)

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
        self._known = KnownFiles.of(self.store)
        night = _Progress()
        night.accounts += [_not_taken(item) for item in inbox.not_taken if _is_asked(item, day, until)]
        stopped = None
        for _, items in groupby(wanted, key=lambda item: item.day):
            stopped = self._day(list(items), night, started, len(wanted)) or self._first_models(
                night, started
            )
            if stopped:
                break
        if stopped is None:
            stopped = self._derived(night, started)
        with self.store.reading() as engine:
            standing = expectations(engine, at_home(self.contracts), now)
        seconds = (datetime.now(UTC) - started).total_seconds()
        return Night(
            inbox, tuple(night.accounts), night.settled, tuple(night.late), tuple(standing), seconds, stopped,
            tuple(night.models),
        )  # fmt: skip

    def _day(self, items: list[Arrived], night: _Progress, started: datetime, total: int) -> str | None:
        """Process the files of a delivery day; returns why the whole run must stop, if it must."""
        for at, item in enumerate(items):
            self.tell(item.file_name, len(night.accounts) + night.settled, total)
            if item.contract.source in night.broken:
                zh = "同一来源前一份文件失败，本次跳过 / skipped after a failure"
                night.accounts.append(_aside(item, "skipped", message=zh))
                continue
            if not self.verify and self._known.is_settled(item, _as_of(item)):
                night.settled += 1
                continue
            try:
                if item.file_name not in night.ahead:
                    self._load_ahead(items[at:], night)
                known = night.ahead.pop(item.file_name, None)
                account = known or self._process_surely(item)
            except Refused as refusal:
                account = _aside(item, "refused", refusal.code, str(refusal))
            except StoreBusy as error:
                return str(error)
            except Exception as error:  # noqa: BLE001  one source's trouble must not stop the others
                _end_if_interrupted(error)
                if not self._store_takes_writes():
                    return str(error)
                night.broken.add(item.contract.source)
                account = self._failed(item, error, started)
            if account is None:
                night.settled += 1
                continue
            night.accounts.append(account)
            due_at = item.contract.arrival.due_at(account.as_of) if account.as_of else None
            if due_at and item.present and account.status != "identical" and item.received_at > due_at:
                night.late.append((item.file_name, due_at))
        return None

    def _first_models(self, night: _Progress, started: datetime) -> str | None:
        """Give domains that have seen enough a model version of their own; not after a day that failed.
        Returns why the whole run must stop, if it must."""
        for name, domain in entity_domains(self.domains).items():
            if night.broken or name in night.modelled:
                continue
            try:
                made = first_version(self.store, domain, of_domain(self.contracts, name), self.wait)
            except StoreError as error:
                return str(error)
            except Exception as error:  # noqa: BLE001  the files are in; they can be scored anew at any time
                _end_if_interrupted(error)
                night.modelled.add(name)
                what = f"{domain.entity.qualified} 匹配模型 / match model"
                message = self._enter_failure(what, error, started)
                night.accounts.append(Account(name, what, None, "failed", message=message))
                continue
            if made is not None:
                night.models.append(made)
                night.modelled.add(name)
        return None

    def _derived(self, night: _Progress, started: datetime) -> str | None:
        """Bring up to date what follows from several files. Returns why the whole run must stop."""
        try:
            after_night(self.store, self.domains, self.wait)
        except StoreError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001  the files are in; it is derived again next night
            _end_if_interrupted(error)
            what = "夜间汇总 / what is derived from several files"
            message = self._enter_failure(what, error, started)
            night.accounts.append(Account("derived", what, None, "failed", message=message))
        return None

    def _own_files(self) -> list[Path]:
        """The archive, and an embedded store with the files beside it."""
        own = [self.archive.directory]
        if isinstance(self.store, EmbeddedStore):
            own += self.store.path.parent.glob(f"{self.store.path.name}*")
        return own

    def _load_ahead(self, items: Sequence[Arrived], night: _Progress) -> None:
        """Publish the first of `items` together with the small files of its source that come next, where its
        domain allows; their accounts are then `ahead`. Not if one of them is a case of its own."""
        chosen = self._joining(items, night)
        if len(chosen) < 2:
            return
        contract = chosen[0].contract
        arriving = {item.file_name: self._arriving(item) for item in chosen}
        night.ahead |= {name: found for name, found in arriving.items() if isinstance(found, Account)}
        deliveries = [found for found in arriving.values() if isinstance(found, Delivery)]
        try:
            accounts = self._loader(contract.domain).load_together(contract, deliveries)
        except StoreBusy:
            raise
        except Exception as error:  # noqa: BLE001  nothing was published; each by itself says what is wrong
            _end_if_interrupted(error)
            night.alone |= {delivery.file_name for delivery in deliveries}
        else:
            night.ahead |= {account.file_name: account for account in accounts}

    def _joining(self, items: Sequence[Arrived], night: _Progress) -> list[Arrived]:
        """Files from the first of `items` on that may be published together; settled ones between are left out."""
        contract = items[0].contract
        domain = self.domains[contract.domain]
        if not (isinstance(domain, StagedDomain) and domain.joins):
            return []
        chosen: list[Arrived] = []
        for item in items:
            small = item.present and size_of(item.path) <= _SMALL_BYTES and item.file_name not in night.alone
            if item.contract is not contract or not small or len(chosen) == _TOGETHER:
                break
            if self.verify or not self._known.is_settled(item, _as_of(item)):
                chosen.append(item)
        return chosen

    def _process_surely(self, item: Arrived) -> Account | None:
        """Process a file; once more if the store failed and works again. A lost connection says nothing about the
        file, and left for the next run it would come after files that were delivered later."""
        try:
            return self._process(item)
        except StoreBusy:
            raise
        except StoreError:
            if not self._store_takes_writes():
                raise
            return self._process(item)

    def _process(self, item: Arrived) -> Account | None:
        found = self._arriving(item)
        return (
            self._loader(item.contract.domain).load(item.contract, found)
            if isinstance(found, Delivery)
            else found
        )

    def _arriving(self, item: Arrived) -> Delivery | Account | None:
        """The delivery that is to be loaded, or what became of a file that is not; None: it was in already."""
        contract = item.contract
        line = self._known.line(item)
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
            and (contract.source, delivery.sha256) not in self._known.released
        ):
            return self._mismatch(item, delivery, line)
        notes = tuple(self._notes(item, delivery))
        return replace(delivery, notes=notes, listed_rows=listed.rows if listed else None)

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

    def _store_takes_writes(self) -> bool:
        """Whether the failure of one file is not that of all: the server is there, with room and rights."""
        try:
            with self.store.writing("basedb nightly probe", self.wait, publish=False) as session:
                session.stage("SELECT 1 AS one")
        except StoreError:
            return False
        return True

    def _failed(self, item: Arrived, error: Exception, started: datetime) -> Account:
        """A defect or a store that refused this file: in the run ledger, numbers masked."""
        return _aside(item, "failed", message=self._enter_failure(item.file_name, error, started))

    def _enter_failure(self, what: str, error: Exception, started: datetime) -> str:
        place = traceback.extract_tb(error.__traceback__)[-1]
        text = mask_text(f"{type(error).__name__}: {error}")[:500]
        message = f"{what}：{text}（{Path(place.filename).name}:{place.lineno}）"
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
        return message


def _as_of(item: Arrived) -> date | None:
    found = item.contract.match(item.file_name)
    return found or (item.listed.as_of if item.listed else None)


def _aside(item: Arrived, status: str, reason: str | None = None, message: str | None = None) -> Account:
    return Account(item.contract.name, item.file_name, _as_of(item), status, reason=reason, message=message)


def _end_if_interrupted(error: Exception) -> None:
    """Let a person's Ctrl-C end the whole run; it is no file's failure."""
    if is_interruption(error):
        raise KeyboardInterrupt from error


def _not_taken(item: NotTaken) -> Account:
    return Account(
        item.file_name.split("/")[0], item.file_name, None, "refused", reason=item.code, message=item.why
    )


def _is_asked(item: NotTaken, day: date | None, until: date | None) -> bool:
    """Whether a call for a delivery day, or for days up to one, is about a file; one of no day always is."""
    delivered = folder_day(item.file_name)
    return delivered is None or ((day is None or delivered == day) and (until is None or delivered <= until))
