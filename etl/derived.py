"""What a base says of its own, beside what departments delivered: written in one transaction, with its run.

It was said once, from what was known and by the models of the day. A rebuild copies it.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from basedb import __version__
from basedb.domain import BaseDomain, Counted
from basedb.store import Session, Store, scalar
from etl.counters import Counters

Write = Callable[[Session, Counted, int], int]


def publish(store: Store, command: str, wait: float, write: Write) -> tuple[int, int | None]:
    """Let `write` (session, counters, run id) add rows; how many, and the run: None if there were none."""
    started = datetime.now(UTC)
    with store.writing(f"basedb {command}", wait) as session:
        counters = Counters(session)
        run_id = counters.peek("basedb.run")
        rows = write(session, counters, run_id)
        if not rows:
            return 0, None
        counters.take("basedb.run")
        session.engine.execute(
            "INSERT INTO basedb.run (run_id, command, account, started_at, finished_at, status, message,"
            " basedb_version) VALUES (?, ?, ?, ?, ?, 'published', ?, ?)",
            [
                run_id, command, getpass.getuser(), started, datetime.now(UTC), f"{rows} 行 / rows", __version__,
            ],
        )  # fmt: skip
        counters.save()
        return rows, run_id


def copy_said(source: Store, target: Store, domains: Mapping[str, BaseDomain]) -> None:
    """Copy what the bases of a store said into another that has nothing of it, with the counters of its ids."""
    tables = [table for domain in domains.values() for table in domain.said]
    with source.reading() as engine:
        kept = [
            (table, engine.execute(f"SELECT * FROM {table.fullname}").to_arrow_table()) for table in tables
        ]
    if not any(rows.num_rows for _, rows in kept):
        return
    with target.writing("basedb rebuild said") as session:
        counters = Counters(session)
        for table, rows in kept:
            session.engine.register("copied_rows", rows)
            session.engine.execute(
                f"INSERT INTO {table.fullname} ({', '.join(rows.column_names)}) SELECT * FROM copied_rows"
            )
            session.engine.unregister("copied_rows")
            key = [column.name for column in table.primary_key]
            if len(key) == 1 and rows.num_rows:
                last = int(scalar(session.engine, f"SELECT max({key[0]}) FROM {table.fullname}"))
                counters.take(table.fullname, last)
        counters.save()
