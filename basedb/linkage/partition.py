"""Which records are one entity: all touched components decided from all their evidence."""

from __future__ import annotations

from collections import defaultdict

import duckdb
import pyarrow as pa

from basedb.domain import Entity
from basedb.linkage.clusters import Edge, Member, Tier, partition
from basedb.linkage.comparing import came_out, level_expression
from basedb.linkage.components import connected_components
from basedb.linkage.exact import link_keys, link_versions
from basedb.linkage.model import Constraint, MatchModel
from basedb.store.session import Session, scalar


def decide(session: Session, entity: Entity) -> None:
    """Create TEMP `placed` (vertex, cluster) and `refusal` (a, b, refer).

    Reads TEMP `linking`, `component`, `doubt`, `new_evidence`, `new_succession`, `standing_judgement`.
    Every record without an entity and every member of a touched entity is placed; a cluster is named
    by its smallest record. `refusal`: linking evidence that did not come true, `refer` if a person
    should look at it.
    """
    engine = session.engine
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE member AS
            SELECT l.*, c.label FROM linking l JOIN component c ON c.vertex = coalesce(-l.entity_id, l.vertex)"""
    )
    _find_contradictory(engine, entity, "member", "suspect")
    engine.execute("INSERT INTO suspect SELECT label FROM doubt")
    engine.execute("CREATE OR REPLACE TEMP TABLE refusal (a BIGINT, b BIGINT, refer BOOLEAN)")
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE placed AS
            SELECT vertex, min(vertex) OVER (PARTITION BY label) AS cluster
            FROM member ANTI JOIN suspect USING (label)
            -- What no evidence touches is an entity of its own, and most of a first load is.
            UNION ALL SELECT vertex, vertex FROM linking ANTI JOIN component USING (vertex)
            WHERE entity_id IS NULL"""
    )
    if scalar(engine, "SELECT count(*) FROM suspect"):
        _decide_suspects(session, entity)
    engine.execute("DROP TABLE member")


def _find_contradictory(engine: duckdb.DuckDBPyConnection, entity: Entity, members: str, result: str) -> None:
    """TEMP `result`: the labels of `members` under which something forbids that all are one entity."""
    model = entity.model
    parts = [
        f"SELECT label FROM {members} GROUP BY label"
        f" HAVING count(*) > {model.plausible} AND count(DISTINCT (source, source_key, role)) > {model.plausible}"
    ]
    parts += [
        f"SELECT label FROM {members} GROUP BY label HAVING count(DISTINCT {item.column}) > 1"
        for item in model.sole_values
    ]
    if model.one_role:
        parts.append(f"SELECT label FROM {members} GROUP BY label, record_id HAVING count(*) > 1")
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {result} AS {' UNION '.join(parts)}")
    if not _whole(entity):
        return
    # Planning the comparisons of a constraint costs more than a small night; mostly no pair needs them.
    conditions = " OR ".join(f"({item.condition.sql})" for item in _whole(entity))
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE opposed AS SELECT DISTINCT l.label
            FROM {members} l JOIN {members} r ON l.label = r.label AND l.vertex < r.vertex WHERE {conditions}"""
    )
    if scalar(engine, "SELECT count(*) FROM opposed"):
        _meet(
            engine,
            entity,
            f"(SELECT * FROM {members} SEMI JOIN opposed USING (label))",
            f"WHERE {conditions}",
        )
        engine.execute(
            f"INSERT INTO {result} "
            + " UNION ".join(
                f"SELECT label FROM met WHERE {_forbids(model, at, item)}"
                for at, item in enumerate(_whole(entity))
            )
        )
        engine.execute("DROP TABLE met")
    engine.execute("DROP TABLE opposed")


def _meet(engine: duckdb.DuckDBPyConnection, entity: Entity, members: str, where: str = "") -> None:
    """TEMP `met` (label, a, b, forbids_<n>, g_<comparison>): the pairs of `members` under one label, with
    what whole-cluster constraints ask of them. `g_`: NULL where no constraint asks.

    A table, and every comparison in it once: where a query holds a long one twice, or in a part of it
    with a name, planning takes several times as long as the comparisons.
    """
    model, items = entity.model, _whole(entity)
    conditions = [f"coalesce({item.condition.sql}, false)" for item in items]
    excusing = {name for item in items for levels in item.excuse for name, _ in levels}
    columns = [f"{condition} AS forbids_{at}" for at, condition in enumerate(conditions)]
    for name in sorted(excusing | {name for item in items for name, _ in item.levels}):
        wanted = "true" if name in excusing else " OR ".join(conditions)
        columns.append(f"CASE WHEN {wanted} THEN {level_expression(model.comparison(name))} END AS g_{name}")
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE met AS
            SELECT l.label, l.vertex AS a, r.vertex AS b, {", ".join(columns)}
            FROM {members} l JOIN {members} r ON l.label = r.label AND l.vertex < r.vertex {where}"""
    )


