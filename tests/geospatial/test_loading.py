"""Layers through the public loader, on both stores: what comes in, how it is numbered, what is refused."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pyogrio
import shapely
from numpy import array, column_stack, ndarray
from pyproj import Transformer
from shapely.affinity import translate

from etl.contract import load_contract
from etl.inbox import read_inbox
from geospatial import DOMAIN
from geospatial.datum.obfuscated import gcj02_from_wgs84
from tests.geospatial.village import (
    EAST,
    NORTH,
    Village,
    address,
    addresses,
    box,
    division,
    geojson,
    parcel,
    placed,
    segment,
    surveyed,
    vector,
)

COUNTY = division("411102000000", "源汇区", box(-5000, -5000, 5000, 5000), "县级")


def county(village: Village, night: int = 1) -> None:
    rows = [COUNTY]
    village.deliver("mz_divisions", night, "mz_divisions_county.geojson", geojson(rows))


def test_a_parcel_shapefile_and_its_deltas(village: Village) -> None:
    first = [
        parcel("411102001001JC00001", box(0, 0, 40, 20)),
        parcel("411102001001JC00002", box(40, 0, 80, 20)),
    ]
    path = vector(village.path(1, "zrzy_parcels.shp"), first, encoding="cp936")
    path.with_suffix(".cpg").unlink()
    account = village.load("zrzy_parcels", 1, path)
    assert (account.status, account.counts["added"]) == ("loaded", 2)
    assert village.ask("SELECT parcel_code, holder, use_code FROM geospatial.parcel ORDER BY 1") == [
        ("411102001001JC00001", "村集体", "0701"),
        ("411102001001JC00002", "村集体", "0701"),
    ]
    (wkb,) = village.ask("SELECT ST_AsBinary(geom) FROM geospatial.parcel ORDER BY parcel_code LIMIT 1")[0]
    found, expected = shapely.from_wkb(bytes(wkb)), placed(box(0, 0, 40, 20), "EPSG:4490")
    assert shapely.hausdorff_distance(found, expected) < 1e-8
    assert village.ask(
        "SELECT DISTINCT source_crs, operation LIKE 'EPSG:4526%', accuracy FROM geospatial.feature_version"
    ) == [("EPSG:4526", True, 0.0)]
    before = village.features("zrzy_parcels")
    split = [
        ({**parcel("411102001001JC00001", None)[0], "变更类型": "注销"}, box(0, 0, 40, 20)),
        ({**parcel("411102001001JC00003", None)[0], "变更类型": "新增"}, box(0, 0, 25, 20)),
        ({**parcel("411102001001JC00004", None)[0], "变更类型": "新增"}, box(25, 0, 40, 20)),
    ]
    account = village.load("zrzy_parcels", 2, vector(village.path(2, "zrzy_parcels_delta.shp"), split))
    assert (account.counts["added"], account.counts["retired"]) == (2, 1), account.message
    after = village.features("zrzy_parcels")
    assert village.classes("zrzy_parcels", 2) == {
        "411102001001JC00003": "split",
        "411102001001JC00004": "split",
    }
    assert village.ask(
        "SELECT from_feature, to_feature, relation, from_key FROM geospatial.feature_lineage ORDER BY to_feature"
    ) == [
        (before["411102001001JC00001"][0], after[key][0], "split", "411102001001JC00001")
        for key in ("411102001001JC00003", "411102001001JC00004")
    ]
    assert village.ask("SELECT count(*) FROM geospatial.parcel") == [(3,)]
    assert village.ask("SELECT status, count(*) FROM geospatial.feature GROUP BY 1 ORDER BY 1") == [
        ("current", 3),
        ("retired", 1),
    ]


def test_attributes_of_a_shapefile_count_as_much_as_its_shapes(hamlet: Village) -> None:
    path = vector(hamlet.path(1, "mz_divisions_county.shp"), [COUNTY], crs="EPSG:4490")
    assert hamlet.load("mz_divisions", 1, path).status == "loaded"
    renamed = {**COUNTY[0], "名称": "源汇新区"}, COUNTY[1]
    path = vector(hamlet.path(2, "mz_divisions_county.shp"), [renamed], crs="EPSG:4490")
    account = hamlet.load("mz_divisions", 2, path)
    assert account.counts["changed"] == 1
    assert hamlet.classes("mz_divisions", 2) == {"411102000000": "attribute"}
    assert hamlet.ask("SELECT name FROM geospatial.division") == [("源汇新区",)]


def test_a_recoded_division_keeps_its_feature(village: Village) -> None:
    village.loosen("mz_divisions")
    ground = box(0, 0, 900, 900)
    old = [
        division("411102101201", "后魏沟村", ground),
        division("411102101202", "老孔店村", box(900, 0, 1800, 900)),
    ]
    village.deliver("mz_divisions", 1, "mz_divisions_village.geojson", geojson(old))
    before = village.features("mz_divisions")
    new = [division("411103102201", "后魏沟村", ground), old[1]]
    village.deliver("mz_divisions", 2, "mz_divisions_village.geojson", geojson(new))
    after = village.features("mz_divisions")
    assert after["411103102201"] == before["411102101201"]
    assert village.classes("mz_divisions", 2) == {"411103102201": "attribute"}
    assert village.ask("SELECT relation, from_key, to_key, from_name FROM geospatial.feature_lineage") == [
        ("rekeyed", "411102101201", "411103102201", "后魏沟村")
    ]
    succession = "SELECT effective, before, after, existed, continues FROM geospatial.division_succession"
    assert [row[1:] for row in village.ask(succession)] == [("411102101201", "411103102201", False, False)]
    assert village.ask("SELECT code FROM geospatial.division ORDER BY 1") == [
        ("411102101202",),
        ("411103102201",),
    ]


def test_the_same_layer_again_changes_no_feature(village: Village) -> None:
    rows = [surveyed(str(at), box(30 * at, 0, 30 * at + 12, 9)) for at in range(5)]
    village.buildings(1, rows)
    before = village.features("zj_buildings")
    rewritten = [(values, shapely.reverse(shape)) for values, shape in reversed(rows)]
    account = village.buildings(2, rewritten)
    assert account.counts["changed"] == 5
    assert village.features("zj_buildings") == before
    assert set(village.classes("zj_buildings", 2).values()) == {"unchanged"}
    assert village.ask("SELECT count(*), count(DISTINCT feature_id) FROM geospatial.building") == [(5, 5)]


def test_a_file_in_a_system_nobody_knows_is_refused(hamlet: Village) -> None:
    houses = [surveyed(f"B{at}", box(30 * at, 0, 30 * at + 12, 9)) for at in range(6)]
    file = geojson(houses, crs="urn:ogc:def:crs:EPSG::999999", given="EPSG:4490")
    account = hamlet.deliver("zj_buildings", 1, "zj_buildings.geojson", file)
    assert (account.status, account.reason) == ("refused", "crs.unknown_in_row")
    assert "：urn:ogc:def:crs:EPSG::999999；" in account.message


def test_a_layer_that_moved_as_one_waits_for_a_person(hamlet: Village) -> None:
    """Half a kilometre off: by a wrong system that a reference layer tells, or for no reason anybody can see."""
    county(hamlet)
    places = [(40 * at, 30 * row) for at in range(8) for row in range(5)]
    land = [parcel(f"411102001001GB{at:05d}", box(x, y, x + 36, y + 26)) for at, (x, y) in enumerate(places)]
    hamlet.deliver("zrzy_parcels", 1, "zrzy_parcels.geojson", geojson(land))
    houses = [surveyed(f"B{at}", box(x + 8, y + 6, x + 24, y + 18)) for at, (x, y) in enumerate(places)]
    hamlet.buildings(1, houses)
    for shift, told in ((_into_gcj02, "GCJ-02"), (lambda points: points + array([500, 0]), "500")):
        moved = [(values, shapely.transform(shape, shift)) for values, shape in houses]
        file = geojson(moved, crs="EPSG:4490", given="EPSG:4490")
        account = hamlet.deliver("zj_buildings", 2, "zj_buildings.geojson", file)
        assert (account.status, account.reason) == ("held", "layer.shifted")
        assert told in account.message
    assert hamlet.ask("SELECT count(*) FROM geospatial.feature_version WHERE source = 'zj_buildings'") == [
        (40,)
    ]


def _into_gcj02(points: ndarray) -> ndarray:
    """Points of the village's plane where GCJ-02 has them."""
    there = Transformer.from_crs("EPSG:4547", "EPSG:4490", always_xy=True)
    lon, lat = gcj02_from_wgs84(*there.transform(points[:, 0] + EAST, points[:, 1] + NORTH))
    x, y = there.transform(lon, lat, direction="INVERSE")
    return column_stack([x - EAST, y - NORTH])


