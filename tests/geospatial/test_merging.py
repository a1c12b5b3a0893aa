"""The three-way merge as a law, over any base, edit and present of two features."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geospatial.editing.merge import MODIFIED, REMOVED, Merge, merge
from geospatial.editing.origin import VERSION, Base
from geospatial.editing.theirs import Theirs
from geospatial.layers import ROAD

NAMES = ("route_no", "name", "road_class")
SHAPES = [shapely.multilinestrings([shapely.linestrings([(0, 0), (at, 1)])]) for at in (1, 2, 3)]

values = st.sampled_from([None, "甲", "乙", "丙"])
feature = st.fixed_dictionaries({**dict.fromkeys(NAMES, values), "geometry": st.sampled_from(SHAPES)})
state = st.none() | feature


def rows(features: dict[int, dict[str, object] | None]) -> pd.DataFrame:
    standing = {number: item for number, item in features.items() if item is not None}
    found = pd.DataFrame(
        {name: [item[name] for item in standing.values()] for name in (*NAMES, "geometry")},
        index=pd.Index(list(standing), dtype="int64"),
        dtype=object,
    )
    return found.assign(**{VERSION: [str(number) for number in standing]})


def merged(base: dict, theirs: dict, ours: dict) -> Merge:  # type: ignore[type-arg]
    saved = rows(theirs)
    saved["feature_id"] = pd.array(saved.index.to_numpy(np.int64), dtype="Int64")
    gone = tuple(item.name for item in ROAD.attributes if item.name not in NAMES)
    return merge(ROAD, Base("s", "e", rows(base)), Theirs(saved, gone, ()), rows(ours))


@given(feature, feature, state, state)
def test_what_only_one_side_changed_is_taken_and_nothing_else(
    base: dict[str, object],
    other: dict[str, object],
    theirs: dict[str, object] | None,
    ours: dict[str, object] | None,
) -> None:
    found = merged({1: base, 2: other}, {1: theirs, 2: other}, {1: ours, 2: other})
    assert all(item.feature_id == 1 for item in (*found.edits, *found.conflicts)), "the second was left alone"
    if theirs is None:
        expected = [] if ours is None or ours != base else [REMOVED]
        assert [item.operation for item in found.edits] == expected
        assert len(found.conflicts) == (ours is not None and ours != base)
        return
    edited = {name for name in base if theirs[name] != base[name]}
    if ours is None:
        assert not found.edits and {item.column for item in found.conflicts} == edited
        return
    taken = {name for name in edited if ours[name] == base[name]}
    contested = {name for name in edited - taken if ours[name] != theirs[name]}
    assert {item.column for item in found.conflicts} == contested
    assert bool(found.edits) == bool(taken)
    for edit in found.edits:
        assert edit.operation == MODIFIED
        assert edit.values == {name: theirs[name] for name in taken - {"geometry"}}
        assert (edit.geometry is not None) == ("geometry" in taken)
        # Merged, nobody's word is lost: what stands afterwards is theirs where edited, ours elsewhere.
        after = {**ours, **edit.values, **({"geometry": edit.geometry} if edit.geometry is not None else {})}
        assert all(after[name] == theirs[name] for name in edited - contested)
        assert all(after[name] == ours[name] for name in set(base) - taken)