def _forbids(model: MatchModel, at: int, item: Constraint) -> str:
    """SQL over TEMP `met`: the constraint keeps the pair apart, whatever a third record says."""
    return f"forbids_{at} AND {came_out(model, item.levels)}"


def _whole(entity: Entity) -> list[Constraint]:
    return [item for item in entity.model.constraints if item.whole]


def _decide_suspects(session: Session, entity: Entity) -> None:
    """Take the suspect components apart into their real evidence and cluster what contradicts itself."""
    engine = session.engine
    engine.execute("CREATE OR REPLACE TEMP TABLE doubtful AS FROM member SEMI JOIN suspect USING (label)")
    _real_edges(session, entity)
    connected_components(engine, "real_edge", "real_component")
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE doubtful AS
            SELECT d.* REPLACE (coalesce(c.label, d.vertex) AS label)
            FROM doubtful d LEFT JOIN real_component c USING (vertex)"""
    )
    _find_contradictory(engine, entity, "doubtful", "contradictory")
    engine.execute(
        """INSERT INTO contradictory
            SELECT l.label FROM standing_judgement j JOIN doubtful l ON l.vertex = j.a
            JOIN doubtful r ON r.vertex = j.b AND r.label = l.label WHERE j.verdict = 'different'"""
    )
    engine.execute(
        """INSERT INTO placed SELECT vertex, min(vertex) OVER (PARTITION BY label)
            FROM doubtful ANTI JOIN contradictory USING (label)"""
    )
    clusters: list[tuple[int, int]] = []
    refusals: list[tuple[int, int, bool]] = []
    model = entity.model
    for group in _contradictory_groups(engine, entity):
        found = partition(*group, margin=model.margin, plausible=model.plausible, one_role=model.one_role)
        clusters += found.cluster.items()
        refusals += [(a, b, refer) for (a, b), refer in found.refused.items()]
    _insert(engine, "placed", clusters, ("vertex", "cluster"))
    _insert(engine, "refusal", refusals, ("a", "b", "refer"))
    for name in ("doubtful", "real_edge", "real_component", "contradictory"):
        engine.execute(f"DROP TABLE {name}")


def _real_edges(session: Session, entity: Entity) -> None:
    """TEMP `real_edge` (a, b, tier, weight): all evidence among the records of TEMP `doubtful`."""
    engine = session.engine
    link_keys(session, entity, "doubtful_key", "doubtful", "doubtful_bearer", "true")
    link_versions(session, entity, "doubtful_version", "doubtful")
    evidence = entity.evidence.fullname
    columns = "a, b, method, match_weight, grade, veto"
    session.fetch(
        "kept_evidence", evidence, columns, "a", "SELECT vertex FROM doubtful WHERE entity_id IS NOT NULL"
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE real_edge AS
            SELECT a, b, {Tier.EXACT} AS tier, 0.0::DOUBLE AS weight FROM doubtful_key
            -- One record's versions before what merely follows another record: no correction parts them.
            UNION ALL SELECT a, b, {Tier.HISTORY}, 'infinity'::DOUBLE FROM doubtful_version
            UNION ALL SELECT a, b, {Tier.JUDGEMENT}, 0.0 FROM standing_judgement WHERE verdict = 'same'
            UNION ALL
            SELECT a, b, CASE method WHEN 'succession' THEN {Tier.HISTORY} WHEN 'correction' THEN {Tier.CORRECTION}
                    WHEN 'must_link' THEN {Tier.MUST} ELSE {Tier.SCORE} END, coalesce(match_weight, 0)
            FROM (
                SELECT a, b, method, match_weight, grade FROM kept_evidence
                UNION SELECT a, b, method, match_weight, grade FROM new_evidence)
            WHERE grade = 'auto'"""
    )
    engine.execute(
        f"""DELETE FROM real_edge WHERE tier <> {Tier.EXACT} AND
            (a NOT IN (SELECT vertex FROM doubtful) OR b NOT IN (SELECT vertex FROM doubtful))"""
    )


