"""Vector files as rows of text: every part of a shapefile, every way a file can be no layer."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyogrio
import pytest
import shapely

from etl.archive import fingerprint
from etl.bundle import belongs_to_another, companions
from etl.contract.model import Contract
from etl.readers.geojson import stated_system
from etl.readers.read import read
from etl.readers.result import ReadRefusal
from tests.geospatial.village import CONTRACTS, box, geojson, parcel, segment, surveyed, vector, zipped

PARCELS, BUILDINGS, ROADS = (CONTRACTS[name] for name in ("zrzy_parcels", "zj_buildings", "jt_roads"))
ROWS = [parcel("411102001001JC00001", box(0, 0, 40, 20), area=800.25), parcel("411102001001JC00002", None)]


def shapefile(folder: Path, **options: object) -> Path:
    return vector(folder / "zrzy_parcels.shp", ROWS, **{"encoding": "cp936", **options})


def refusal(path: Path, contract: Contract = PARCELS) -> str:
    with pytest.raises(ReadRefusal) as caught:
        read(path, contract, [item for item in CONTRACTS.values() if item is not contract])
    return caught.value.code


def test_a_shapefile_is_cp936_without_a_cpg(tmp_path: Path) -> None:
    path = shapefile(tmp_path)
    path.with_suffix(".cpg").unlink()
    table = read(path, PARCELS).table
    assert table["权利人"].to_pylist() == ["村集体"] * 2
    assert table["crs"].to_pylist() == ["EPSG:4526"] * 2
    assert table["面积"].to_pylist() == ["800.25", "0.0"]
    first, second = table["geometry"].to_pylist()
    assert shapely.from_wkb(first).area == pytest.approx(800) and second is None
    assert table["row_no"].to_pylist() == [1, 2]


def test_a_zipped_shapefile_reads_as_the_plain_one(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "plain")
    packed = tmp_path / "zrzy_parcels.zip"
    shutil.move(zipped(path), packed)
    assert read(packed, PARCELS).table.equals(read(path, PARCELS).table)


@pytest.mark.parametrize("part", [".shx", ".dbf"])
def test_a_shapefile_without_a_part_is_refused(tmp_path: Path, part: str) -> None:
    path = shapefile(tmp_path)
    path.with_suffix(part).unlink()
    assert refusal(path) == "reader.truncated"


def test_a_layer_without_a_system_is_refused(tmp_path: Path) -> None:
    path = shapefile(tmp_path)
    path.with_suffix(".prj").unlink()
    assert refusal(path) == "reader.no_crs"


def test_deleted_records_are_counted_not_read(tmp_path: Path) -> None:
    path = shapefile(tmp_path)
    table = path.with_suffix(".dbf")
    data = bytearray(table.read_bytes())
    start, width = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    data[start + width] = ord("*")
    table.write_bytes(bytes(data))
    result = read(path, PARCELS)
    assert [(row.row_no, row.reason) for row in result.ignored] == [(2, "deleted")]
    assert (result.records, result.table["row_no"].to_pylist()) == (2, [1])


def test_one_layer_of_several_has_to_be_named(tmp_path: Path) -> None:
    rows = [surveyed("1", box(0, 0, 9, 9))]
    path = vector(tmp_path / "zj_buildings.gpkg", rows, layer="房屋建筑", crs="EPSG:4547")
    vector(tmp_path / "zj_buildings.gpkg", rows, layer="旧图层", crs="EPSG:4547", append=True)
    assert len(pyogrio.list_layers(path)) == 2
    assert refusal(path, BUILDINGS) == "reader.no_sheet"
    reader = replace(BUILDINGS.reader, options={"layer": "房屋建筑"})
    named = replace(BUILDINGS, reader=reader, readers=(reader,))
    assert read(path, named).table["房屋编号"].to_pylist() == ["1"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "reader.empty_file"),
        (b"not a layer", "reader.malformed"),
        (b'{"type": "FeatureColl', "reader.malformed"),
    ],
)
def test_what_is_no_layer(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "zj_buildings.geojson"
    path.write_bytes(content)
    assert refusal(path, BUILDINGS) == code


def test_another_layers_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "zj_buildings.geojson"
    path.write_bytes(geojson([segment("G1", shapely.LineString([(0, 0), (9, 9)]))]))
    assert refusal(path, BUILDINGS) in ("reader.other_extract", "reader.wrong_columns")


def test_geojson_without_a_system_is_wgs84_if_it_can_be(tmp_path: Path) -> None:
    line = shapely.LineString([(0, 0), (9, 9)])
    path = tmp_path / "jt_roads_main.geojson"
    path.write_bytes(geojson([segment("G1", line)], crs=None, given="EPSG:4490"))
    assert read(path, ROADS).table["crs"].to_pylist() == ["EPSG:4326"]
    assert read(path, ROADS).table["file"].to_pylist() == ["jt_roads_main"]
    assert "reader.crs_of_geojson" in {item.code for item in read(path, ROADS).notes}
    path.write_bytes(geojson([segment("G1", line)], crs=None))
    assert refusal(path, ROADS) == "reader.no_crs"


def test_geojson_that_names_a_system_nobody_knows_is_not_wgs84(tmp_path: Path) -> None:
    row = segment("G1", shapely.LineString([(0, 0), (9, 9)]))
    path = tmp_path / "jt_roads_main.geojson"
    for name in ("urn:ogc:def:crs:EPSG::999999", "GCJ02"):
        path.write_bytes(geojson([row], crs=name, given="EPSG:4490"))
        result = read(path, ROADS)
        assert (result.table["crs"].to_pylist(), result.notes) == ([name], ())
    document = json.loads(geojson([row], crs=None, given="EPSG:4490"))
    path.write_text(json.dumps(document | {"crs": None}))
    assert refusal(path, ROADS) == "reader.no_crs", "null: none may be assumed"
    document["features"][0]["properties"]["crs"] = None
    path.write_text(json.dumps(document))
    assert stated_system(path) is None, "an empty cell says nothing"
    path.write_text(json.dumps(document | {"crs": {"type": "name", "properties": {"name": "GCJ02"}}}))
    assert stated_system(path) == "GCJ02"
    path.write_text(
        '{"features": [{"properties": {"crs": null}}], "crs": {"type": "name", "properties": "GCJ02"}}'
    )
    assert stated_system(path) == "", "not in the form it should have"


def test_what_gdal_warns_of_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "zj_buildings.geojson"
    text = geojson([surveyed("B1", box(0, 0, 9, 9))]).decode()
    corner = json.dumps(json.loads(text)["features"][0]["geometry"]["coordinates"][0][0])
    path.write_text(text[::-1].replace(f", {corner}"[::-1], "", 1)[::-1])
    assert [item.code for item in read(path, BUILDINGS).notes] == ["reader.layer_warning"]


def test_the_parts_of_a_shapefile_are_one_delivery(tmp_path: Path) -> None:
    path = shapefile(tmp_path)
    assert {item.suffix for item in companions(path)} >= {".dbf", ".shx", ".prj"}
    assert belongs_to_another(path.with_suffix(".dbf")) and not belongs_to_another(path)
    before = fingerprint(path)
    assert fingerprint(path) == before
    data = path.with_suffix(".dbf").read_bytes()
    path.with_suffix(".dbf").write_bytes(data.replace("村集体".encode("gb18030"), "村集團".encode("gb18030")))
    assert fingerprint(path) != before
    alone = tmp_path / "apart" / "list.dbf"
    alone.parent.mkdir()
    alone.write_bytes(data)
    assert not belongs_to_another(alone)


def test_a_layer_without_features_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "zrzy_parcels.geojson"
    path.write_bytes(b'{"type": "FeatureCollection", "features": []}')
    assert refusal(path) == "reader.wrong_columns", "nor does it have columns"
    empty = vector(tmp_path / "empty" / "zrzy_parcels.gpkg", ROWS)
    with closing(sqlite3.connect(empty)) as connection, connection:
        connection.execute("DROP TRIGGER IF EXISTS rtree_zrzy_parcels_geom_delete")
        connection.execute("DELETE FROM zrzy_parcels")
    assert read(empty, PARCELS).table.num_rows == 0


@pytest.mark.parametrize("part", [".shp", ".shx", ".dbf"])
def test_a_part_that_is_cut_off_is_refused(tmp_path: Path, part: str) -> None:
    path = shapefile(tmp_path)
    cut = path.with_suffix(part)
    cut.write_bytes(cut.read_bytes()[:-20])
    assert refusal(path) == "reader.truncated"


def test_the_contract_may_state_the_system_of_files_that_name_none(tmp_path: Path) -> None:
    path = tmp_path / "zrzy_parcels.geojson"
    stating = replace(
        PARCELS, reader=replace(PARCELS.reader, options={**PARCELS.reader.options, "crs": "EPSG:4547"})
    )
    path.write_bytes(geojson(ROWS, crs=None))
    result = read(path, stating)
    assert result.table["crs"].to_pylist() == ["EPSG:4547"] * 2
    assert "reader.crs_of_contract" in {item.code for item in result.notes}
    path.write_bytes(geojson(ROWS, crs="EPSG:4526", given="EPSG:4526"))
    assert read(path, stating).table["crs"].to_pylist() == ["EPSG:4526"] * 2, "the file is believed"


def test_a_file_geodatabase_comes_as_a_zip_of_its_folder(tmp_path: Path) -> None:
    database = vector(tmp_path / "zrzy_parcels.gdb", ROWS, driver="OpenFileGDB")
    packed = tmp_path / "zrzy_parcels.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for part in database.iterdir():
            archive.write(part, f"报送/{database.name}/{part.name}")
    assert read(packed, PARCELS).table["宗地代码"].to_pylist() == [values["宗地代码"] for values, _ in ROWS]


def test_layers_of_one_name_in_several_folders_are_several(tmp_path: Path) -> None:
    packed = tmp_path / "zrzy_parcels.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for year in ("2025", "2026"):
            archive.writestr(f"{year}/zrzy_parcels.geojson", geojson(ROWS))
    assert refusal(packed) == "reader.archive"
