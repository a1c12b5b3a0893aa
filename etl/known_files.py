"""What the ledger knows of files that came before, so that they need not be opened again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from basedb.store import Store
from etl.bundle import size_of, written_at
from etl.inbox import Arrived
from etl.runs import fetch

_IN = ("loaded", "current")


@dataclass(frozen=True)
class KnownFiles:
    """Lines of the delivery ledger by (source, domain, file name) and by (source, domain, as-of, fingerprint),
    the last one each; released: (source, fingerprint) of files a person let in."""

    by_name: dict[tuple[str, str, str], dict[str, Any]]
    by_content: dict[tuple[str, str, date, str], dict[str, Any]]
    released: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, store: Store) -> KnownFiles:
        """What a store's ledger says now."""
        with store.reading() as engine:
            lines = fetch(
                engine,
                "SELECT d.file_id, d.source, d.domain, d.file_name, d.sha256, d.bytes, d.as_of, d.status, d.reason,"
                " d.message, d.contract_version, r.started_at FROM basedb.delivery d JOIN basedb.run r USING (run_id)"
                " WHERE d.mode <> 'waiver' ORDER BY d.file_id",
            )
            released = engine.execute(
                "SELECT source, subject FROM basedb.decision WHERE kind = 'release'"
            ).fetchall()
        return cls(
            {(line["source"], line["domain"], line["file_name"]): line for line in lines},
            {
                (line["source"], line["domain"], line["as_of"], line["sha256"]): line
                for line in lines
                if line["status"] in _IN
            },
            frozenset(released),
        )

    def line(self, item: Arrived) -> dict[str, Any] | None:
        """The last line of a file of this name."""
        return self.by_name.get((item.contract.source, item.contract.domain, item.file_name))

    def is_settled(self, item: Arrived, as_of: date | None) -> bool:
        """Whether the ledger shows, without opening the file, that it is in already."""
        if not item.present:
            return False
        size, written = size_of(item.path), written_at(item.path)
        listed = item.listed.sha256 if item.listed else None
        line = self.line(item)
        if line is not None and line["status"] in _IN:
            return _older(written, line) and size == line["bytes"] and listed in (None, line["sha256"])
        # Sent again under another name, and looked into before.
        if line is None and listed is not None and as_of is not None:
            same = self.by_content.get((item.contract.source, item.contract.domain, as_of, listed))
            return same is not None and size == same["bytes"] and _older(written, same)
        return False


def _older(written: float, line: dict[str, Any]) -> bool:
    return bool(datetime.fromtimestamp(written, UTC) <= line["started_at"])
