"""Labels from a file: pairs of mentions somebody has judged, as a relation training understands."""

from __future__ import annotations

from pathlib import Path

import duckdb

from basedb.domain import Entity
from basedb.store.session import scalar

_SAME = ("true", "t", "1", "1.0", "y", "yes", "same", "match", "是", "同一", "相同")
_DIFFERENT = ("false", "f", "0", "0.0", "n", "no", "different", "non-match", "否", "不同")
_TRUTH = ("match", "truth", "verdict", "label", "同一")


class UnusableLabels(ValueError):
    """A file of labels that cannot be used; the message says what is wrong with it."""


def read_labels(engine: duckdb.DuckDBPyConnection, entity: Entity, path: Path, result: str) -> int:
    """Create TEMP `result` (a, b, match) from a CSV or Parquet file; returns how many pairs it holds.

    Columns: ``mention_a, mention_b``, or ``source_a, source_key_a, role_a, source_b, source_key_b,
    role_b`` (a role left out is ``self``), and ``match`` (also called truth, verdict or label): true or
    false, same or different, 是 or 否; empty says nothing. A label of any version of a departmental
    record is one of the record. UnusableLabels names what is missing, and records the store lacks.
    """
    _read(engine, path)
    columns = {row[0].strip().lower(): row[0] for row in engine.execute("DESCRIBE temp.label_row").fetchall()}
    truth = next((columns[name] for name in _TRUTH if name in columns), None)
    if truth is None:
        raise UnusableLabels(
            f"{path.name} 没有结论列（{'、'.join(_TRUTH)} 之一）/ there is no column that says same or different"
        )
    sides = [_side(engine, entity, path, columns, side) for side in ("a", "b")]
    said = f'lower(trim("{truth}"::TEXT))'
    unknown = engine.execute(
        f"SELECT {said} FROM temp.label_row WHERE {said} NOT IN {(*_SAME, *_DIFFERENT, '')} LIMIT 1"
    ).fetchone()
    if unknown is not None:
        raise UnusableLabels(
            f"{path.name} 的结论列有看不懂的值 {unknown[0]}，请写 same 或 different"
            f" / the truth column holds {unknown[0]}; write same or different"
        )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {result} AS
            SELECT least(x.vertex, y.vertex) AS a, greatest(x.vertex, y.vertex) AS b, {said} IN {_SAME} AS match
            FROM temp.label_row JOIN {sides[0]} x USING (line) JOIN {sides[1]} y USING (line)
            WHERE {said} <> '' GROUP BY ALL"""
    )
    impossible = scalar(engine, f"SELECT count(*) FROM temp.{result} WHERE a = b AND NOT match")
    if impossible:
        raise UnusableLabels(
            f"{path.name} 有 {impossible} 对把同一条记录标为不同 / {impossible} labels say that a record differs from itself"
        )
    engine.execute(f"DELETE FROM temp.{result} WHERE a = b")
    for table in ("label_row", "label_side_a", "label_side_b"):
        engine.execute(f"DROP TABLE temp.{table}")
    return int(scalar(engine, f"SELECT count(*) FROM temp.{result}"))


def _read(engine: duckdb.DuckDBPyConnection, path: Path) -> None:
    name = str(path).replace("'", "''")
    reader = (
        f"read_parquet('{name}')" if path.suffix == ".parquet" else f"read_csv('{name}', all_varchar = true)"
    )
    try:
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE label_row AS SELECT row_number() OVER () AS line, * FROM {reader}"
        )
    except duckdb.Error as error:
        raise UnusableLabels(f"读不了 {path.name} / cannot read the labels: {error}") from error


def _side(
    engine: duckdb.DuckDBPyConnection, entity: Entity, path: Path, columns: dict[str, str], side: str
) -> str:
    """TEMP table (line, vertex): the last version of the record each line means on one side."""
    records = (
        f"{entity.qualified}_mention m JOIN {entity.schema}.source_record r ON r.record_id = m.record_id"
    )
    table = f"label_side_{side}"
    if f"mention_{side}" in columns:
        named = f"""SELECT t.line, r.source, r.source_key, m.role FROM temp.label_row t
            JOIN {entity.qualified}_mention m ON m.mention_id = TRY_CAST(t."{columns[f"mention_{side}"]}" AS BIGINT)
            JOIN {entity.schema}.source_record r ON r.record_id = m.record_id"""
    elif {f"source_{side}", f"source_key_{side}"} <= columns.keys():
        role = (
            f"""coalesce(nullif("{columns[f"role_{side}"]}"::TEXT, ''), 'self')"""
            if f"role_{side}" in columns
            else "'self'"
        )
        named = f"""SELECT line, "{columns[f"source_{side}"]}"::TEXT AS source,
            "{columns[f"source_key_{side}"]}"::TEXT AS source_key, {role} AS role FROM temp.label_row"""
    else:
        raise UnusableLabels(
            f"{path.name} 缺少列 mention_{side}，或 source_{side}、source_key_{side}"
            f" / columns mention_{side}, or source_{side} and source_key_{side}, are missing"
        )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {table} AS
            SELECT n.line, m.mention_id AS vertex FROM ({named}) n
            JOIN (SELECT m.mention_id, m.role, r.source, r.source_key, r.status FROM {records}) m
                USING (source, source_key, role)
            QUALIFY row_number() OVER (
                PARTITION BY n.line ORDER BY m.status = 'superseded', m.mention_id DESC) = 1"""
    )
    lost = engine.execute(
        f"SELECT count(*), min(line) FROM temp.label_row ANTI JOIN temp.{table} USING (line)"
    ).fetchone()
    if lost and lost[0]:
        raise UnusableLabels(
            f"{path.name} 有 {lost[0]} 行的记录不在库中（如第 {lost[1]} 行）"
            f" / the store lacks the records of {lost[0]} lines, such as line {lost[1]}"
        )
    return f"temp.{table}"
