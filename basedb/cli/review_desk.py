"""Where stewards work: one desk for the entities of a base, one for pairs that a base brings along itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from basedb.cli.exits import Usage
from basedb.cli.review_entities import EntityDesk
from basedb.cli.review_pairs import PairDesk
from basedb.cli.site import Site
from basedb.cli.stewarding import Look
from basedb.domain import Domain, StagedDomain
from basedb.stewardship.answers import Answer
from basedb.stewardship.judgements import Entry
from basedb.stewardship.queue import Filter, Item


class Desk(Protocol):
    """What the commands of `basedb review` need of a queue. Ids come two by two."""

    @property
    def kept_under(self) -> str:
        """What assignments are kept under."""
        ...

    @property
    def kinds(self) -> Collection[str]:
        """Why items of this desk can wait."""
        ...

    def kind_text(self, kind: str) -> tuple[str, str]:
        """Why an item waits, in Chinese and English."""
        ...

    def items(self, about: Sequence[int] = ()) -> list[Item]:
        """The queue, the item most worth deciding first."""
        ...

    def pairs(self, ids: Sequence[int]) -> list[tuple[int, int]]:
        """The items that ids name; Usage if they name none."""
        ...

    def show(self, ids: Sequence[int], look: Look, follow: bool = False) -> None:
        """Show one pair, or what stands behind one id."""
        ...

    def decide(self, ids: Sequence[int], verdict: str, by: str, reason: str, follow: bool) -> None:
        """Enter a verdict and tell what it changed."""
        ...

    def judgements(self, everything: bool, about: Sequence[int]) -> Sequence[Entry[int] | Entry[str]]:
        """Judgements, newest first; those in force only unless `everything`."""
        ...

    def withdraw(self, ids: Sequence[int], by: str, reason: str) -> None:
        """Withdraw judgements and tell what that changed."""
        ...

    def export(self, path: Path, wanted: Filter, limit: int, look: Look) -> dict[str, Any]:
        """Write items to a workbook; how many, and what else was written."""
        ...

    def take(self, answers: Sequence[Answer], by: str, reason: str, skip_stale: bool) -> None:
        """Enter the answers of a workbook, all of them or none, and tell what that changed."""
        ...


def desk_of(site: Site, name: str) -> Desk:
    """The desk of the base of that name, or of what it decides pairs of."""
    desks = list(_desks(site))
    for names, desk in desks:
        if name in names:
            return desk
    known = "、".join(f"{domain}（{subject}）" for (domain, subject), _ in desks)
    raise Usage(f"没有基础库 {name}；现有 {known} / no such domain")


def known_kind(desk: Desk, kind: str | None) -> str | None:
    """The kind that was asked for; Usage if nothing waits for that."""
    if kind is not None and kind not in desk.kinds:
        raise Usage(f"没有原因 {kind}；可用：{'、'.join(sorted(desk.kinds))} / no such kind")
    return kind


def _desks(site: Site) -> Iterator[tuple[tuple[str, str], Desk]]:
    for domain in site.domains.values():
        if isinstance(domain, Domain):
            yield (domain.name, domain.entity.name), EntityDesk(site, domain)
        elif isinstance(domain, StagedDomain) and domain.pairs is not None:
            yield (domain.name, domain.pairs.name), PairDesk(site, domain.pairs)
