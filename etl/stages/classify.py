"""Classify: what is new, what changed, what is gone — the night's cost follows from here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa

from basedb.findings import Severity, define, finding_type
from basedb.refusal import Held
from basedb.store import in_any_order, scalar
from etl.batch import Batch
from etl.contract.model import Operation
from etl.readers.result import ReadResult, RejectedRow

REPEATED_KEY = define(
    "key.repeated",
    Severity.WARNING,
    "主键在文件内重复，已按补充列区分为不同记录",
    "the key is repeated in the file; the rows are kept apart as separate records",
)
BLANK_KEY = define(
    "key.blank",
    Severity.WARNING,
    "主键为空，已按补充列识别",
    "the key is blank; other columns identify the row",
)
TOO_MANY_ABSENT = define(
    "snapshot.too_many_absent",
    Severity.ERROR,
    "全量数据比现状少了太多记录",
    "the snapshot lacks too many of the standing records",
)
TOO_FEW_ROWS = define(
    "snapshot.too_few_rows",
    Severity.ERROR,
    "行数少于合同规定的最少行数",
    "fewer rows than the contract's minimum",
)
ABSENCE_SUSPENDED = define(
    "snapshot.absence_suspended",
    Severity.WARNING,
    "文件含无法读取的行，本次不注销缺失的记录",
    "the file has unreadable rows, so absent records are not retired this time",
)

UNKNOWN_OPERATION = define(
    "operation.unknown",
    Severity.WARNING,
    "操作栏的词不在约定之内，按新增或更正处理",
    "the operation is none the contract names; the row is taken as an addition or a correction",
)
NOT_STANDING = define(
    "operation.not_standing",
    Severity.WARNING,
    "要变更或删除的记录不存在，可能漏收了先前的增量",
    "the record to be changed or deleted does not stand; was an earlier delta missed?",
)

_STANDING = "record_id, source, source_key, digest, as_of, valid_from, valid_to, status, scope"


@dataclass(frozen=True)
class Classify:
    """Leaves TEMP `row` (row_no, source_key, digest, scope, outcome, standing_id) and `closed`, and those rows of
    the file that say something new (added, changed, arrived late) in `processed`, in file order.

    Raises Held when a snapshot is implausibly short, unless a person released it.
    """

    name: str = "classify"

    def run(self, batch: Batch) -> int:
        _give_keys(batch)
        if batch.delivery.digests:
            _keep_only(batch)
        _find_standing(batch)
        batch.session.settle()
        with in_any_order(batch.engine):
            _decide_outcomes(batch)
        batch.session.settle()
        _find_absent(batch)
        batch.processed = _rows_to_process(batch)
        batch.engine.register("processed", batch.processed)
        return batch.processed.num_rows


def _rows_to_process(batch: Batch) -> pa.Table:
    assert batch.result is not None
    process = "outcome IN ('added', 'changed', 'superseded')"
    if scalar(batch.engine, f"SELECT count(*) FROM row WHERE {process}") == batch.result.table.num_rows:
        return batch.result.table
    return batch.engine.execute(
        f"SELECT i.* FROM incoming i SEMI JOIN (FROM row WHERE {process}) r USING (row_no) ORDER BY row_no"
    ).to_arrow_table()


def quoted(column: str) -> str:
    """A departmental column name as an SQL identifier."""
    return '"' + column.replace('"', '""') + '"'


def raw_expression(batch: Batch) -> str:
    """The raw row as a JSON array of its cells in contract order ('' for an empty cell)."""
    cells = ", ".join(f"coalesce({quoted(name)}, '')" for name in batch.contract.kept_columns)
    return f"to_json([{cells}])"


def kept_expression(batch: Batch) -> str:
    """The raw row as it is kept: statistics-only cells are left out, and stay in the archived file alone."""
    withheld = batch.withheld
    cells = ", ".join(
        "''" if name in withheld else f"coalesce({quoted(name)}, '')" for name in batch.contract.kept_columns
    )
    return f"to_json([{cells}])"


def _text(columns: tuple[str, ...]) -> str:
    if not columns:
        return "''"
    if len(columns) == 1:
        return f"trim(coalesce({quoted(columns[0])}, ''))"
    parts = ", ".join(f"trim(coalesce({quoted(name)}, ''))" for name in columns)
    joined = f"concat_ws('|', {parts})"
    return f"CASE WHEN replace({joined}, '|', '') = '' THEN '' ELSE {joined} END"


def _give_keys(batch: Batch) -> None:
    """A key for every row: the contract's columns, where blank or repeated the tiebreak, then the digest."""
    engine, contract = batch.engine, batch.contract
    scope = _text(contract.delivery.scope) if contract.delivery.scope else "NULL::TEXT"
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE keyed AS
            SELECT row_no, {_text(contract.key)} AS natural_key, {_text(contract.key_tiebreak)} AS tiebreak,
                md5('{contract.version}' || {raw_expression(batch)})::UUID AS digest, {scope} AS scope
            FROM incoming"""
    )
    batch.session.settle()
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE repeated_key AS
            SELECT natural_key, count(DISTINCT digest) AS contents, min(row_no) AS first_row, max(row_no) AS last_row
            FROM keyed SEMI JOIN (
                SELECT natural_key FROM keyed GROUP BY natural_key HAVING count(*) > 1 OR natural_key = '')
                USING (natural_key)
            GROUP BY natural_key"""
    )
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE given AS
            SELECT row_no, natural_key AS source_key, digest, scope, false AS is_duplicate
            FROM keyed ANTI JOIN repeated_key USING (natural_key)
            UNION ALL
            SELECT row_no,
                CASE WHEN contents = 1 AND natural_key <> '' THEN natural_key
                    WHEN contents_under_tiebreak = 1 AND tiebreak <> '' THEN natural_key || '#' || tiebreak
                    ELSE natural_key || '#' || tiebreak || '#' || left(digest::TEXT, 13) END,
                digest, scope, place > 1
            FROM (
                SELECT k.*, r.contents, t.contents_under_tiebreak,
                    row_number() OVER (PARTITION BY k.natural_key, k.digest ORDER BY row_no) AS place
                FROM keyed k JOIN repeated_key r USING (natural_key)
                JOIN (SELECT natural_key, tiebreak, count(DISTINCT digest) AS contents_under_tiebreak
                      FROM keyed SEMI JOIN repeated_key USING (natural_key) GROUP BY ALL) t
                    ON t.natural_key = k.natural_key AND t.tiebreak = k.tiebreak)"""
    )


def _keep_only(batch: Batch) -> None:
    """Part of a file is loaded (waived rows): keys follow from the whole file, the account from the part."""
    engine = batch.engine
    engine.execute(
        "DELETE FROM temp.given WHERE is_duplicate OR digest::TEXT NOT IN (SELECT unnest(?))",
        [sorted(batch.delivery.digests)],
    )
    part = engine.execute(
        "SELECT i.* FROM incoming i SEMI JOIN given USING (row_no) ORDER BY row_no"
    ).to_arrow_table()
    batch.result = ReadResult(part, notes=batch.delivery.notes)
    engine.register("incoming", part)
    engine.execute("CREATE OR REPLACE TEMP TABLE nothing_aside (row_no BIGINT, outcome TEXT, footnote TEXT)")
    engine.register("set_aside", engine.execute("FROM nothing_aside").to_arrow_table())


def _find_standing(batch: Batch) -> None:
    """TEMP `standing`: the last version of every record of the source that this file may speak of."""
    engine, source = batch.engine, batch.contract.source
    table = f"{batch.domain.name}.source_record"
    if batch.contract.delivery.mode == "snapshot":
        if batch.contract.delivery.scope:
            listed = "SELECT coalesce(to_json(list_sort(list(DISTINCT scope)))::TEXT, '[]') FROM given"
            batch.scope = scalar(engine, listed)
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE standing AS SELECT {_STANDING.replace('source, ', '')} FROM {table}"
            f" WHERE source = '{source}' AND status <> 'superseded'"
        )
        batch.newest_snapshot = scalar(
            engine,
            f"SELECT max(as_of) FROM basedb.delivery WHERE {snapshot_over_scope(batch)}",
        )
    else:
        batch.session.fetch("standing_any", table, _STANDING, "source_key", "SELECT source_key FROM given")
        engine.execute(
            "CREATE OR REPLACE TEMP TABLE standing AS FROM standing_any"
            f" WHERE source = '{source}' AND status <> 'superseded'"
        )


def snapshot_over_scope(batch: Batch) -> str:
    """SQL condition over the file ledger: a loaded snapshot of the source that covers this file's scope."""
    condition = (
        f"source = '{batch.contract.source}' AND domain = '{batch.contract.domain}'"
        " AND mode = 'snapshot' AND status IN ('loaded', 'current')"
    )
    if batch.scope is None:
        return condition
    scope = batch.scope.replace("'", "''")
    return (
        f"{condition} AND (scope IS NULL OR"
        f" list_has_any(CAST(CAST(scope AS JSON) AS TEXT[]), CAST(CAST('{scope}' AS JSON) AS TEXT[])))"
    )


