"""Doubtful pairs of two surveys: listed, drawn, decided, and decided for good."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

from basedb.store import open_store
from etl.rebuild import rebuild
from geospatial import DOMAIN
from tests.geospatial.village import Village, box, planned, run, surveyed


def houses() -> list[Any]:
    return [surveyed(str(at), box(at * 40, 0, at * 40 + 20, 10)) for at in range(1, 7)]


def plans(shift: float = 0.0) -> list[Any]:
    """Six outlines: four that fit, one with a fifth and one with half of its ground in common."""
    fitting = [planned(f"g{at}", box(at * 40 + shift, 0, at * 40 + 20, 10)) for at in range(1, 5)]
    return [*fitting, planned("g5", box(216, 0, 236, 10)), planned("g6", box(250, 0, 270, 10))]


def test_a_judgement_outranks_the_score_and_holds(village: Village, tmp_path: Path) -> None:
    village.loosen("gh_buildings")
    village.loosen("zj_buildings")
    village.buildings(1, houses())
    village.survey(1, plans())
    own, other = village.features("zj_buildings"), village.features("gh_buildings")
    assert other["g1"] == own["1"] and other["g6"] == own["6"] and other["g5"] != own["5"]
    (doubt,) = run(village, "layer", "doubts")["pairs"]
    assert (doubt["source_key"], doubt["leading_key"]) == ("g5", "5")

    picture = tmp_path / "pair.svg"
    run(village, "layer", "pair", doubt["record_id"], doubt["feature_id"], picture)
    shapes = {
        item.get("class"): item.get("d")
        for item in Xml.parse(picture).iter("{http://www.w3.org/2000/svg}path")
    }
    assert shapes["leading"] and shapes["other"] and shapes["leading"] != shapes["other"]
    run(village, "layer", "pair", doubt["record_id"], 99_999, picture, code=2)

    run(
        village,
        "layer",
        "judge",
        "same",
        doubt["record_id"],
        doubt["feature_id"],
        "--reason",
        "实地核对",
        "--who",
        "王工",
    )
    assert village.features("gh_buildings")["g5"] == own["5"]
    assert run(village, "layer", "doubts")["pairs"] == []
    assert village.ask("SELECT sources FROM geospatial.building WHERE source_key = '5'") == [(2,)]
    # The other way round: a pair the score took is taken apart.
    ((record,),) = village.ask(
        "SELECT record_id FROM geospatial.feature_version WHERE source_key = 'g6' AND status = 'current'"
    )
    run(village, "layer", "judge", "different", record, own["6"][0], "--reason", "两栋楼")
    assert village.features("gh_buildings")["g6"] != own["6"]
    assert village.ask("SELECT second_key, verdict, judged_by FROM geospatial.pair_judgement WHERE second_key = 'g5'") == [
        ("g5", "同一", "王工")
    ]  # fmt: skip

    # Both surveys come again, changed: what people decided stands.
    apart = village.features("gh_buildings")["g6"]
    village.survey(2, plans(0.5))
    village.buildings(3, [(values | {"总层数": 3}, shape) for values, shape in houses()])
    assert village.features("gh_buildings")["g5"] == own["5"]
    assert village.features("gh_buildings")["g6"] == apart
    assert run(village, "layer", "doubts")["pairs"] == []

    if village.store.kind == "duckdb":  # what is replayed is the archive, which knows no store
        target = open_store(f"duckdb:///{tmp_path / 'again.duckdb'}")
        found = rebuild(village.store, target, village.archive, {"geospatial": DOMAIN})
        assert found.equal, [item for item in found.tables if not item.equal]

    ((record,),) = village.ask(
        "SELECT record_id FROM geospatial.feature_version WHERE source_key = 'g5' AND status = 'current'"
    )
    run(village, "layer", "judge", "withdraw", record, own["5"][0], "--reason", "看错了")
    assert village.features("gh_buildings")["g5"] != own["5"], "the score is asked again"
    assert [item["source_key"] for item in run(village, "layer", "doubts")["pairs"]] == ["g5"]
