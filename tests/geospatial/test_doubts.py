"""Doubtful pairs of two surveys in the stewards' queue: listed, drawn, assigned, decided, and decided for good."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from openpyxl import load_workbook

from basedb.store import open_store
from etl.rebuild import rebuild
from geospatial import DOMAIN
from tests.geospatial.village import Village, box, planned, run, surveyed

pytestmark = pytest.mark.long_on_postgresql

SVG = "{http://www.w3.org/2000/svg}"


def houses() -> list[Any]:
    return [surveyed(str(at), box(at * 40, 0, at * 40 + 20, 10)) for at in range(1, 7)]


def plans(shift: float = 0.0) -> list[Any]:
    """Six outlines: four that fit, one with a fifth and one with half of its ground in common."""
    fitting = [planned(f"g{at}", box(at * 40 + shift, 0, at * 40 + 20, 10)) for at in range(1, 5)]
    return [*fitting, planned("g5", box(216, 0, 236, 10)), planned("g6", box(250, 0, 270, 10))]


def review(village: Village, *words: object, code: int = 0) -> Any:
    return run(village, "review", *words, "--domain", "geospatial", code=code)


def record(village: Village, key: str) -> int:
    query = "SELECT record_id FROM geospatial.feature_version WHERE source_key = ? AND status = 'current'"
    ((found,),) = village.ask(query, key)
    return int(found)


def test_a_judgement_outranks_the_score_and_holds(village: Village, tmp_path: Path) -> None:
    village.loosen("gh_buildings")
    village.loosen("zj_buildings")
    village.buildings(1, houses())
    village.survey(1, plans())
    own, other = village.features("zj_buildings"), village.features("gh_buildings")
    assert other["g1"] == own["1"] and other["g6"] == own["6"] and other["g5"] != own["5"]
    (doubt,) = review(village, "list")["items"]
    pair = doubt["left"], doubt["right"]
    assert pair == (own["5"][0], record(village, "g5")) and doubt["kind"] == "doubtful"
    view = "SELECT left_id, right_id, left_key, right_key FROM geospatial.review_queue"
    assert village.ask(view) == [(*pair, "5", "g5")]

    picture = tmp_path / "pair.svg"
    seen = review(village, "next", "--picture", picture)
    assert seen["item"]["left"] == pair[0] and 0.1 < seen["why"]["overlap"] < 0.3
    assert [[side["source_key"] for side in half] for half in seen["sides"]["records"]] == [["5"], ["g5"]]
    (floors,) = [line for line in seen["sides"]["lines"] if line["attribute"] == "floors"]
    assert floors["agreement"] == "same" and floors["left"][0]["text"] == "2"
    shapes = {item.get("class"): item.get("d") for item in Xml.parse(picture).iter(f"{SVG}path")}
    assert shapes["leading"] and shapes["other"] and shapes["leading"] != shapes["other"]
    review(village, "show", pair[0], 99_999, code=2)
    review(village, "show", pair[1] + 500, pair[1], code=2)
    review(village, "show", pair[0], code=2)

    review(village, "assign", *pair, "--to", "王工")
    assert review(village, "list", "--assigned", "王工")["total"] == 1
    review(village, "decide", *pair, "unsure", "--reason", "看不清", "--by", "李工")
    assert review(village, "list")["items"][0]["unsure_by"] == "李工"
    review(village, "decide", *pair, "same", "--reason", "实地核对", "--by", "王工")
    assert village.features("gh_buildings")["g5"] == own["5"]
    assert review(village, "list") == {"total": 0, "items": []}
    assert village.ask("SELECT sources FROM geospatial.building WHERE source_key = '5'") == [(2,)]
    review(village, "decide", *pair, "different", "--reason", "又看了一次", code=2)
    # The other way round: a pair the score took is taken apart.
    review(village, "decide", own["6"][0], record(village, "g6"), "different", "--reason", "两栋楼")
    assert village.features("gh_buildings")["g6"] != own["6"]

    # Both surveys come again, changed: what people decided stands.
    apart = village.features("gh_buildings")["g6"]
    village.survey(2, plans(0.5))
    village.buildings(3, [(values | {"总层数": 3}, shape) for values, shape in houses()])
    assert village.features("gh_buildings")["g5"] == own["5"]
    assert village.features("gh_buildings")["g6"] == apart
    assert review(village, "list")["total"] == 0

    if village.store.kind == "duckdb":  # what is replayed is the archive, which knows no store
        target = open_store(f"duckdb:///{tmp_path / 'again.duckdb'}")
        found = rebuild(village.store, target, village.archive, {"geospatial": DOMAIN})
        assert found.equal, [item for item in found.tables if not item.equal]

    latest, first = review(village, "judgements")["judgements"]
    assert (first["verdict"], first["made_by"], first["reason"]) == ("same", "王工", "实地核对")
    assert (first["a"], first["b"]) == ("zj_buildings:5", "gh_buildings:g5")
    assert (first["a_id"], first["b_id"]) == (own["5"][0], record(village, "g5"))
    review(village, "withdraw", first["judgement_id"], "--reason", "看错了", "--by", "李工")
    review(village, "withdraw", first["judgement_id"], "--reason", "再来", code=2)
    assert [item["verdict"] for item in review(village, "judgements")["judgements"]] == [latest["verdict"]]
    ended = review(village, "judgements", "--all")["judgements"][-1]
    assert (ended["withdrawn_by"], ended["withdrawn_reason"]) == ("李工", "看错了")
    assert village.features("gh_buildings")["g5"] != own["5"], "the score is asked again"
    (doubt,) = review(village, "list")["items"]
    assert doubt["right"] == record(village, "g5") and doubt["unsure_by"] is None


def test_pairs_are_decided_in_a_workbook(hamlet: Village, tmp_path: Path) -> None:
    village = hamlet
    village.buildings(1, houses())
    village.survey(1, plans())
    own = village.features("zj_buildings")
    book = tmp_path / "待判定.xlsx"
    written = review(village, "export", book)
    (drawing,) = [item for item in Path(written["pictures"]).read_text("utf-8").split("<h2 ")[1:]]
    assert drawing.startswith(f'id="{own["5"][0]}-{record(village, "g5")}"') and "<svg" in drawing

    filled = load_workbook(book)
    sheet = filled["判定"]
    titles = [cell.value for cell in sheet[1]]
    row = dict(zip(titles, [cell.value for cell in sheet[2]], strict=True))
    assert row["左编号"] == own["5"][0] and row["图"] == f"待判定.html#{row['左编号']}-{row['右编号']}"
    sheet.cell(2, titles.index("结论") + 1).value = "同一"
    sheet.cell(2, titles.index("理由") + 1).value = "核对过图"
    filled.save(book)

    village.survey(2, plans(0.5))  # four others changed, the pair did not
    told = review(village, "import", book, "--by", "赵敏")
    assert told["same"] == 1 and village.features("gh_buildings")["g5"] == own["5"]
    assert review(village, "judgements")["judgements"][0]["reason"] == "核对过图"
    assert review(village, "import", book)["settled"] == 1
    village.survey(3, [*plans(0.5)[:4], planned("g5", box(217, 0, 237, 10)), plans()[5]])
    assert review(village, "import", book, code=6)["error"]["kind"] == "stale"