def _decide_outcomes(batch: Batch) -> None:
    engine, as_of = batch.engine, f"DATE '{batch.delivery.as_of}'"
    snapshot_late = "true" if batch.late else "false"
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE decided AS
            SELECT g.row_no, g.source_key, g.digest, g.scope, s.record_id AS standing_id,
                s.valid_from AS standing_from, s.digest AS standing_digest,
                CASE WHEN g.is_duplicate THEN 'duplicate'
                    WHEN s.record_id IS NULL THEN CASE WHEN {snapshot_late} THEN 'superseded' ELSE 'added' END
                    WHEN s.as_of > {as_of} OR (s.status = 'retired' AND s.valid_to > {as_of}) THEN 'superseded'
                    WHEN s.digest = g.digest AND s.status = 'current' THEN 'unchanged'
                    WHEN {snapshot_late} THEN 'superseded'
                    WHEN s.status = 'retired' THEN 'added'
                    ELSE 'changed' END AS outcome
            FROM given g LEFT JOIN standing s USING (source_key)"""
    )
    _confirm_late_rows(batch)
    _apply_operations(batch)
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE row AS
            SELECT d.row_no, d.source_key, d.digest, d.scope, d.standing_id, d.standing_from,
                CASE WHEN d.outcome IN ('added', 'changed', 'superseded') AND q.digest IS NOT NULL
                    THEN 'quarantined' ELSE d.outcome END AS outcome,
                q.digest IS NOT NULL AS in_quarantine, w.digest IS NOT NULL AS waived
            FROM decided d
            LEFT JOIN (SELECT DISTINCT digest FROM basedb.quarantine
                       WHERE source = $source AND state IN ('open', 'resent')) q ON q.digest = d.digest
            LEFT JOIN (SELECT DISTINCT subject::UUID AS digest FROM basedb.decision
                       WHERE kind = 'waive' AND source = $source) w ON w.digest = d.digest""",
        {"source": batch.contract.source},
    )


