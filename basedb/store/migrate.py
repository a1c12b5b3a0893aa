"""Creating a store and moving it forward, each step in one transaction with its ledger row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd
import sqlalchemy as sa

from basedb import ledger
from basedb.domain import BaseDomain
from basedb.standards import codes
from basedb.store.ddl import (
    comment_on_column,
    comment_statements,
    create_statements,
    forward_statements,
)
from basedb.store.engine import load_extension
from basedb.store.errors import StoreError, StoreMissing
from basedb.store.labels import label_of, label_row
from basedb.store.open import Store
from basedb.store.session import Session
from basedb.store.views import create_views, view_labels


@dataclass(frozen=True)
class Migration:
    """One forward step of a component (``basedb`` or a domain). Versions count from 1.

    statements: SQL that both stores accept, or a function of the store's kind that returns it.
    """

    component: str
    version: int
    name: str
    statements: Callable[[str], Sequence[str]]


def baseline(component: str, metadata: sa.MetaData) -> Migration:
    """Step 1 of a component: all tables as they are declared."""
    return Migration(component, 1, "baseline", lambda kind: list(create_statements(metadata, kind)))


def ledger_steps() -> list[Migration]:
    """Steps of the foundation's own tables after the first."""
    linkage = [
        ledger.redirect, ledger.judgement, ledger.review_assignment, ledger.review_sample, ledger.match_quality,
        ledger.match_model, ledger.term_frequency,
    ]  # fmt: skip
    return [
        Migration("basedb", 2, "linkage", lambda kind: list(forward_statements(linkage, kind))),
        Migration("basedb", 3, "domains of deliveries", _name_domains),
    ]


def _name_domains(kind: str) -> list[str]:
    """Deliveries and quarantined rows say which base they were for: its contract did so far."""
    return [
        *forward_statements([ledger.delivery, ledger.quarantine], kind),
        "UPDATE basedb.delivery AS t SET domain = s.domain FROM basedb.contract AS s"
        " WHERE t.domain IS NULL AND t.source = s.source AND t.contract_version = s.version",
        "UPDATE basedb.quarantine AS t SET domain = s.domain FROM basedb.delivery AS s"
        " WHERE t.domain IS NULL AND t.file_id = s.file_id",
    ]


def plan(domains: Sequence[BaseDomain]) -> list[Migration]:
    """Every migration of the foundation and of `domains`, in order."""
    steps = [baseline("basedb", ledger.metadata), *ledger_steps()]
    for domain in domains:
        steps.append(baseline(domain.name, domain.metadata))
        steps.extend(domain.migrations)
    return sorted(steps, key=lambda step: (step.component != "basedb", step.component, step.version))


def initialise(store: Store, domains: Sequence[BaseDomain]) -> list[Migration]:
    """Create the store if need be and bring it up to date; returns the steps that were applied.

    On PostgreSQL the database must exist and its role may create schemas.
    """
    return upgrade(store, domains, plan(domains))


def upgrade(store: Store, domains: Sequence[BaseDomain], steps: Sequence[Migration]) -> list[Migration]:
    """Apply the pending `steps` in order, each in its own transaction; the last renews views and labels.

    Components that are new to the store come first, all of them in one transaction: a store that was
    interrupted while it was made is none, and nobody loads into half of one.

    Raises StoreError if the store is newer than this program, or cannot hold what it is to.
    """
    applied = applied_versions(store)
    _refuse_newer(applied, steps)
    pending = [step for step in steps if (step.component, step.version) not in applied]
    there = {component for component, _ in applied}
    founding = [step for step in pending if step.component not in there]
    if founding:
        store.refuse_unfit()
    parts = [part for part in (founding, *([step] for step in pending if step.component in there)) if part]
    for part in parts:
        with store.writing(f"basedb upgrade {part[-1].component} {part[-1].version}") as session:
            for step in part:
                _apply(step, session, store.kind)
            if part is parts[-1]:  # with it, or a failure here would leave them out for good
                if store.kind == "duckdb":  # its functions are bound as they are made
                    load_extension(session.engine, "spatial")
                else:  # the engine knows the server's tables as they were when it first looked
                    session.engine.execute("CALL pg_clear_cache()")
                create_views(session, store.kind, domains)
                _write_labels(session, store.kind, domains)
                _write_code_lists(session)
    return [step for part in parts for step in part]


