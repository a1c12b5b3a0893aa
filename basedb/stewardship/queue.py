"""The review queue: what nobody but a person can decide. Derived from the evidence, never stored.

An item is a pair of entities with evidence of outcome ``review`` between their records. It leaves the
queue when a judgement, new records or another model settle the evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from basedb.domain import Entity
from basedb.linkage.records import key_columns
from basedb.stewardship.lookup import Lookup, listed, recall_mentions

# Why an item waits, beside the names of the model's constraints.
DOUBTFUL, CONFLICT, RIVAL, LARGE = "doubtful", "sole_value", "rival", "large"
KINDS = {
    DOUBTFUL: ("证据不足以自动认定", "the evidence is too weak to link by itself"),
    CONFLICT: ("两边有不同的唯一值", "each side has another value of which one entity has one"),
    RIVAL: ("另一实体几乎同样符合", "another entity fits almost as well"),
    LARGE: ("记录过多，超出合理数目", "more records than is plausible for one entity"),
}


@dataclass(frozen=True)
class Item:
    """One question: are entities `left` and `right` (the smaller id is left) the same?

    left_mention, right_mention: the strongest evidence between them, of match weight `weight`;
    evidence: between how many pairs of their records there is any. kind: why it waits, the name of a
    constraint or one of `KINDS`; vetoes, conflicts: all constraints and sole values that speak against
    it. records: departmental records of each side. since: when both sides of the evidence were known.
    unsure: who looked and could not tell, last, and why. worth: see `_WORTH`.
    """

    left: int
    right: int
    left_mention: int
    right_mention: int
    kind: str
    weight: float
    probability: float
    evidence: int
    vetoes: tuple[str, ...]
    conflicts: tuple[str, ...]
    shares_identifier: bool
    records: tuple[int, int]
    since: datetime
    assigned_to: str | None
    unsure_by: str | None
    unsure_reason: str | None
    worth: float

    @property
    def pair(self) -> tuple[int, int]:
        """The ids of both entities, the smaller first."""
        return self.left, self.right


@dataclass(frozen=True)
class Filter:
    """Which items to list; an empty filter lists all."""

    entity_id: int | None = None
    kind: str | None = None
    assigned_to: str | None = None
    unassigned: bool = False
    at_least: float | None = None
    at_most: float | None = None

    def admits(self, item: Item) -> bool:
        """Whether the item is to be listed."""
        return (
            (self.entity_id is None or self.entity_id in item.pair)
            and (self.kind is None or self.kind in (item.kind, *item.vetoes))
            and (self.assigned_to is None or item.assigned_to == self.assigned_to)
            and not (self.unassigned and item.assigned_to)
            and (self.at_least is None or item.weight >= self.at_least)
            and (self.at_most is None or item.weight <= self.at_most)
        )


# Until somebody decides, an item stays apart. The worth of a decision is the number of wrong pairs of
# records it is expected to avoid: probability * records of the left * records of the right. The
# probability is that of the match weight; where a constraint, a sole value or a rival speaks against
# evidence strong enough to link, the weight says nothing any more, and it is at most one half.
# Doubled where the two share an identifier, for either answer also corrects a register, and where
# together they are more than is plausible, for there the model will never decide. An item gains up
# to as much again while it waits for a year.
_WORTH = """probability * left_records * right_records * CASE WHEN shares_identifier THEN 2 ELSE 1 END
    * CASE WHEN left_records + right_records > {plausible} THEN 2 ELSE 1 END
    * (1 + least(greatest(date_diff('day', since, $now::TIMESTAMPTZ), 0), 365) / 365.0)"""


def read_queue(
    lookup: Lookup, entity: Entity, now: datetime | None = None, about: Sequence[int] = ()
) -> list[Item]:
    """All open items, the one most worth deciding first. about: only items with one of these entities."""
    engine = lookup.engine
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE open_evidence AS FROM {lookup.inside(_open_evidence(entity, about))}"
    )
    ids = engine.execute("SELECT a_id FROM open_evidence UNION SELECT b_id FROM open_evidence").fetchall()
    recall_mentions(lookup, entity, [row[0] for row in ids], _needed(entity))
    engine.execute(f"CREATE OR REPLACE TEMP TABLE unsure_note AS FROM {lookup.inside(unsure_notes(entity))}")
    rows = lookup.rows(_queue_query(entity), {"now": now or datetime.now(UTC)})
    for name in ("open_evidence", "unsure_note", "steward_mention", "steward_record"):
        engine.execute(f"DROP TABLE {name}")
    return [
        Item(
            left=row["left_id"],
            right=row["right_id"],
            left_mention=row["left_mention"],
            right_mention=row["right_mention"],
            kind=_kind(entity, row),
            weight=row["weight"],
            probability=row["probability"],
            evidence=row["evidence"],
            vetoes=tuple(row["vetoes"]),
            conflicts=tuple(row["conflicts"]),
            shares_identifier=row["shares_identifier"],
            records=(row["left_records"], row["right_records"]),
            since=row["since"].astimezone(UTC),
            assigned_to=row["assigned_to"],
            unsure_by=row["unsure_by"],
            unsure_reason=row["unsure_reason"],
            worth=row["worth"],
        )
        for row in rows
    ]


def next_item(items: Sequence[Item], account: str) -> Item | None:
    """What `account` should decide next: the first that is theirs, or nobody's and not left open as unsure."""
    for item in items:
        if item.assigned_to == account or (item.assigned_to is None and item.unsure_by is None):
            return item
    return None