Group = tuple[list[Member], list[Edge], list[tuple[int, int]], list[tuple[int, int]]]


def _contradictory_groups(engine: duckdb.DuckDBPyConnection, entity: Entity) -> list[Group]:
    """Members, edges, judged and forbidden pairs of every contradictory component."""
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE contested_member AS FROM doubtful SEMI JOIN contradictory USING (label)"
    )
    grouped: dict[int, Group] = defaultdict(lambda: ([], [], [], []))
    sole = [item.column for item in entity.model.sole_values]
    listed = "".join(f", {column}::TEXT" for column in sole)
    vouching = {item.column: item.vouched for item in entity.model.sole_values if item.vouched}
    vouched = ", ".join(f"CASE WHEN {by} IS NOT NULL THEN '{column}' END" for column, by in vouching.items())
    for label, vertex, place, record_id, source, source_key, role, own, *values in engine.execute(
        f"""SELECT label, vertex, rank() OVER (ORDER BY source, source_key, role, {_content(entity)}), record_id,
                source, source_key, role, [{vouched}]{listed}
            FROM contested_member"""
    ).fetchall():
        held = {name: value for name, value in zip(sole, values, strict=True) if value is not None}
        unit, own = (source, source_key, role), frozenset(filter(None, own))
        grouped[label][0].append(Member(vertex, place, record_id, held, unit, own))
    for label, a, b, tier, weight in engine.execute(
        """SELECT c.label, e.a, e.b, e.tier, e.weight FROM real_edge e JOIN real_component c ON c.vertex = e.a
            WHERE c.label IN (SELECT label FROM contradictory)"""
    ).fetchall():
        grouped[label][1].append(Edge(a, b, Tier(tier), weight))
    for label, a, b in _labelled(engine, "SELECT a, b FROM standing_judgement WHERE verdict = 'different'"):
        grouped[label][2].append((a, b))
    if _whole(entity):
        _meet(engine, entity, "contested_member")
        for label, a, b in _labelled(engine, _forbidden_pairs(entity)):
            grouped[label][3].append((a, b))
        engine.execute("DROP TABLE met")
    engine.execute("DROP TABLE contested_member")
    return list(grouped.values())


def _labelled(engine: duckdb.DuckDBPyConnection, pairs: str) -> list[tuple[int, int, int]]:
    """Pairs (a, b) of one contradictory component with its label."""
    return engine.execute(
        f"""SELECT l.label, p.a, p.b FROM ({pairs}) p JOIN contested_member l ON l.vertex = p.a
            JOIN contested_member r ON r.vertex = p.b AND r.label = l.label"""
    ).fetchall()


def _forbidden_pairs(entity: Entity) -> str:
    """SQL for the pairs of TEMP `met` that whole-cluster constraints keep apart and no third record excuses."""
    parts = [_forbidden(entity.model, at, item) for at, item in enumerate(_whole(entity))]
    return " UNION ".join(parts)


def _forbidden(model: MatchModel, at: int, item: Constraint) -> str:
    """SQL for the pairs of `met` that one constraint keeps apart."""
    pairs = f"SELECT a, b FROM met WHERE {_forbids(model, at, item)}"
    if not item.excuse:
        return pairs
    one_way = "FROM met WHERE " + " OR ".join(f"({came_out(model, levels)})" for levels in item.excuse)
    excused = f"(SELECT label, a AS one, b AS other {one_way} UNION ALL SELECT label, b, a {one_way})"
    through = f"SELECT x.one AS a, y.one AS b FROM {excused} x JOIN {excused} y USING (label, other)"
    return f"SELECT a, b FROM ({pairs}) ANTI JOIN ({through}) USING (a, b)"


def _content(entity: Entity) -> str:
    """SQL for an order of versions of one record that does not depend on when they came."""
    return ", ".join(f"{name}::TEXT" for name in entity.model.records)


def _insert(engine: duckdb.DuckDBPyConnection, table: str, rows: list[tuple], names: tuple[str, ...]) -> None:
    if not rows:
        return
    columns = zip(*rows, strict=True)
    engine.register("decided_rows", pa.table(dict(zip(names, map(list, columns), strict=True))))
    engine.execute(f"INSERT INTO temp.{table} FROM decided_rows")
    engine.unregister("decided_rows")
