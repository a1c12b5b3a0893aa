"""The chain of evidence of an entity: which of its records are one through what.

All evidence between the records is gathered, and a spanning tree of the strongest is grown from the
oldest record, in the order in which clustering takes it: judgements, histories, exact rules, scores.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from basedb.domain import Entity
from basedb.linkage.model import InvalidModel
from basedb.linkage.records import key_columns
from basedb.linkage.versions import ModelVersion, NoSuchVersion, load_version
from basedb.masking import mask
from basedb.stewardship.judgements import list_judgements
from basedb.stewardship.lookup import Lookup, Row

JUDGEMENT, RECORD, KEY, SCORE = "judgement", "record", "key", "score"
# In the order clustering takes evidence, with how it is told to people.
_KINDS: dict[str, tuple[int, str, str]] = {
    JUDGEMENT: (0, "人工判定为同一", "judged the same by a person"),
    RECORD: (1, "同一部门记录的不同版本", "versions of one departmental record"),
    "succession": (1, "登记在原处更正后重新开户", "a register entry that continues another"),
    "correction": (1, "号码更正前后", "a number and its correction"),
    KEY: (2, "号码相同且姓名相容", "the same number under compatible names"),
    "must_link": (3, "模型约束：必为同一", "a constraint of the model"),
    "kin": (4, "亲属与同户", "by relatives and household"),
    SCORE: (4, "评分", "by score"),
}
_TOP = 4


@dataclass(frozen=True)
class Bond:
    """Evidence that two mentions are one. detail: what to tell of it, identifiers masked unless asked for."""

    a: int
    b: int
    kind: str
    weight: float = 0.0
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rank(self) -> tuple[int, float]:
        """The strongest first."""
        return (_KINDS.get(self.kind, _KINDS[SCORE])[0], -self.weight)


@dataclass(frozen=True)
class Link:
    """How a mention is connected: with `parent` by `bond`; neither for the oldest one, and for one that
    no evidence still in the store connects (through records that have moved on since)."""

    mention_id: int
    parent: int | None
    bond: Bond | None


def kind_text(kind: str) -> tuple[str, str]:
    """A kind of evidence in Chinese and English."""
    return _KINDS.get(kind, (4, kind, kind))[1:]


def find_bonds(lookup: Lookup, entity: Entity, whole: bool = False) -> list[Bond]:
    """All evidence among the mentions in TEMP `steward_mention` (see `recall_mentions`) that speaks for
    one entity. whole: identifiers in full."""
    mentions = [row[0] for row in lookup.engine.execute("SELECT vertex FROM steward_record").fetchall()]
    return [
        *_judged(lookup, entity),
        *_versions(lookup, entity),
        *_keys(lookup, entity, (lambda text: text) if whole else mask),
        *_kept(lookup, entity, mentions),
    ]


def grow(mentions: Iterable[int], bonds: Iterable[Bond]) -> list[Link]:
    """The spanning tree from the oldest mention, in the order it grows; then what is not connected,
    each part from its oldest mention."""
    neighbours: dict[int, list[Bond]] = defaultdict(list)
    for bond in bonds:
        neighbours[bond.a].append(bond)
        neighbours[bond.b].append(bond)
    waiting = sorted(mentions)
    known = set(waiting)
    reached: set[int] = set()
    links: list[Link] = []
    for root in waiting:
        if root in reached:
            continue
        links.append(Link(root, None, None))
        reached.add(root)
        frontier: list[tuple[tuple[int, float], int, int, int, Bond]] = []
        _extend(frontier, neighbours[root], root, known)
        while frontier:
            _, child, _, parent, bond = heapq.heappop(frontier)
            if child not in reached:
                reached.add(child)
                links.append(Link(child, parent, bond))
                _extend(frontier, neighbours[child], child, known)
    return links


def path_between(links: Sequence[Link], one: int, other: int) -> list[Link] | None:
    """The links of the tree on the way from `one` to `other`; None if it does not connect them."""
    by_mention = {link.mention_id: link for link in links}

    def upwards(mention: int) -> list[int]:
        way = [mention]
        while (parent := by_mention[way[-1]].parent) is not None:
            way.append(parent)
        return way

    if one not in by_mention or other not in by_mention:
        return None
    left, right = upwards(one), upwards(other)
    if left[-1] != right[-1]:
        return None
    meeting = next(mention for mention in left if mention in right)
    up = [by_mention[mention] for mention in left[: left.index(meeting)]]
    down = [by_mention[mention] for mention in right[: right.index(meeting)]]
    return [*up, *reversed(down)]


def _extend(frontier: list, bonds: Iterable[Bond], origin: int, known: set[int]) -> None:
    for number, bond in enumerate(bonds):
        other = bond.b if bond.a == origin else bond.a
        if other in known:
            heapq.heappush(frontier, (bond.rank, other, number, origin, bond))


def _judged(lookup: Lookup, entity: Entity) -> list[Bond]:
    ids = [
        row[0] for row in lookup.engine.execute("SELECT DISTINCT entity_id FROM steward_record").fetchall()
    ]
    return [
        Bond(
            entry.a, entry.b, JUDGEMENT, 0.0,
            {
                "judgement_id": entry.judgement_id, "made_by": entry.made_by, "made_at": entry.made_at,
                "reason": entry.reason,
            },
        )
        for entry in list_judgements(lookup, entity, about=ids)
        if entry.verdict == "same"
    ]  # fmt: skip


def _versions(lookup: Lookup, entity: Entity) -> list[Bond]:
    rows = lookup.engine.execute(
        f"""SELECT l.vertex, r.vertex, coalesce({entity.same_record}, false) AS holds
            FROM steward_record l JOIN steward_record r ON l.source = r.source AND l.source_key = r.source_key
                AND l.role = r.role AND l.vertex < r.vertex"""
    ).fetchall()
    return [Bond(a, b, RECORD) for a, b, holds in rows if holds]


def _keys(lookup: Lookup, entity: Entity, shown: Callable[[str], str]) -> list[Bond]:
    rule, columns = entity.key_rule, key_columns(entity)
    named = list(rule.keys)
    keys = " UNION ALL ".join(
        f"SELECT vertex, {place} AS place, {column}::TEXT AS key FROM steward_record WHERE {column} IS NOT NULL"
        for place, column in enumerate(columns)
    )
    rows = lookup.engine.execute(
        f"""WITH bearer AS ({keys}),
            met AS (SELECT x.vertex AS a, y.vertex AS b, min(x.key) AS key, arg_min(x.place, x.key) AS place
                FROM bearer x JOIN bearer y ON x.key = y.key AND x.vertex < y.vertex GROUP BY ALL)
            SELECT a, b, key, place, coalesce({rule.compatible}, false) AS holds
            FROM met JOIN steward_record l ON l.vertex = met.a JOIN steward_record r ON r.vertex = met.b"""
    ).fetchall()
    return [
        Bond(a, b, KEY, 0.0, {"method": rule.method, "attribute": named[place], "key": shown(key)})
        for a, b, key, place, holds in rows
        if holds
    ]


def _kept(lookup: Lookup, entity: Entity, mentions: Sequence[int]) -> list[Bond]:
    if not mentions:
        return []
    listed = ", ".join(map(str, mentions))
    kept = lookup.inside(
        "SELECT a, b, method, rule, pattern, match_weight, model_version"
        f" FROM {entity.evidence.fullname} WHERE grade = 'auto' AND a IN ({listed}) AND b IN ({listed})"
    )
    rows = lookup.rows(f"FROM {kept} ORDER BY a, b")
    versions: dict[int, ModelVersion | None] = {}
    found = []
    for row in rows:
        number = row["model_version"]
        if number not in versions:
            versions[number] = _version(lookup, entity, number)
        detail = {
            "rule": row["rule"],
            "model_version": number,
            "levels": top_levels(entity, row, versions[number]),
        }
        found.append(Bond(row["a"], row["b"], row["method"], row["match_weight"] or 0.0, detail))
    return found


def top_levels(entity: Entity, row: Row, version: ModelVersion | None, most: int = _TOP) -> list[Row]:
    """The levels that move a kept score most, from its pattern: comparison, level and weight, without
    what term frequencies add. Empty where the pattern is not of the model as declared."""
    comparisons = entity.model.comparisons
    places = [int(part) for part in (row["pattern"] or "").split(",") if part]
    if version is None or len(places) != len(comparisons):
        return []
    told: list[Row] = [
        {
            "comparison": item.name, "comparison_zh": item.zh, "level": item.levels[place].name,
            "level_zh": item.levels[place].zh, "weight": version.parameters.level_weight(item, place),
        }
        for item, place in zip(comparisons, places, strict=True)
        if not item.levels[place].missing
    ]  # fmt: skip
    return sorted(told, key=lambda item: -abs(item["weight"]))[:most]


def _version(lookup: Lookup, entity: Entity, number: int) -> ModelVersion | None:
    try:
        return load_version(lookup.engine, entity, number)
    except (InvalidModel, NoSuchVersion):
        return None