def kind_text(entity: Entity, kind: str) -> tuple[str, str]:
    """How a kind of item is shown to people, in Chinese and English."""
    for item in entity.model.constraints:
        if item.name == kind:
            return item.zh, item.en
    return KINDS.get(kind, (kind, kind))


def _kind(entity: Entity, row: dict) -> str:
    if row["veto"]:
        return str(row["veto"])
    if row["grade"] != "auto":
        return DOUBTFUL
    if row["conflicts"]:
        return CONFLICT
    return LARGE if row["left_records"] + row["right_records"] > entity.model.plausible else RIVAL


def _open_evidence(entity: Entity, about: Sequence[int]) -> str:
    """SQL of both stores: open evidence with the entities its records are now of."""
    mention, owner = f"{entity.qualified}_mention", entity.id_column
    wanted = f" AND (ma.{owner} IN ({listed(about)}) OR mb.{owner} IN ({listed(about)}))" if about else ""
    return (
        "SELECT e.a, e.b, e.match_weight, e.grade, e.veto,"
        f" ma.{owner} AS a_id, mb.{owner} AS b_id, greatest(ma.decided_at, mb.decided_at) AS since"
        f" FROM {entity.evidence.fullname} e"
        f" JOIN {mention} ma ON ma.record_id = e.a >> 4 AND ma.mention_id = e.a"
        f" JOIN {mention} mb ON mb.record_id = e.b >> 4 AND mb.mention_id = e.b"
        f" WHERE e.outcome = 'review' AND ma.{owner} <> mb.{owner}{wanted}"
    )


def unsure_notes(entity: Entity) -> str:
    """SQL of both stores: who could not tell about which entities."""
    mention, owner = f"{entity.qualified}_mention", entity.id_column
    return (
        f"SELECT d.decision_id, d.made_by, d.reason, ma.{owner} AS a_id, mb.{owner} AS b_id"
        " FROM (SELECT decision_id, made_by, reason, CAST(split_part(subject, '-', 1) AS BIGINT) AS a,"
        " CAST(split_part(subject, '-', 2) AS BIGINT) AS b FROM basedb.decision"
        f" WHERE kind = 'unsure' AND source = '{entity.schema}') d"
        f" JOIN {mention} ma ON ma.record_id = d.a >> 4 AND ma.mention_id = d.a"
        f" JOIN {mention} mb ON mb.record_id = d.b >> 4 AND mb.mention_id = d.b"
    )


def _needed(entity: Entity) -> list[str]:
    return list(dict.fromkeys([*entity.model.columns, *entity.key_rule.keys]))


