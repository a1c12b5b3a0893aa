"""Layers edited outside and brought back, on both stores: what is applied, what is not, what stays."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely
from pyproj import CRS

from basedb.store import open_store
from etl.rebuild import rebuild
from geospatial import DOMAIN
from tests.geospatial.editor import edit
from tests.geospatial.village import Village, box, division, geojson, placed, planned, run, surveyed

EXTENT = [division("411102000000", "源汇区", box(-5000, -5000, 5000, 5000), "县级")]


def houses(**changed: Any) -> list[Any]:
    """Six houses in a row."""
    rows = [surveyed(str(at), box(at * 30, 0, at * 30 + 12, 9)) for at in range(1, 7)]
    return [(values | changed.get(f"no{values['房屋编号']}", {}), shape) for values, shape in rows]


def building(village: Village, feature: int) -> tuple[Any, ...] | None:
    rows = village.ask(
        "SELECT name, floors, use, source, ST_AsBinary(geom) FROM geospatial.building WHERE feature_id = ?",
        feature,
    )
    return (*rows[0][:4], shapely.from_wkb(bytes(rows[0][4]))) if rows else None


def area(village: Village, shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.multipolygons([placed(shape, "EPSG:4490")])


@pytest.fixture
def street(village: Village) -> Village:
    """A village with a county, six houses, and a coarser survey of three of them."""
    village.deliver("mz_divisions", 1, "mz_divisions_county.geojson", geojson(EXTENT))
    village.buildings(1, houses())
    village.survey(1, [planned(f"g{at}", box(at * 30 + 1, 0, at * 30 + 12, 9)) for at in (1, 2, 3)])
    village.loosen("zj_buildings")
    return village


@pytest.mark.long_on_postgresql
def test_the_round_trip(street: Village, tmp_path: Path) -> None:
    ids = {key: found[0] for key, found in street.features("zj_buildings").items()}
    file = tmp_path / "buildings.gpkg"
    run(street, "layer", "export", "building", file)
    assert run(street, "layer", "import", file)["layers"][0]["status"] == "nothing"

    wider = area(street, box(60, 0, 75, 9))
    drawn = area(street, box(400, 0, 420, 10))
    assert edit(file, "UPDATE building SET floors = 5, use = NULL WHERE feature_id = ?", ids["1"]) == 1
    edit(file, "UPDATE building SET geom = ? WHERE feature_id = ?", wider, ids["2"])
    edit(file, "DELETE FROM building WHERE feature_id = ?", ids["6"])
    edit(file, "INSERT INTO building (geom, name, floors) VALUES (?, '新楼', 3)", drawn)
    # Meanwhile the department says something else of the first house, and the same of the second's floors.
    edit(file, "UPDATE building SET name = '甲楼', floors = 9 WHERE feature_id = ?", ids["3"])
    edit(file, "DELETE FROM building WHERE feature_id = ?", ids["5"])
    street.buildings(2, houses(no3={"总层数": 7}, no5={"总层数": 8}, no1={"房屋结构": "钢混"}))

    planned_ = run(street, "layer", "import", file, "--who", "李工", "--plan", code=3)
    assert street.ask("SELECT count(*) FROM geospatial.feature_version WHERE source = 'edit_building'") == [
        (0,)
    ]
    told = run(street, "layer", "import", file, "--who", "李工", code=3)
    assert planned_["layers"][0]["edits"] == told["layers"][0]["edits"]
    (layer,) = told["layers"]
    assert sorted((item["operation"], item["feature_id"] or 0, tuple(item["columns"])) for item in layer["edits"]) == sorted(
        [
            ("修改", ids["1"], ("floors", "use")),
            ("修改", ids["2"], ("geometry",)),
            ("修改", ids["3"], ("name",)),
            ("删除", ids["6"], ()),
            ("新增", 0, ("name", "floors", "geometry")),
        ]
    )  # fmt: skip
    assert {(item["code"], item["feature_id"], item["column"]) for item in layer["conflicts"]} == {
        ("edit.both_changed", ids["3"], "floors"),
        ("edit.deleted_but_changed", ids["5"], None),
    }
    meta, _, _, fields = pyogrio.raw.read(told["conflicts_file"], layer="conflict")
    table = dict(zip(meta["fields"], fields, strict=True))
    floors = table["value"][(table["column"] == "floors")]
    assert floors.tolist() == ["2", "9", "7"], "exported, edited, standing"

    # Attributes and shapes survive apart: what was not edited is still the department's.
    first = building(street, ids["1"])
    assert first is not None and first[:4] == ("和祥路1号", 5, None, "zj_buildings")
    assert street.ask("SELECT structure FROM geospatial.building WHERE feature_id = ?", ids["1"]) == [
        ("钢混",)
    ]
    second = building(street, ids["2"])
    assert second is not None and second[3] == "edit_building"
    assert shapely.hausdorff_distance(second[4], wider) < 1e-9
    assert building(street, ids["3"])[:2] == ("甲楼", 7)  # type: ignore[index]
    assert building(street, ids["6"]) is None and building(street, ids["5"]) is not None
    assert street.ask("SELECT status FROM geospatial.feature WHERE feature_id = ?", ids["6"]) == [
        ("retired",)
    ]
    (fresh,) = (found[0] for key, found in street.features("edit_building").items() if key.startswith("new-"))
    assert fresh > max(ids.values())
    assert building(street, fresh)[:2] == ("新楼", 3)  # type: ignore[index]
    assert set(street.ask("SELECT DISTINCT edited_by, operation FROM geospatial.edit")) == {
        ("李工", "changed"), ("李工", "created"), ("李工", "retired"),
    }  # fmt: skip

    # The same file again changes nothing, and tells the same conflicts.
    again = run(street, "layer", "import", file, code=6)["layers"][0]
    assert (again["edits"], len(again["conflicts"])) == ([], 2)

    # A later edit comes on top; later nights change what was not edited, and the drawn house is found by the office.
    later = tmp_path / "later.gpkg"
    run(street, "layer", "export", "building", later)
    edit(later, "UPDATE building SET name = '乙楼' WHERE feature_id = ?", ids["1"])
    run(street, "layer", "import", later)
    changed = houses(no1={"总层数": 6, "建成年份": 2001}, no2={"建成年份": 2002}, no6={"总层数": 4})
    changed.append(surveyed("7", box(401, 0, 420, 10)))
    account = street.buildings(3, changed)
    assert account.status == "loaded", account.message
    assert building(street, ids["1"])[:3] == ("乙楼", 5, None)  # type: ignore[index]
    assert shapely.hausdorff_distance(building(street, ids["2"])[4], wider) < 1e-9  # type: ignore[index]
    assert street.ask(
        "SELECT feature_id, built_year FROM geospatial.building WHERE built_year > 2000 ORDER BY 1"
    ) == [(ids["1"], 2001), (ids["2"], 2002)]
    assert building(street, ids["6"]) is None, "an edit deleted it"
    assert street.features("zj_buildings")["7"] == [fresh], "the office found what was drawn"
    assert building(street, fresh)[:2] == ("新楼", 3)  # type: ignore[index]

    # And everything comes out the same from the archive.
    if street.store.kind == "duckdb":  # what is replayed is the archive, which knows no store
        target = open_store(f"duckdb:///{tmp_path / 'again.duckdb'}")
        found = rebuild(street.store, target, street.archive, {"geospatial": DOMAIN})
        assert found.equal, [item for item in found.tables if not item.equal]


def test_rows_that_cannot_be_merged(hamlet: Village, tmp_path: Path) -> None:
    hamlet.buildings(1, houses())
    ids = {key: found[0] for key, found in hamlet.features("zj_buildings").items()}
    file = tmp_path / "b.gpkg"
    run(hamlet, "layer", "export", "building", file)
    edit(
        file,
        "INSERT INTO building (geom, feature_id, base_version) SELECT geom, feature_id, base_version FROM building"
        " WHERE feature_id = ?",
        ids["1"],
    )
    edit(file, "UPDATE building SET floors = 9 WHERE feature_id = ?", ids["1"])
    edit(file, "UPDATE building SET feature_id = 99999 WHERE feature_id = ?", ids["2"])
    edit(file, "UPDATE building SET base_version = 'x', floors = 3 WHERE feature_id = ?", ids["3"])
    edit(file, "UPDATE building SET geom = NULL WHERE feature_id = ?", ids["4"])
    edit(file, "UPDATE building SET source_key = 'x' WHERE feature_id = ?", ids["5"])
    edit(file, "INSERT INTO building (name, geom) VALUES ('点', ?)", placed(shapely.Point(1, 1), "EPSG:4490"))
    edit(file, "ALTER TABLE building ADD COLUMN remark TEXT")
    (told,) = run(hamlet, "layer", "import", file, code=6)["layers"]
    assert sorted(item["code"] for item in told["conflicts"]) == [
        "edit.duplicated_id", "edit.duplicated_id", "edit.no_geometry", "edit.other_version", "edit.read_only",
        "edit.unknown_id", "edit.wrong_geometry",
    ]  # fmt: skip
    assert told["edits"] == [], "the second house came back under another number; that deletes nothing"
    assert told["unknown_columns"] == ["remark"]


def _without_version(file: Path) -> None:
    edit(file, "ALTER TABLE building DROP COLUMN base_version")


def _saved_elsewhere(file: Path) -> None:
    meta, _, shapes, fields = pyogrio.raw.read(file, layer="building")
    file.unlink()
    pyogrio.raw.write(
        file, shapes, fields, meta["fields"], layer="building", crs=meta["crs"], geometry_type="MultiPolygon"
    )


def _in_metres(file: Path) -> None:
    edit(
        file,
        "INSERT INTO gpkg_spatial_ref_sys VALUES ('x', 4547, 'EPSG', 4547, ?, NULL)",
        CRS.from_epsg(4547).to_wkt("WKT1_GDAL"),
    )
    edit(file, "UPDATE gpkg_geometry_columns SET srs_id = 4547 WHERE table_name = 'building'")
    edit(file, "UPDATE gpkg_contents SET srs_id = 4547 WHERE table_name = 'building'")


def _of_points(file: Path) -> None:
    edit(file, "UPDATE gpkg_geometry_columns SET geometry_type_name = 'POINT' WHERE table_name = 'building'")
    edit(file, "UPDATE building SET geom = ?", placed(shapely.Point(1, 1), "EPSG:4490"))


def _of_another_store(file: Path) -> None:
    edit(file, "UPDATE basedb_export SET store = 'another'")


_SPOILT: dict[str, Callable[[Path], None]] = {
    "edit.no_version": _without_version,
    "edit.not_exported": _saved_elsewhere,
    "edit.crs_changed": _in_metres,
    "edit.shape_changed": _of_points,
    "edit.other_store": _of_another_store,
}


def test_files_that_are_refused(hamlet: Village, tmp_path: Path) -> None:
    hamlet.buildings(1, houses())
    file = tmp_path / "b.gpkg"
    run(hamlet, "layer", "export", "building", file)
    edit(file, "UPDATE building SET floors = 9")
    for kind, spoil in _SPOILT.items():
        spoilt = tmp_path / f"{kind}.gpkg"
        shutil.copyfile(file, spoilt)
        spoil(spoilt)
        assert run(hamlet, "layer", "import", spoilt, code=6)["error"]["kind"] == kind
    refused = run(hamlet, "layer", "import", file, "--layer", "parcel", code=6)
    assert refused["error"]["kind"] == "edit.other_layer"
    assert hamlet.ask("SELECT DISTINCT floors FROM geospatial.building") == [(2,)]


def test_mass_deletion_is_shown_to_a_second_person(hamlet: Village, tmp_path: Path) -> None:
    rows = [surveyed(str(at), box(at * 30, 0, at * 30 + 12, 9)) for at in range(12)]
    hamlet.buildings(1, rows)
    file = tmp_path / "b.gpkg"
    run(hamlet, "layer", "export", "building", file)
    edit(file, "DELETE FROM building WHERE fid > 2")
    (held,) = run(hamlet, "layer", "import", file, code=6)["layers"]
    assert held["status"] == "held" and "10" in held["message"]
    assert hamlet.ask("SELECT count(*) FROM geospatial.building") == [(12,)]


@pytest.mark.long_on_postgresql
def test_edits_are_withdrawn(street: Village, tmp_path: Path) -> None:
    ids = {key: found[0] for key, found in street.features("zj_buildings").items()}
    file = tmp_path / "buildings.gpkg"
    run(street, "layer", "export", "building", file)
    edit(file, "UPDATE building SET floors = 5 WHERE feature_id IN (?, ?)", ids["1"], ids["2"])
    edit(file, "DELETE FROM building WHERE feature_id = ?", ids["6"])
    edit(file, "INSERT INTO building (geom, name) VALUES (?, '新楼')", area(street, box(400, 0, 420, 10)))
    run(street, "layer", "import", file, "--who", "李工")
    ((drawn,),) = street.ask("SELECT feature_id FROM geospatial.building WHERE name = '新楼'")
    assert building(street, ids["6"]) is None
    told = run(street, "layer", "withdraw", "building", ids["1"], ids["6"], drawn, "--who", "王工")
    assert told["withdrawn"] == sorted([ids["1"], ids["6"], drawn])
    assert [building(street, ids[key])[1] for key in ("1", "2", "6")] == [2, 5, 2]  # type: ignore[index]
    assert building(street, drawn) is None
    assert street.ask("SELECT feature_id FROM geospatial.edit") == [(ids["2"],)]
    run(street, "layer", "withdraw", "building", ids["1"], code=2)
    run(street, "layer", "import", file)
    assert building(street, ids["1"])[1] == 5, "who imports the file again means it"  # type: ignore[index]
