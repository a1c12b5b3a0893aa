"""The truth from files: which entity every mention really is, where somebody knows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from basedb.domain import Entity
from basedb.linkage.label_file import UnusableLabels
from basedb.store.session import scalar


def read_truth(engine: duckdb.DuckDBPyConnection, entity: Entity, paths: Sequence[Path], result: str) -> int:
    """Create TEMP `result`: every departmental record of known truth, as it was accepted last.

    Columns: mention_id, entity_id, source, source_key, role, true_id TEXT, tags TEXT[]. Returns how many
    rows of the files are not the one a record was accepted from last (unchanged, held or quarantined).

    A file (CSV or Parquet) has ``source`` and ``source_key``, or ``file`` (as the delivery ledger has
    it, or the last part) and ``row_no``; ``role`` (``self`` where it is left out); ``true_id``, or the
    name of the entity's id (``person_id``); and may have ``tags``, a list or text separated by blanks,
    commas or semicolons. UnusableLabels names a column that is missing, and a record of two truths.
    """
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE told_truth
            (source TEXT, source_key TEXT, file TEXT, row_no BIGINT, role TEXT, true_id TEXT, tags TEXT[])"""
    )
    for path in paths:
        _read(engine, entity, path)
    last = f"""SELECT m.mention_id, m.{entity.id_column} AS entity_id, r.source, r.source_key, m.role, r.row_no,
            d.file_name FROM {entity.qualified}_mention m
        JOIN {entity.schema}.source_record r ON r.record_id = m.record_id
        JOIN basedb.delivery d ON d.file_id = r.file_id
        QUALIFY row_number() OVER (
            PARTITION BY r.source, r.source_key, m.role ORDER BY r.status = 'superseded', m.mention_id DESC) = 1"""
    engine.execute(f"CREATE OR REPLACE TEMP TABLE last_mention AS {last}")
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {result} AS
            SELECT m.mention_id, m.entity_id, m.source, m.source_key, m.role, t.true_id,
                list_sort(list_distinct(flatten(list(coalesce(t.tags, []))))) AS tags
            FROM last_mention m JOIN (
                SELECT source, source_key, role, true_id, tags FROM temp.told_truth WHERE source_key IS NOT NULL
            ) t USING (source, source_key, role) GROUP BY ALL
            UNION
            SELECT m.mention_id, m.entity_id, m.source, m.source_key, m.role, t.true_id,
                list_sort(list_distinct(flatten(list(coalesce(t.tags, []))))) AS tags
            FROM last_mention m JOIN (
                SELECT file, row_no, role, true_id, tags FROM temp.told_truth WHERE file IS NOT NULL
            ) t ON t.row_no = m.row_no AND t.role = m.role
                AND (t.file = m.file_name OR t.file = split_part(m.file_name, '/', -1))
            GROUP BY ALL"""
    )
    doubled = engine.execute(
        f"""SELECT count(*), min(source || ' ' || role) FROM (
            SELECT mention_id, min(source) AS source, min(role) AS role FROM temp.{result}
            GROUP BY mention_id HAVING count(DISTINCT true_id) > 1)"""
    ).fetchone()
    if doubled and doubled[0]:
        raise UnusableLabels(
            f"有 {doubled[0]} 条记录的真值自相矛盾（如 {doubled[1]}）"
            f" / {doubled[0]} records have two truths, such as {doubled[1]}"
        )
    told = scalar(engine, "SELECT count(*) FROM temp.told_truth")
    matched = scalar(engine, f"SELECT count(*) FROM temp.{result}")
    for table in ("told_truth", "last_mention"):
        engine.execute(f"DROP TABLE temp.{table}")
    return int(max(told - matched, 0))


def _read(engine: duckdb.DuckDBPyConnection, entity: Entity, path: Path) -> None:
    name = str(path).replace("'", "''")
    reader = (
        f"read_parquet('{name}')" if path.suffix == ".parquet" else f"read_csv('{name}', all_varchar = true)"
    )
    try:
        described = engine.execute(f"DESCRIBE SELECT * FROM {reader}").fetchall()
    except duckdb.Error as error:
        raise UnusableLabels(f"读不了 {path.name} / cannot read the truth: {error}") from error
    columns = {row[0].strip().lower(): (row[0], row[1]) for row in described}

    def column(name: str, type_: str = "TEXT") -> str:
        return f'TRY_CAST("{columns[name][0]}" AS {type_})' if name in columns else f"NULL::{type_}"

    true = next((name for name in ("true_id", entity.id_column) if name in columns), None)
    if true is None:
        raise UnusableLabels(f"{path.name} 没有真值列 true_id / there is no column true_id")
    if not ({"source", "source_key"} <= columns.keys() or {"file", "row_no"} <= columns.keys()):
        raise UnusableLabels(
            f"{path.name} 缺少列 source、source_key，或 file、row_no"
            " / columns source and source_key, or file and row_no, are missing"
        )
    if "row_no" in columns:
        quoted = f'"{columns["row_no"][0]}"'
        unread = engine.execute(
            f"SELECT {quoted} FROM {reader} WHERE {quoted} IS NOT NULL AND {column('row_no', 'BIGINT')} IS NULL LIMIT 1"
        ).fetchone()
        if unread is not None:
            raise UnusableLabels(
                f"{path.name} 的 row_no 列有 {unread[0]}，不是行号 / row_no holds {unread[0]}, no number"
            )
    tags = "NULL::TEXT[]"
    if "tags" in columns:
        quoted, type_ = columns["tags"]
        listed = (
            f'"{quoted}"::TEXT[]'
            if type_.endswith("[]")
            else rf"""regexp_split_to_array("{quoted}"::TEXT, '[\s,;|]+')"""
        )
        tags = f"list_filter({listed}, lambda x: x <> '')"
    engine.execute(
        f"""INSERT INTO temp.told_truth
            SELECT {column("source")}, {column("source_key")}, {column("file")}, {column("row_no", "BIGINT")},
                coalesce(nullif({column("role")}, ''), 'self'), {column(true)}, {tags}
            FROM {reader} WHERE coalesce({column(true)}, '') <> ''"""
    )
