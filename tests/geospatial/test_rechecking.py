"""Checking coverage rules around what changed finds what checking the layers whole finds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geospatial import rechecking
from geospatial.ground import Ground, Known
from geospatial.rechecking import recheck
from geospatial.topology import RULES, Rule, error_rows
from geospatial.touched import Touched
from tests.geospatial.village import box, placed

Shapes = dict[int, shapely.Geometry]
_SIDE = 9
_COUNTY = 900


def ground(shapes: Shapes, layer: str) -> Ground:
    """A layer of shapes on the village's plane, by feature id."""
    ids = sorted(shapes)
    laid = np.empty(len(ids), object)
    laid[:] = [placed(shapes[number], "EPSG:4490") for number in ids]
    rows = pd.DataFrame({"feature_id": np.array(ids, np.int64)})
    if layer == "division":
        county = rows["feature_id"] == _COUNTY
        rows = rows.assign(
            level=np.where(county, "县级", "乡级"),
            code=np.where(county, "411102000000", "411102" + rows["feature_id"].astype(str)),
            parent_code=np.where(county, "411100000000", "411102000000"),
        )
    return Known(rows, laid)


def degrees(rule: Rule, layers: dict[str, Ground], errors: pd.DataFrame) -> pd.DataFrame:
    to_metres = layers[rule.layer].to_metres

    def back(points: np.ndarray) -> np.ndarray:
        return np.column_stack(to_metres.transform(points[:, 0], points[:, 1], direction="INVERSE"))

    return errors.assign(shape=shapely.transform(errors["shape"].to_numpy(object), back))


def told(errors: pd.DataFrame) -> list[tuple[str, int, int, float]]:
    """Errors as far as they are told apart, measures to a hundredth."""
    return sorted(
        (row.kind, int(row.feature_id), int(row.other_id), round(float(row.measure), 1))
        for row in errors.itertuples()
    )


