"""Two entities side by side: what the records of either say, and where they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from basedb.domain import Attribute, Entity
from basedb.masking import mask_key, mask_text
from basedb.stewardship.lookup import Lookup, Row

Hide = Callable[[str], str]

# Whether the two sides of a row agree.
SAME, DIFFERENT, ONE_SIDED, PARTLY = "same", "different", "one_sided", "partly"


@dataclass(frozen=True)
class Value:
    """A value of an attribute, and in how many of the entity's mentions it stands."""

    text: str
    mentions: int


@dataclass(frozen=True)
class Line:
    """One attribute on both sides, the commonest values first."""

    attribute: str
    zh: str
    left: tuple[Value, ...]
    right: tuple[Value, ...]
    agreement: str


@dataclass(frozen=True)
class Mentioned:
    """One departmental record that mentions the entity, as its last version stands."""

    mention_id: int
    source: str
    source_key: str
    role: str
    status: str
    as_of: date
    versions: int


@dataclass(frozen=True)
class Sides:
    """Both entities: attribute by attribute, and their records."""

    left: int
    right: int
    lines: tuple[Line, ...]
    records: tuple[tuple[Mentioned, ...], tuple[Mentioned, ...]]


Held = Mapping[int, Sequence[Row]]


def held_mentions(lookup: Lookup, entity: Entity) -> Held:
    """The rows of TEMP `steward_mention` (see `recall_mentions`) by entity, oldest first."""
    held: dict[int, list[Row]] = {}
    for row in lookup.rows("FROM steward_mention ORDER BY mention_id"):
        held.setdefault(row[entity.id_column], []).append(row)
    return held


def put_side_by_side(
    entity: Entity, held: Held, left: int, right: int, hiding: Mapping[str, Hide] | None = None
) -> Sides:
    """What the mentions of two entities say, attribute by attribute.

    hiding: how the values of an attribute are shown; None shows them as they are. Whether values
    agree is told from the values themselves.
    """
    halves = (held.get(left, ()), held.get(right, ()))
    lines = []
    for attribute in entity.shown:
        counted = [
            Counter(row[attribute.name] for row in half if row[attribute.name] is not None) for half in halves
        ]
        if counted[0] or counted[1]:
            hide = _shown if hiding is None else hiding.get(attribute.name, mask_text)
            lines.append(line_of(attribute, counted[0], counted[1], hide))
    show_key = _shown if hiding is None else mask_key
    return Sides(left, right, tuple(lines), (_records(halves[0], show_key), _records(halves[1], show_key)))


def _shown(text: str) -> str:
    return text


def line_of(attribute: Attribute, left: Counter[Any], right: Counter[Any], hide: Hide = _shown) -> Line:
    """An attribute on both sides: how often each value stands on either."""
    return Line(attribute.name, attribute.zh, _values(left, hide), _values(right, hide), _agree(left, right))


def _values(counted: Counter[Any], hide: Hide) -> tuple[Value, ...]:
    ordered = sorted(counted.items(), key=lambda item: (-item[1], str(item[0])))
    return tuple(Value(hide(str(value)), count) for value, count in ordered)


def _agree(left: Counter[Any], right: Counter[Any]) -> str:
    if not left or not right:
        return ONE_SIDED
    if left.keys() == right.keys():
        return SAME
    return PARTLY if left.keys() & right.keys() else DIFFERENT


def _records(rows: Sequence[Row], show_key: Hide) -> tuple[Mentioned, ...]:
    units: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        units.setdefault((row["source"], row["source_key"], row["role"]), []).append(row)
    found = []
    for (source, key, role), versions in sorted(units.items()):
        last = versions[-1]
        found.append(
            Mentioned(
                last["mention_id"], source, show_key(key), role, last["status"], last["as_of"], len(versions)
            )
        )
    return tuple(found)
