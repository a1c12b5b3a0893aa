"""Why two mentions are, or are not, one entity: every comparison, its weight, and what decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from basedb.domain import Entity
from basedb.explain_evidence import KEY, RECORD, find_bonds, grow, kind_text, path_between
from basedb.linkage.model import Constraint
from basedb.linkage.score import Explanation, explain_pairs
from basedb.linkage.versions import ModelVersion, active_version
from basedb.masking import mask, mask_key, mask_text
from basedb.stewardship.judgements import list_judgements
from basedb.stewardship.lookup import Lookup, Row, recall_mentions
from basedb.stewardship.why import explain as explain_entities

Hide = Callable[[str], str]
_MOST_PAIRS = 400
# A value of a masked attribute with fewer digits is a word (a kind of document) and names nobody.
_IDENTIFYING = 4
_PLACE = ("mention_id", "source", "source_key", "role", "status", "as_of", "file_id", "row_no")


class NoSuchMention(LookupError):
    """A reference that names no mention; the message says what there is."""


def find_mention(lookup: Lookup, entity: Entity, reference: str) -> tuple[int, int]:
    """(mention, entity) of ``m<number>`` or ``source:key`` or ``source:key:role``, the last version.

    NoSuchMention if there is none, or if the record mentions several and no role was given.
    """
    columns = (
        f"SELECT m.mention_id, m.{entity.id_column} AS entity_id, m.role, r.status FROM {entity.qualified}_mention m"
        f" JOIN {entity.schema}.source_record r ON r.record_id = m.record_id"
    )
    if reference[:1] == "m" and reference[1:].isdecimal():
        number = int(reference[1:])
        rows = lookup.rows(
            f"FROM {lookup.inside(f'{columns} WHERE m.record_id = {number >> 4} AND m.mention_id = {number}')}"
        )
    else:
        source, _, rest = reference.partition(":")
        rows = _of_record(lookup, columns, source, rest, None)
        if not rows and ":" in rest:
            key, _, role = rest.rpartition(":")
            rows = _of_record(lookup, columns, source, key, role)
    if not rows:
        raise NoSuchMention(
            f"没有提及 {mask_text(reference)}；请写 m<提及编号>、来源:主键 或 来源:主键:角色 / no such mention"
        )
    roles = sorted({row["role"] for row in rows})
    if len(roles) > 1:
        raise NoSuchMention(
            f"{mask_text(reference)} 提到多人，请加上角色：{'、'.join(roles)} / several are mentioned; add the role"
        )
    last = max(rows, key=lambda row: (row["status"] != "superseded", row["mention_id"]))
    return last["mention_id"], last["entity_id"]


def explain_pair(
    lookup: Lookup,
    entity: Entity,
    left: tuple[int, int | None],
    right: tuple[int, int | None],
    hiding: Mapping[str, Hide] | None,
) -> Row:
    """The explanation as JSON has it. left, right: (entity, mention); without a mention the pair with
    the strongest evidence is taken. hiding: how values of attributes are shown; None: as they are."""
    ids = sorted({left[0], right[0]})
    recall_mentions(lookup, entity, ids)
    version = active_version(lookup.engine, entity)
    found = _strongest(lookup, entity, version, left, right)
    rows = {row["mention_id"]: row for row in lookup.rows("FROM steward_mention")}
    bonds = find_bonds(lookup, entity, whole=hiding is None)
    ends = {found.a, found.b}
    direct = [bond for bond in bonds if {bond.a, bond.b} == ends]
    same = rows[found.a][entity.id_column] == rows[found.b][entity.id_column]
    shown = [_shown_values(rows[number], entity, hiding) for number in (found.a, found.b)]
    return {
        "entity": entity.qualified,
        "model_version": version.version,
        "left": _place(entity, rows[found.a], hiding),
        "right": _place(entity, rows[found.b], hiding),
        "same_entity": same,
        "prior_weight": found.prior_weight,
        "steps": [_step(step, shown) for step in found.steps],
        "match_weight": found.match_weight,
        "probability": 1 / (1 + 2**-found.match_weight) if found.match_weight > -1000 else 0.0,
        "thresholds": {"auto_link": entity.model.auto_link, "review": entity.model.review},
        "constraints": [_constraint(entity, name) for name in found.constraints],
        "direct": [_told(bond) for bond in direct],
        "judgements": [
            {
                name: getattr(entry, name)
                for name in ("judgement_id", "verdict", "made_by", "made_at", "reason")
            }
            for entry in list_judgements(lookup, entity, about=ids)
            if {entry.a_id, entry.b_id} == {rows[found.a][entity.id_column], rows[found.b][entity.id_column]}
            or {entry.a, entry.b} == ends
        ],
        "kept": _kept(lookup, entity, found),
        "path": _path(bonds, rows, entity, found) if same else None,
        "because": [
            *_because(entity, found, direct),
            *([] if same else _apart(lookup, entity, left[0], right[0], whole=hiding is None)),
            ("现归同一实体", "one entity now") if same else ("现为不同实体", "different entities now"),
        ],
    }


def _of_record(lookup: Lookup, columns: str, source: str, key: str, role: str | None) -> list[Row]:
    def literal(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    key_is = (
        f"(r.source_key = {literal(key)} OR substr(r.source_key, 1, {len(key) + 1}) = {literal(key + '#')})"
    )
    role_is = "" if role is None else f" AND m.role = {literal(role)}"
    return lookup.rows(
        f"FROM {lookup.inside(f'{columns} WHERE r.source = {literal(source)} AND {key_is}{role_is}')}"
    )


def _strongest(
    lookup: Lookup,
    entity: Entity,
    version: ModelVersion,
    left: tuple[int, int | None],
    right: tuple[int, int | None],
) -> Explanation:
    sides = [
        f"vertex = {mention}" if mention is not None else f"entity_id = {owner}"
        for owner, mention in (left, right)
    ]
    pairs = lookup.engine.execute(
        f"""SELECT l.vertex, r.vertex FROM (FROM steward_record WHERE {sides[0]}) l
            JOIN (FROM steward_record WHERE {sides[1]}) r ON l.vertex <> r.vertex
            ORDER BY l.vertex + r.vertex DESC, l.vertex LIMIT {_MOST_PAIRS}"""
    ).fetchall()
    if not pairs:
        raise NoSuchMention("两边是同一条记录 / both are the same record")
    frequencies = None
    if version.has_frequencies:
        frequencies = "temp.asked_frequency"
        _recall_frequencies(lookup, entity, version)
    explained = explain_pairs(
        lookup.engine, entity.model, version.parameters, pairs, "steward_record", frequencies
    )
    return max(explained, key=lambda item: (item.match_weight, -item.a, -item.b))


def _recall_frequencies(lookup: Lookup, entity: Entity, version: ModelVersion) -> None:
    """TEMP `asked_frequency` of the values the records have."""
    values = " UNION ".join(
        f"SELECT {column}::TEXT FROM steward_record WHERE {column} IS NOT NULL"
        for column in entity.model.tf_columns()
    )
    found = [row[0] for row in lookup.engine.execute(values).fetchall()] if values else []
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in found) or "NULL"
    query = (
        "SELECT column_name, value, frequency FROM basedb.term_frequency"
        f" WHERE entity = '{entity.qualified}' AND version = {version.version} AND value IN ({listed})"
    )
    lookup.engine.execute(f"CREATE OR REPLACE TEMP TABLE asked_frequency AS FROM {lookup.inside(query)}")


def _step(step: Any, shown: Sequence[Hide]) -> Row:
    told = asdict(step)
    for side, hide in zip(("left", "right"), shown, strict=True):
        told[side] = {
            name: hide(str(value)) if isinstance(value, str) else value for name, value in told[side].items()
        }
    return told


def _shown_values(row: Row, entity: Entity, hiding: Mapping[str, Hide] | None) -> Hide:
    """How values computed from a mention are shown: identifiers in them masked, wherever they come from."""
    if hiding is None:
        return lambda text: text
    secrets = sorted(
        {
            str(row[name])
            for name, hide in hiding.items()
            if hide is mask and sum(letter.isdigit() for letter in str(row.get(name) or "")) >= _IDENTIFYING
        },
        key=len,
        reverse=True,
    )

    def shown(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, mask(secret))
        return mask_text(text)

    return shown


def _place(entity: Entity, row: Row, hiding: Mapping[str, Hide] | None) -> Row:
    told = {name: row[name] for name in _PLACE} | {entity.id_column: row[entity.id_column]}
    if hiding is not None:
        told["source_key"] = mask_key(told["source_key"])
    return told


def _constraint(entity: Entity, name: str) -> Row:
    item = next(found for found in entity.model.constraints if found.name == name)
    return {"name": name, "kind": item.kind, "refer": item.refer, "zh": item.zh, "en": item.en}


def _told(bond: Any) -> Row:
    zh, en = kind_text(bond.kind)
    return {"kind": bond.kind, "zh": zh, "en": en, "weight": bond.weight, **bond.detail}


def _kept(lookup: Lookup, entity: Entity, found: Explanation) -> Row | None:
    kept = lookup.inside(
        "SELECT method, rule, match_weight, grade, veto, outcome, model_version, run_id"
        f" FROM {entity.evidence.fullname} WHERE a = {found.a} AND b = {found.b}"
    )
    return next(iter(lookup.rows(f"FROM {kept}")), None)


def _path(
    bonds: Sequence[Any], rows: Mapping[int, Row], entity: Entity, found: Explanation
) -> list[Row] | None:
    own = [number for number, row in rows.items() if row[entity.id_column] == rows[found.a][entity.id_column]]
    way = path_between(grow(own, bonds), found.a, found.b)
    if way is None:
        return None
    return [
        {"mention_id": link.mention_id, "parent": link.parent, **_told(link.bond)}
        for link in way
        if link.bond is not None
    ]


def _apart(lookup: Lookup, entity: Entity, left: int, right: int, whole: bool) -> list[tuple[str, str]]:
    """What keeps the two entities apart, whatever these two records say."""
    why = explain_entities(lookup, entity, left, right, whole)
    told = [
        (f"人工判定为不同：{item.made_by}，{item.reason}", f"judged different by {item.made_by}")
        for item in why.judgements
        if item.verdict == "different" and {item.a_id, item.b_id} == {left, right}
    ]
    told += [
        (f"两个实体有{item.zh}：{'、'.join(item.left)} ≠ {'、'.join(item.right)}", item.en)
        for item in why.conflicts
    ]
    if not told and why.rivals:
        others = "、".join(f"{item.entity_id}（{item.weight:+.1f}）" for item in why.rivals)
        told.append((f"另有实体与其中一方相符：{others}", "other entities fit one of the two"))
    return told


def _because(entity: Entity, found: Explanation, direct: Sequence[Any]) -> list[tuple[str, str]]:
    """What the two records themselves decide, in sentences."""
    model, told = entity.model, []
    kinds = {bond.kind for bond in direct}
    if RECORD in kinds:
        told.append(kind_text(RECORD))
    if KEY in kinds:
        told.append(("号码规则直接认定，不再看评分", "the exact rule links them; no score is looked at"))
    vetoes = [
        item
        for item in model.constraints
        if item.name in found.constraints and item.kind == Constraint.CANNOT_LINK
    ]
    told += [
        (
            f"约束“{item.zh}”否决{'，交人工' if item.refer else ''}",
            f"vetoed: {item.en}{'; a person should look' if item.refer else ''}",
        )
        for item in vetoes
    ]
    weight = found.match_weight
    if weight >= model.auto_link:
        told.append((f"评分 {weight:+.1f} 达到自动认定的 {model.auto_link:g}", "the score is enough to link"))
    elif weight >= model.review:
        told.append((f"评分 {weight:+.1f} 达到待人工的 {model.review:g}", "the score asks for a person"))
    else:
        told.append((f"评分 {weight:+.1f} 低于 {model.review:g}，不成证据", "the score is no evidence"))
    return told