def _queue_query(entity: Entity) -> str:
    """Over TEMP `open_evidence`, `unsure_note`, `steward_mention` and `steward_record`."""
    keys = " UNION ".join(
        f"SELECT entity_id, {column} AS value FROM steward_record WHERE {column} IS NOT NULL"
        for column in key_columns(entity)
    )
    sole = " UNION ".join(
        f"SELECT entity_id, '{item.name}' AS name, {item.column}::TEXT AS value FROM steward_record"
        f" WHERE {item.column} IS NOT NULL"
        for item in entity.model.sole_values
    )
    sole = sole or "SELECT 0 AS entity_id, '' AS name, '' AS value WHERE false"
    return f"""
        WITH directed AS (
            SELECT *, least(a_id, b_id) AS left_id, greatest(a_id, b_id) AS right_id,
                CASE WHEN a_id < b_id THEN a ELSE b END AS left_mention,
                CASE WHEN a_id < b_id THEN b ELSE a END AS right_mention FROM open_evidence),
        best AS (
            SELECT * FROM directed
            QUALIFY row_number() OVER (PARTITION BY left_id, right_id ORDER BY match_weight DESC, a, b) = 1),
        grouped AS (
            SELECT left_id, right_id, count(*) AS evidence, min(since) AS since, bool_or(grade = 'auto') AS strong,
                coalesce(list_sort(list(DISTINCT veto) FILTER (veto IS NOT NULL)), []) AS vetoes
            FROM directed GROUP BY ALL),
        size AS (
            SELECT {entity.id_column} AS id, count(DISTINCT (source, source_key, role)) AS records
            FROM steward_mention GROUP BY ALL),
        key AS ({keys}),
        sharing AS (
            SELECT DISTINCT g.left_id, g.right_id FROM grouped g JOIN key l ON l.entity_id = g.left_id
            JOIN key r ON r.entity_id = g.right_id AND r.value = l.value),
        sole AS ({sole}),
        clash AS (
            SELECT left_id, right_id, list_sort(list(name)) AS conflicts FROM (
                SELECT g.left_id, g.right_id, l.name FROM grouped g JOIN sole l ON l.entity_id = g.left_id
                JOIN sole r ON r.entity_id = g.right_id AND r.name = l.name
                GROUP BY ALL HAVING NOT bool_or(l.value = r.value))
            GROUP BY ALL),
        unsure AS (
            SELECT least(a_id, b_id) AS left_id, greatest(a_id, b_id) AS right_id,
                arg_max(made_by, decision_id) AS unsure_by, arg_max(reason, decision_id) AS unsure_reason
            FROM unsure_note GROUP BY ALL),
        item AS (
            SELECT b.left_id, b.right_id, b.left_mention, b.right_mention, b.match_weight AS weight, b.grade, b.veto,
                g.evidence, g.since, g.vetoes, coalesce(c.conflicts, []) AS conflicts,
                s.left_id IS NOT NULL AS shares_identifier, l.records AS left_records, r.records AS right_records,
                least(1 / (1 + pow(2.0, -b.match_weight)),
                    CASE WHEN g.strong OR len(g.vetoes) > 0 THEN 0.5 ELSE 1 END) AS probability
            FROM best b JOIN grouped g USING (left_id, right_id)
            JOIN size l ON l.id = b.left_id JOIN size r ON r.id = b.right_id
            LEFT JOIN sharing s ON s.left_id = b.left_id AND s.right_id = b.right_id
            LEFT JOIN clash c ON c.left_id = b.left_id AND c.right_id = b.right_id)
        SELECT i.*, t.assigned_to, u.unsure_by, u.unsure_reason, {_WORTH.format(plausible=entity.model.plausible)} AS worth
        FROM item i LEFT JOIN unsure u USING (left_id, right_id)
        LEFT JOIN (FROM basedb.review_assignment WHERE entity = '{entity.qualified}') t USING (left_id, right_id)
        ORDER BY worth DESC, left_id, right_id"""
