"""Charts: well-formed, to scale, self-contained; thresholds tried out agree with brute force."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from basedb.linkage import charts
from basedb.linkage.chart_data import _lower
from basedb.linkage.charts import Point
from basedb.linkage.parameters import defaults
from basedb.svg import Scale, ticks
from population import DOMAIN

MODEL = DOMAIN.entity.model
DECLARED = defaults(MODEL)
EXPLAINED = {
    "prior_weight": -14.0,
    "steps": [
        {"zh": "姓名", "level_zh": "相同", "level": "identical", "weight": 14.9, "adjustment": -3.0},
        {"zh": "<性别>", "level_zh": "缺失", "level": "missing", "weight": 0.0, "adjustment": 0.0},
    ],
}
POINTS = [Point(3.0, 900, 100, 0.98, 0.97), Point(9.0, 800, 120, 0.99, 0.9), Point(20.0, 10, 300, 1.0, 0.5)]
DRAWN = {
    "weights": charts.weight_chart(MODEL, DECLARED),
    "probabilities": charts.probability_chart(MODEL, DECLARED),
    "waterfall": charts.waterfall(EXPLAINED, MODEL),
    "thresholds": charts.threshold_chart(POINTS, MODEL),
    "thresholds without truth": charts.threshold_chart(
        [Point(p.weight, p.pairs, p.entities) for p in POINTS], MODEL
    ),
    "sizes": charts.size_chart([(1, 2000), (2, 9000), (7, 1)]),
}


@pytest.mark.parametrize("name", DRAWN)
def test_every_chart_is_well_formed_and_stays_inside(name: str) -> None:
    root = ElementTree.fromstring(DRAWN[name])
    width, height = (float(root.attrib[side]) for side in ("width", "height"))
    for part in root.iter():
        if part.tag.endswith("rect"):
            x, y, w, h = (float(part.attrib[side]) for side in ("x", "y", "width", "height"))
            assert 0 <= x <= x + w <= width + 0.5 and 0 <= y <= y + h <= height
        if part.tag.endswith("text"):
            assert 0 <= float(part.attrib["x"]) <= width and 0 <= float(part.attrib["y"]) <= height


def test_every_level_is_in_both_charts_of_the_model() -> None:
    shown = [level for item in MODEL.comparisons for level in item.levels if not level.missing]
    for name in ("weights", "probabilities"):
        words = [part.text or "" for part in ElementTree.fromstring(DRAWN[name]).iter() if part.text]
        for level in shown:
            assert f"{level.zh} {level.name}" in words


def test_bars_are_to_scale() -> None:
    root = ElementTree.fromstring(DRAWN["weights"])
    bars = {
        part[0].text.split(": ")[0]: float(part.attrib["width"])
        for part in root.iter()
        if part.tag.endswith("rect") and len(part) and part[0].text
    }
    one, other = (DECLARED.level_weight(MODEL.comparison("name"), name) for name in ("identical", "pinyin"))
    assert bars["name.identical"] / bars["name.pinyin"] == pytest.approx(one / other, abs=0.01)


def test_a_page_needs_nothing_from_outside_and_escapes_what_it_shows() -> None:
    page = charts.page("模型 <x>", ["a & b"], [(name, "words", drawn) for name, drawn in DRAWN.items()])
    assert set(re.findall(r"https?://[^\"' <]+", page)) == {"http://www.w3.org/2000/svg"}
    assert "<script" not in page and "url(" not in page and "<x>" not in page
    assert "&lt;性别&gt;" in page and "a &amp; b" in page and 'charset="utf-8"' in page


def test_ticks_are_round_and_scales_linear() -> None:
    assert ticks(-23.1, 23.1) == [-20, -10, 0, 10, 20]
    assert ticks(0.93, 1.0, 6) == pytest.approx([0.94, 0.96, 0.98, 1.0])
    assert ticks(5, 5) == [5]
    assert Scale(0, 10, 100, 200)(5) == 150


def test_lowering_the_threshold_joins_clusters_as_a_union_would() -> None:
    members = [(1, 1), (2, 1), (3, 3), (4, 4), (5, 5)]
    truths = {1: "P", 2: "P", 3: "P", 4: "Q", 5: "Q"}
    edges = [(20.0, 1, 3), (10.0, 4, 5), (5.0, 3, 4), (5.0, 1, 4)]
    found = {point.weight: point for point in _lower(members, edges, truths, [4.0, 8.0, 15.0, 30.0])}
    assert [found[at].entities for at in (30.0, 15.0, 8.0, 4.0)] == [4, 3, 2, 1]
    assert [found[at].pairs for at in (30.0, 15.0, 8.0, 4.0)] == [0, 1, 2, 4]
    assert (found[30.0].precision, found[30.0].recall) == (1.0, 1 / 4)
    assert (found[8.0].precision, found[8.0].recall) == (1.0, 1.0)
    assert (found[4.0].precision, found[4.0].recall) == (4 / 10, 1.0)
    assert _lower(members, edges, {}, [4.0])[0].precision is None
