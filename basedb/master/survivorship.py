"""Survivorship: one timeline of master segments per touched entity, every value with its origin.

A segment is a stretch of valid time over which the same values survive. It breaks where a record
changed (its new version's valid date), left a snapshot, or where a closing date (a death) falls.
The first version of a record counts from the beginning: learning more is not a change in the world.

Of the values in force the one from the highest-priority source survives (per attribute, from the
contracts); among equals a trusted one (a valid number), then the most recent, then the record
received last. A record that no department lists any more yields to every one that is listed, and a register's
entry that ended to one of the same register that stands.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import duckdb

from basedb.domain import Attribute, Entity

OPEN = "DATE '9999-12-31'"
_DAWN = "DATE '0001-01-01'"

Priorities = Mapping[str, Mapping[str, int]]  # attribute → source → priority, higher wins


def survive(
    engine: duckdb.DuckDBPyConnection, entity: Entity, priorities: Priorities, registers: Collection[str]
) -> None:
    """Create TEMP table `segment` and view `single_segment` (entity_id, master columns, valid_from,
    valid_to, origin): the timelines of the touched entities, and of the new ones with one mention.

    Reads TEMP tables `candidate`, `single` and `claimants` (see `candidates.gather`).
    """
    _split_into_segments(engine, entity)
    survived = _merged_rows(entity, priorities, registers, _stated(engine, entity))
    engine.execute(f"CREATE OR REPLACE TEMP TABLE segment AS {_segments(entity, survived)}")
    engine.execute("DROP TABLE in_force")
    engine.execute(f"CREATE OR REPLACE TEMP VIEW single_segment AS {_single_segments(entity, registers)}")


def _split_into_segments(engine: duckdb.DuckDBPyConnection, entity: Entity) -> None:
    """TEMP `in_force`: the mentions in force in each segment of each entity."""
    closings = " ".join(
        # A closing date that had not come when the record was sent closes nothing yet.
        f"UNION SELECT entity_id, {name} FROM versioned WHERE {name} <= as_of"
        for name in entity.closing
    )
    told = "entity_id, record_id, role, source, source_key, as_of, valid_from, valid_to, status"
    # The values join at the end: sorting versions with them costs thrice as much.
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE in_force AS
            WITH ordered AS (
                SELECT {", ".join([told, *entity.closing])},
                    CASE WHEN lag(as_of) OVER versions IS NULL THEN {_DAWN} ELSE valid_from END AS from_date,
                    coalesce(min(valid_from) OVER later, {OPEN}) AS to_date,
                    -- Versions that came late, of a time before this one was confirmed: it holds again after them.
                    CASE WHEN status <> 'superseded' THEN max(valid_to) OVER later END AS resumed_on,
                    status = 'superseded' AND bool_or(status <> 'superseded') OVER record
                        AND NOT coalesce(bool_or(status <> 'superseded') OVER later, false) AS passing,
                    row_number() OVER (PARTITION BY entity_id ORDER BY record_id, role) AS place
                FROM candidate
                WINDOW record AS (PARTITION BY entity_id, source, source_key, role),
                    versions AS (PARTITION BY entity_id, source, source_key, role ORDER BY as_of, record_id),
                    later AS (PARTITION BY entity_id, source, source_key, role ORDER BY as_of, record_id
                        ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)),
            held AS (
                SELECT * REPLACE (CASE WHEN passing THEN least(to_date, valid_to) ELSE to_date END AS to_date)
                FROM ordered
                UNION ALL
                SELECT * REPLACE (resumed_on AS from_date, {OPEN} AS to_date) FROM ordered
                WHERE resumed_on IS NOT NULL),
            versioned AS (
                -- A record that ended before its next version began, or has none, was not listed in between.
                SELECT *, CASE WHEN valid_to < to_date THEN valid_to END AS retired_on FROM held),
            beginning AS (
                SELECT entity_id, min(valid_from) AS start FROM versioned GROUP BY entity_id),
            break AS (
                SELECT entity_id, start FROM beginning
                UNION SELECT entity_id, from_date FROM versioned WHERE from_date > {_DAWN}
                UNION SELECT entity_id, retired_on FROM versioned WHERE retired_on IS NOT NULL
                {closings}),
            reigning AS (
                SELECT b.start, v.record_id, v.role, v.place, (v.retired_on IS NULL OR b.start < v.retired_on) AS listed
                FROM break b JOIN beginning g USING (entity_id) JOIN versioned v USING (entity_id)
                WHERE b.start >= g.start AND v.from_date <= b.start AND b.start < v.to_date)
            SELECT c.*, r.start, r.place, r.listed FROM reigning r JOIN candidate c USING (record_id, role)"""
    )


