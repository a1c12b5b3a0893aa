"""Rebuilding a store from what is kept for it: archive, ledger, decision log and receipt times.

Every delivery is replayed in its original order under the contract version it was read with, every
decision at its place, so the same masters with the same ids and the same history come out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from basedb.domain import BaseDomain, Domain, entity_domains
from basedb.linkage.model import InvalidModel
from basedb.linkage.versions import NoSuchVersion
from basedb.store import Store
from basedb.store.migrate import initialise
from etl import ledger, replay_judgements
from etl.after_night import after_night, derived_as_of
from etl.archive import Archive
from etl.batch import Delivery
from etl.compare import Comparison, compare_stores
from etl.contract import Contract, load_contract
from etl.derived import copy_said
from etl.ledger import Account
from etl.load import Loader
from etl.model_versions import copy_versions, use_version
from etl.quarantine import Decision, entries, resend, waive
from etl.readers.result import Note
from etl.release import release
from etl.runs import fetch

Tell = Callable[[str, int, int], None]


class Irreproducible(RuntimeError):
    """Something the rebuild needs is gone, or a replayed file went another way; the message says which."""


def rebuild(
    source_store: Store,
    target_store: Store,
    archive: Archive,
    domains: Mapping[str, BaseDomain],
    tell: Tell = lambda text, done, total: None,
) -> Comparison:
    """Replay the source store's deliveries into an empty target and compare the two.

    The source is only read. Raises Irreproducible where the archive or the ledger lacks something,
    and where the target holds deliveries already.
    """
    initialise(target_store, list(domains.values()))
    with TemporaryDirectory(prefix="basedb-contracts-") as folder:
        replay = _Replay(source_store, target_store, archive, domains, Path(folder))
        replay.run(tell)
    return compare_stores(source_store, target_store, list(domains.values()))


class _Replay:
    def __init__(
        self, source: Store, target: Store, archive: Archive, domains: Mapping[str, BaseDomain], folder: Path
    ):
        self.source, self.target, self.archive, self.domains = source, target, archive, domains
        with source.reading() as engine:
            self.lines = fetch(engine, "SELECT * FROM basedb.delivery ORDER BY file_id")
            self.decisions = fetch(engine, "SELECT * FROM basedb.decision ORDER BY decision_id")
            self.notes = _arrival_notes(fetch(engine, _ARRIVAL_FINDINGS))
            versions = fetch(
                engine, "SELECT source, version, content FROM basedb.contract ORDER BY source, version"
            )
            self.derived_run, self.derived_at = derived_as_of(engine)
        self.judgements = replay_judgements.judgements_of(source)
        self.is_derived = self.derived_run < 0
        self.contracts = {(row["source"], row["version"]): _contract(folder, row) for row in versions}

    def run(self, tell: Tell) -> None:
        """Every line of the delivery ledger in turn, decisions in between."""
        with self.target.reading() as engine:
            # Versions of the model are copied first, so a rebuild that was killed early left them.
            if any(
                fetch(engine, f"SELECT 1 FROM basedb.{name} LIMIT 1") for name in ("delivery", "match_model")
            ):
                raise Irreproducible(
                    f"{self.target.label} 里已有数据，或是没有做完的重建；请换一个空库，或先删除它"
                    " / the target store is not empty, or a rebuild that was not finished: name an empty one"
                )
        copy_versions(self.source, self.target)
        pending = [row for row in self.decisions if row["kind"] != "waive"]
        for number, line in enumerate(self.lines):
            tell(line["file_name"], number, len(self.lines))
            while pending and pending[0]["after_file_id"] < line["file_id"]:
                self._decide(pending.pop(0), number)
            self._derive_before(line["run_id"] > self.derived_run)
            account = self._line(line, number)
            if (account.file_id, account.status) != (line["file_id"], line["status"]):
                raise Irreproducible(
                    f"{line['file_name']} 原为第 {line['file_id']} 份（{line['status']}），"
                    f"重放得到第 {account.file_id} 份（{account.status}）：{account.message or ''}"
                    " / the replayed file went another way"
                )
        for row in pending:
            self._decide(row, len(self.lines))
        replay_judgements.copy_work(self.source, self.target)
        copy_said(self.source, self.target, self.domains)
        self._derive_before(True)

    def _derive_before(self, later: bool) -> None:
        """What is derived from several files is as far behind as in the source: `later` says that what
        comes next came after it was last brought up to date there."""
        if later and not self.is_derived:
            after_night(self.target, self.domains, 30.0)
            self.is_derived = True

    def _line(self, line: dict[str, Any], number: int) -> Account:
        contract = self.contracts.get((line["source"], line["contract_version"]))
        if contract is None:
            raise Irreproducible(
                f"台账缺少合同 {line['source']} {line['contract_version']} / contract version lost"
            )
        loader = self._loader(contract.domain, number)
        if line["mode"] == "waiver":
            return self._waive(loader, contract, line)
        delivery = Delivery(
            path=Path(line["file_name"]),
            file_name=line["file_name"],
            sha256=line["sha256"],
            size=line["bytes"],
            as_of=line["as_of"],
            received_at=line["received_at"].astimezone(UTC),
            notes=self.notes.get(line["file_id"], ()),
        )
        if line["status"] not in ("loaded", "current"):
            stopped = Account(
                line["source"], line["file_name"], line["as_of"], line["status"],
                reason=line["reason"], message=line["message"],
            )  # fmt: skip
            return ledger.record_aside(
                self.target, contract, delivery, stopped, "rebuild", datetime.now(UTC), 30.0
            )
        try:
            with self.archive.named(line["sha256"], line["file_name"]) as path:
                return loader.load(contract, replace(delivery, path=path))
        except FileNotFoundError as error:
            raise Irreproducible(f"{error.strerror}：{error.filename}") from error

    def _entity_domain(self, loader: Loader) -> Domain:
        """The loader's domain; identities were decided in it, so it masters an entity."""
        return entity_domains(self.domains)[loader.domain.name]

    def _loader(self, domain: str, number: int) -> Loader:
        """A loader whose peers are the contract versions in force when the line was written."""
        lines = [line for line in self.lines[number:] if line["domain"] == domain][::-1]
        lines += [line for line in self.lines[: number + 1] if line["domain"] == domain]
        in_force = {line["source"]: line["contract_version"] for line in lines}
        peers = {source: self.contracts[source, version] for source, version in in_force.items()}
        return Loader(self.target, self.domains[domain], peers, self.archive, "rebuild")

    def _waive(self, loader: Loader, contract: Contract, line: dict[str, Any]) -> Account:
        made = [
            row
            for row in self.decisions
            if row["kind"] == "waive" and row["after_file_id"] == line["file_id"] - 1
        ]
        subjects = {row["subject"] for row in made}
        with self.target.reading() as engine:
            rows = [row for row in entries(engine, line["source"]) if row["digest"] in subjects]
        if not rows:
            raise Irreproducible(
                f"找不到放行的行 {line['file_name']} / the waived rows are not in quarantine"
            )
        return waive(loader, contract, rows, _decision(made[0]), line["received_at"].astimezone(UTC))

    def _decide(self, row: dict[str, Any], number: int) -> None:
        """Take a decision again, at its place before the line `number`."""
        self._derive_before(row["made_at"] > self.derived_at)
        if row["kind"] == "release":
            line = {"source": row["source"], "sha256": row["subject"]}
            release(self.target, line, _decision(row))
        elif row["kind"] == "resend":
            with self.target.reading() as engine:
                rows = [
                    entry
                    for entry in entries(engine, row["source"])
                    if row["subject"] in (entry["digest"], f"{entry['file_id']}:{entry['row_no']}")
                ]
            resend(self.target, rows, _decision(row))
        elif row["kind"] in replay_judgements.KINDS:
            loader = self._loader(row["source"], max(number - 1, 0))
            try:
                replay_judgements.replay(
                    self.target, self._entity_domain(loader), loader.peers, self.judgements, row["kind"], row["subject"],
                    _decision(row),
                )  # fmt: skip
            except replay_judgements.NotReplayed as error:
                raise Irreproducible(str(error)) from error
        elif row["kind"] == "model":
            loader = self._loader(row["source"], max(number - 1, 0))
            version, decision = int(row["subject"]), _decision(row)
            try:
                use_version(
                    self.target, self._entity_domain(loader), loader.peers, version, decision, "rebuild"
                )
            except (InvalidModel, NoSuchVersion) as error:
                raise Irreproducible(str(error)) from error


_ARRIVAL_FINDINGS = (
    "SELECT file_id, code, suggestion FROM basedb.finding"
    " WHERE row_no IS NULL AND starts_with(code, 'delivery.') ORDER BY file_id, code"
)


def _arrival_notes(findings: list[dict[str, Any]]) -> dict[int, tuple[Note, ...]]:
    """What was noted about the arrival of each file: its list is not kept, the findings are."""
    notes: dict[int, tuple[Note, ...]] = {}
    for row in findings:
        kept = Note(row["code"], row["suggestion"], row["suggestion"])
        notes[row["file_id"]] = (*notes.get(row["file_id"], ()), kept)
    return notes


def _decision(row: Mapping[str, Any]) -> Decision:
    return Decision(row["made_by"], row["reason"], row["made_at"].astimezone(UTC))


def _contract(folder: Path, row: Mapping[str, Any]) -> Contract:
    path = folder / f"{row['source']}-{row['version']}.yml"
    path.write_text(row["content"], "utf-8")
    return load_contract(path)
