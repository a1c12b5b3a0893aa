"""Which judgements bring two entities together, keep them apart, or take one apart."""

from __future__ import annotations

import re
from collections.abc import Sequence

from basedb.domain import Entity
from basedb.linkage.components import connected_components
from basedb.linkage.exact import link_versions
from basedb.masking import mask_text
from basedb.stewardship.judgements import list_judgements
from basedb.stewardship.lookup import Lookup, Row, recall_mentions
from basedb.stewardship.plan import DIFFERENT, SAME, Doubt, Judgement, Plan, Unresolved


def plan_pair(lookup: Lookup, entity: Entity, left: int, right: int, verdict: str, reason: str = "") -> Plan:
    """That two entities are the same (all records of both become one), different, or that nobody can tell.

    The judgement is between the records with the strongest evidence, which is what was asked about;
    between the oldest records of either where there is no evidence. Raises Unresolved if they are one
    already, or were judged different.
    """
    if left == right:
        raise Unresolved(f"两个编号都是{entity.zh} {left}，无需判定 / both ids are {left}")
    held = _mentions_of(lookup, entity, [left, right])
    pair = _strongest(lookup, entity, held[left], held[right]) or (held[left][0], held[right][0])
    pair = (min(pair), max(pair))
    if verdict not in (SAME, DIFFERENT):
        return Plan(doubts=(Doubt(*pair, reason),))
    for entry in list_judgements(lookup, entity, about=[left]) if verdict == DIFFERENT else ():
        if {entry.a_id, entry.b_id} == {left, right}:
            raise Unresolved(
                f"{left} 与 {right} 已由 {entry.made_by} 判定为不同（判定 {entry.judgement_id}）"
                f" / {left} and {right} were judged different before (judgement {entry.judgement_id})"
            )
    judgement = Judgement(verdict, *pair, reason)
    if verdict == DIFFERENT:
        return Plan((judgement,))
    rest = sorted({*held[left], *held[right]} - {pair[0]})
    return Plan((judgement,), ((pair[0], *rest),))


def _strongest(
    lookup: Lookup, entity: Entity, left: Sequence[int], right: Sequence[int]
) -> tuple[int, int] | None:
    """The strongest kept evidence between two groups of mentions, open evidence before settled."""
    both = ", ".join(map(str, [*left, *right]))
    sides = [", ".join(map(str, side)) for side in (left, right)]
    kept = lookup.inside(
        f"SELECT a, b, match_weight, outcome FROM {entity.evidence.fullname} WHERE a IN ({both}) AND b IN ({both})"
    )
    found = lookup.engine.execute(
        f"""SELECT a, b FROM {kept} e WHERE (a IN ({sides[0]})) <> (b IN ({sides[0]}))
            ORDER BY outcome = 'review' DESC, match_weight DESC, a, b LIMIT 1"""
    ).fetchone()
    return None if found is None else (found[0], found[1])


def plan_split(
    lookup: Lookup, entity: Entity, entity_id: int, references: Sequence[str], reason: str = ""
) -> Plan:
    """That the records named are one entity, and another one than the rest of `entity_id`.

    Every remaining departmental record is judged different from the first one named, so that no
    evidence, present or future, brings one of them back. Versions of a record that follow each other
    need one judgement between them, unless the cut goes through them.
    """
    recall_mentions(lookup, entity, [entity_id], sorted({*entity.model.columns, *entity.key_rule.keys}))
    rows = lookup.rows("SELECT mention_id, source, source_key, role FROM steward_mention ORDER BY mention_id")
    chosen = {row["mention_id"] for text in references for row in _referred(rows, text, entity_id, entity)}
    rest = {row["mention_id"] for row in rows} - chosen
    if not rest:
        raise Unresolved(
            f"选中的是{entity.zh} {entity_id} 的全部记录，没有剩余 / these are all records of {entity_id}"
        )
    units = {row["mention_id"]: (row["source"], row["source_key"], row["role"]) for row in rows}
    cut = {units[mention] for mention in chosen} & {units[mention] for mention in rest}
    line = _lines(lookup, entity)

    def heads(mentions: set[int]) -> list[int]:
        """One mention, the oldest, for all that surely stay together with it."""
        first: dict[int, int] = {}
        for mention in sorted(mentions):
            first.setdefault(mention if units[mention] in cut else line.get(mention, mention), mention)
        return sorted(first.values())

    head, *others = heads(chosen)
    judgements = [_judged(SAME, head, other, reason) for other in others]
    judgements += [_judged(DIFFERENT, head, other, reason) for other in heads(rest)]
    return Plan(tuple(judgements), (tuple(sorted(chosen, key=lambda m: (m != head, m))),))


def _judged(verdict: str, one: int, other: int, reason: str) -> Judgement:
    return Judgement(verdict, min(one, other), max(one, other), reason)


def _mentions_of(lookup: Lookup, entity: Entity, ids: Sequence[int]) -> dict[int, list[int]]:
    owner, listed = entity.id_column, ", ".join(map(str, ids))
    mentions = lookup.inside(
        f"SELECT mention_id, {owner} AS id FROM {entity.qualified}_mention WHERE {owner} IN ({listed})"
    )
    held: dict[int, list[int]] = {}
    for row in lookup.rows(f"FROM {mentions} ORDER BY mention_id"):
        held.setdefault(row["id"], []).append(row["mention_id"])
    return held


def _lines(lookup: Lookup, entity: Entity) -> dict[int, int]:
    """Versions of one departmental record that are one entity by that alone: mention → its line."""
    link_versions(lookup, entity, "steward_version", "steward_record")  # type: ignore[arg-type]
    connected_components(lookup.engine, "steward_version", "steward_line")
    return dict(lookup.engine.execute("SELECT vertex, label FROM steward_line").fetchall())


def _referred(rows: Sequence[Row], text: str, entity_id: int, entity: Entity) -> list[Row]:
    """The mentions a reference names: a mention's number, or source:source_key[:role]."""
    if re.fullmatch(r"[0-9]+", text):
        found = [row for row in rows if row["mention_id"] == int(text)]
    else:
        source, _, key = text.partition(":")
        found = [row for row in rows if (row["source"], row["source_key"]) == (source, key)]
        if not found and ":" in key:
            key, _, role = key.rpartition(":")
            found = [
                row for row in rows if (row["source"], row["source_key"], row["role"]) == (source, key, role)
            ]
    if not found:
        raise Unresolved(
            f"{entity.zh} {entity_id} 没有记录 {mask_text(text)}；"
            f"写法：来源:主键[:角色] 或提及编号，见 basedb review show {entity_id}"
            f" / {entity_id} has no such record; write source:key[:role] or a mention's number"
        )
    return found