def _single_segments(entity: Entity, registers: Collection[str]) -> str:
    """One mention, one segment: its values are the entity's, its number nobody else's."""
    _, expressions = _shown(entity)
    values = ", ".join(f"m.{name}" for name in _surviving(entity))
    return f"""WITH known AS (
            SELECT s.entity_id, r.valid_from, {values}, true AS listed,
                m.role = 'self' AND r.source IN ({_literals(registers)}) AS registered,
                1 AS claimants, (m.role = 'self' AND r.source IN ({_literals(registers)}))::INT AS registered_claimants,
                '{{"*":[' || m.record_id || ',"only"]}}' AS origin
            FROM new_mention m JOIN single s USING (mention_id) JOIN new_record r USING (record_id))
        SELECT entity_id, {expressions}, valid_from, {OPEN} AS valid_to, origin FROM known"""


def _stated(engine: duckdb.DuckDBPyConnection, entity: Entity) -> set[str]:
    """The attributes that any mention in force has a value for: the others need no choosing, and a
    choice that is not asked for need not be planned, which is most of the work of a small load."""
    names = [item.name for item in entity.mastered]
    counts = engine.execute(
        f"SELECT {', '.join(f'count({name})' for name in names)} FROM in_force"
    ).fetchone()
    return {name for name, count in zip(names, counts or (), strict=True) if count}


def _merged_rows(
    entity: Entity, priorities: Priorities, registers: Collection[str], stated: Collection[str]
) -> str:
    ranked, winners, origins, trusts = [], [], [], []
    # Rarely asked, so rarely planned.
    some_ended = any(name in stated for name in entity.of_entry)
    in_force = _with_ended(entity) if some_ended else "in_force"
    stands = "(listed AND NOT yields)" if some_ended else "listed"
    derived = {item.name for item in entity.derived}
    for item in entity.mastered:
        # A derived value that fills in for a missing one is read from the identifier.
        basis = f"{entity.identifier}__record" if item.name in derived else "NULL"
        if item.name not in stated:
            winners.append(
                f"NULL::{entity.mention.columns[item.name].type.compile()} AS {item.name},"
                f" NULL::BIGINT AS {item.name}__record"
            )
            origins.append(
                f"""CASE WHEN {basis} IS NOT NULL THEN '"{item.name}":[' || {basis} || ',"derived"]' END"""
            )
            if item.trusted_when:
                trusts.append(f"NULL::BOOLEAN AS {item.trusted_when}")
            continue
        # Missing where the value is: the largest rank is then that of a value. Whether all values are equal is
        # told by their hashes, in a third of the time that comparing texts takes.
        there = f"{item.name} IS NOT NULL" + (" AND NOT yields" if item.name in entity.of_entry else "")
        ranked.append(
            f"CASE WHEN {there} THEN {_rank(item, priorities.get(item.name, {}), stands)} END"
            f" AS {item.name}__rank, CASE WHEN {there} THEN hash({item.name}) END AS {item.name}__hash"
        )
        rank, value = f"{item.name}__rank", f"{item.name}__hash"
        winners.append(
            f"arg_max({item.name}, {rank}) AS {item.name}, arg_max(record_id, {rank}) AS {item.name}__record,"
            f" CASE count({rank}) WHEN 1 THEN 'only' ELSE"
            f" CASE WHEN min({value}) = max({value}) THEN 'agreed' ELSE 'priority' END END AS {item.name}__rule"
        )
        origins.append(
            f"""CASE WHEN {item.name}__record IS NOT NULL THEN
                '"{item.name}":[' || {item.name}__record || ',"' || {item.name}__rule || '"]'
                WHEN {basis} IS NOT NULL THEN '"{item.name}":[' || {basis} || ',"derived"]' END"""
        )
        if item.trusted_when:
            trusts.append(f"arg_max({item.trusted_when}, {rank}) AS {item.trusted_when}")
    names = ", ".join(item.name for item in entity.mastered)
    return f"""SELECT entity_id, start, {names}, {", ".join(t.rsplit(" AS ", 1)[1] for t in trusts)},
            listed, registered, '{{' || concat_ws(',', {", ".join(origins)}) || '}}' AS origin
        FROM (SELECT entity_id, start, {", ".join(winners + trusts)},
                bool_or(listed) AS listed,
                bool_or(listed AND role = 'self' AND source IN ({_literals(registers)})) AS registered
            FROM (SELECT {", ".join(["*", *ranked])} FROM {in_force}) GROUP BY entity_id, start)"""


