"""Accept: which processed rows become record versions, which are quarantined, with every finding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from basedb.domain import Domain
from basedb.findings import all_types
from basedb.store import scalar
from etl.batch import Batch
from etl.stages.classify import (
    ABSENCE_SUSPENDED,
    BLANK_KEY,
    REPEATED_KEY,
    UNKNOWN_OPERATION,
    snapshot_over_scope,
)
from etl.stages.standardize import FUTURE


@dataclass(frozen=True)
class Accept:
    """Leaves TEMP `new_record`, `finding` and `new_quarantine`."""

    name: str = "accept"

    def run(self, batch: Batch) -> int:
        _register_severities(batch)
        _mark_quarantined(batch)
        _number_records(batch)
        _collect_findings(batch)
        return int(scalar(batch.engine, "SELECT count(*) FROM new_record"))


def _register_severities(batch: Batch) -> None:
    types = all_types()
    batch.engine.register(
        "finding_type",
        pa.table({"code": [item.code for item in types], "severity": [str(item.severity) for item in types]}),
    )


def _mark_quarantined(batch: Batch) -> None:
    """A row fails when the contract says its finding fails it, unless a person waived the row."""
    batch.engine.execute(
        """CREATE OR REPLACE TEMP TABLE new_quarantine AS
            SELECT r.row_no, r.source_key, r.digest, f.codes FROM row r JOIN (
                SELECT row_no, string_agg(DISTINCT code, ',' ORDER BY code) AS codes
                FROM raw_finding WHERE failed GROUP BY row_no) f USING (row_no)
            WHERE NOT r.waived"""
    )
    batch.engine.execute(
        "UPDATE row SET outcome = 'quarantined' WHERE row_no IN (SELECT row_no FROM new_quarantine)"
    )


def _number_records(batch: Batch) -> None:
    """Record ids in row order; the record version each one replaces is closed."""
    engine = batch.engine
    as_of = f"DATE '{batch.delivery.as_of}'"
    next_snapshot = f"DATE '{_next_snapshot(batch)}'"
    accepted = "outcome IN ('added', 'changed', 'superseded')"
    count = int(scalar(engine, f"SELECT count(*) FROM row WHERE {accepted}"))
    first = batch.counters.take(f"{batch.domain.name}.record", count)
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE new_record AS
            WITH stated AS (
                SELECT r.*, least(coalesce(e.valid_from, {as_of}), {as_of}) AS stated_from,
                    s.as_of AS standing_as_of, s.status AS standing_status, s.valid_to AS standing_to
                FROM row r JOIN raw_event e USING (row_no) LEFT JOIN standing s ON s.record_id = r.standing_id
                WHERE {accepted}),
            dated AS (
                -- A record that comes again was not there in between, whatever its own date says.
                SELECT *, CASE WHEN standing_to <= {as_of} AND stated_from <= standing_to THEN {as_of}
                        ELSE stated_from END AS valid_from,
                    -- A late row newer than the last version of a record retired since takes its place.
                    coalesce(standing_status = 'retired' AND standing_as_of <= {as_of}, false) AS is_last
                FROM stated)
            SELECT {first} - 1 + row_number() OVER (ORDER BY row_no) AS record_id, row_no,
                '{batch.contract.source}' AS source, source_key, digest, scope, outcome, standing_id,
                {as_of} AS as_of, valid_from,
                CASE WHEN outcome <> 'superseded' THEN 'current'
                    WHEN standing_id IS NULL OR is_last THEN 'retired'
                    ELSE 'superseded' END AS status,
                CASE WHEN outcome <> 'superseded' THEN DATE '9999-12-31'
                    WHEN is_last AND standing_to > {as_of} THEN standing_to
                    WHEN standing_id IS NULL OR is_last THEN {next_snapshot}
                    -- What stands is older and was confirmed by a later snapshot: this held until then.
                    WHEN standing_as_of <= {as_of} THEN {next_snapshot}
                    ELSE greatest(valid_from, standing_from) END AS valid_to
            FROM dated ORDER BY row_no"""
    )
    engine.execute(
        f"""INSERT INTO closed
            SELECT n.standing_id, 'superseded',
                CASE WHEN s.status = 'retired' AND s.valid_to <= {as_of} THEN s.valid_to
                    ELSE greatest(n.valid_from, s.valid_from) END
            FROM new_record n JOIN standing s ON s.record_id = n.standing_id
            WHERE n.status IN ('current', 'retired')"""
    )


