"""What the stewards' commands share: the entity, people's ids, and decisions entered or refused in a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from basedb.cli.choosing import refuse_unstated
from basedb.cli.exits import NOTHING, Failure, Usage
from basedb.cli.hiding import Hide, attribute_hiding
from basedb.cli.output import say
from basedb.cli.site import Site
from basedb.domain import Domain
from basedb.stewardship.answers import Answer
from basedb.stewardship.plan import DIFFERENT, SAME, Plan, Unresolved
from basedb.store import Store
from etl.installed import of_domain
from etl.quarantine import Decision, NotPossible
from etl.revision import Revised, Reviser

P = ParamSpec("P")
T = TypeVar("T")

VERDICT = {SAME: "同一", DIFFERENT: "不同", "unsure": "待定"}

FOLLOW = click.option(
    "--follow", is_flag=True, help="编号已并入他人时，改指并入后的编号 / follow ids that were merged away"
)
PICTURE = click.option(
    "--picture",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.svg",
    help="画出这一对，如两套测绘成果叠在一起 / draw the pair, as where two surveys are laid over each other",
)


@dataclass(frozen=True)
class Look:
    """How somebody wants to see items. whole: numbers in full, for which there must be a purpose; picture: where
    to draw a pair."""

    whole: bool = False
    purpose: str = ""
    picture: Path | None = None


def possible(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Do it, or say in one line why it cannot be done."""
    try:
        return work(*arguments, **named)
    except (NotPossible, Unresolved) as error:
        raise Usage(str(error)) from error


def hiding(site: Site, domain: Domain, show_ids: bool, purpose: str) -> dict[str, Hide] | None:
    """How values are shown; None in full, for which a purpose is needed."""
    refuse_unstated(show_ids, purpose)
    return None if show_ids else attribute_hiding(domain, site.contracts())


def enter(site: Site, store: Store, domain: Domain, plan: Plan, decision: Decision, command: str) -> Revised:
    """Enter a plan's judgements."""
    return possible(reviser(site, store, domain, command).enter, plan, decision)


def reviser(site: Site, store: Store, domain: Domain, command: str) -> Reviser:
    """Revises the identities of a domain as its loads would."""
    return Reviser(store, domain, of_domain(site.contracts(), domain.name), command, site.wait)


def decision(by: str, reason: str) -> Decision:
    """Who decides now, and why."""
    return Decision(by, reason, datetime.now(UTC))


def tell_revised(domain: Domain, revised: Revised) -> None:
    """What judgements changed, in sentences."""
    zh = domain.entity.zh
    for old, new in revised.merged:
        say(f"{zh} {old} 已并入 {new} / merged into {new}")
    for number in revised.fresh:
        say(f"新的{zh}编号 {number} / a new id")
    if revised.judgements and not (revised.merged or revised.fresh or revised.moved):
        say("没有记录因此移动 / no record moved")


def tell_judgements(revised: Revised) -> None:
    """The numbers of the judgements entered."""
    if revised.judgements:
        say(f"判定编号 {_span(revised.judgements)} / judgements entered")


def revised_document(revised: Revised) -> dict[str, Any]:
    """What judgements changed, as JSON has it."""
    return {
        "run_id": revised.run_id,
        "judgements": list(revised.judgements),
        "merged": [{"from": old, "to": new} for old, new in revised.merged],
        "new": list(revised.fresh),
        "records_moved": revised.moved,
    }


def tell_verdict(pairs: Sequence[tuple[int, int]], verdict: str) -> None:
    """What was decided."""
    for one, other in pairs:
        say(f"{one} 与 {other}：{VERDICT[verdict]} / {verdict}")


def refuse_stale(stale: Sequence[tuple[Answer, str]], skip: bool) -> None:
    """Refuse a workbook for the answers that no longer apply, unless they are to be left out."""
    if not stale or skip:
        return
    told = [f"第 {item.row} 行（{item.left} {item.right}）：{why}" for item, why in stale]
    raise Failure(
        NOTHING,
        "stale",
        f"{len(stale)} 行已不适用，未作任何改动；--skip-stale 可略过它们 / rows no longer apply:\n  "
        + "\n  ".join(told),
        told,
    )


def answer_counts(
    answers: Sequence[Answer], stale: Sequence[Answer], settled: Sequence[Answer]
) -> dict[str, int]:
    """How many answers of each verdict are entered, how many are left out, and how many say what is so already."""
    left_out = {item.row for item in (*stale, *settled)}
    counts = {
        verdict: sum(item.verdict == verdict and item.row not in left_out for item in answers)
        for verdict in VERDICT
    }
    return {**counts, "stale": len(stale), "settled": len(settled)}


def tell_counts(counts: Mapping[str, int]) -> None:
    """The same in a sentence."""
    say(
        f"同一 {counts['same']}，不同 {counts['different']}，待定 {counts['unsure']}，略过 {counts['stale']}"
        " / same, different, unsure, left out"
    )
    if counts["settled"]:
        say(
            f"{counts['settled']} 行的结论先前已经成立，没有新的要记 / nothing new in rows that say what is so already"
        )


def pairs_of(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Ids two by two."""
    if not numbers or len(numbers) % 2:
        raise Usage("编号须成对给出：左 右 [左 右 …] / ids come in pairs")
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _span(numbers: Sequence[int]) -> str:
    first, last = min(numbers), max(numbers)
    return str(first) if first == last else f"{first}–{last}"
