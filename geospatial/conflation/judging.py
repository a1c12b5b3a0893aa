"""What people decided about pairs of two surveys: it outranks the score, on this night and on later ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import pyarrow as pa

from basedb.domain import Load
from basedb.findings import Severity, define
from basedb.store import scalar
from geospatial.conflation.pairs import Pairs
from geospatial.noted import Noted

UNKNOWN_VERDICT = define(
    "pair.unknown_verdict",
    Severity.ERROR,
    "判定应为“同一”“不同”“待定”或“撤销”",
    "the verdict is none of 同一, 不同, 待定, 撤销",
)

#: What people say of a pair. The last two decide nothing: they take the place of what was said before.
SAME, DIFFERENT, UNSURE, WITHDRAWN = "同一", "不同", "待定", "撤销"
_GRADES = {SAME: "auto", DIFFERENT: "none"}
_COLUMNS = (
    "first_source",
    "first_key",
    "second_source",
    "second_key",
    "verdict",
    "judged_by",
    "judged_at",
    "reason",
)
Sides = tuple[str, str, str, str]


def are_judgements(settings: Mapping[str, Any]) -> bool:
    """Whether a contract with these settings brings judgements on pairs."""
    return bool(settings.get("judgements"))


def read_judgements(load: Load, rows: pa.Table, fed: Mapping[str, str], noted: Noted) -> None:
    """Leave TEMP `judged` (row_no, the sides of each pair, the verdict, who, when and why), and the tables in
    which records with shapes come, empty."""
    texts = pd.Series(rows[fed["verdict"]].to_pylist(), dtype=object)
    unknown = ~texts.isin([SAME, DIFFERENT, UNSURE, WITHDRAWN]).to_numpy()
    noted.add(
        rows["row_no"].to_numpy()[unknown],
        UNKNOWN_VERDICT,
        fed["verdict"],
        texts[unknown].to_numpy(),
        failed=True,
    )
    table = pa.table({"row_no": rows["row_no"], **{name: rows[fed[name]] for name in _COLUMNS}})
    load.engine.register("judged_rows", table)
    load.engine.execute("CREATE OR REPLACE TEMP TABLE judged AS FROM judged_rows")
    load.engine.unregister("judged_rows")
    load.engine.execute(
        "CREATE OR REPLACE TEMP TABLE placed (row_no BIGINT, wkb BLOB, attributes TEXT, content_digest UUID,"
        " source_wkb BLOB, source_crs TEXT, operation TEXT, accuracy DOUBLE, geometry_digest UUID)"
    )


def follow_nothing(load: Load) -> int:
    """Leave TEMP `followed`, `old_version`, `ancestry` and `new_lineage` empty: a judgement has no shape."""
    for table, columns in (
        ("followed", "record_id BIGINT, feature_id BIGINT, change_class TEXT, method TEXT"),
        ("old_version", "record_id BIGINT, wkb BLOB"),
        ("ancestry", "to_feature BIGINT, to_record BIGINT"),
        (
            "new_lineage",
            "from_feature BIGINT, to_feature BIGINT, to_record BIGINT, relation TEXT, from_key TEXT, to_key TEXT,"
            " from_name TEXT, to_name TEXT",
        ),
    ):
        load.engine.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
    return 0


def judgements_in_force(load: Load, layer: str) -> dict[Sides, str]:
    """The sides of each pair that somebody decided, and the verdict; with those of this load."""
    found = load.engine.execute(
        "SELECT first_source, first_key, second_source, second_key, verdict FROM geospatial.pair_judgement"
        " ANTI JOIN closed USING (record_id) WHERE layer = ? AND status = 'current'",
        [layer],
    ).fetchall()
    if are_judgements(load.settings):
        found += load.engine.execute(
            "SELECT first_source, first_key, second_source, second_key, verdict FROM judged"
            " JOIN new_record n USING (row_no) WHERE n.status = 'current'"
        ).fetchall()
    return {tuple(row[:4]): row[4] for row in found if row[4] in _GRADES}


def judge(pairs: Pairs, first: pd.DataFrame, second: pd.DataFrame, judged: Mapping[Sides, str]) -> Pairs:
    """Pairs with the grades people gave them instead of those of the score."""
    if not judged:
        return pairs
    grade = pairs.grade.copy()
    left = list(zip(first["source"], first["source_key"], strict=True))
    right = list(zip(second["source"], second["source_key"], strict=True))
    for at, (one, other) in enumerate(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)):
        verdict = judged.get((*left[one], *right[other]))
        if verdict is not None:
            grade[at] = _GRADES[verdict]
    return replace(pairs, grade=grade)


def publish_judgements(load: Load) -> None:
    """Write the judgements of this load, and close those they replace."""
    if scalar(load.engine, "SELECT count(*) FROM closed"):
        staged = load.session.stage("SELECT record_id, status FROM closed")
        load.session.apply(
            f"UPDATE geospatial.pair_judgement AS t SET status = s.status FROM {staged} AS s"
            " WHERE t.record_id = s.record_id"
        )
    names = ", ".join(_COLUMNS)
    load.engine.execute(
        f"INSERT INTO geospatial.pair_judgement (record_id, layer, {names}, status, run_id)"
        f" SELECT n.record_id, '{load.settings['layer']}', {names}, n.status, {load.run_id}"
        " FROM new_record n JOIN judged USING (row_no)"
    )