def test_addresses_in_the_shifted_system_and_their_operations(hamlet: Village) -> None:
    county(hamlet)
    lon, lat = 114.0012, 33.5603
    there = gcj02_from_wgs84(array([lon]), array([lat]))
    shifted = (float(there[0][0]), float(there[1][0]))
    rows = [address("1", *shifted), address("2", *shifted, 坐标系=""), address("3", 0, 0, 经度="", 纬度="")]
    account = hamlet.deliver("ga_addresses", 1, "ga_addresses_411102001.csv", addresses(rows))
    assert account.counts["added"] == 3
    found = hamlet.ask("SELECT address_code, ST_AsBinary(geom) FROM geospatial.address ORDER BY 1")
    for code, wkb in found[:2]:
        point = shapely.from_wkb(bytes(wkb))
        assert (abs(point.x - lon) + abs(point.y - lat)) * 111_320 < 0.03, code
    assert found[2][1] is None
    assert {"crs.assumed", "geometry.missing"} <= hamlet.findings()
    delta = [address("1", *shifted, 操作="删"), address("2", *shifted, 门牌号="2号", 操作="改")]
    account = hamlet.deliver("ga_addresses", 2, "ga_addresses_delta.csv", addresses(delta))
    assert (account.counts["retired"], account.counts["changed"]) == (1, 1)
    assert hamlet.ask("SELECT address_code, number FROM geospatial.address ORDER BY 1") == [
        ("2", "2号"),
        ("3", "1号"),
    ]


