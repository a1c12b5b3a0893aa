"""Everything a store holds, to compare two stores or one store with itself."""

from __future__ import annotations

from typing import Any

from basedb import ledger
from basedb.store import Store
from population.tables import metadata

TABLES = [table for room in (ledger.metadata, metadata) for table in room.sorted_tables]
# Two loads of the same differ in nothing but these.
OF_THE_RUN = frozenset(
    {"run_id", "published_at", "seconds", "started_at", "finished_at", "applied_at", "message"}
)


def dump(store: Store, leave_out: frozenset[str] = OF_THE_RUN) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every table in a fixed order, without the columns named in `leave_out`."""
    held = {}
    with store.reading() as engine:
        for table in TABLES:
            columns = ", ".join(item.name for item in table.columns if item.name not in leave_out)
            held[table.fullname] = engine.execute(
                f"SELECT {columns} FROM {table.fullname} ORDER BY ALL"
            ).fetchall()
    return held


def full_dump(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every table with every column."""
    return dump(store, frozenset())
