"""Judgements that were made, and the entities people mean by the ids they give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from basedb.domain import Entity
from basedb.stewardship.lookup import Lookup, listed
from basedb.stewardship.plan import Unresolved

#: How a judged record is named.
Named = TypeVar("Named", int, str)


@dataclass(frozen=True)
class Entry(Generic[Named]):
    """A judgement on `a` and `b` (mentions; of a queue of pairs the records, as source:key) and the ids these
    are of now; None where a record stands no longer."""

    judgement_id: int
    verdict: str
    a: Named
    b: Named
    a_id: int | None
    b_id: int | None
    made_by: str
    made_at: datetime
    reason: str
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None

    @property
    def in_force(self) -> bool:
        """Whether it still decides."""
        return self.withdrawn_at is None


def list_judgements(
    lookup: Lookup,
    entity: Entity,
    *,
    withdrawn: bool = False,
    about: Sequence[int] = (),
    ids: Sequence[int] = (),
) -> list[Entry[int]]:
    """Judgements, newest first; those in force only unless `withdrawn`.

    about: only those with a mention of one of these entities. ids: only these.
    """
    mention, owner = f"{entity.qualified}_mention", entity.id_column
    conditions = [f"j.entity = '{entity.qualified}'"]
    if not withdrawn:
        conditions.append("j.withdrawn_at IS NULL")
    if about:
        wanted = listed(about)
        conditions.append(f"(ma.{owner} IN ({wanted}) OR mb.{owner} IN ({wanted}))")
    if ids:
        conditions.append(f"j.judgement_id IN ({listed(ids)})")
    query = (
        f"SELECT j.judgement_id, j.verdict, j.a, j.b, ma.{owner} AS a_id, mb.{owner} AS b_id, j.made_by, j.made_at,"
        " j.reason, j.withdrawn_by, j.withdrawn_at, j.withdrawn_reason FROM basedb.judgement j"
        f" JOIN {mention} ma ON ma.record_id = j.a >> 4 AND ma.mention_id = j.a"
        f" JOIN {mention} mb ON mb.record_id = j.b >> 4 AND mb.mention_id = j.b"
        f" WHERE {' AND '.join(conditions)}"
    )
    return [Entry(**row) for row in lookup.rows(f"FROM {lookup.inside(query)} ORDER BY judgement_id DESC")]


def resolve_ids(lookup: Lookup, entity: Entity, ids: Sequence[int], follow: bool = False) -> list[int]:
    """The entities that stand behind the ids, in their order.

    Raises Unresolved for an id nobody bears, and for one that was merged away unless `follow`.
    """
    owner, asked = entity.id_column, listed(ids)
    mentioned = lookup.inside(
        f"SELECT DISTINCT {owner} AS id FROM {entity.qualified}_mention WHERE {owner} IN ({asked})"
    )
    standing = {row["id"] for row in lookup.rows(f"FROM {mentioned}")}
    gone = {
        row["from_id"]: row
        for row in lookup.rows(
            "SELECT from_id, to_id FROM basedb.redirect"
            f" WHERE entity = '{entity.qualified}' AND from_id IN ({asked})"
        )
    }
    found = []
    for number in ids:
        if number in standing:
            found.append(number)
        elif number not in gone:
            raise Unresolved(f"没有编号为 {number} 的{entity.zh} / there is nobody with id {number}")
        elif follow:
            found.append(gone[number]["to_id"])
        else:
            to = gone[number]["to_id"]
            raise Unresolved(
                f"编号 {number} 已并入 {to}；如指的就是 {to}，请改用 {to}"
                f" 或加 --follow / {number} was merged into {to}; name {to} or add --follow if that is meant"
            )
    return found
