"""A queue that a domain brings along: doubtful pairs of something else than entities, in the stewards' hands.

Its items are those of `basedb.stewardship.queue`; judgements on them come in as deliveries of a source of their
own, so that history, accounting and rebuild are those of every load.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from basedb.domain import Attribute
    from basedb.stewardship.judgements import Entry
    from basedb.stewardship.lookup import Lookup
    from basedb.stewardship.queue import Item
    from basedb.stewardship.sides import Sides

Pair = tuple[int, int]


@dataclass(frozen=True)
class Seen:
    """What stands on both sides of a pair. code: a fingerprint of it; told: how alike they are and what was
    decided, in Chinese and English sentences; facts: the same for machines."""

    sides: Sides
    code: str
    told: tuple[tuple[str, str], ...]
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What somebody says of a pair: same, different or unsure."""

    left: int
    right: int
    verdict: str
    reason: str


@dataclass(frozen=True)
class Signed:
    """Who decides, and when (UTC)."""

    made_by: str
    made_at: datetime


class PairQueue(Protocol):
    """Pairs of a domain that a person decides. A pair's order matters: its two numbers count different things.

    name: how `--domain` calls it; qualified: what assignments are kept under. zh: what a pair is of; numbers: what
    its two numbers are. attributes: those shown side by side. source: the contract judgements come in by.
    """

    @property
    def name(self) -> str: ...

    @property
    def qualified(self) -> str: ...

    @property
    def zh(self) -> str: ...

    @property
    def numbers(self) -> tuple[str, str]: ...

    @property
    def attributes(self) -> Sequence[Attribute]: ...

    @property
    def source(self) -> str: ...

    def items(self, lookup: Lookup, now: datetime, about: Sequence[int] = ()) -> list[Item]:
        """All open pairs, the one most worth deciding first. about: only those with one of these numbers."""
        ...

    def look(self, lookup: Lookup, pairs: Sequence[Pair]) -> dict[Pair, Seen]:
        """What stands on both sides, in the queue or not; pairs that do not stand are left out."""
        ...

    def pictures(self, lookup: Lookup, pairs: Sequence[Pair]) -> dict[Pair, str]:
        """An SVG of each of the pairs that stand."""
        ...

    def judgements(self, lookup: Lookup, withdrawn: bool, about: Sequence[int] = ()) -> list[Entry[str]]:
        """Judgements, newest first; those in force only unless `withdrawn`."""
        ...

    def decide(self, verdicts: Sequence[Verdict], lookup: Lookup, folder: Path, signed: Signed) -> Path:
        """Write a delivery of verdicts. Raises Unresolved for a pair that does not stand or is judged already."""
        ...

    def withdraw(
        self, judgements: Sequence[int], reason: str, lookup: Lookup, folder: Path, signed: Signed
    ) -> Path:
        """Write a delivery that withdraws judgements. Raises Unresolved for one that is not in force."""
        ...
