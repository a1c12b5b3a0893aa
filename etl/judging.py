"""Entering judgements in a revision, and seeing that what they say comes true."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from basedb.stewardship.plan import DIFFERENT, SAME, Doubt, Judgement, Plan
from basedb.store import Session
from etl import ledger
from etl.counters import Counters
from etl.quarantine import Decision, NotPossible

if TYPE_CHECKING:
    from etl.revision import Revision

_TOLD = 5


def enter_judgements(revision: Revision, judgements: Sequence[Judgement], decision: Decision) -> list[int]:
    """Write judgements down; returns their numbers. NotPossible for a verdict there is none of."""
    for item in judgements:
        if item.verdict not in (SAME, DIFFERENT):
            raise NotPossible(f"没有这样的判定 {item.verdict} / no such verdict")
    first = revision.counters.take("basedb.judgement", len(judgements))
    for number, item in enumerate(judgements, start=first):
        revision.engine.execute(
            "INSERT INTO basedb.judgement (judgement_id, entity, verdict, a, b, made_by, made_at, reason)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                number, revision.domain.entity.qualified, item.verdict, min(item.a, item.b), max(item.a, item.b),
                decision.made_by, decision.made_at, item.reason or decision.reason,
            ],
        )  # fmt: skip
    return list(range(first, first + len(judgements)))


def judge_those_left_behind(revision: Revision, plan: Plan, decision: Decision) -> list[int]:
    """Judge the same, with the first of its group, one mention of every group that is not together yet.

    Reads TEMP `placed` and adds to TEMP `standing_judgement`. Returns the new judgements' numbers:
    none if every group of `plan.together` is one entity, or evidence alone does not keep it apart.
    """
    engine = revision.engine
    members = [
        (group, place, mention)
        for group, mentions in enumerate(plan.together)
        for place, mention in enumerate(mentions)
    ]
    if not members:
        return []
    engine.execute("CREATE OR REPLACE TEMP TABLE wish (grouping BIGINT, place BIGINT, vertex BIGINT)")
    engine.executemany("INSERT INTO temp.wish VALUES (?, ?, ?)", members)
    behind = engine.execute(
        """SELECT h.vertex, min(w.vertex), h.grouping FROM wish h JOIN placed p ON p.vertex = h.vertex
            JOIN wish w ON w.grouping = h.grouping JOIN placed q ON q.vertex = w.vertex
            WHERE h.place = 0 AND q.cluster <> p.cluster AND NOT EXISTS (
                SELECT 1 FROM standing_judgement j WHERE j.verdict = 'same'
                AND j.a = least(h.vertex, w.vertex) AND j.b = greatest(h.vertex, w.vertex))
            GROUP BY h.vertex, h.grouping ORDER BY h.grouping"""
    ).fetchall()
    added = [
        Judgement(SAME, head, other, _reason_of(plan, plan.together[group])) for head, other, group in behind
    ]
    numbers = enter_judgements(revision, added, decision) if added else []
    for item in added:
        engine.execute(
            """INSERT INTO standing_judgement
                SELECT $a, $b, 'same', x.entity_id, y.entity_id FROM linking x, linking y
                WHERE x.vertex = $a AND y.vertex = $b""",
            {"a": min(item.a, item.b), "b": max(item.a, item.b)},
        )
    return numbers


def _reason_of(plan: Plan, group: Sequence[int]) -> str:
    for item in plan.judgements:
        if item.verdict == SAME and {item.a, item.b} <= set(group):
            return item.reason
    return ""


def refuse_contradiction(revision: Revision, entered: Sequence[int]) -> None:
    """NotPossible if a judgement in force did not come true: others, which it names, say otherwise.

    entered: the judgements this revision entered itself. Reads TEMP `standing_judgement`, `entity_of`.
    """
    engine, entity = revision.engine, revision.domain.entity.qualified
    broken = engine.execute(
        """SELECT j.a, j.b FROM standing_judgement j
            JOIN entity_of x ON x.vertex = j.a JOIN entity_of y ON y.vertex = j.b
            WHERE (j.verdict = 'same') <> (x.entity_now = y.entity_now) ORDER BY j.a, j.b LIMIT 1"""
    ).fetchone()
    if broken is None:
        return
    rows = engine.execute(
        "SELECT judgement_id, verdict, made_by, a, b FROM basedb.judgement"
        " WHERE entity = ? AND withdrawn_at IS NULL ORDER BY judgement_id",
        [entity],
    ).fetchall()
    reached, grown = set(broken), True
    while grown:
        more = {end for row in rows if reached & set(row[3:]) for end in row[3:]}
        grown = not more <= reached
        reached |= more
    told = [row for row in rows if set(row[3:]) <= reached and row[0] not in entered]
    listed = "、".join(f"{number}（{_VERDICT[verdict]}，{by}）" for number, verdict, by, *_ in told[:_TOLD])
    listed += "等" if len(told) > _TOLD else ""
    about = f"判定 {listed}" if told else "同时给出的其他判定"
    raise NotPossible(
        f"与{about}矛盾，不能同时成立；请先撤回其中不对的（basedb review withdraw）"
        " / this contradicts judgements in force; withdraw the wrong one first"
    )


def note_doubts(
    session: Session, counters: Counters, domain: str, doubts: Sequence[Doubt], decision: Decision
) -> None:
    """Enter in the decision log that somebody could not tell: it changes nothing, but is not asked again."""
    after = counters.peek("basedb.file") - 1
    for item in doubts:
        subject = f"{min(item.a, item.b)}-{max(item.a, item.b)}"
        ledger.enter_decision(
            session, counters, "unsure", domain, subject, decision.made_by, decision.made_at, after,
            item.reason or decision.reason,
        )  # fmt: skip


_VERDICT = {SAME: "同一", DIFFERENT: "不同"}
