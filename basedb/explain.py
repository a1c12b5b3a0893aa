"""Why a master row says what it says: records, rules, losers, history and where ids went.

Everything is read from the store; `priorities` are those the loads use (attribute → source → priority).
Works from a domain's declaration and knows no domain by name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from basedb.domain import Attribute, BaseDomain, Domain, Entity
from basedb.store.native import Reader

Priorities = Mapping[str, Mapping[str, int]]
Row = dict[str, Any]

_OPEN = "TIMESTAMPTZ '9999-12-31 00:00:00+00'"
_CRITERIA = ("stands", "priority", "trusted", "valid_from", "record_id")
_REASONS = {
    "stands": "另一记录已不再列出或其登记已注销 / the other record is no longer listed, or its entry has ended",
    "priority": "来源优先级较高 / a source of higher priority",
    "trusted": "值可信（校验通过）/ a trusted value",
    "valid_from": "生效日期较新 / more recent",
    "record_id": "同等条件下后收到 / received later, all else equal",
}
_RULES = {
    "only": "唯一来源 / the only record that has it",
    "agreed": "各记录一致 / all records agree",
    "priority": "按优先级、可信、新近择优 / best by priority, trust and recency",
    "derived": "由其他值推得 / derived from other values",
}


@dataclass(frozen=True)
class Subject:
    """What was asked for: the entity that stands, and the id it was asked by if that was merged."""

    entity_id: int
    redirect: Row | None = None


def find(reader: Reader, domain: Domain, reference: str) -> list[Subject]:
    """The entities a reference names: an identifier some record bears, else an entity id.

    An identifier may be borne by several entities; an id that was merged leads to the survivor.
    """
    entity = domain.entity
    attribute = entity.attribute(entity.identifier)
    values = {reference.strip()}
    if attribute.standardize is not None:
        standard = attribute.standardize(pd.Series([reference], dtype="string[pyarrow]"))
        value = standard.columns[attribute.output or attribute.name].iloc[0]
        values |= set() if pd.isna(value) else {str(value)}
    marks = ", ".join("?" for _ in values)
    borne = reader.ask(
        f"SELECT DISTINCT {entity.id_column} FROM {entity.qualified}_mention WHERE {entity.identifier} IN ({marks})"
        f" ORDER BY {entity.id_column}",
        sorted(values),
    ).rows
    found = [Subject(row[0]) for row in borne]
    if found or not reference.strip().isdecimal() or len(reference.strip()) > 18:
        return found
    wanted = int(reference)
    redirects = reader.ask(
        "SELECT from_id, to_id, known_from, run_id, reason FROM basedb.redirect WHERE entity = ? AND from_id = ?",
        [entity.qualified, wanted],
    ).records()
    if redirects:
        return [Subject(redirects[-1]["to_id"], redirects[-1])]
    there = reader.ask(
        f"SELECT 1 FROM {entity.qualified}_mention WHERE {entity.id_column} = ? LIMIT 1", [wanted]
    )
    return [Subject(wanted)] if list(there.rows) else []


def explain(reader: Reader, domain: Domain, subject: Subject, priorities: Priorities) -> Row:
    """The whole explanation of one entity, as JSON would have it."""
    entity, entity_id = domain.entity, subject.entity_id
    history = _history(reader, domain, entity_id)
    current = next((row for row in history if row["is_current"]), None)
    mentions = _mentions(reader, domain, entity_id, date.max if current is None else current["valid_from"])
    return {
        "entity": entity.qualified,
        entity.id_column: entity_id,
        "redirected_from": subject.redirect,
        "merged_into_this": reader.ask(
            "SELECT from_id, known_from, run_id, reason FROM basedb.redirect WHERE entity = ? AND to_id = ?"
            " ORDER BY from_id",
            [entity.qualified, entity_id],
        ).records(),
        "master": None if current is None else _values(domain, current),
        "attributes": [] if current is None else _attributes(domain, current, mentions, priorities),
        "mentions": [_shown_mention(row) for row in mentions],
        "same_identifier": _rivals(reader, domain, current, entity_id),
        "history": _changes(domain, history),
        "facts": {
            view: reader.ask(
                f"SELECT * FROM {view} WHERE {entity.id_column} = ?", [entity_id]
            ).records()
            for view in domain.facts
        },
    }  # fmt: skip


def explain_record(reader: Reader, domain: BaseDomain, source: str, key: str) -> list[Row]:
    """Every version of a departmental record: its raw cells, whom it mentions, what was found wrong."""
    records = reader.ask(
        f"SELECT r.*, d.file_name FROM {domain.name}.source_record r JOIN basedb.delivery d ON d.file_id = r.file_id"
        " WHERE r.source = ? AND (r.source_key = ? OR substr(r.source_key, 1, ?) = ?) ORDER BY r.record_id",
        [source, key, len(key) + 1, f"{key}#"],
    ).records()
    columns = {
        row["version"]: json.loads(row["columns"])
        for row in reader.ask(
            "SELECT version, columns FROM basedb.contract WHERE source = ?", [source]
        ).records()
    }
    explained = []
    for row in records:
        names = columns.get(row["contract_version"], [])
        raw = json.loads(row["raw"] or "[]")
        explained.append(
            {
                **{name: row[name] for name in (
                    "record_id", "source", "source_key", "file_name", "row_no", "as_of", "status", "valid_from",
                    "valid_to", "known_from", "known_to", "contract_version", "run_id",
                )},
                "raw": dict(zip(names, raw, strict=False)),
                "standard": json.loads(row["standard"] or "{}"),
                "mentions": _mentioned(reader, domain.entity, row["record_id"])
                if isinstance(domain, Domain)
                else [],
                "findings": reader.ask(
                    "SELECT column_name, code, severity, value, suggestion FROM basedb.finding"
                    " WHERE file_id = ? AND row_no = ? ORDER BY column_name, code",
                    [row["file_id"], row["row_no"]],
                ).records(),
            }
        )  # fmt: skip
    return explained


def _mentioned(reader: Reader, entity: Entity, record_id: int) -> list[Row]:
    return reader.ask(
        f"SELECT role, {entity.id_column}, {entity.identifier}, method, match_weight, decided_at"
        f" FROM {entity.qualified}_mention WHERE record_id = ? ORDER BY role",
        [record_id],
    ).records()


def _mentions(reader: Reader, domain: Domain, entity_id: int, start: date) -> list[Row]:
    """The mentions of an entity. has_ended: see `Entity.ended`, on the day `start`."""
    entity = domain.entity
    return reader.ask(
        f"SELECT x.*, coalesce({entity.ended}, false) AS has_ended FROM ("
        "SELECT m.*, r.source, r.source_key, r.row_no, r.status, r.as_of, r.valid_from, r.valid_to, r.known_from,"
        f" d.file_name, DATE '{start}' AS start FROM {entity.qualified}_mention m"
        f" JOIN {domain.name}.source_record r ON r.record_id = m.record_id"
        f" JOIN basedb.delivery d ON d.file_id = r.file_id WHERE m.{entity.id_column} = ?) x"
        " ORDER BY source, source_key, role, as_of, record_id",
        [entity_id],
    ).records()


def _shown_mention(row: Row) -> Row:
    names = (
        "record_id", "source", "source_key", "role", "file_name", "row_no", "status", "as_of", "valid_from",
        "valid_to", "method", "match_weight", "decided_at", "run_id",
    )  # fmt: skip
    return {name: row[name] for name in names}


def _value_names(domain: Domain) -> list[str]:
    entity = domain.entity
    derived = [item.name for item in entity.derived]
    return [item.name for item in entity.mastered if item.name not in derived] + derived


def _values(domain: Domain, row: Row) -> Row:
    times = ("valid_from", "valid_to", "known_from", "known_to", "published_at", "run_id")
    return {name: row[name] for name in (*_value_names(domain), *times)}


def _history(reader: Reader, domain: Domain, entity_id: int) -> list[Row]:
    entity = domain.entity
    names = ", ".join(item.name for item in entity.master.columns)
    return reader.ask(
        f"SELECT {names}, true AS is_current FROM {entity.qualified} WHERE {entity.id_column} = ?"
        f" UNION ALL SELECT {names}, false FROM {entity.qualified}_version WHERE {entity.id_column} = ?"
        " ORDER BY known_from, valid_from",
        [entity_id, entity_id],
    ).records()


def _changes(domain: Domain, history: Sequence[Row]) -> list[Row]:
    """Every version in the order we learned of it, with what differs from the version before in time."""
    names = _value_names(domain)
    shown = []
    for row in history:
        known = [
            other for other in history
            if other["known_from"] <= row["known_from"] < other["known_to"] and other["valid_to"] == row["valid_from"]
        ]  # fmt: skip
        corrected = [other for other in history if other["known_to"] == row["known_from"]]
        before = next(iter([*known, *corrected]), None)
        shown.append(
            {
                **{name: row[name] for name in ("valid_from", "valid_to", "known_from", "known_to", "run_id")},
                "is_current": row["is_current"],
                "changed": {}
                if before is None
                else {
                    name: [before[name], row[name]] for name in names if before[name] != row[name]
                },
            }
        )  # fmt: skip
    return shown


def _attributes(domain: Domain, current: Row, mentions: Sequence[Row], priorities: Priorities) -> list[Row]:
    origin = json.loads(current["origin"])
    records = {row["record_id"]: row for row in mentions}
    mastered = {item.name: item for item in domain.entity.mastered}
    derived = {item.name: item for item in domain.entity.derived}
    explained = []
    for name in _value_names(domain):
        if current[name] is None:
            continue
        attribute = mastered.get(name)
        winner_id, rule = origin.get(name) or (origin.get("*") if attribute else None) or (None, "derived")
        winner = records.get(winner_id)
        if winner is None or (attribute and winner[name] is None):
            winner, rule = None, "derived"
        candidates = _candidates(attribute, mentions, priorities, current["valid_from"]) if attribute else []
        explained.append(
            {
                "attribute": name,
                "title": (derived.get(name) or mastered[name]).zh,
                "value": current[name],
                "rule": rule,
                "because": _because(rule, winner, candidates, name),
                "record": None
                if winner is None
                else {key: winner[key] for key in ("record_id", "source", "source_key", "role", "file_name", "row_no")},
                "lost": [
                    item for item in candidates if winner is None or item["record_id"] != winner["record_id"]
                ],
            }
        )  # fmt: skip
    return explained


def _candidates(
    attribute: Attribute, mentions: Sequence[Row], priorities: Priorities, start: date
) -> list[Row]:
    """The records that have a value now, or had one at `start` when it was decided, best first.

    Ranked as survivorship ranks them.
    """
    ranks = priorities.get(attribute.name, {})
    heard = [
        row
        for row in mentions
        if row["status"] != "superseded" or row["valid_from"] <= start < row["valid_to"]
    ]
    standing = {(row["source"], row["role"]) for row in heard if _listed(row, start) and not row["has_ended"]}
    found = [
        {
            "value": row[attribute.name],
            "record_id": row["record_id"],
            "source": row["source"],
            "source_key": row["source_key"],
            "role": row["role"],
            "priority": ranks.get(row["source"], 0),
            "trusted": bool(row[attribute.trusted_when]) if attribute.trusted_when else False,
            "listed": _listed(row, start),
            "stands": _listed(row, start)
            and not (row["has_ended"] and (row["source"], row["role"]) in standing),
            "valid_from": row["valid_from"],
            "file_name": row["file_name"],
            "row_no": row["row_no"],
        }
        for row in heard
        if row[attribute.name] is not None
    ]
    return sorted(found, key=lambda item: tuple(item[name] for name in _CRITERIA), reverse=True)


def _listed(row: Row, start: date) -> bool:
    return bool(row["status"] != "retired" or row["valid_to"] > start)


def _because(rule: str, winner: Row | None, candidates: Sequence[Row], name: str) -> str:
    """Which criterion set the winner above the best record that says something else."""
    if winner is None or rule != "priority":
        return _RULES.get(rule, rule)
    won = next((item for item in candidates if item["record_id"] == winner["record_id"]), None)
    rival = next((item for item in candidates if item["value"] != winner[name]), None)
    if won is None or rival is None:
        return _RULES[rule]
    decisive = next((item for item in _CRITERIA if won[item] != rival[item]), "record_id")
    if not _above(won[decisive], rival[decisive]):
        return _RULES[rule]
    told = f"（{won[decisive]} > {rival[decisive]}）" if decisive in ("priority", "valid_from") else ""
    return f"{_REASONS[decisive]}{told}"


def _above(won: bool | int | date, rival: bool | int | date) -> bool:
    return won > rival  # type: ignore[operator]  # both are of one kind: the same criterion


def _rivals(reader: Reader, domain: Domain, current: Row | None, entity_id: int) -> list[Row]:
    """Other entities that bear the surviving identifier."""
    entity = domain.entity
    if current is None or current[entity.identifier] is None:
        return []
    return reader.ask(
        f"SELECT DISTINCT m.{entity.id_column}, r.source, m.role FROM {entity.qualified}_mention m"
        f" JOIN {domain.name}.source_record r ON r.record_id = m.record_id"
        f" WHERE m.{entity.identifier} = ? AND m.{entity.id_column} <> ? AND r.status <> 'superseded'"
        f" ORDER BY m.{entity.id_column}, r.source, m.role",
        [current[entity.identifier], entity_id],
    ).records()
