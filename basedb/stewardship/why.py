"""Why two entities are where they are: the weight of the evidence step by step, and what decided."""

from __future__ import annotations

from dataclasses import dataclass

from basedb.domain import Entity
from basedb.linkage.score import Explanation, explain_pairs
from basedb.linkage.versions import active_version
from basedb.masking import mask
from basedb.stewardship.judgements import Entry, list_judgements
from basedb.stewardship.lookup import Lookup
from basedb.stewardship.queue import kind_text

# Without evidence every record of one side is compared with every one of the other, up to so many pairs.
_MOST_PAIRS = 400


@dataclass(frozen=True)
class Evidence:
    """Kept evidence between a record of the left entity and one of the right."""

    left_mention: int
    right_mention: int
    method: str
    rule: str | None
    weight: float
    grade: str
    veto: str | None
    outcome: str


@dataclass(frozen=True)
class Conflict:
    """A sole value that differs; the values are masked unless whole ones were asked for."""

    name: str
    zh: str
    en: str
    left: tuple[str, ...]
    right: tuple[str, ...]


@dataclass(frozen=True)
class Rival:
    """Another entity that has linking evidence with one of the two."""

    entity_id: int
    of: int
    weight: float
    outcome: str


@dataclass(frozen=True)
class Why:
    """Everything that spoke for and against two entities being one.

    explanation: of the strongest evidence, or of the closest records if there is none; compared with
    the model version that decides now. decided: (Chinese, English) sentences.
    """

    model_version: int
    explanation: Explanation | None
    evidence: tuple[Evidence, ...]
    conflicts: tuple[Conflict, ...]
    rivals: tuple[Rival, ...]
    judgements: tuple[Entry[int], ...]
    decided: tuple[tuple[str, str], ...]


def explain(lookup: Lookup, entity: Entity, left: int, right: int, whole: bool = False) -> Why:
    """Reads TEMP `steward_mention` and `steward_record` of both entities (see `recall_mentions`)."""
    version = active_version(lookup.engine, entity)
    evidence = _evidence(lookup, entity, left, right)
    pairs = [(item.left_mention, item.right_mention) for item in evidence[:1]] or _closest(
        lookup, left, right
    )
    frequencies = None
    if version.has_frequencies:
        frequencies = (
            "(SELECT column_name, value, frequency FROM basedb.term_frequency"
            f" WHERE entity = '{entity.qualified}' AND version = {version.version})"
        )
    explained = explain_pairs(
        lookup.engine, entity.model, version.parameters, pairs, "steward_record", frequencies
    )
    best = max(explained, key=lambda item: item.match_weight, default=None)
    conflicts = _conflicts(lookup, entity, left, right, whole)
    rivals = _rivals(lookup, entity, left, right)
    judgements = [
        entry
        for entry in list_judgements(lookup, entity, about=[left, right])
        if {entry.a_id, entry.b_id} <= {left, right}
    ]
    why = Why(version.version, best, evidence, conflicts, rivals, tuple(judgements), ())
    return Why(**{**vars(why), "decided": tuple(what_decided(entity, why, left, right))})


def _evidence(lookup: Lookup, entity: Entity, left: int, right: int) -> tuple[Evidence, ...]:
    mentions = "SELECT mention_id FROM steward_mention"
    listed = ", ".join(str(row[0]) for row in lookup.engine.execute(mentions).fetchall())
    columns = "a, b, method, rule, match_weight, grade, veto, outcome"
    kept = lookup.inside(
        f"SELECT {columns} FROM {entity.evidence.fullname} WHERE a IN ({listed}) AND b IN ({listed})"
    )
    rows = lookup.rows(
        f"""SELECT CASE WHEN la.{entity.id_column} = {left} THEN a ELSE b END AS left_mention,
                CASE WHEN la.{entity.id_column} = {left} THEN b ELSE a END AS right_mention, e.method, e.rule,
                coalesce(e.match_weight, 0) AS weight, e.grade, e.veto, e.outcome
            FROM {kept} e JOIN steward_mention la ON la.mention_id = e.a JOIN steward_mention lb ON lb.mention_id = e.b
            WHERE la.{entity.id_column} <> lb.{entity.id_column} ORDER BY weight DESC, e.a, e.b"""
    )
    return tuple(Evidence(**row) for row in rows)