def together(kept: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame([*kept.to_dict("records"), *found.to_dict("records")], columns=kept.columns)


def whole(rule: Rule, layers: dict[str, Ground]) -> pd.DataFrame:
    planes = {name: layers[name].all(layers[rule.layer].to_metres) for name in rule.reads}
    return error_rows(rule.find(planes))


def around(rule: Rule, before: dict[str, Shapes], after: dict[str, Shapes]) -> pd.DataFrame:
    """What stands once the errors before have been brought up to date."""
    old = {name: ground(shapes, name) for name, shapes in before.items()}
    new = {name: ground(shapes, name) for name, shapes in after.items()}
    standing = degrees(rule, old, whole(rule, old))
    touched = {}
    for name in rule.reads:
        changed = [
            number
            for number in sorted({*before[name], *after[name]})
            if before[name].get(number) is not after[name].get(number)
        ]
        pairs = [
            (number, placed(shapes[number], "EPSG:4490"))
            for number in changed
            for shapes in (before[name], after[name])
            if number in shapes
        ]
        shapes = np.empty(len(pairs), object)
        shapes[:] = [shape for _, shape in pairs]
        touched[name] = Touched(
            np.array(changed, np.int64), shapes, np.array([number for number, _ in pairs], np.int64)
        )
    found, replaced = recheck(rule, new, touched, standing)
    return together(standing[~replaced], error_rows(found))


def tiles(spacing: float) -> Shapes:
    """A field of parcels side by side, a street every third."""
    return {
        row * _SIDE + column: box(
            column * spacing + column // 3 * 6, row * spacing + row // 3 * 6,
            (column + 1) * spacing + column // 3 * 6, (row + 1) * spacing + row // 3 * 6,
        )
        for row in range(_SIDE)
        for column in range(_SIDE)
    }  # fmt: skip


_EDIT = st.tuples(
    st.integers(0, _SIDE * _SIDE - 1),
    st.sampled_from(["gone", "smaller", "larger", "hole", "moved", "thin"]),
    st.sampled_from([0.3, 0.8, 3.0, 9.0]),
)


def edited(shapes: Shapes, edits: list[tuple[int, str, float]]) -> Shapes:
    found = dict(shapes)
    for number, what, by in edits:
        shape = shapes[number]
        west, south, east, north = shape.bounds
        if what == "gone":
            found.pop(number, None)
        elif what == "smaller":
            found[number] = shape.buffer(-by, join_style="mitre")
        elif what == "larger":
            found[number] = shape.buffer(by, join_style="mitre")
        elif what == "hole":
            found[number] = shape.difference(shape.centroid.buffer(by))
        elif what == "moved":
            found[number] = box(west + by, south, east + by, north)
        else:
            found[number] = box(west, south, west + by / 4, north)
    return found


@given(st.lists(_EDIT, max_size=5), st.lists(_EDIT, max_size=4), st.sampled_from([24.0, 45.0]))
@settings(max_examples=12, deadline=None)
def test_parcels(
    before: list[tuple[int, str, float]], later: list[tuple[int, str, float]], side: float
) -> None:
    rule = RULES[0]
    assert rule.layer == "parcel"
    first = edited(tiles(side), before)
    second = edited(first | {number: tiles(side)[number] for number, _, _ in later}, later)
    both = {"parcel": first}, {"parcel": second}
    new = {"parcel": ground(second, "parcel")}
    assert told(around(rule, *both)) == told(whole(rule, new))


@given(st.lists(_EDIT, max_size=4), st.lists(_EDIT, max_size=3), st.booleans())
@settings(max_examples=10, deadline=None)
def test_divisions(
    before: list[tuple[int, str, float]], later: list[tuple[int, str, float]], county_later: bool
) -> None:
    rule = RULES[1]
    assert rule.layer == "division"
    county = {_COUNTY: box(0, 0, 9 * 900.0, 9 * 900.0)}
    towns = {
        number: box(*(900.0 * at for at in (number % 9, number // 9, number % 9 + 1, number // 9 + 1)))
        for number in range(81)
    }
    edits = [[(number, what, by * 20) for number, what, by in part] for part in (before, later)]
    first = edited(towns, edits[0]) | ({} if county_later else county)
    second = edited(first | {number: towns[number] for number, _, _ in edits[1]}, edits[1]) | county
    new = {"division": ground(second, "division")}
    assert told(around(rule, {"division": first}, {"division": second})) == told(whole(rule, new))


def test_shapes_with_very_many_vertices_are_cut_down(monkeypatch: pytest.MonkeyPatch) -> None:
    rng, rule = np.random.default_rng(5), RULES[0]
    monkeypatch.setattr(rechecking, "_MANY", 3)
    frame = box(-200, -200, 600, 600).difference(box(-0.4, -0.4, 300, 300))
    for _ in range(6):
        edits = [(int(rng.integers(81)), what, 0.8) for what in ("gone", "smaller", "larger", "moved")]
        first = edited(tiles(24.0), edits[:2]) | {900: frame}
        second = edited(first, [edit for edit in edits[2:] if edit[0] in first])
        new = {"parcel": ground(second, "parcel")}
        assert told(around(rule, {"parcel": first}, {"parcel": second})) == told(whole(rule, new))


@given(
    st.lists(st.tuples(st.integers(0, 80), st.booleans(), st.floats(-40, 40)), max_size=6),
    st.sampled_from(RULES[2:]),
)
@settings(max_examples=12, deadline=None)
def test_buildings_and_points(changes: list[tuple[int, bool, float]], rule: Rule) -> None:
    parcels = tiles(24.0)
    houses = {number: shape.buffer(-6) for number, shape in parcels.items() if number % 3}
    spots = {number: shape.centroid for number, shape in parcels.items()}
    spots[500] = shapely.Point(2000, 2000)  # no building within hundreds of metres
    before = {"parcel": parcels, "building": houses, "address": spots, "pollution_source": spots}
    after = {name: dict(shapes) for name, shapes in before.items()}
    for number, gone, by in changes:
        for name in ("parcel", "building", rule.layer):
            if gone:
                after[name].pop(number, None)
            elif number in before[name]:
                after[name][number] = shapely.transform(
                    before[name][number], lambda p, by=by: p + np.array([by, by / 2])
                )
    new = {name: ground(shapes, name) for name, shapes in after.items()}
    assert told(around(rule, before, after)) == told(whole(rule, new))


def test_a_gap_longer_than_the_window_is_told_from_a_street() -> None:
    """A strip between two rows of parcels: closed at both ends it is a gap, however long, if it is narrow."""
    rule = RULES[0]
    row = {at: box(at * 30, 0, at * 30 + 30, 20) for at in range(20)}
    row |= {100 + at: box(at * 30, 20.5, at * 30 + 30, 40) for at in range(20)}
    ends = {200: box(-10, 0, 0, 40), 201: box(600, 0, 610, 40)}
    opened, closed = {"parcel": row | {200: ends[200]}}, {"parcel": row | ends}
    assert told(around(rule, opened, closed)) == told(whole(rule, {"parcel": ground(row | ends, "parcel")}))
    assert [kind for kind, *_ in told(around(rule, opened, closed))] == ["gap"]
    assert told(around(rule, closed, opened)) == []


@pytest.mark.parametrize("rule", RULES)
def test_nothing_changed_nothing_done(rule: Rule) -> None:
    layers = {name: ground({1: box(0, 0, 30, 30), 2: box(25, 0, 60, 30)}, name) for name in rule.reads}
    standing = degrees(rule, layers, whole(rule, layers))
    none = {
        name: Touched(np.array([], np.int64), np.array([], object), np.array([], np.int64))
        for name in rule.reads
    }
    found, replaced = recheck(rule, layers, none, standing)
    assert told(together(standing[~replaced], error_rows(found))) == told(standing)
