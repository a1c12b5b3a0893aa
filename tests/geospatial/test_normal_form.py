"""A shape has one normal form, however its rings are written."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geospatial.normal_form import normal_forms

_CORNERS = st.lists(
    st.tuples(st.integers(0, 4000), st.integers(0, 4000)), min_size=3, max_size=9, unique=True
).map(lambda points: shapely.convex_hull(shapely.multipoints(np.array(points) * 1e-6 + [114.0, 33.5])))


def _rewritten(shape: shapely.Polygon, start: int, backwards: bool, halved: bool) -> shapely.Polygon:
    ring = shapely.get_coordinates(shape)[:-1]
    if halved:
        ring = np.stack([ring, (ring + np.roll(ring, -1, axis=0)) / 2], axis=1).reshape(-1, 2)
    ring = np.roll(ring, start, axis=0)
    return shapely.Polygon(ring[::-1] if backwards else ring)


@settings(deadline=None, max_examples=60)
@given(_CORNERS, st.integers(0, 20), st.booleans(), st.booleans())
def test_starts_directions_and_vertices_on_straight_lines_do_not_count(
    shape: shapely.Geometry, start: int, backwards: bool, halved: bool
) -> None:
    if shape.geom_type != "Polygon":
        return
    again = _rewritten(shape, start, backwards, halved)
    moved = shapely.transform(shape, lambda points: points + np.array([2e-8, 0.0]))
    forms = normal_forms(np.array([shape, again, shapely.multipolygons([again]), moved, None], object))
    assert forms[0] == forms[1] == forms[2]
    assert forms[3] != forms[0]
    assert forms[4] is None


def test_every_kind_of_shape_has_one() -> None:
    ring = shapely.box(114, 33, 114.01, 33.01)
    island = shapely.box(114.002, 33.002, 114.004, 33.004)
    holed = shapely.difference(ring, island)
    several = shapely.MultiPolygon([ring, shapely.box(115, 33, 115.01, 33.01)])
    line = shapely.LineString([(114, 33), (114.1, 33.2)])
    kinds = np.array([ring, holed, several, line, shapely.Point(114, 33), shapely.Polygon()], object)
    forms = normal_forms(kinds)
    assert len(set(forms)) == len(kinds)
    turned = np.array([shapely.reverse(shape) for shape in kinds], object)
    assert normal_forms(turned) == forms
