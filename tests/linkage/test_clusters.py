"""One deterministic answer to evidence that contradicts itself."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

import pytest

from basedb.linkage.clusters import Edge, Member, Tier, partition

FORM, OTHER_FORM = 1 << 60, (1 << 60) + 1


def member(vertex: int, values: Mapping[str, str] | None = None) -> Member:
    return Member(vertex, vertex, vertex, values or {}, ("source", str(vertex), "self"))


def clusters(
    members: Iterable[Member], edges: Iterable[Edge], different: Iterable[tuple[int, int]] = ()
) -> set[frozenset[int]]:
    found = partition(members, edges, different, [], margin=3.0, plausible=60)
    grouped: dict[int, set[int]] = {}
    for vertex, name in found.cluster.items():
        grouped.setdefault(name, set()).add(vertex)
    return {frozenset(group) for group in grouped.values()}


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3, 4])))
def test_a_form_links_the_records_of_either_of_two_entities(order: tuple[int, ...]) -> None:
    """1 differs from all others: these are one still, for they share number and name."""
    edges = [Edge(vertex, FORM, Tier.EXACT) for vertex in order]
    found = clusters(map(member, order), edges, [(1, 2), (1, 3), (1, 4)])
    assert found == {frozenset({1}), frozenset({2, 3, 4})}


def test_compatible_forms_link_what_nothing_keeps_apart() -> None:
    edges = [
        Edge(1, FORM, Tier.EXACT), Edge(2, FORM, Tier.EXACT), Edge(3, OTHER_FORM, Tier.EXACT),
        Edge(4, OTHER_FORM, Tier.EXACT), Edge(FORM, OTHER_FORM, Tier.EXACT),
    ]  # fmt: skip
    everybody = [member(vertex) for vertex in (1, 2, 3, 4)]
    assert clusters(everybody, edges) == {frozenset({1, 2, 3, 4})}
    assert clusters(everybody, edges, [(1, 2), (1, 3)]) == {frozenset({1}), frozenset({2, 3, 4})}
    assert clusters(everybody, edges, [(1, 3)]) == {frozenset({1, 2}), frozenset({3, 4})}


def test_different_values_part_the_bearers_of_a_form() -> None:
    everybody = [member(1, {"no": "A"}), member(2, {"no": "B"}), member(3, {"no": "B"}), member(4)]
    edges = [Edge(vertex, FORM, Tier.EXACT) for vertex in (1, 2, 3, 4)]
    assert clusters(everybody, edges) == {frozenset({1, 4}), frozenset({2, 3})}


def test_versions_of_a_record_stay_together_before_any_correction() -> None:
    """2 and 3 are versions of one record; a correction leads from 1, judged another than 2, to 3."""
    edges = [Edge(2, 3, Tier.HISTORY, float("inf")), Edge(1, 3, Tier.HISTORY, 20.0)]
    assert clusters(map(member, (1, 2, 3)), edges, [(1, 2)]) == {frozenset({1}), frozenset({2, 3})}


def registered(vertex: int, number: str) -> Member:
    return Member(
        vertex, vertex, vertex, {"no": number}, ("register", str(vertex), "self"), frozenset({"no"})
    )


def test_a_correction_leads_to_a_number_nobody_else_is_registered_under() -> None:
    """3 stands under B elsewhere; a correction says that it is A, the number of 1."""
    corrected = [
        Edge(1, 3, Tier.CORRECTION, 20.0),
        *(Edge(vertex, FORM, Tier.EXACT) for vertex in (2, 3)),
    ]
    alone = [registered(1, "A"), member(2, {"no": "B"}), member(3, {"no": "B"})]
    assert clusters(alone, corrected) == {frozenset({1, 2, 3})}
    both = [registered(1, "A"), registered(2, "B"), member(3, {"no": "B"})]
    assert clusters(both, corrected) == {frozenset({1}), frozenset({2, 3})}
    assert partition(both, corrected, [], [], margin=3.0, plausible=60).refused == {(1, 3): False}
    followed = [Edge(1, 2, Tier.HISTORY, 20.0), *corrected]
    assert clusters(both, followed) == {frozenset({1, 2, 3})}
