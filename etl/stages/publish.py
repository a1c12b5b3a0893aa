"""Publish: records, mentions, identity, masters, history and ledgers, in the one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from basedb.store import in_any_order, scalar
from etl.batch import Batch
from etl.stages.classify import kept_expression

_OPEN = "TIMESTAMPTZ '9999-12-31 00:00:00+00'"


class Unbalanced(RuntimeError):
    """The outcomes do not add up to the rows read: a defect of the program, nothing is published."""


class Writes(Protocol):
    """A part of the publication that belongs to one kind of domain."""

    def run(self, batch: Batch) -> int: ...


@dataclass(frozen=True)
class Publish:
    """Writes what the stages before found, the masters through `masters`. The session commits after it."""

    masters: Sequence[Writes]
    name: str = "publish"

    def run(self, batch: Batch) -> int:
        _close_records(batch)
        with in_any_order(batch.engine):
            _insert_records(batch)
        for part in self.masters:
            part.run(batch)
        _write_outcomes(batch)
        _write_findings(batch)
        _write_quarantine(batch)
        batch.session.complete_indexes(batch.domain.metadata)
        return batch.counts["added"] + batch.counts["changed"] + batch.counts["superseded"]


def _close_records(batch: Batch) -> None:
    if not scalar(batch.engine, "SELECT count(*) FROM closed"):
        return
    staged = batch.session.stage("SELECT record_id, status, closed_on FROM closed")
    batch.session.apply(
        f"UPDATE {batch.domain.name}.source_record AS t SET status = s.status,"
        f" valid_to = s.closed_on, known_to = TIMESTAMPTZ '{batch.received}'"
        f" FROM {staged} AS s WHERE t.record_id = s.record_id"
    )


def _insert_records(batch: Batch) -> None:
    event = ", ".join(
        f"{item.name} := {item.name}"
        for item in batch.domain.record_attributes
        if item.name in batch.contract.attributes("record")
    )
    standard = f"to_json(struct_pack({event}))" if event else "NULL"
    batch.engine.execute(
        f"""INSERT INTO {batch.domain.name}.source_record
                (record_id, source, source_key, file_id, row_no, scope, digest, raw, standard, contract_version,
                 as_of, status, valid_from, valid_to, known_from, known_to, run_id)
            SELECT n.record_id, n.source, n.source_key, {batch.file_id}, n.row_no, n.scope, n.digest,
                {kept_expression(batch)}, {standard}, '{batch.contract.version}', n.as_of, n.status, n.valid_from,
                n.valid_to, TIMESTAMPTZ '{batch.received}',
                CASE n.status WHEN 'current' THEN {_OPEN} ELSE TIMESTAMPTZ '{batch.received}' END, {batch.run_id}
            FROM new_record n JOIN processed USING (row_no)
            JOIN (SELECT * EXCLUDE (valid_from) FROM raw_event) e USING (row_no)"""
    )


def _write_outcomes(batch: Batch) -> None:
    """Every row's outcome, neighbours of one kind as one range; the account must balance."""
    assert batch.result is not None
    engine = batch.engine
    every = "SELECT row_no, outcome FROM row UNION ALL SELECT row_no, outcome FROM set_aside"
    for outcome, count in engine.execute(
        f"SELECT outcome, count(*) FROM ({every}) GROUP BY outcome"
    ).fetchall():
        batch.counts[outcome] = count
    if sum(batch.counts.values()) != batch.result.records:
        raise Unbalanced(
            f"{batch.delivery.file_name}: {batch.counts} does not add up to {batch.result.records}"
        )
    engine.execute(
        f"""INSERT INTO basedb.row_outcome (file_id, first_row, last_row, outcome)
            SELECT {batch.file_id}, min(row_no), max(row_no), outcome FROM (
                SELECT row_no, outcome, row_no - row_number() OVER (PARTITION BY outcome ORDER BY row_no) AS island
                FROM ({every}))
            GROUP BY outcome, island ORDER BY min(row_no)"""
    )


def _write_findings(batch: Batch) -> None:
    withheld = "list_contains($withheld::TEXT[], column_name)"
    batch.engine.execute(
        "INSERT INTO basedb.finding (file_id, row_no, source_key, column_name, code, severity, value, suggestion)"
        f" SELECT {batch.file_id}, row_no, source_key, column_name, code, severity,"
        f" CASE WHEN NOT coalesce({withheld}, false) THEN value END,"
        f" CASE WHEN NOT coalesce({withheld}, false) THEN suggestion END FROM temp.finding",
        {"withheld": sorted(batch.withheld)},
    )


def _write_quarantine(batch: Batch) -> None:
    """New quarantined rows; a row seen again keeps its entry; an accepted key closes what was open."""
    assert batch.result is not None
    engine, source, session = batch.engine, batch.contract.source, batch.session
    domain = batch.contract.domain
    ours = f"t.source = '{source}' AND t.domain = '{domain}'"
    received = f"TIMESTAMPTZ '{batch.received}'"
    if scalar(
        engine,
        f"SELECT count(*) FROM basedb.quarantine AS t WHERE {ours} AND state IN ('open', 'resent')",
    ):
        seen = session.stage(
            "SELECT DISTINCT digest FROM row WHERE in_quarantine AND outcome = 'quarantined'"
        )
        session.apply(
            f"UPDATE basedb.quarantine AS t SET last_file_id = {batch.file_id} FROM {seen} AS s"
            f" WHERE {ours} AND t.digest = s.digest AND t.state IN ('open', 'resent')"
        )
        mended = session.stage(
            "SELECT DISTINCT source_key FROM row WHERE outcome IN ('added', 'changed', 'unchanged')"
            " AND source_key IN (SELECT source_key FROM basedb.quarantine AS t"
            f" WHERE {ours} AND state IN ('open', 'resent'))"
        )
        session.apply(
            f"UPDATE basedb.quarantine AS t SET state = 'fixed', state_changed_at = {received} FROM {mended} AS s"
            f" WHERE {ours} AND t.source_key = s.source_key AND t.state IN ('open', 'resent')"
        )
    unreadable = [
        (row.row_no, row.code, json.dumps(row.raw, ensure_ascii=False)) for row in batch.result.rejected
    ]
    engine.execute("CREATE OR REPLACE TEMP TABLE unreadable (row_no BIGINT, code TEXT, raw TEXT)")
    if unreadable:
        engine.executemany("INSERT INTO temp.unreadable VALUES (?, ?, ?)", unreadable)
    count = scalar(engine, "SELECT (SELECT count(*) FROM new_quarantine) + (SELECT count(*) FROM unreadable)")
    if not count:
        return
    first = batch.counters.take("basedb.quarantine", int(count))
    engine.execute(
        f"""INSERT INTO basedb.quarantine (quarantine_id, source, domain, source_key, digest, file_id, row_no,
                last_file_id, raw, codes, state, state_changed_at)
            SELECT {first} - 1 + row_number() OVER (ORDER BY row_no), '{source}', '{domain}', source_key, digest,
                {batch.file_id}, row_no, {batch.file_id}, raw, codes, 'open', {received}
            FROM (
                SELECT q.row_no, q.source_key, q.digest, {kept_expression(batch)}::TEXT AS raw, q.codes
                FROM new_quarantine q JOIN incoming USING (row_no)
                UNION ALL
                SELECT row_no, NULL, NULL, raw, code FROM temp.unreadable)"""
    )