def _apply(step: Migration, session: Session, kind: str) -> None:
    for statement in step.statements(kind):
        session.apply(statement)
    session.apply(
        "INSERT INTO basedb.migration (component, version, name, applied_at)"
        f" VALUES ('{step.component}', {step.version}, '{step.name}', now())"
    )


def refuse_other_version(applied: set[tuple[str, int]], domains: Sequence[BaseDomain]) -> None:
    """Raise StoreError if a store is newer than this program, or waits for `basedb upgrade`.

    applied: what `applied_versions` says. A domain the store knows nothing of is not waited for.
    """
    steps = plan(domains)
    _refuse_newer(applied, steps)
    there = {component for component, _ in applied}
    behind = {
        step.component
        for step in steps
        if step.component in there and (step.component, step.version) not in applied
    }
    if behind:
        raise StoreError(
            f"数据库还是旧版（{', '.join(sorted(behind))}），请先备份，再运行 basedb upgrade"
            " / the store is of an older version: back it up and run basedb upgrade"
        )


def _refuse_newer(applied: set[tuple[str, int]], steps: Sequence[Migration]) -> None:
    newest = {step.component: step.version for step in steps}
    ahead = {name for name, version in applied if version > newest.get(name, 0) and name in newest}
    if ahead:
        raise StoreError(
            f"数据库比本程序新（{', '.join(sorted(ahead))}），请升级 basedb / the store is newer than this program"
        )


def applied_versions(store: Store) -> set[tuple[str, int]]:
    """The (component, version) pairs the store's ledger names; empty for a fresh store."""
    try:
        with store.reading() as engine:
            return set(engine.execute("SELECT component, version FROM basedb.migration").fetchall())
    except (StoreMissing, duckdb.CatalogException):
        return set()


def _write_labels(session: Session, kind: str, domains: Sequence[BaseDomain]) -> None:
    tables = [*ledger.metadata.sorted_tables]
    for domain in domains:
        tables += domain.metadata.sorted_tables
    for statement in comment_statements(tables):
        session.apply(statement)
    rows = [
        label_row(table.fullname, item.name, label_of(item)) for table in tables for item in table.columns
    ]
    for domain in domains:
        for view, name, label in view_labels(session, kind, domain, tables):
            session.apply(comment_on_column(view, name, label.title))
            rows.append(label_row(view, name, label))
    session.apply("DELETE FROM basedb.column_label")
    session.engine.executemany("INSERT INTO basedb.column_label VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _write_code_lists(session: Session) -> None:
    """The code lists in force here, so that views can show labels beside codes."""
    rows = pd.concat([codes.table(name) for name in codes.lists()], ignore_index=True)
    starts, ends = rows["valid_from"].map(_first_day), rows["valid_to"].map(_first_day)
    session.engine.register(
        "shipped_codes",
        pd.DataFrame(
            {
                "list": rows["list"],
                "code": rows["code"],
                "label": rows["label_zh"],
                "valid_from": starts.replace("", "0001-01-01"),
                "valid_to": ends.replace("", "9999-12-31"),
            }
        ),
    )
    session.apply("DELETE FROM basedb.code_list")
    session.engine.execute(
        "INSERT INTO basedb.code_list (list, code, label, valid_from, valid_to)"
        " SELECT list, code, label, valid_from::DATE, valid_to::DATE FROM shipped_codes"
    )
    session.engine.unregister("shipped_codes")


def _first_day(text: str) -> str:
    """A date, month or year of a code list as the day it begins; blank stays blank."""
    return f"{text}-01-01"[:10] if len(text) == 4 else f"{text}-01" if len(text) == 7 else text
