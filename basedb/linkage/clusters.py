"""Clusters of a doubtful component: one deterministic answer to evidence that contradicts itself.

Edges are taken from the strongest to the weakest, and two clusters become one unless something
forbids it: single linkage under constraints. Ties are broken by what the records are, never by when
they came. A score joins a record to one of two entities that cannot be one only if it beats the
other by a margin; else the question goes to a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum


class Tier(IntEnum):
    """Kinds of evidence, strongest first."""

    JUDGEMENT = 0
    HISTORY = 1
    CORRECTION = 2
    EXACT = 3
    MUST = 4
    SCORE = 5


@dataclass(frozen=True)
class Member:
    """A record of the component. place: its rank by content. values: its sole values by column.

    part: what it may share a cluster with nobody of the same part (two mentions of one record). vouched:
    the columns whose value a register vouches for.
    """

    vertex: int
    place: int
    part: int
    values: Mapping[str, str]
    unit: tuple[str, ...] = ()
    vouched: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Edge:
    """Evidence that `a` and `b` are one entity; vertices that are no members carry no constraints."""

    a: int
    b: int
    tier: Tier
    weight: float = 0.0


@dataclass(frozen=True)
class Partition:
    """cluster: vertex → the smallest member vertex of its cluster. refused: scored edges and corrections
    between two clusters, with whether a person should look (True) or the records are better explained
    (False)."""

    cluster: dict[int, int]
    refused: dict[tuple[int, int], bool]


def partition(
    members: Iterable[Member],
    edges: Iterable[Edge],
    different: Iterable[tuple[int, int]],
    forbidden: Iterable[tuple[int, int]],
    margin: float,
    plausible: int,
    one_role: bool = True,
) -> Partition:
    """Cluster one connected component.

    different: pairs a person judged to be different: no evidence joins their clusters. forbidden:
    pairs no score may join (constraints). plausible: how many departmental records (`Member.unit`)
    scores may bring together; a larger component keeps to evidence that is not a score.
    """
    builder = _Builder(members, different, forbidden, margin, one_role)
    ordered = sorted(edges, key=builder.rank)
    for edge in (edge for edge in ordered if edge.tier <= Tier.HISTORY):
        builder.join(edge)
    for edge in (edge for edge in ordered if edge.tier == Tier.CORRECTION):
        builder.correct(edge)
    builder.settle_values()
    for edge in (edge for edge in ordered if Tier.CORRECTION < edge.tier < Tier.SCORE):
        builder.join(edge)
    scores = [edge for edge in ordered if edge.tier == Tier.SCORE]
    units = {member.unit for member in builder.members.values()}
    if len(units) <= plausible:
        builder.join_scores(scores)
    return Partition(builder.clusters(), builder.refused(scores) | builder.refuted(ordered))


class _Builder:
    def __init__(
        self,
        members: Iterable[Member],
        different: Iterable[tuple[int, int]],
        forbidden: Iterable[tuple[int, int]],
        margin: float,
        one_role: bool,
    ):
        self.members = {member.vertex: member for member in members}
        self.parent = {vertex: vertex for vertex in self.members}
        self.margin, self.one_role = margin, one_role
        self.different = _neighbours(different)
        self.forbidden = _neighbours(forbidden)
        self.content: dict[int, set[int]] = {vertex: {vertex} for vertex in self.members}
        self.vouched = {
            (column, member.values[column])
            for member in self.members.values()
            for column in member.vouched & member.values.keys()
        }
        self.value_class: dict[tuple[str, str], tuple[str, str]] = {}
        self.values: dict[int, dict[str, set[tuple[str, str]]]] = {}
        # For vertices that are no members: a member of each cluster they are an edge of.
        self.bearers: dict[int, list[int]] = defaultdict(list)

    def rank(self, edge: Edge) -> tuple[int, float, int, int]:
        """Sort key: strongest first, ties by the content of the records."""
        places = sorted((self._place(edge.a), self._place(edge.b)))
        return (edge.tier, -round(edge.weight, 6), places[0], places[1])

    def find(self, vertex: int) -> int:
        """The root of a vertex's cluster."""
        root = vertex
        while self.parent.setdefault(root, root) != root:
            root = self.parent[root]
        while self.parent[vertex] != root:
            self.parent[vertex], vertex = root, self.parent[vertex]
        return root

    def settle_values(self) -> None:
        """Values that follow each other in one record's history count as one from here on."""
        for root in {self.find(vertex) for vertex in self.members}:
            for column in {name for vertex in self.content[root] for name in self.members[vertex].values}:
                found = sorted(
                    self.members[vertex].values[column]
                    for vertex in self.content[root]
                    if column in self.members[vertex].values
                )
                for value in found[1:]:
                    self._unite_values((column, found[0]), (column, value))
        for root in {self.find(vertex) for vertex in self.members}:
            kept: dict[str, set[tuple[str, str]]] = defaultdict(set)
            for vertex in self.content[root]:
                for column, value in self.members[vertex].values.items():
                    kept[column].add(self._class((column, value)))
            self.values[root] = kept

    def join(self, edge: Edge) -> None:
        """Unite the clusters of an edge that is no score, unless something forbids it.

        An edge to a vertex that is no member leads to whom else it was an edge of, one cluster after
        the other: a form that one of two entities bears is evidence for the other's records, too.
        """
        members = [vertex for vertex in (edge.a, edge.b) if vertex in self.members]
        if len(members) == 2:
            self._join(members[0], members[1], edge.tier)
        elif members:
            bearers = self.bearers[edge.b if edge.a in self.members else edge.a]
            if not any(self._join(members[0], other, edge.tier) for other in bearers):
                bearers.append(members[0])
        else:
            for one in self.bearers[edge.a]:
                for other in self.bearers[edge.b]:
                    self._join(one, other, edge.tier)

    def _join(self, a: int, b: int, tier: Tier) -> bool:
        """Whether two members are in one cluster, now if not before."""
        one, other = self.find(a), self.find(b)
        if one == other:
            return True
        if self._judged_apart(one, other) or (tier >= Tier.EXACT and self._contradict(one, other)):
            return False
        self._unite(one, other)
        return True

    def correct(self, edge: Edge) -> None:
        """Unite the clusters of a value and its correction.

        Where a register vouches for both values, each is somebody's own and none corrects the other,
        but for what the register itself has followed from one to the other.
        """
        one, other = self.find(edge.a), self.find(edge.b)
        mine, yours = self._own_values(one), self._own_values(other)
        for column in mine.keys() & yours.keys():
            if not mine[column] & yours[column]:
                return
        self._join(edge.a, edge.b, edge.tier)

    def _own_values(self, root: int) -> dict[str, set[str]]:
        """The values of a cluster that a register vouches for, by column."""
        found: dict[str, set[str]] = defaultdict(set)
        for vertex in self.content.get(root, ()):
            for column, value in self.members[vertex].values.items():
                if (column, value) in self.vouched:
                    found[column].add(value)
        return found

    def join_scores(self, scores: list[Edge]) -> None:
        """Unite by scores, strongest first, where neither a constraint nor a rival stands against it."""
        for edge in scores:
            one, other = self.find(edge.a), self.find(edge.b)
            if one == other or self._apart(one, other) or self._has_rival(edge, one, other, scores):
                continue
            self._unite(one, other)

    def refused(self, scores: list[Edge]) -> dict[tuple[int, int], bool]:
        """Scored edges that did not come true: to a person, unless the record is clearly placed."""
        strength: dict[int, float] = defaultdict(lambda: float("-inf"))
        for edge in scores:
            if self.find(edge.a) == self.find(edge.b):
                for vertex in (edge.a, edge.b):
                    strength[vertex] = max(strength[vertex], edge.weight)
        found = {}
        for edge in scores:
            if self.find(edge.a) != self.find(edge.b):
                best = max(strength[edge.a], strength[edge.b])
                apart = self._judged_apart(self.find(edge.a), self.find(edge.b))
                found[(min(edge.a, edge.b), max(edge.a, edge.b))] = (
                    not apart and best < edge.weight + self.margin
                )
        return found

    def refuted(self, edges: list[Edge]) -> dict[tuple[int, int], bool]:
        """Corrections that did not come true: the values are two people's own."""
        return {
            (min(edge.a, edge.b), max(edge.a, edge.b)): False
            for edge in edges
            if edge.tier == Tier.CORRECTION and self.find(edge.a) != self.find(edge.b)
        }

    def clusters(self) -> dict[int, int]:
        """Every member's cluster, named by its smallest member."""
        return {vertex: min(self.content[self.find(vertex)]) for vertex in self.members}

    def _has_rival(self, edge: Edge, one: int, other: int, scores: list[Edge]) -> bool:
        """Whether a third cluster that cannot be one with a side claims the other side almost as well."""
        for rival in scores:
            if rival.weight < edge.weight - self.margin:
                return False
            a, b = self.find(rival.a), self.find(rival.b)
            for mine, yours in ((one, other), (other, one)):
                third = b if a == mine else a if b == mine else None
                if third is None or third in (mine, yours):
                    continue
                if self._apart(third, yours) and not self._apart(third, mine):
                    return True
        return False

    def _apart(self, one: int, other: int) -> bool:
        return (
            self._judged_apart(one, other)
            or self._contradict(one, other)
            or _touch(self.content[one], self.content[other], self.forbidden)
        )

    def _judged_apart(self, one: int, other: int) -> bool:
        if one not in self.content or other not in self.content:
            return False
        return _touch(self.content[one], self.content[other], self.different)

    def _contradict(self, one: int, other: int) -> bool:
        """Whether the clusters have two values of which an entity has one, or two parts of a record."""
        if one not in self.content or other not in self.content:
            return False
        mine, yours = self.values.get(one, {}), self.values.get(other, {})
        if any(
            yours[column] and mine[column] and mine[column] != yours[column]
            for column in mine.keys() & yours.keys()
        ):
            return True
        if not self.one_role:
            return False
        parts = {self.members[vertex].part for vertex in self.content[one] if vertex in self.members}
        return any(
            self.members[vertex].part in parts for vertex in self.content[other] if vertex in self.members
        )

    def _unite(self, one: int, other: int) -> None:
        if len(self.content.setdefault(one, set())) < len(self.content.setdefault(other, set())):
            one, other = other, one
        self.parent[other] = one
        self.content[one] |= self.content.pop(other)
        kept = self.values.setdefault(one, defaultdict(set))
        for column, found in self.values.pop(other, {}).items():
            kept[column] |= found

    def _place(self, vertex: int) -> int:
        return self.members[vertex].place if vertex in self.members else vertex

    def _class(self, value: tuple[str, str]) -> tuple[str, str]:
        while self.value_class.get(value, value) != value:
            value = self.value_class[value]
        return value

    def _unite_values(self, one: tuple[str, str], other: tuple[str, str]) -> None:
        first, second = sorted((self._class(one), self._class(other)))
        self.value_class[second] = first


def _neighbours(pairs: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for a, b in pairs:
        found[a].add(b)
        found[b].add(a)
    return found


def _touch(one: set[int], other: set[int], neighbours: Mapping[int, set[int]]) -> bool:
    if len(one) > len(other):
        one, other = other, one
    return any(neighbours[vertex] & other for vertex in one if vertex in neighbours)