def test_a_place_in_another_region_has_no_geometry_but_is_kept(hamlet: Village) -> None:
    county(hamlet)
    rows = [address("1", 33.56, 114.0, 坐标系="CGCS2000"), address("2", 120.1, 30.2, 坐标系="CGCS2000")]
    hamlet.deliver("ga_addresses", 1, "ga_addresses_411102001.csv", addresses(rows))
    located = hamlet.ask("SELECT address_code, geom IS NOT NULL FROM geospatial.address ORDER BY 1")
    assert located == [("1", True), ("2", False)]
    assert {"coordinate.axes_swapped", "coordinate.outside_region"} <= hamlet.findings()
    kept = hamlet.ask(
        "SELECT count(*) FROM geospatial.feature_version WHERE source_geometry IS NOT NULL AND geom IS NULL"
    )
    assert kept == [(1,)]


NOTE = """农村公路坐标转换参数
适用文件:jt_roads_rural.geojson
源:1980西安坐标系3度带第38带平面坐标(计算时Y坐标去掉带号38)
目标:CGCS2000 3度带中央子午线114度
DX = 4.81986 米
DY = 82.36238 米
A  = 1.772395 秒
K  = 0.999999121
检核点:
  G1   X80=3746896.0440  Y80=38488684.4708   X2000=3746893.3710  Y2000=488798.6000
  G2   X80=3716047.9776  Y80=38500298.9022   X2000=3716045.2320  Y2000=500412.7560
"""


def test_roads_of_another_datum_wait_for_its_parameters(hamlet: Village) -> None:
    line = shapely.LineString([(0, 0), (100, 20)])
    file = geojson([segment("G1", line)], crs="EPSG:2362", given="EPSG:4526")
    refused = hamlet.deliver("jt_roads", 1, "jt_roads_rural.geojson", file)
    assert (refused.status, refused.reason) == ("refused", "delivery.datum_parameters_missing")
    wrong = hamlet.deliver(
        "crs_parameters", 1, "jt_参数.txt", NOTE.replace("82.36", "83.36").encode("gb18030")
    )
    assert wrong.counts["quarantined"] == 1
    assert hamlet.deliver("crs_parameters", 2, "jt_参数.txt", NOTE.encode("gb18030")).counts["added"] == 1
    loaded = hamlet.deliver("jt_roads", 2, "jt_roads_rural.geojson", file)
    assert (loaded.status, loaded.counts["added"]) == ("loaded", 1)
    assert hamlet.ask(
        "SELECT operation LIKE '%plane4%', accuracy < 0.01 FROM geospatial.feature_version"
    ) == [(True, True)]
    (wkb,) = hamlet.ask("SELECT ST_AsBinary(geom) FROM geospatial.road")[0]
    moved = shapely.hausdorff_distance(shapely.from_wkb(bytes(wkb)), placed(line, "EPSG:4490")) * 111_320
    assert 40 < moved < 200, "the datum shift of the parameters, not the ballpark's nothing"


