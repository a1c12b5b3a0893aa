"""A clerical sample: pairs of records drawn by stratum, for people to check without knowing what was decided.

The frame is all pairs of standing departmental records that are linked (one entity), and all pairs
that were compared, reached the review threshold and are not. Strata follow how a pair was decided
and its match weight, so that the few doubtful pairs are looked at as closely as the many sure ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from basedb.domain import Entity
from basedb.stewardship.estimate import Estimate, Stratum
from basedb.stewardship.lookup import Lookup, Row
from basedb.stewardship.plan import Unresolved
from basedb.store import Store, scalar

SAME, DIFFERENT, UNCLEAR = "same", "different", "unclear"
# How often a pair of a stratum is expected to be wrong, to share the sample out; only that.
_EXPECTED = {"linked/exact": 0.005, "linked/": 0.03, "apart/": 0.3}


@dataclass(frozen=True)
class Drawn:
    """One pair of the sample."""

    a: int
    b: int
    stratum: str
    stratum_size: int
    linked: bool


def draw(lookup: Lookup, entity: Entity, size: int, seed: int = 1, run_id: int | None = None) -> list[Drawn]:
    """Draw about `size` pairs. run_id: only pairs with a record that was linked by this run."""
    _frame(lookup, entity, run_id)
    counted = lookup.engine.execute(
        "SELECT stratum, count(*) FROM sample_frame GROUP BY 1 ORDER BY 1"
    ).fetchall()
    shares = allocate(dict(counted), size)
    if not shares:
        return []
    asked = ", ".join(f"('{name}', {share})" for name, share in shares.items())
    rows = lookup.rows(
        f"""SELECT a, b, stratum, stratum_size, linked FROM (
                SELECT *, count(*) OVER (PARTITION BY stratum) AS stratum_size,
                    row_number() OVER (PARTITION BY stratum ORDER BY hash(a, b, $seed), a, b) AS place
                FROM sample_frame)
            JOIN (VALUES {asked}) AS asked(stratum, share) USING (stratum)
            WHERE place <= share ORDER BY hash(b, a, $seed), a, b""",
        {"seed": seed},
    )
    lookup.engine.execute("DROP TABLE sample_frame")
    return [Drawn(**row) for row in rows]


def allocate(sizes: Mapping[str, int], total: int) -> dict[str, int]:
    """How many pairs to draw of each stratum: half of them equally, half by size and expected doubt
    (Neyman), none more than there are."""
    weights = {name: size * _doubt(name) for name, size in sizes.items()}
    given = dict.fromkeys(sizes, 0)
    for share in (dict.fromkeys(sizes, 1.0), weights):
        left, open_names = total / 2, {name for name in sizes if given[name] < sizes[name]}
        while left >= 1 and open_names:
            sum_of = sum(share[name] for name in open_names)
            for name in sorted(open_names):
                given[name] += max(int(left * share[name] / sum_of), 1)
            over = {name: given[name] - sizes[name] for name in open_names if given[name] >= sizes[name]}
            left = sum(over.values())
            for name in over:
                given[name] = sizes[name]
            open_names -= set(over)
    return given


def keep_sample(
    store: Store, entity: Entity, drawn: Sequence[Drawn], run_id: int | None, wait: float = 30.0
) -> int:
    """Store a sample, of the last run if no run is given; returns its number."""
    if not drawn:
        raise Unresolved("没有可抽的记录对 / there are no pairs to draw from")
    with store.writing("basedb review sample", wait) as session:
        engine = session.engine
        number = 1 + int(scalar(engine, "SELECT coalesce(max(sample_id), 0) FROM basedb.review_sample"))
        run_id = run_id or int(scalar(engine, "SELECT coalesce(max(run_id), 0) FROM basedb.run"))
        engine.execute(
            "CREATE OR REPLACE TEMP TABLE drawn (a BIGINT, b BIGINT, stratum TEXT, stratum_size BIGINT, linked BOOLEAN)"
        )
        engine.executemany(
            "INSERT INTO temp.drawn VALUES (?, ?, ?, ?, ?)",
            [(item.a, item.b, item.stratum, item.stratum_size, item.linked) for item in drawn],
        )
        engine.execute(
            "INSERT INTO basedb.review_sample (sample_id, entity, a, b, stratum, stratum_size, linked, run_id)"
            " SELECT ?, ?, a, b, stratum, stratum_size, linked, ? FROM temp.drawn",
            [number, entity.qualified, run_id],
        )
    return number


def read_sample(lookup: Lookup, entity: Entity, number: int | None = None) -> list[Row]:
    """The pairs of a sample, the last one if none is named, in the order they are to be checked."""
    if number is None:
        number = scalar(
            lookup.engine,
            "SELECT max(sample_id) FROM basedb.review_sample WHERE entity = ?",
            [entity.qualified],
        )
    found = lookup.rows(
        "SELECT * FROM basedb.review_sample WHERE entity = ? AND sample_id = ? ORDER BY hash(b, a), a, b",
        [entity.qualified, number],
    )
    if not found:
        raise Unresolved(
            "没有这个样本，请先用 basedb review sample 抽样 / there is no such sample; draw one first"
        )
    return found


def record_verdicts(
    store: Store,
    entity: Entity,
    number: int,
    verdicts: Mapping[tuple[int, int], str],
    by: str,
    at: datetime,
    wait: float = 30.0,
) -> None:
    """Write down what somebody found about pairs (a, b) of a sample; a later verdict replaces an earlier."""
    if not verdicts:
        return
    with store.writing("basedb review sample", wait) as session:
        session.engine.execute("CREATE OR REPLACE TEMP TABLE checked (a BIGINT, b BIGINT, verdict TEXT)")
        session.engine.executemany(
            "INSERT INTO temp.checked VALUES (?, ?, ?)",
            [(a, b, verdict) for (a, b), verdict in sorted(verdicts.items())],
        )
        staged = session.stage(
            "SELECT *, ?::TEXT AS made_by, ?::TIMESTAMPTZ AS made_at FROM temp.checked", [by, at]
        )
        session.apply(
            "UPDATE basedb.review_sample AS t SET verdict = s.verdict, made_by = s.made_by, made_at = s.made_at"
            f" FROM {staged} AS s WHERE t.entity = '{entity.qualified}' AND t.sample_id = {int(number)}"
            " AND t.a = s.a AND t.b = s.b"
        )


def strata_of(sample: Sequence[Row]) -> list[Stratum]:
    """What was found in each stratum of a sample."""
    found: dict[str, list[Row]] = {}
    for row in sample:
        found.setdefault(row["stratum"], []).append(row)
    return [
        Stratum(
            name, rows[0]["stratum_size"], rows[0]["linked"],
            **{verdict: sum(row["verdict"] == verdict for row in rows) for verdict in (SAME, DIFFERENT, UNCLEAR)},
        )
        for name, rows in sorted(found.items(), key=lambda item: (not item[1][0]["linked"], item[0]))
    ]  # fmt: skip


def keep_estimates(
    store: Store,
    entity: Entity,
    sample: Sequence[Row],
    estimates: Sequence[Estimate],
    at: datetime,
    wait: float = 30.0,
) -> None:
    """Store estimates with the run the sample was drawn from, in place of earlier ones of this sample."""
    run_id, basis = sample[0]["run_id"], f"sample:{sample[0]['sample_id']}"
    with store.writing("basedb review sample", wait) as session:
        session.apply(
            f"DELETE FROM basedb.match_quality WHERE entity = '{entity.qualified}' AND basis = '{basis}'"
        )
        session.engine.executemany(
            "INSERT INTO basedb.match_quality (run_id, entity, measure, basis, estimate, low, high, confidence,"
            " pairs, made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    run_id, entity.qualified, item.measure, basis, item.estimate, item.low, item.high,
                    item.confidence, item.pairs, at,
                )
                for item in estimates
                if item.estimate is not None
            ],
        )  # fmt: skip


def _doubt(stratum: str) -> float:
    wrong = next(share for prefix, share in _EXPECTED.items() if stratum.startswith(prefix))
    return math.sqrt(wrong * (1 - wrong))


def _frame(lookup: Lookup, entity: Entity, run_id: int | None) -> None:
    """TEMP `sample_frame` (a, b, stratum, linked)."""
    engine, model = lookup.engine, entity.model
    keys = [f"key_{number}" for number in range(len(entity.key_rule.keys))]
    listed = ", ".join(
        f"CASE WHEN {condition} THEN {column} END AS {key}"
        for key, (column, condition) in zip(keys, entity.key_rule.keys.items(), strict=True)
    )
    standing = lookup.inside(
        f"SELECT m.mention_id AS vertex, m.{entity.id_column} AS owner, m.run_id, r.source, r.source_key, m.role,"
        f" {listed} FROM {entity.qualified}_mention m"
        f" JOIN {entity.schema}.source_record r ON r.record_id = m.record_id WHERE r.status <> 'superseded'"
    )
    engine.execute(f"CREATE OR REPLACE TEMP TABLE standing AS FROM {standing}")
    evidence = f"SELECT a, b, method, match_weight, outcome FROM {entity.evidence.fullname}"
    engine.execute(f"CREATE OR REPLACE TEMP TABLE weighed AS FROM {lookup.inside(evidence)}")
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE judged AS SELECT a, b FROM basedb.judgement"
        f" WHERE entity = '{entity.qualified}' AND verdict = 'same' AND withdrawn_at IS NULL"
    )
    shared = " OR ".join(f"l.{one} = r.{other}" for one in keys for other in keys)
    wanted = "" if run_id is None else f" AND (l.run_id = {int(run_id)} OR r.run_id = {int(run_id)})"
    low, high = f"{model.auto_link:g}", f"{model.auto_link + 8:g}"
    band = f"""CASE WHEN match_weight < {model.auto_link} THEN '<{low}'
        WHEN match_weight < {model.auto_link + 8} THEN '{low}..{high}' ELSE '>={high}' END"""
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE sample_frame AS
            WITH pair AS (
                SELECT l.vertex AS a, r.vertex AS b, coalesce({shared}, false) AS is_exact
                FROM standing l JOIN standing r ON l.owner = r.owner AND l.vertex < r.vertex
                WHERE (l.source, l.source_key, l.role) <> (r.source, r.source_key, r.role){wanted})
            SELECT a, b, true AS linked, CASE
                WHEN (a, b) IN (SELECT (a, b) FROM judged) THEN 'linked/judgement'
                WHEN is_exact THEN 'linked/exact'
                WHEN method IS NULL THEN 'linked/through others'
                WHEN method = 'score' THEN 'linked/score ' || {band}
                ELSE 'linked/' || method END AS stratum
            FROM pair LEFT JOIN weighed USING (a, b)
            UNION ALL
            SELECT a, b, false, 'apart/' || outcome || ' ' || {band}
            FROM weighed JOIN standing l ON l.vertex = a JOIN standing r ON r.vertex = b
            WHERE l.owner <> r.owner{wanted}"""
    )
    for name in ("standing", "weighed", "judged"):
        engine.execute(f"DROP TABLE {name}")