def _closest(lookup: Lookup, left: int, right: int) -> list[tuple[int, int]]:
    return lookup.engine.execute(
        f"""SELECT l.vertex, r.vertex FROM steward_record l JOIN steward_record r
                ON l.entity_id = {left} AND r.entity_id = {right}
            ORDER BY l.vertex + r.vertex DESC, l.vertex LIMIT {_MOST_PAIRS}"""
    ).fetchall()


def _conflicts(lookup: Lookup, entity: Entity, left: int, right: int, whole: bool) -> tuple[Conflict, ...]:
    found = []
    for item in entity.model.sole_values:
        values = [
            {
                str(row[0])
                for row in lookup.engine.execute(
                    f"SELECT DISTINCT {item.column} FROM steward_record"
                    f" WHERE entity_id = {side} AND {item.column} IS NOT NULL"
                ).fetchall()
            }
            for side in (left, right)
        ]
        if values[0] and values[1] and not values[0] & values[1]:
            shown = [tuple(value if whole else mask(value) for value in sorted(side)) for side in values]
            found.append(Conflict(item.name, item.zh, item.en, shown[0], shown[1]))
    return tuple(found)


def _rivals(lookup: Lookup, entity: Entity, left: int, right: int) -> tuple[Rival, ...]:
    """Third entities with linking evidence to either, the strongest first."""
    mention, owner = f"{entity.qualified}_mention", entity.id_column
    own = ", ".join(
        str(row[0]) for row in lookup.engine.execute("SELECT mention_id FROM steward_mention").fetchall()
    )
    kept = " UNION ".join(
        f"SELECT e.{mine} AS mine, e.match_weight, e.outcome, m.{owner} AS other FROM {entity.evidence.fullname} e"
        f" JOIN {mention} m ON m.record_id = e.{theirs} >> 4 AND m.mention_id = e.{theirs}"
        f" WHERE e.{mine} IN ({own}) AND e.grade = 'auto' AND m.{owner} NOT IN ({left}, {right})"
        for mine, theirs in (("a", "b"), ("b", "a"))
    )
    rows = lookup.rows(
        f"""SELECT e.other AS entity_id, m.{owner} AS of, max(e.match_weight) AS weight,
                arg_max(e.outcome, e.match_weight) AS outcome
            FROM {lookup.inside(kept)} e JOIN steward_mention m ON m.mention_id = e.mine
            GROUP BY ALL ORDER BY weight DESC, entity_id LIMIT 5"""
    )
    return tuple(Rival(**row) for row in rows)


def what_decided(entity: Entity, why: Why, left: int, right: int) -> list[tuple[str, str]]:
    """What keeps the two apart, in sentences."""
    told = []
    for entry in why.judgements:
        if {entry.a_id, entry.b_id} == {left, right}:
            told.append(
                (
                    f"判定 {entry.judgement_id}：{entry.made_by} 判定为不同（{entry.reason}）",
                    f"judgement {entry.judgement_id}: different",
                )
            )
    for name in dict.fromkeys(item.veto for item in why.evidence if item.veto):
        zh, en = kind_text(entity, name)
        told.append((f"约束 {name}：{zh}", en))
    told += [
        (f"{item.zh}：{'、'.join(item.left)} ≠ {'、'.join(item.right)}", item.en) for item in why.conflicts
    ]
    strong = [item for item in why.evidence if item.grade == "auto" and item.outcome != "linked"]
    if strong and not told and why.rivals:
        others = "、".join(f"{item.entity_id}（{item.weight:+.1f}）" for item in why.rivals)
        told.append((f"另有几乎同样符合的实体：{others}", "another entity fits almost as well"))
    model = entity.model
    if why.evidence and not strong and why.evidence[0].weight < model.auto_link:
        told.append(
            (
                f"权重 {why.evidence[0].weight:.1f} 未到自动认定的 {model.auto_link:g}（{model.review:g} 起待人工）",
                f"the weight is below {model.auto_link:g}, from which records link by themselves",
            )
        )
    if not why.evidence:
        told.append(
            (
                "两者之间没有保留的证据；以下为最接近的两条记录",
                "no evidence is kept; the closest records follow",
            )
        )
    return told
