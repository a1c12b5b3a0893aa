"""Two surveys of one ground become one set of features: relations kept, numbers kept, shifts taken out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
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
