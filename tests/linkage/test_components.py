"""Connected components in the engine against a union-find that fits on a page."""

from __future__ import annotations

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from basedb.linkage.components import connected_components

_edges = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=40)


def components(edges: list[tuple[int, int]]) -> dict[int, int]:
    with duckdb.connect() as engine:
        engine.execute("CREATE TEMP TABLE edge (a BIGINT, b BIGINT)")
        if edges:
            engine.executemany("INSERT INTO edge VALUES (?, ?)", edges)
        connected_components(engine, "edge", "found")
        return dict(engine.execute("SELECT vertex, label FROM found").fetchall())


def union_find(edges: list[tuple[int, int]]) -> dict[int, int]:
    parent = {vertex: vertex for edge in edges for vertex in edge}

    def root(vertex: int) -> int:
        while parent[vertex] != vertex:
            vertex = parent[vertex]
        return vertex

    for a, b in edges:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return {vertex: root(vertex) for vertex in parent}


@settings(max_examples=40, deadline=None)
@given(_edges)
def test_every_vertex_bears_the_smallest_of_its_component(edges: list[tuple[int, int]]) -> None:
    assert components(edges) == union_find(edges)


def test_no_edges_and_an_edge_to_itself() -> None:
    assert components([]) == {}
    assert components([(5, 5)]) == {5: 5}


def test_a_long_chain_needs_few_rounds() -> None:
    """A chain in the worst order: the number of rounds must not grow with its length."""
    chain = [(at, at + 1) for at in range(3000, 0, -1)]
    assert set(components(chain).values()) == {1}
