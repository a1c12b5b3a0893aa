"""Two surveys of one ground become one set of features: relations kept, numbers kept, shifts taken out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from shapely.affinity import translate

from geospatial.conflation.model import DEFAULT, FEATURES, compare_shapes, fit
from geospatial.conflation.pairs import match
from geospatial.conflation.shift import local_shift
from tests.geospatial.village import Row, Village, box, planned, surveyed


def row_of(count: int, step: float = 30.0) -> np.ndarray:
    """Houses in a row."""
    return np.array([box(step * at, 0, step * at + 12 + at % 3, 9) for at in range(count)], object)


def moved(shapes: np.ndarray, east: float, north: float) -> np.ndarray:
    return np.array([translate(shape, east, north) for shape in shapes], object)


@given(st.floats(-4, 4), st.floats(-4, 4))
def test_a_common_shift_is_found_and_taken_out(east: float, north: float) -> None:
    first = row_of(12)
    second = moved(first, east, north)
    assert np.abs(local_shift(first, second, 10.0, np.arange(12)) + np.array([east, north])).max() < 1e-6
    found = match(first, second)
    sure = found.grade == "auto"
    assert set(zip(found.first[sure], found.second[sure], strict=True)) == {(at, at) for at in range(12)}
    assert found.overlap[sure] == pytest.approx(1, abs=1e-3)


@given(st.sets(st.integers(0, 39), max_size=8), st.integers(0, 5))
def test_some_compared_are_compared_as_all_are(some: set[int], seed: int) -> None:
    first = row_of(40, 16.0)
    offset = np.random.default_rng(seed).normal(1.5, 0.8, (40, 2))
    second = np.array([translate(shape, *by) for shape, by in zip(first, offset, strict=True)], object)
    every, asked = match(first, second), match(first, second, asked=np.array(sorted(some), np.int64))
    rows = [
        set(zip(found.first, found.second, found.weight.round(9), found.grade, strict=True))
        for found in (every, asked)
    ]
    assert rows[1] == {row for row in rows[0] if row[1] in some}


def test_few_buildings_tell_no_shift() -> None:
    first = row_of(3)
    assert (local_shift(first, moved(first, 2, 0), 10.0, np.arange(len(first))) == 0).all()


def test_a_model_learnt_from_labels_separates_them() -> None:
    rng = np.random.default_rng(3)
    first = row_of(60)
    second = np.array(
        [
            translate(shape, *(rng.normal(0, 1, 2) if at % 2 else (11.0, 6.0)))
            for at, shape in enumerate(first)
        ],
        object,
    )
    features, labels = compare_shapes(first, second), np.arange(60) % 2 == 1
    weight = fit(features, labels).weigh(features)
    assert set(features) == set(FEATURES)
    assert ((weight > 0) == labels).all()
    assert list(DEFAULT.grade(np.array([0.1, -1.0, -9.0]))) == ["auto", "review", "none"]


HOUSES = row_of(6)


def both(village: Village, order: str, survey: list[Row], buildings: list[Row]) -> None:
    """Load the two surveys in an order."""
    for name in order:
        if name == "s":
            village.survey(1, survey)
        else:
            village.buildings(1, buildings)


@pytest.mark.parametrize("order", ["sb", "bs"])
def test_relations_are_kept_whichever_survey_comes_first(hamlet: Village, order: str) -> None:
    long = box(300, 0, 340, 10)
    west, east = box(300, 0, 319, 10), box(321, 0, 340, 10)
    row = box(400, 0, 430, 10)
    parts = [box(400, 0, 414, 10), box(416, 0, 430, 10)]
    survey = [planned(f"S{at}", shape) for at, shape in enumerate(HOUSES)]
    survey += [
        planned("W", west),
        planned("E", east),
        planned("ROW", row),
        planned("ONLY", box(600, 0, 610, 9)),
    ]
    buildings = [surveyed(f"B{at}", shape) for at, shape in enumerate(HOUSES)]
    buildings += [surveyed("LONG", long), surveyed("P1", parts[0]), surveyed("P2", parts[1])]
    buildings += [surveyed("ALONE", box(700, 0, 710, 9))]
    both(hamlet, order, survey, buildings)
    ours, theirs = hamlet.features("zj_buildings"), hamlet.features("gh_buildings")
    for at in range(6):
        assert ours[f"B{at}"] == theirs[f"S{at}"]
    assert theirs["W"] == theirs["E"] == ours["LONG"]
    assert theirs["ROW"] == sorted(ours["P1"] + ours["P2"])
    assert ours["P1"] != ours["P2"]
    everything = {feature for side in (ours, theirs) for features in side.values() for feature in features}
    assert not set(theirs["ONLY"]) & {feature for features in ours.values() for feature in features}
    assert hamlet.ask("SELECT count(*) FROM geospatial.building") == [(len(everything),)]
    assert hamlet.ask(
        "SELECT source, height, structure FROM geospatial.building WHERE building_no = 'B0'"
    ) == [("zj_buildings", 6.5, "砖混")]


def test_numbers_stay_when_a_survey_is_repeated_or_a_building_goes(village: Village) -> None:
    village.loosen("zj_buildings")
    village.loosen("gh_buildings")
    survey = [planned(f"S{at}", shape) for at, shape in enumerate(HOUSES)]
    village.survey(1, survey)
    first = village.features("gh_buildings")
    village.buildings(1, [surveyed(f"B{at}", shape) for at, shape in enumerate(HOUSES)])
    assert {key: first[f"S{key[1]}"] for key in village.features("zj_buildings")} == village.features(
        "zj_buildings"
    )
    again = [planned(f"S{at}", shape, 测绘年份=2026) for at, shape in enumerate(moved(HOUSES, 1.2, -0.4))]
    village.survey(2, again)
    assert village.features("gh_buildings") == first
    assert set(village.classes("gh_buildings", 2).values()) == {"shifted"}
    village.buildings(3, [surveyed(f"B{at}", shape) for at, shape in enumerate(HOUSES) if at])
    gone = first["S0"][0]
    assert village.ask("SELECT status FROM geospatial.feature WHERE feature_id = ?", gone) == [("retired",)]
    assert village.ask("SELECT count(*) FROM geospatial.building WHERE feature_id = ?", gone) == [(0,)]
    assert village.ask("SELECT count(*) FROM geospatial.building") == [(5,)]


def surveys(rng: np.random.Generator, count: int) -> tuple[dict[str, object], dict[str, object]]:
    """Houses of two offices over a kilometre, by key: most drawn by both, some as one by one office and in parts by the
    other."""
    ours: dict[str, object] = {}
    theirs: dict[str, object] = {}
    for at in range(count):
        west, south = 150.0 * (at % 8), 130.0 * (at // 8)
        whole = [box(west, south, west + 24, south + 9)]
        parts = [box(west, south, west + 11, south + 9), box(west + 13, south, west + 24, south + 9)]
        kind = rng.integers(6)
        for side, name, shapes in (
            (ours, "B", parts if kind == 0 else [] if kind == 1 else whole),
            (theirs, "S", parts if kind == 2 else [] if kind == 3 else whole),
        ):
            by = rng.normal(0.6, 0.2, 2) if name == "S" else (0.0, 0.0)
            side.update(
                {f"{name}{at}-{number}": translate(shape, *by) for number, shape in enumerate(shapes)}
            )
    return ours, theirs


def together(village: Village) -> set[frozenset[str]]:
    """The records that share a feature, directly or through others."""
    owners = [
        (key, feature)
        for source in ("zj_buildings", "gh_buildings")
        for key, features in village.features(source).items()
        for feature in features
    ]
    records, features = (
        {name: at for at, name in enumerate(dict.fromkeys(side))} for side in zip(*owners, strict=True)
    )
    size = len(records) + len(features)
    edges = np.array([(records[key], len(records) + features[feature]) for key, feature in owners])
    graph = coo_matrix((np.ones(len(edges)), edges.T), shape=(size, size))
    part = connected_components(graph, directed=False)[1]
    return {
        frozenset(key for key, at in records.items() if part[at] == number)
        for number in set(part[: len(records)])
    }


@pytest.mark.long_on_postgresql
def test_nights_of_changes_join_what_one_delivery_joins(new_village: Callable[[], Village]) -> None:
    rng = np.random.default_rng(12)
    lived, at_once = new_village(), new_village()
    for village in (lived, at_once):
        village.loosen("zj_buildings")
        village.loosen("gh_buildings")

    def deliver(village: Village, night: int, ours: dict[str, object], theirs: dict[str, object]) -> None:
        village.survey(night, [planned(key, shape) for key, shape in theirs.items()])
        village.buildings(night, [surveyed(key, shape) for key, shape in ours.items()])

    ours, theirs = surveys(rng, 48)
    deliver(lived, 1, ours, theirs)
    for night in (2, 3):
        others = surveys(rng, 48)
        changed = {str(at) for at in rng.choice(48, 6, replace=False)}
        ours, theirs = (
            {key: shape for key, shape in side.items() if key[1:].split("-")[0] not in changed}
            | {key: shape for key, shape in other.items() if key[1:].split("-")[0] in changed}
            for side, other in zip((ours, theirs), others, strict=True)
        )
        deliver(lived, night, ours, theirs)
    deliver(at_once, 3, ours, theirs)
    found = together(lived)
    assert found == together(at_once)
    assert {len(group) for group in found} == {1, 2, 3}
