"""Releasing a held file: a person takes responsibility, and the archived file is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from pathlib import PurePosixPath
from typing import Any

import duckdb

from basedb.store import Store
from etl import ledger
from etl.batch import Delivery
from etl.contract import Contract
from etl.counters import Counters
from etl.ledger import Account
from etl.load import Loader
from etl.quarantine import Decision, NotPossible
from etl.runs import fetch

# Refusals that say something about the way a file arrived, not about what is in it.
_ARRIVAL = "delivery."


def find_stopped(engine: duckdb.DuckDBPyConnection, contract: Contract, name: str) -> dict[str, Any]:
    """The ledger line of the held file called `name`: its name in the ledger, base name or fingerprint.

    A file refused for its arrival only (not the listed SHA-256) counts as held. Raises NotPossible
    if there is none, or more than one.
    """
    source = contract.source
    lines = fetch(
        engine,
        "SELECT * FROM basedb.delivery WHERE source = ? AND domain = ? ORDER BY file_id",
        [source, contract.domain],
    )
    newest = {(line["as_of"], line["sha256"]): line for line in lines}
    stopped = [line for line in newest.values() if _releasable(line)]
    found = [
        line
        for line in stopped
        if name in (line["file_name"], PurePosixPath(line["file_name"]).name)
        or (len(name) >= 8 and line["sha256"].startswith(name))
    ]
    if len(found) == 1:
        return found[0]
    if found:
        names = "、".join(f"{line['file_name']}（{line['sha256'][:12]}）" for line in found)
        raise NotPossible(f"有多份文件叫 {name}，请用完整文件名或指纹：{names} / more than one such file")
    names = "、".join(line["file_name"] for line in stopped)
    raise NotPossible(f"{source} 没有名为 {name} 的待人工文件；现有：{names or '无'} / no such held file")


def _releasable(line: Mapping[str, Any]) -> bool:
    arrival = str(line["reason"] or "").startswith(_ARRIVAL)
    return line["status"] == "held" or (line["status"] == "refused" and arrival)


def release(store: Store, line: Mapping[str, Any], decision: Decision, wait: float = 30.0) -> None:
    """Enter the decision that lets the file in; loading it is a separate step."""
    with store.writing("basedb release", wait) as session:
        counters = Counters(session)
        ledger.enter_decision(
            session, counters, "release", line["source"], line["sha256"], decision.made_by, decision.made_at,
            counters.peek("basedb.file") - 1, decision.reason,
        )  # fmt: skip
        counters.save()


def load_archived(loader: Loader, contract: Contract, line: Mapping[str, Any]) -> Account:
    """Load the archived file of a ledger line, known from when it was first received."""
    with loader.archive.named(line["sha256"], line["file_name"]) as path:
        delivery = Delivery(
            path=path,
            file_name=line["file_name"],
            sha256=line["sha256"],
            size=line["bytes"],
            as_of=line["as_of"],
            received_at=line["received_at"].astimezone(UTC),
        )
        return loader.load(contract, delivery)