def _confirm_late_rows(batch: Batch) -> None:
    """A late row that equals the version in force at its as-of tells nothing new: unchanged."""
    engine, as_of = batch.engine, f"DATE '{batch.delivery.as_of}'"
    if not scalar(
        engine, "SELECT count(*) FROM decided WHERE outcome = 'superseded' AND standing_id IS NOT NULL"
    ):
        return
    batch.session.fetch(
        "all_versions",
        f"{batch.domain.name}.source_record",
        _STANDING,
        "source_key",
        "SELECT source_key FROM decided WHERE outcome = 'superseded' AND standing_id IS NOT NULL",
    )
    engine.execute(
        f"""UPDATE decided SET outcome = 'unchanged' FROM (
                SELECT source_key, arg_max(digest, (as_of, record_id)) AS digest FROM all_versions
                WHERE source = '{batch.contract.source}' AND as_of <= {as_of} GROUP BY source_key) v
            WHERE decided.source_key = v.source_key AND decided.digest = v.digest AND outcome = 'superseded'"""
    )


def _apply_operations(batch: Batch) -> None:
    """A delta's delete rows retire their record instead of changing it."""
    operation = batch.contract.delivery.operation
    batch.engine.execute(
        "CREATE OR REPLACE TEMP TABLE closed (record_id BIGINT, status TEXT, closed_on DATE)"
    )
    batch.engine.execute(
        "CREATE OR REPLACE TEMP TABLE doubted_operation (row_no BIGINT, code TEXT, word TEXT, suggestion TEXT)"
    )
    if operation is None:
        return
    _doubt_operations(batch, operation)
    if not operation.delete:
        return
    batch.engine.execute(
        f"""UPDATE decided SET outcome = 'retired' FROM incoming i
            WHERE decided.row_no = i.row_no AND outcome IN ('added', 'changed', 'unchanged')
                AND trim(i.{quoted(operation.column)}) IN (SELECT unnest(?))""",
        [list(operation.delete)],
    )
    batch.engine.execute(
        f"INSERT INTO closed SELECT record_id, 'retired', DATE '{batch.delivery.as_of}' FROM standing"
        " WHERE status = 'current' AND record_id IN (SELECT standing_id FROM decided WHERE outcome = 'retired')"
    )


