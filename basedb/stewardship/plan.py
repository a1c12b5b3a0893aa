"""What a decision of people enters: judgements between mentions, and what they must bring about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SAME, DIFFERENT = "same", "different"


class Unresolved(ValueError):
    """A decision that cannot be taken on these entities; the message says why and what to do instead."""


@dataclass(frozen=True)
class Judgement:
    """That two mentions are the same entity, or different ones. An empty reason is the decision's."""

    verdict: str
    a: int
    b: int
    reason: str = ""


@dataclass(frozen=True)
class Doubt:
    """That somebody looked at two mentions and could not tell."""

    a: int
    b: int
    reason: str = ""


@dataclass(frozen=True)
class Plan:
    """Judgements entered in one transaction.

    together: groups of mentions that must be one entity afterwards. Evidence may stand against a
    judgement between two of them for the others (another number, another name); then the ones left
    behind are judged the same, too.
    """

    judgements: tuple[Judgement, ...] = ()
    together: tuple[tuple[int, ...], ...] = ()
    doubts: tuple[Doubt, ...] = ()


def joined(plans: Iterable[Plan]) -> Plan:
    """All plans as one."""
    plans = list(plans)
    return Plan(
        tuple(item for plan in plans for item in plan.judgements),
        tuple(item for plan in plans for item in plan.together),
        tuple(item for plan in plans for item in plan.doubts),
    )