def test_what_cannot_be_trusted_as_a_whole_is_refused_or_held(hamlet: Village) -> None:
    county(hamlet)
    metres = geojson([segment("G1", shapely.LineString([(0, 0), (100, 20)]))], crs=None)
    assert hamlet.deliver("jt_roads", 1, "jt_roads_main.geojson", metres).reason == "reader.no_crs"
    rows = [surveyed(str(at), box(30 * at, 0, 30 * at + 12, 9)) for at in range(30)]
    mislabelled = hamlet.deliver("zj_buildings", 1, "zj_buildings.geojson", geojson(rows, "EPSG:4548"))
    assert mislabelled.reason == "layer.outside_region"
    hamlet.buildings(1, rows)
    moved = [(values, translate(shape, 400, 300)) for values, shape in rows]
    assert (hamlet.buildings(2, moved).status, hamlet.findings() >= {"geometry.missing"}) == ("held", False)
    assert hamlet.ask("SELECT count(*) FROM geospatial.building") == [(30,)]


def test_broken_shapes_are_findings(hamlet: Village) -> None:
    bowtie = shapely.Polygon([(0, 0), (20, 10), (20, 0), (0, 10)])
    rows = [
        parcel("411102001001JC00001", bowtie),
        parcel("411102001001JC00002", None),
        parcel("411102001001JC00003", box(50, 0, 70, 10)),
        parcel("411102001001JC00003", box(80, 0, 90, 10), holder="另一户"),
        parcel("411102001001JC00004", shapely.LineString([(0, 0), (5, 5)])),
        parcel(
            "411102001001JC00005",
            shapely.Polygon([(0, 40), (20, 40), (20, 50), (10, 50), (10, 70), (10.01, 50), (0, 50)]),
        ),
    ]
    account = hamlet.deliver("zrzy_parcels", 1, "zrzy_parcels.geojson", geojson(rows))
    assert (account.counts["added"], account.counts["quarantined"]) == (5, 1)
    expected = {
        "geometry.invalid",
        "geometry.missing",
        "key.repeated",
        "geometry.wrong_shape",
        "geometry.spike",
    }
    assert expected <= hamlet.findings()


def test_an_operation_nobody_agreed_on_is_a_finding(hamlet: Village) -> None:
    rows = [
        parcel(f"411102001001JC0000{at}", box(at * 50, 0, at * 50 + 40, 20), area=800.0) for at in range(4)
    ]
    words = ("新增", "改改", "", "变更")
    told = [(values | {"变更类型": word}, shape) for (values, shape), word in zip(rows, words, strict=True)]
    account = hamlet.deliver("zrzy_parcels", 1, "zrzy_parcels.geojson", geojson(told))
    assert account.counts["added"] == 4 and account.findings["operation.unknown"] == 1
    found = "SELECT row_no, column_name, value FROM basedb.finding WHERE code = 'operation.unknown'"
    assert hamlet.ask(found) == [(2, "变更类型", "改改")]


def test_areas_that_are_not_those_of_the_shape(hamlet: Village) -> None:
    ground = box(0, 0, 40, 50)
    rows = [
        parcel("411102001001JC00001", ground, area=2000.0),
        parcel("411102001001JC00002", ground, area=3.0),
        parcel("411102001001JC00003", ground, area=2200.0),
        parcel("411102001001JC00004", None, area=2200.0),
    ]
    hamlet.deliver("zrzy_parcels", 1, "zrzy_parcels.geojson", geojson(rows))
    found = hamlet.ask(
        "SELECT row_no, code, suggestion LIKE '199%' OR suggestion LIKE '200%' FROM basedb.finding WHERE code LIKE 'area.%'"
        " ORDER BY row_no"
    )
    assert found == [(2, "area.in_mu", True), (3, "area.mismatch", True)]


def test_a_layer_without_keys_is_keyed_on_its_shapes(hamlet: Village, tmp_path: Path) -> None:
    text = (DOMAIN.contracts / "zj_buildings.yml").read_text("utf-8")
    text = text.replace("key: [房屋编号]", "key: [shape]").replace("key_tiebreak: [楼幢名称]\n", "")
    (tmp_path / "zj_buildings.yml").write_text(
        text.replace("  crs: {to: feature.crs}", "  crs: {to: feature.crs}\n  shape: {to: feature.shape}"),
        "utf-8",
    )
    hamlet.contracts["zj_buildings"] = load_contract(tmp_path / "zj_buildings.yml", DOMAIN)
    hamlet.loosen("zj_buildings")

    def places() -> dict[bytes, int]:
        return dict(hamlet.ask("SELECT ST_AsBinary(geom), feature_id FROM geospatial.building ORDER BY 2"))

    shapes = [box(30 * at, 0, 30 * at + 12, 9) for at in range(5)]
    hamlet.buildings(1, [surveyed("", shape) for shape in shapes])
    first = places()
    account = hamlet.buildings(2, [surveyed("", shapely.reverse(shape)) for shape in reversed(shapes)])
    assert account.counts["changed"] == 5
    assert sorted(places().values()) == sorted(first.values())
    hamlet.buildings(3, [surveyed("", translate(shape, 0.02, 0)) for shape in shapes])
    assert sorted(places().values()) == sorted(first.values())
    assert set(hamlet.classes("zj_buildings", 3).values()) == {"vertex_noise"}


