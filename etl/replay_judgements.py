"""Taking stewards' decisions again in a rebuild: judgements, withdrawals, what nobody could tell.

Who was to decide what, and the samples people checked, decide nothing; they are copied.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from basedb import ledger
from basedb.domain import Domain
from basedb.stewardship.plan import Doubt, Judgement, Plan
from basedb.store import Store
from etl.contract.model import Contract
from etl.quarantine import Decision, NotPossible
from etl.revision import Reviser
from etl.runs import fetch

KINDS = frozenset({"judge", "withdraw", "unsure"})
_COPIED = (ledger.review_assignment, ledger.review_sample, ledger.match_quality)


class NotReplayed(ValueError):
    """A decision that cannot be taken again; the message says which and why."""


def judgements_of(store: Store) -> dict[int, dict[str, Any]]:
    """Every judgement of a store by its number."""
    with store.reading() as engine:
        rows = fetch(engine, "SELECT judgement_id, verdict, a, b, reason FROM basedb.judgement")
    return {row["judgement_id"]: row for row in rows}


def replay(
    target: Store,
    domain: Domain,
    peers: Mapping[str, Contract],
    judgements: Mapping[int, dict[str, Any]],
    kind: str,
    subject: str,
    decision: Decision,
) -> None:
    """Take a decision of one of `KINDS` again. Raises NotReplayed where it has another outcome."""
    reviser = Reviser(target, domain, peers, "rebuild")
    try:
        if kind == "withdraw":
            reviser.withdraw([int(number) for number in subject.split(",")], decision)
            return
        first, last = map(int, subject.split("-"))
        if kind == "unsure":
            reviser.enter(Plan(doubts=(Doubt(first, last),)), decision)
            return
        wanted = list(range(first, last + 1))
        entered = [judgements[number] for number in wanted]
        plan = Plan(tuple(Judgement(row["verdict"], row["a"], row["b"], row["reason"]) for row in entered))
        made = list(reviser.enter(plan, decision).judgements)
    except KeyError as error:
        raise NotReplayed(f"判定 {error.args[0]} 已不在库中 / this judgement is gone") from error
    except NotPossible as error:
        raise NotReplayed(f"判定 {subject}：{error}") from error
    if made != wanted:
        raise NotReplayed(f"判定 {subject} 重放后成为 {made} / the replayed judgements have other numbers")


def copy_work(source: Store, target: Store) -> None:
    """Copy assignments, checked samples and the estimates made from them."""
    with source.reading() as engine:
        kept = [
            (table.fullname, engine.execute(f"SELECT * FROM {table.fullname}").to_arrow_table())
            for table in _COPIED
        ]
    if not any(rows.num_rows for _, rows in kept):
        return
    with target.writing("basedb rebuild samples") as session:
        for name, rows in kept:
            session.engine.register("copied_rows", rows)
            session.engine.execute(
                f"INSERT INTO {name} ({', '.join(rows.column_names)}) SELECT * FROM copied_rows"
            )
            session.engine.unregister("copied_rows")
