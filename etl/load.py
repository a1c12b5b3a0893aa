"""Load one delivered file: the same stages whether they publish or only plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from basedb.domain import BaseDomain, Domain
from basedb.ledger import OUTCOMES
from basedb.refusal import Held, Refused
from basedb.store import Session, Store, scalar
from etl import ledger
from etl.archive import Archive, fingerprint
from etl.as_of import as_of_in_rows, hold_if_far_ahead
from etl.batch import Batch, Delivery, Step
from etl.bundle import size_of
from etl.contract.model import Contract
from etl.counters import Counters
from etl.delivery_findings import NO_AS_OF, ROWS_NOT_FOUND, UNREADABLE
from etl.ledger import Account
from etl.stages.plans import Stage, load_of, plan_of

Progress = Callable[[str], None]
Decide = Callable[[Session, Counters, int], None]


# From about a hundred thousand rows building indexes after a first load beats maintaining them.
_BULK_BYTES = 32 << 20


@dataclass(frozen=True)
class Loader:
    """Loads files into a store. `peers` are all contracts of the domain; `command` names the caller."""

    store: Store
    domain: BaseDomain
    peers: Mapping[str, Contract]
    archive: Archive
    command: str = "load"
    wait: float = 30.0
    progress: Progress = lambda stage: None

    def receive(
        self,
        contract: Contract,
        path: Path,
        file_name: str | None = None,
        as_of: date | None = None,
        received_at: datetime | None = None,
    ) -> Delivery:
        """Fingerprint a file and find its as-of date; raises Refused if it has none or cannot be read.

        as_of: outranks what the file's name, folder or rows say.
        """
        try:
            return self._received(contract, path, file_name, as_of, received_at)
        except OSError as error:
            raise Refused(
                UNREADABLE,
                f"打不开 {path.name}：{error.strerror}；请核对文件权限，或请部门重新传送",
                f"cannot be opened: {error.strerror}; check its permissions or have it sent again",
            ) from error

    def _received(
        self,
        contract: Contract,
        path: Path,
        file_name: str | None,
        as_of: date | None,
        received_at: datetime | None,
    ) -> Delivery:
        found = as_of or contract.match(file_name or path.name)
        if found is None and contract.as_of.kind == "column":
            found = as_of_in_rows(path, contract)
        if found is None:
            raise Refused(
                NO_AS_OF,
                f"无法确定 {path.name} 的数据日期：文件名与合同 {contract.source} 的规则不符，请用 --as-of 指定",
                "the file's name gives no as-of date; name one with --as-of",
            )
        return Delivery(
            path=path,
            file_name=file_name or path.name,
            sha256=fingerprint(path),
            size=size_of(path),
            as_of=found,
            received_at=received_at or datetime.now(UTC),
        )

    def load(self, contract: Contract, delivery: Delivery) -> Account:
        """Load and publish a file; the account says what became of it and of every row.

        Held and refused files are entered in the ledger and change nothing else. Raises StoreError
        when the store cannot be written; nothing is published then.
        """
        started = datetime.now(UTC)
        with self.store.reading() as engine:
            settled = _settled(engine, contract, delivery)
            is_new = not scalar(engine, "SELECT count(*) FROM (SELECT 1 FROM basedb.delivery LIMIT 1)")
        if settled:
            return settled
        if is_new and delivery.size > _BULK_BYTES:
            self.store.make_room(self.domain.metadata, self.wait)
        try:
            self.archive.add(delivery.path, delivery.sha256)
            with (
                self._kept(delivery) as kept,
                self.store.writing(f"basedb {self.command} {contract.name}", self.wait) as session,
            ):
                return self._publish(session, contract, replace(delivery, path=kept), started)
        except (Held, Refused) as stop:
            account = _stopped(contract, delivery, stop, "已暂存待人工确认", "held for a person")
            return ledger.record_aside(
                self.store, contract, delivery, account, self.command, started, self.wait
            )

    def load_together(self, contract: Contract, deliveries: Sequence[Delivery]) -> list[Account]:
        """Load small files of one source one after the other and publish them in one transaction.

        What each becomes is what `load` would make of it. Nothing of any is published if one is held or refused
        (raises Held or Refused) or fails; then each is a case of its own.
        """
        for delivery in deliveries:
            self.archive.add(delivery.path, delivery.sha256)
        with ExitStack() as opened:
            kept = [replace(item, path=opened.enter_context(self._kept(item))) for item in deliveries]
            with self.store.writing(f"basedb {self.command} {contract.name}", self.wait) as session:
                session.engine.execute("SET threads = 1")  # handing out so few rows costs more than it saves
                return [self._publish(session, contract, item, datetime.now(UTC)) for item in kept]

    def _kept(self, delivery: Delivery) -> AbstractContextManager[Path]:
        """The archived copy under the delivered name. It is what was fingerprinted: a department may write to its
        file, or cut it, at any time."""
        return self.archive.named(delivery.sha256, delivery.file_name)

    def load_part(self, contract: Contract, delivery: Delivery, decide: Decide) -> Account:
        """Load the rows `delivery.digests` of an archived file, in one transaction with the decision
        that lets them in: `decide` gets the session, the counters and the file it comes after."""
        started = datetime.now(UTC)
        with self.store.writing(f"basedb {self.command} {contract.name}", self.wait) as session:
            batch = self._batch(session, contract, delivery)
            decide(session, batch.counters, batch.file_id - 1)
            self._run(batch, load_of(self.domain))
            account = _account(batch)
            if account.rows_read != len(delivery.digests):
                raise Refused(
                    ROWS_NOT_FOUND,
                    f"在归档的 {delivery.file_name} 中只找到 {account.rows_read}/{len(delivery.digests)} 行，未作改动",
                    "not all of the rows are in the archived file; nothing was changed",
                )
            ledger.write_account(batch, account, self.command, started)
            return account

    def plan(self, contract: Contract, delivery: Delivery) -> Account:
        """Run the same stages without publishing; the account says what a load would do."""
        with self.store.reading() as engine:
            settled = _settled(engine, contract, delivery)
        if settled:
            return settled
        try:
            with self.store.writing(f"basedb plan {contract.name}", self.wait, publish=False) as session:
                batch = self._batch(session, contract, delivery)
                hold_if_far_ahead(batch)
                self._run(batch, plan_of(self.domain))
                return replace(_account(batch), samples=_samples(batch))
        except (Held, Refused) as stop:
            return _stopped(
                contract, delivery, stop, "入库时将暂存待人工确认", "a load would hold it for a person"
            )

    def _publish(
        self, session: Session, contract: Contract, delivery: Delivery, started: datetime
    ) -> Account:
        settled = _settled(session.engine, contract, delivery)
        if settled:  # another load brought it while this one waited
            return settled
        batch = self._batch(session, contract, delivery)
        hold_if_far_ahead(batch)
        previous = ledger.last_in_order(session.engine, contract)
        if previous and _provably_current(previous, contract, delivery):
            account = _confirm(batch, previous)
        else:
            self._run(batch, load_of(self.domain))
            account = _account(batch)
        ledger.write_account(batch, account, self.command, started)
        return account

    def _batch(self, session: Session, contract: Contract, delivery: Delivery) -> Batch:
        counters = Counters(session)
        received = ledger.monotone(session.engine, delivery.received_at)
        return Batch(
            delivery=replace(delivery, received_at=received),
            contract=contract,
            domain=self.domain,
            peers=self.peers,
            session=session,
            counters=counters,
            run_id=counters.take("basedb.run"),
            file_id=counters.take("basedb.file"),
            released=ledger.is_released(session.engine, contract, delivery),
        )

    def _run(self, batch: Batch, stages: Sequence[Stage]) -> None:
        for stage in stages:
            self.progress(stage.name)
            started = time.perf_counter()
            rows = stage.run(batch)
            batch.session.settle()
            batch.steps.append(Step(stage.name, rows, time.perf_counter() - started))


def _settled(engine: Any, contract: Contract, delivery: Delivery) -> Account | None:
    """The account of a file that is in already, or still held: the same delivery is a no-op."""
    line = ledger.known_delivery(engine, contract, delivery)
    if line is None:
        return None
    if line["status"] in ("loaded", "current"):
        return Account(
            contract.name,
            delivery.file_name,
            delivery.as_of,
            "identical",
            message=f"与文件 {line['file_name']} 内容、日期相同，未作任何改动"
            f" / the same delivery as {line['file_name']}; nothing done",
            run_id=line["run_id"],
            file_id=line["file_id"],
        )
    if ledger.is_released(engine, contract, delivery):
        return None
    if line["status"] == "held":
        return Account(
            contract.name,
            delivery.file_name,
            delivery.as_of,
            "held",
            reason=line["reason"],
            message=line["message"],
        )
    # A refusal for the way the file arrived (not the listed fingerprint) ends with its cause.
    arrival = str(line["reason"] or "").startswith("delivery.")
    if line["status"] == "refused" and not arrival and line["contract_version"] == contract.version:
        return Account(
            contract.name, delivery.file_name, delivery.as_of, "refused",
            reason=line["reason"], message=line["message"],
        )  # fmt: skip
    return None


def _provably_current(previous: dict[str, Any], contract: Contract, delivery: Delivery) -> bool:
    return (
        previous["sha256"] == delivery.sha256
        and previous["contract_version"] == contract.version
        and previous["as_of"] < delivery.as_of
        and previous["quarantined"] == 0
    )


def _confirm(batch: Batch, previous: dict[str, Any]) -> Account:
    """The same bytes for a new as-of: every row is what it was; only freshness is recorded."""
    counts = dict.fromkeys(OUTCOMES, 0)
    for outcome in OUTCOMES:
        kept = outcome if outcome in ("duplicate", "ignored") else "unchanged"
        counts[kept] += previous[outcome]
    batch.engine.execute(
        "INSERT INTO basedb.row_outcome (file_id, first_row, last_row, outcome)"
        " SELECT ?, first_row, last_row, CASE WHEN outcome IN ('duplicate', 'ignored') THEN outcome ELSE 'unchanged' END"
        " FROM basedb.row_outcome WHERE file_id = ?",
        [batch.file_id, previous["file_id"]],
    )
    return Account(
        batch.contract.name,
        batch.delivery.file_name,
        batch.delivery.as_of,
        "current",
        rows_read=previous["rows_read"],
        counts=counts,
        scope=previous["scope"],
        message=f"内容与 {previous['file_name']} 完全相同，仅更新数据日期"
        f" / the same bytes as {previous['file_name']}; only freshness recorded",
        run_id=batch.run_id,
        file_id=batch.file_id,
    )


def _account(batch: Batch) -> Account:
    assert batch.result is not None
    if not any(batch.counts.values()):  # a plan: publishing counts for itself
        rows = batch.engine.execute(
            "SELECT outcome, count(*) FROM (SELECT outcome FROM row UNION ALL SELECT outcome FROM set_aside) GROUP BY 1"
        ).fetchall()
        batch.counts.update(dict(rows))
    findings = batch.engine.execute(
        "SELECT code, count(*) FROM temp.finding GROUP BY code ORDER BY code"
    ).fetchall()
    return Account(
        batch.contract.name,
        batch.delivery.file_name,
        batch.delivery.as_of,
        "loaded",
        rows_read=batch.result.records,
        counts=dict(batch.counts),
        absent=batch.absent,
        scope=batch.scope,
        late=batch.late,
        findings=dict(findings),
        steps=tuple(batch.steps),
        run_id=batch.run_id,
        file_id=batch.file_id,
    )


def _stopped(contract: Contract, delivery: Delivery, stop: Held | Refused, zh: str, en: str) -> Account:
    """The account of a file that is not loaded; `zh` and `en` say what being held means here."""
    held = isinstance(stop, Held)
    return Account(
        contract.name,
        delivery.file_name,
        delivery.as_of,
        "held" if held else "refused",
        reason=stop.code,
        message=f"{stop.zh}，{zh} / {stop.en}; {en}" if held else str(stop),
    )


def _samples(batch: Batch, limit: int = 10) -> tuple[dict[str, Any], ...]:
    """The first master rows that a load would change or add: `id`, `was` (None if new) and `now`.

    Only entities have one row each to show.
    """
    if not isinstance(batch.domain, Domain):
        return ()
    entity = batch.domain.entity
    values = [*(item.name for item in entity.mastered), *(item.name for item in entity.derived)]
    listed = list(dict.fromkeys(values))
    now = ", ".join(f"a.{name}" for name in listed)
    was = ", ".join(f"v.{name}" for name in listed)
    rows = batch.engine.execute(
        f"SELECT a.entity_id, v.{entity.id_column} IS NOT NULL AS stood, {now}, {was} FROM appeared a"
        f" LEFT JOIN vanished v ON v.{entity.id_column} = a.entity_id AND v.is_master"
        f" WHERE a.valid_to = DATE '9999-12-31' ORDER BY stood DESC, a.entity_id LIMIT {limit}"
    ).fetchall()
    half = 2 + len(listed)
    return tuple(
        {
            "id": row[0],
            "was": dict(zip(listed, row[half:], strict=True)) if row[1] else None,
            "now": dict(zip(listed, row[2:half], strict=True)),
        }
        for row in rows
    )