def test_a_plan_changes_nothing(village: Village) -> None:
    path = village.path(1, "zj_buildings.geojson")
    path.write_bytes(geojson([surveyed("1", box(0, 0, 10, 10))]))
    planned = village.load("zj_buildings", 1, path, plan=True)
    assert planned.counts["added"] == 1
    assert village.ask("SELECT count(*) FROM geospatial.feature_version") == [(0,)]


def test_the_folder_of_a_file_geodatabase_is_one_delivery(hamlet: Village) -> None:
    rows = [
        parcel("411102001001JC00001", box(0, 0, 40, 20)),
        parcel("411102001001JC00002", box(40, 0, 80, 20)),
    ]
    path = vector(hamlet.path(1, "zrzy_parcels.gdb"), rows, driver="OpenFileGDB")
    (path / "zrzy.rd.lock").touch()
    (arrived,) = read_inbox(path.parents[1], hamlet.contracts, ZoneInfo("Asia/Shanghai")).arrived
    assert (arrived.file_name, arrived.present) == (f"{path.parent.name}/zrzy_parcels.gdb", True)
    account = hamlet.load("zrzy_parcels", 1, path)
    assert (account.status, account.counts["added"]) == ("loaded", 2), account.message
    (path / "zrzy.rd.lock").unlink()
    assert hamlet.load("zrzy_parcels", 1, path).status == "identical"
    later = vector(hamlet.path(2, "zrzy_parcels.gdb"), rows[:1], driver="OpenFileGDB")
    assert hamlet.load("zrzy_parcels", 2, later).counts["unchanged"] == 1


_DRAWING = """
source: gh_drawings
domain: geospatial
title: 规划图
owner: {department: 自然资源和规划局, contact: 测绘科}
catalogue: {sharing: conditional, update_cycle: yearly}
files: {pattern: 'gh_drawings\\w*\\.dxf', as_of: {from: delivery_folder}}
arrival: {every: year, grace: 12h}
reader: {format: spatial, crs: 'EPSG:4547'}
delivery: {mode: snapshot, max_retire_ratio: 0.1}
key: [EntityHandle]
columns:
  EntityHandle: {to: feature.building_no}
  Layer: {to: feature.name}
  geometry: {to: feature.geometry}
  crs: {to: feature.crs}
ignore:
  PaperSpace: CAD
  SubClasses: CAD
  Linetype: CAD
  Text: CAD
settings: {layer: building, priority: 10}
"""


def test_closed_lines_of_a_drawing_are_buildings(hamlet: Village, tmp_path: Path) -> None:
    contract = tmp_path / "gh_drawings.yml"
    contract.write_text(_DRAWING, "utf-8")
    hamlet.contracts["gh_drawings"] = load_contract(contract, DOMAIN)
    path = hamlet.path(1, "gh_drawings_2026.dxf")
    outlines = [
        box(0, 0, 12, 9).exterior,
        box(30, 0, 42, 9).exterior,
        shapely.LineString([(0, 20), (60, 20)]),
    ]
    shapes = array([shapely.to_wkb(placed(shape)) for shape in outlines], object)
    layers = array(["房屋", "房屋", "围墙"], object)
    pyogrio.raw.write(
        path, shapes, [layers], ["Layer"], crs="EPSG:4547", geometry_type="LineString", driver="DXF"
    )
    account = hamlet.load("gh_drawings", 1, path)
    assert (account.status, account.counts["added"], account.counts["quarantined"]) == ("loaded", 2, 1), (
        account.message
    )
    assert {"geometry.closed_line", "geometry.wrong_shape", "reader.crs_of_contract"} <= hamlet.findings()
    ((wkb,), _) = hamlet.ask("SELECT ST_AsBinary(geom) FROM geospatial.building ORDER BY feature_id")
    assert (
        shapely.hausdorff_distance(shapely.from_wkb(bytes(wkb)), placed(box(0, 0, 12, 9), "EPSG:4490")) < 1e-8
    )
