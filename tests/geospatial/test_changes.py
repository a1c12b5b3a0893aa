"""What became of features: by geometry, whatever rows, keys, ring starts and directions do."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.affinity import rotate, scale, translate

from geospatial.changes import Changes, Generation, classify

HOUSE = shapely.Polygon([(0, 0), (12, 0), (12, 8), (6, 8), (6, 14), (0, 14)])
NOISE = 0.05


def generation(
    *rows: tuple[str, shapely.Geometry | None] | tuple[str, shapely.Geometry | None, str],
) -> Generation:
    """Records (key, geometry, what they say)."""

    def array(values: list[object]) -> np.ndarray:
        found = np.empty(len(values), object)
        found[:] = values
        return found

    return Generation(
        array([row[0] for row in rows]),
        array([row[1] for row in rows]),
        array([row[2] if len(row) > 2 else "" for row in rows]),  # type: ignore[misc]
        array(["" for _ in rows]),
        np.array([[row[3] if len(row) > 3 else np.nan] for row in rows], float).reshape(-1, 1),  # type: ignore[misc]
    )


def classes(old: Generation, new: Generation, dimension: int = 2) -> list[str]:
    return list(classify(old, new, dimension, NOISE).change)


def one(before: shapely.Geometry, after: shapely.Geometry, said: str = "") -> str:
    """The class of one record that kept its key."""
    return classes(generation(("1", before)), generation(("1", after, said)))[0]


def test_the_classes_of_a_record_that_kept_its_key() -> None:
    corner = shapely.get_coordinates(HOUSE)
    corner[2] += (0.03, -0.02)
    assert one(HOUSE, HOUSE) == "unchanged"
    assert one(HOUSE, HOUSE, "五层") == "attribute"
    assert one(HOUSE, shapely.Polygon(corner)) == "vertex_noise"
    assert one(HOUSE, translate(HOUSE, 1.5, -0.7)) == "shifted"
    assert one(HOUSE, translate(HOUSE, 1.5, -0.7), "五层") == "shifted"
    assert one(HOUSE, scale(HOUSE, 1.3, 1.0)) == "reshaped"
    assert one(HOUSE, rotate(HOUSE, 30)) == "reshaped"


@pytest.mark.parametrize(
    ("size", "change"), [(100.01, "unchanged"), (103.0, "attribute"), (np.nan, "attribute")]
)
def test_a_size_computed_anew_is_no_change(size: float, change: str) -> None:
    old, new = generation(("1", HOUSE, "", 100.0)), generation(("1", HOUSE, "", size))  # type: ignore[arg-type]
    assert classes(old, new) == [change]


@given(st.integers(0, 5), st.booleans(), st.booleans())
def test_how_a_ring_is_written_is_no_change(start: int, backwards: bool, split_edge: bool) -> None:
    ring = shapely.get_coordinates(HOUSE)[:-1]
    ring = np.roll(ring, start, axis=0)
    if split_edge:
        ring = np.insert(ring, 1, (ring[0] + ring[1]) / 2, axis=0)
    assert one(HOUSE, shapely.Polygon(ring[::-1] if backwards else ring)) == "unchanged"


@given(st.floats(0.5, 40), st.floats(0, 6.28))
def test_moving_as_a_whole_is_a_shift(far: float, way: float) -> None:
    assert one(HOUSE, translate(HOUSE, far * np.cos(way), far * np.sin(way))) == "shifted"


@given(st.permutations(range(6)))
def test_a_layer_without_stable_keys_keeps_its_features(order: list[int]) -> None:
    shapes = [translate(HOUSE, 30 * at, 0) for at in range(6)]
    old = generation(*((f"old{at}", shape) for at, shape in enumerate(shapes)))
    new = generation(*((f"new{place}", shapes[at]) for place, at in enumerate(order)))
    found = classify(old, new, 2, NOISE)
    assert list(found.continues) == list(order)
    assert set(found.change) == {"unchanged"} and set(found.relation) == {"rekeyed"}


def parents(found: Changes) -> set[tuple[int, int, str]]:
    return {(int(a), int(b), str(kind)) for (a, b), kind in zip(found.parents, found.relation, strict=True)}


BLOCK = shapely.box(0, 0, 20, 10)
WEST, EAST = shapely.box(0, 0, 9, 10), shapely.box(9, 0, 20, 10)


def test_a_split_and_a_merger() -> None:
    split = classify(generation(("1", BLOCK)), generation(("2", WEST), ("3", EAST)), 2, NOISE)
    assert list(split.change) == ["split", "split"] and list(split.continues) == [-1, -1]
    assert parents(split) == {(0, 0, "split"), (0, 1, "split")}
    merged = classify(generation(("2", WEST), ("3", EAST)), generation(("1", BLOCK)), 2, NOISE)
    assert list(merged.change) == ["merged"]
    assert parents(merged) == {(0, 0, "merged"), (1, 0, "merged")}


def test_the_part_that_keeps_the_key_keeps_the_feature() -> None:
    found = classify(generation(("1", BLOCK)), generation(("1", WEST), ("2", EAST)), 2, NOISE)
    assert list(found.change) == ["split", "split"] and list(found.continues) == [0, -1]
    assert parents(found) == {(0, 1, "split")}


def test_a_boundary_moved_between_neighbours_is_no_split() -> None:
    old = generation(("1", WEST), ("2", EAST))
    new = generation(("1", shapely.box(0, 0, 11, 10)), ("2", shapely.box(11, 0, 20, 10)))
    assert classes(old, new) == ["reshaped", "reshaped"]


def test_a_regrouping() -> None:
    old = generation(("1", shapely.box(0, 0, 10, 10)), ("2", shapely.box(10, 0, 20, 10)))
    new = generation(
        ("3", shapely.box(0, 0, 6, 10)), ("4", shapely.box(6, 0, 14, 10)), ("5", shapely.box(14, 0, 20, 10))
    )
    assert classes(old, new) == ["regrouped"] * 3


def test_new_ground_is_created_and_nothing_comes_of_what_is_gone() -> None:
    found = classify(generation(("1", HOUSE)), generation(("2", translate(HOUSE, 100, 0))), 2, NOISE)
    assert (list(found.change), list(found.continues), len(found.parents)) == (["created"], [-1], 0)


def test_lines_and_points() -> None:
    road = shapely.LineString([(0, 0), (100, 0), (180, 40)])
    halves = shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(100, 0), (180, 40)])
    assert classes(generation(("1", road)), generation(("1", road, "改名")), 1) == ["attribute"]
    assert (
        classes(generation(("1", road)), generation(("2", halves[0]), ("3", halves[1])), 1) == ["split"] * 2
    )
    spot = shapely.Point(5, 5)
    assert classes(generation(("1", spot)), generation(("1", shapely.Point(9, 5))), 0) == ["shifted"]
    assert classes(generation(("1", spot)), generation(("1", None))) == ["reshaped"]


@pytest.mark.parametrize("dimension", [0, 1, 2])
def test_nothing_becomes_of_nothing(dimension: int) -> None:
    found = classify(generation(), generation(), dimension, NOISE)
    assert len(found.change) == 0 and found.parents.shape == (0, 2)


@given(st.floats(5, 60), st.floats(0, 6.28))
def test_a_dense_block_that_moved_keeps_its_features(far: float, way: float) -> None:
    shapes = [translate(HOUSE, 13 * at, 15 * row) for at in range(4) for row in range(3)]
    old = generation(*((str(at), shape) for at, shape in enumerate(shapes)))
    moved = [translate(shape, far * np.cos(way), far * np.sin(way)) for shape in shapes]
    found = classify(old, generation(*((str(at), shape) for at, shape in enumerate(moved))), 2, NOISE)
    assert list(found.continues) == list(range(len(shapes)))
    assert set(found.change) == {"shifted"} and len(found.parents) == 0