def _next_snapshot(batch: Batch) -> date:
    """The as-of of the first snapshot after a late one; the delivery's own if it is not late."""
    if not batch.late:
        return batch.delivery.as_of
    found: date = scalar(
        batch.engine,
        f"SELECT min(as_of) FROM basedb.delivery WHERE {snapshot_over_scope(batch)} AND as_of > ?",
        [batch.delivery.as_of],
    )
    return found


def _collect_findings(batch: Batch) -> None:
    """Row findings of processed rows, key findings of new rows, and what the reader noticed."""
    assert batch.result is not None
    notes: list[tuple[int | None, str | None, str, str | None]] = [
        (n.row_no, n.column, n.code, n.zh) for n in batch.result.notes
    ]
    notes += [(r.row_no, None, r.code, r.zh) for r in batch.result.rejected]
    if batch.result.rejected and batch.contract.delivery.mode == "snapshot":
        notes.append((None, None, ABSENCE_SUSPENDED, None))
    batch.engine.register(
        "note",
        pa.table(
            {
                "row_no": pa.array([note[0] for note in notes], pa.int64()),
                "column_name": pa.array([note[1] for note in notes], pa.string()),
                "code": pa.array([note[2] for note in notes], pa.string()),
                "value": pa.array([None for _ in notes], pa.string()),
                "suggestion": pa.array([note[3] for note in notes], pa.string()),
            }
        ),
    )
    key, operation = batch.contract.key[0], batch.contract.delivery.operation
    batch.engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE finding AS
            WITH every AS (
                SELECT row_no, column_name, code, value, suggestion, severity FROM raw_finding
                UNION ALL
                SELECT row_no, column_name, code, value, suggestion, NULL FROM note
                UNION ALL
                SELECT k.row_no, $key, CASE WHEN k.natural_key = '' THEN '{BLANK_KEY}' ELSE '{REPEATED_KEY}' END,
                    k.natural_key, CASE WHEN k.natural_key = '' THEN '补填主键 / fill in the key' ELSE '与第 '
                        || CASE WHEN k.row_no = p.first_row THEN p.last_row ELSE p.first_row END
                        || ' 行主键相同而内容不同，更正其一的主键或删去一行'
                        || ' / another row has this key and says otherwise: correct one key, or drop a row' END, NULL
                FROM keyed k JOIN repeated_key p USING (natural_key) JOIN row r USING (row_no)
                WHERE (p.contents > 1 OR natural_key = '') AND r.outcome IN ('added', 'changed', 'superseded')
                UNION ALL
                SELECT row_no, $operation, code, word, suggestion, NULL FROM doubted_operation
                WHERE $is_entity OR (code = '{UNKNOWN_OPERATION}' AND word <> '')
                UNION ALL
                SELECT e.row_no, $valid_from, '{FUTURE}', e.valid_from::TEXT, DATE '{batch.delivery.as_of}'::TEXT,
                    NULL
                FROM raw_event e WHERE e.valid_from > DATE '{batch.delivery.as_of}')
            SELECT e.row_no, r.source_key, e.column_name, e.code,
                coalesce(e.severity, t.severity) AS severity, e.value, e.suggestion
            FROM every e JOIN finding_type t USING (code) LEFT JOIN row r ON r.row_no = e.row_no
            ORDER BY e.row_no NULLS FIRST, e.column_name, e.code""",
        {
            "key": key,
            "valid_from": batch.contract.valid_from,
            "operation": operation.column if operation else None,
            # What a feature is, and whether it stands, other domains tell by its shape.
            "is_entity": isinstance(batch.domain, Domain),
        },
    )
