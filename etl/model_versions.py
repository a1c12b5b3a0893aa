"""Letting a version of a match model decide: now, and again in a rebuild."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from basedb import ledger
from basedb.domain import Domain
from basedb.linkage.versions import activate
from basedb.store import Store
from etl.contract.model import Contract
from etl.quarantine import Decision
from etl.revision import DUCKDB, Revised, Reviser, Revision


def use_version(
    store: Store,
    domain: Domain,
    peers: Mapping[str, Contract],
    version: int,
    decision: Decision,
    command: str = "model use",
    wait: float = 30.0,
    engine: str = DUCKDB,
) -> Revised:
    """Activate a version and score everything anew, by `engine`, in one transaction.

    Raises NoSuchVersion where there is no such version, InvalidModel where it does not fit the declaration.
    """

    def prepare(revision: Revision) -> str:
        activate(revision.session, domain.entity, version)
        return str(version)

    return Reviser(store, domain, peers, command, wait).relink(decision, prepare, engine)


def copy_versions(source: Store, target: Store) -> None:
    """Put all versions of another store into one that has none, none of them active.

    A rebuild copies them, because what was learnt depends on what was there to learn from; which of
    them decided when is in the decision log.
    """
    with source.reading() as engine:
        kept = [
            (
                table.fullname,
                engine.execute(f"SELECT {_columns(table)} FROM {table.fullname}").to_arrow_table(),
            )
            for table in (ledger.match_model, ledger.term_frequency)
        ]
    if not kept[0][1].num_rows:
        return
    with target.writing("basedb rebuild models") as session:
        for name, rows in kept:
            session.engine.register("copied_rows", rows)
            listed = [f"{column}::JSON" if column == "document" else column for column in rows.column_names]
            listed = ["false" if column == "is_active" else column for column in listed]
            session.engine.execute(
                f"INSERT INTO {name} ({', '.join(rows.column_names)}) SELECT {', '.join(listed)} FROM copied_rows"
            )
            session.engine.unregister("copied_rows")


def _columns(table: sa.Table) -> str:
    # What JSON is to one store need not be to the other; text is to both.
    return ", ".join(
        f"{item.name}::TEXT AS {item.name}" if isinstance(item.type, sa.JSON) else item.name
        for item in table.columns
    )