def _doubt_operations(batch: Batch, operation: Operation) -> None:
    """Leaves TEMP `doubted_operation`: words the contract does not name, and changes of what does not stand.

    A file without any word in the column is told of once.
    """
    engine, named = batch.engine, [*operation.insert, *operation.update, *operation.delete]
    words = "、".join(named)
    cell = f"trim(coalesce({quoted(operation.column)}, ''))"
    if "" not in named and scalar(engine, f"SELECT max({cell}) FROM incoming") == "":
        engine.execute(
            "INSERT INTO doubted_operation VALUES (NULL, ?, NULL, ?)",
            [UNKNOWN_OPERATION, f"补上该列，填：{words} / the column is missing or empty; fill it in"],
        )
        return
    engine.execute(
        f"""INSERT INTO doubted_operation
            SELECT row_no, CASE WHEN is_unknown THEN '{UNKNOWN_OPERATION}' ELSE '{NOT_STANDING}' END, word,
                CASE WHEN is_unknown THEN $known ELSE $missed END
            FROM (
                SELECT row_no, {cell} AS word, word NOT IN (SELECT unnest($named)) AS is_unknown FROM incoming)
            JOIN decided d USING (row_no) LEFT JOIN standing s ON s.record_id = d.standing_id
            WHERE d.outcome <> 'duplicate'
                AND (is_unknown OR (coalesce(s.status, '') <> 'current' AND word NOT IN (SELECT unnest($insert))))""",
        {
            "named": named,
            "insert": list(operation.insert),
            "known": f"填：{words} / one of these",
            "missed": "补送先前的增量，或报送一次全量 / send the earlier delta again, or a full delivery",
        },
    )


def _find_absent(batch: Batch) -> None:
    """A snapshot retires what it no longer lists, within its scope and within reason."""
    delivery = batch.contract.delivery
    if delivery.mode != "snapshot" or batch.late or batch.delivery.digests:
        return
    assert batch.result is not None
    engine = batch.engine
    rows = scalar(engine, "SELECT count(*) FROM row")
    if rows < delivery.min_rows and not batch.released:
        raise Held(
            TOO_FEW_ROWS,
            f"文件只有 {rows} 行，少于合同规定的 {delivery.min_rows} 行",
            f"the file has {rows} rows, the contract expects at least {delivery.min_rows}",
        )
    in_scope = "(scope IS NULL OR scope IN (SELECT scope FROM row))"
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE absent AS
            SELECT record_id FROM standing ANTI JOIN row USING (source_key)
            WHERE status = 'current' AND as_of <= DATE '{batch.delivery.as_of}' AND {in_scope}"""
    )
    absent = int(scalar(engine, "SELECT count(*) FROM absent"))
    standing = int(scalar(engine, f"SELECT count(*) FROM standing WHERE status = 'current' AND {in_scope}"))
    if absent > delivery.max_retire_ratio * standing and not batch.released:
        raise Held(
            TOO_MANY_ABSENT,
            f"与现状相比缺少 {absent}/{standing} 条记录（{absent / standing:.1%}），"
            f"超过上限 {delivery.max_retire_ratio:.1%}" + _unread(batch.result.rejected, zh=True),
            f"{absent} of {standing} standing records are absent, more than the contract's limit"
            + _unread(batch.result.rejected, zh=False),
        )
    if batch.result.rejected:
        return
    batch.absent = absent
    engine.execute(
        f"INSERT INTO closed SELECT record_id, 'retired', DATE '{batch.delivery.as_of}' FROM absent"
    )


def _unread(rejected: tuple[RejectedRow, ...], *, zh: bool) -> str:
    """What to add to the reason of a hold when rows of the file could not be read."""
    if not rejected:
        return ""
    code, _ = Counter(row.code for row in rejected).most_common(1)[0]
    first = next(row.row_no for row in rejected if row.code == code)
    if zh:
        return f"；文件有 {len(rejected)} 行读不了，多为“{finding_type(code).zh}”，如第 {first} 行"
    return f"; {len(rejected)} rows cannot be read, mostly {code}, row {first} for one"