def _with_ended(entity: Entity) -> str:
    """TEMP `in_force` with `yields`: the entry ended, and another one of its source stands."""
    place = "entity_id, start, source, role"
    return f"""(SELECT *, (record_id, role, start) IN (
            SELECT (record_id, role, start) FROM (SELECT {place}, record_id FROM in_force WHERE {entity.ended})
            JOIN (SELECT {place} FROM in_force WHERE listed AND NOT coalesce({entity.ended}, false)) USING ({place})
        ) AS yields FROM in_force)"""


def _rank(item: Attribute, by_source: Mapping[str, int], stands: str) -> str:
    """One BIGINT that orders candidates: listed and not yielding (`stands`), priority, trust, recency, order of receipt."""
    cases = " ".join(f"WHEN '{source}' THEN {priority}" for source, priority in sorted(by_source.items()))
    priority = f"CASE source {cases} ELSE 0 END" if cases else "0"
    trust = f"coalesce({item.trusted_when}, false)::BIGINT" if item.trusted_when else "0"
    return (
        f"({stands}::BIGINT * 1000000000000000 + ({priority})::BIGINT * 1000000000000"
        f" + {trust} * 100000000000 + greatest(date_diff('day', DATE '1900-01-01', valid_from), 0) * 100000"
        " + least(place, 99999))"
    )


def _segments(entity: Entity, survived: str) -> str:
    """From surviving values to master rows: derived columns, segment ends, equal neighbours joined."""
    columns, expressions = _shown(entity)
    closing = ", ".join(f"CASE WHEN start >= s.{name} THEN s.{name} END AS {name}" for name in entity.closing)
    value_hash = f"hash({', '.join(columns)})"
    return f"""WITH survived AS ({survived}),
        known AS (
            SELECT s.* REPLACE ({closing}),
                coalesce(c.claimants, 1) AS claimants, coalesce(c.registered_claimants, 0) AS registered_claimants
            FROM survived s LEFT JOIN claimants c ON c.key = s.{entity.identifier}),
        shown AS (SELECT entity_id, start, origin, {expressions} FROM known),
        hashed AS (
            SELECT *, {value_hash} AS value_hash,
                lag({value_hash}) OVER (PARTITION BY entity_id ORDER BY start) AS hash_before
            FROM shown),
        kept AS (SELECT * FROM hashed WHERE hash_before IS DISTINCT FROM value_hash)
        SELECT entity_id, {", ".join(columns)}, start AS valid_from,
            coalesce(lead(start) OVER (PARTITION BY entity_id ORDER BY start), {OPEN}) AS valid_to,
            origin, value_hash
        FROM kept"""


def _shown(entity: Entity) -> tuple[list[str], str]:
    """The master's value columns, and the SELECT list that computes them from surviving values."""
    derived = {item.name: item for item in entity.derived}
    plain = [item.name for item in entity.mastered if item.name not in derived]
    expressions = [*plain, *(f"({item.expression}) AS {name}" for name, item in derived.items())]
    return [*plain, *derived], ", ".join(expressions)


def _surviving(entity: Entity) -> list[str]:
    """What survivorship yields: mastered values and the flags that say they can be trusted."""
    flags = [item.trusted_when for item in entity.mastered if item.trusted_when]
    return [*(item.name for item in entity.mastered), *dict.fromkeys(flags)]


def _literals(names: Collection[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names)) or "NULL"
