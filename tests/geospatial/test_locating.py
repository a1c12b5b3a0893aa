"""From the text of an address to a building, and never to one of several."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
from click.testing import CliRunner
from numpy import array
from pyogrio.errors import DataSourceError

from basedb.cli.main import main
from basedb.domain import NightEnd
from etl.after_night import after_night
from geospatial import DOMAIN
from geospatial.datum.obfuscated import gcj02_from_wgs84
from geospatial.layers import LAYERS
from geospatial.locating.locate import locate
from geospatial.locating.reading import read_register
from geospatial.locating.register import Register
from tests.geospatial.village import (
    Village,
    address,
    addresses,
    box,
    division,
    geojson,
    parcel,
    placed,
    planned,
    surveyed,
)

BLOCKS = ("源汇区老街街道和祥路8号锦绣苑1号楼", "源汇区老街街道和祥路8号锦绣苑2号楼")


@pytest.fixture(scope="module")
def town(village_duckdb) -> Iterator[Village]:  # type: ignore[no-untyped-def]
    """A street with houses, an estate of two blocks, and a building only the planning survey has."""
    village = village_duckdb()
    county = division("411102000000", "源汇区", box(-900, -900, 900, 900), "县级")
    street = division("411102001000", "老街街道", box(-900, -900, 900, 900), "乡级")
    village.deliver("mz_divisions", 1, "mz_divisions_county.geojson", geojson([county]))
    village.deliver("mz_divisions", 1, "mz_divisions_town.geojson", geojson([street]))
    village.deliver(
        "zrzy_parcels", 1, "zrzy_parcels.geojson", geojson([parcel("411102001001GB00001", box(0, 0, 99, 40))])
    )
    houses = [surveyed(str(at), box(30 * at, 0, 30 * at + 12, 9)) for at in range(1, 4)]
    blocks = [
        surveyed(f"X{at}", box(200 + 40 * at, 0, 220 + 40 * at, 9), 坐落=text)
        for at, text in enumerate(BLOCKS)
    ]
    village.buildings(1, [*houses, *blocks])
    village.survey(1, [planned("G1", box(400, 0, 420, 12))])
    rows = []
    for code, shape, text in (
        ("1", box(204, 2, 206, 4), f"{BLOCKS[0]}1单元"),
        ("2", box(405, 2, 407, 4), "河南省漯河市源汇区老街街道和祥路20号"),
    ):
        middle = placed(shape, "EPSG:4490").centroid
        lon, lat = _shifted(middle.x, middle.y)
        rows.append(address(code, lon, lat, 地址全称=text))
    village.deliver("ga_addresses", 1, "ga_addresses_411102001.csv", addresses(rows))
    yield village


def _shifted(lon: float, lat: float) -> tuple[float, float]:
    east, north = gcj02_from_wgs84(array([lon]), array([lat]))
    return float(east[0]), float(north[0])


@pytest.fixture(scope="module")
def register(town: Village) -> Register:
    with town.store.reading() as engine:
        return read_register(lambda query: engine.execute(query).df())


@pytest.mark.parametrize(
    ("text", "grade", "candidates"),
    [
        ("河南省漯河市源汇区老街街道和祥路2号", "building", 1),
        ("源汇区和祥路２号院３室", "building", 1),
        ("和祥路2号附3号", "building", 1),
        ("源汇区锦绣苑1号楼1单元302室", "unit", 1),
        ("源汇区老街街道和祥路8号锦绣苑2号楼2单元", "building", 1),
        ("源汇区和祥路8号", "road_number", 2),
        ("源汇区锦绣苑", "estate", 2),
        ("源汇区老街街道和祥路20号", "building", 1),
        ("源汇区老街街道和祥路999号", "town", 0),
        ("郾城区和祥路2号", "none", 0),
        ("漯河市源汇区", "county", 0),
        ("不详", "none", 0),
    ],
)
def test_grades(register: Register, text: str, grade: str, candidates: int) -> None:
    found = locate(pd.Series([text]), register).iloc[0]
    assert (found["grade"], found["candidates"]) == (grade, candidates)
    assert (found["building"] >= 0) == (grade in ("building", "unit"))


def test_a_place_has_its_parcel_and_division(register: Register, town: Village) -> None:
    found = locate(pd.Series(["源汇区老街街道和祥路2号"]), register).iloc[0]
    (feature,) = town.features("zrzy_parcels")["411102001001GB00001"]
    assert (found["parcel"], found["division_code"], found["division"]) == (
        feature,
        "411102001000",
        "老街街道",
    )
    assert abs(found["longitude"] - 114) < 0.01


def test_texts_are_answered_in_their_order(register: Register) -> None:
    texts = pd.Series(["不详", "源汇区和祥路1号", "不详", "源汇区和祥路2号", None])
    found = locate(texts, register)
    assert list(found["grade"]) == ["none", "building", "none", "building", "none"]
    assert found["building"].iloc[1] != found["building"].iloc[3]


def run(town: Village, *words: str) -> dict[str, object]:
    url = f"duckdb:///{town.folder / 'village.duckdb'}"
    result = CliRunner().invoke(main, ["--store", url, "--json", *words])
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.output)
    return found


def test_the_command(town: Village) -> None:
    (place,) = run(town, "locate", "源汇区和祥路3号")["places"]  # type: ignore[misc]
    assert (place["grade"], place["division"]) == ("building", "老街街道")


def test_layers_are_exported_with_styles_and_drawn(town: Village, tmp_path: Path) -> None:
    run(town, "layer", "export", "all", str(tmp_path / "all.gpkg"))
    assert dict(pyogrio.list_layers(tmp_path / "all.gpkg"))["building"] == "MultiPolygon"
    info = pyogrio.read_info(tmp_path / "all.gpkg", layer="building")
    assert (info["crs"], info["features"]) == ("EPSG:4490", 6)
    with sqlite3.connect(tmp_path / "all.gpkg") as connection:
        styled = connection.execute("SELECT f_table_name FROM layer_styles WHERE useAsDefault").fetchall()
    assert {name for (name,) in styled} == {*LAYERS, "topology_error", "topology_error_point"}
    run(town, "layer", "export", "parcel", str(tmp_path / "p.geojson"))
    assert len(json.loads((tmp_path / "p.geojson").read_text("utf-8"))["features"]) == 1
    run(town, "layer", "export", "parcel", str(tmp_path / "p.parquet"))
    assert (
        json.loads(pq.read_schema(tmp_path / "p.parquet").metadata[b"geo"])["columns"]["geom"]["encoding"]
        == "WKB"
    )
    assert run(town, "layer", "map", str(tmp_path / "m.html"))["features"] == 11
    assert "和祥路2号" in (tmp_path / "m.html").read_text("utf-8")
    run(town, "layer", "map", str(tmp_path / "m.png"), "--division", "411102001000")
    assert (tmp_path / "m.png").read_bytes().startswith(b"\x89PNG")
    listed = {row["layer"]: row["features"] for row in run(town, "layer", "list")["layers"]}  # type: ignore[attr-defined]
    assert (listed["building"], listed["division"]) == (6, 2)
    (feature,) = town.features("zj_buildings")["2"]
    shown = run(town, "layer", "show", "building", str(feature))
    assert [version["source_key"] for version in shown["versions"]] == ["2"]  # type: ignore[attr-defined]


def test_the_addresses_of_other_bases_are_kept_located(village: Village) -> None:
    village.buildings(1, [surveyed("1", box(0, 0, 12, 9)), surveyed("2", box(30, 0, 42, 9))])
    assert after_night(village.store, {"geospatial": DOMAIN}, 20.0) == 0, (
        "no base has addresses, no layer an error"
    )
    asked = (
        "SELECT address, 'population.person' AS entity, 'registered_address' AS attribute, entities FROM (VALUES"
        " ('源汇区和祥路1号', 3), ('源汇区和祥路2号附1号', 0), ('不详', 2)) a(address, entities)"
    )
    with village.store.writing("test") as session:
        assert DOMAIN.after_night is not None
        assert DOMAIN.after_night(session, NightEnd(asked, "", "2026-11-02 00:00:00", 9)) == 3 + 2
    first = village.features("zj_buildings")
    query = "SELECT address, grade, building_id FROM geospatial.place ORDER BY address"
    assert village.ask(query) == [
        ("不详", "none", None),
        ("源汇区和祥路1号", "building", first["1"][0]),
        ("源汇区和祥路2号附1号", "building", first["2"][0]),
    ]
    with village.store.writing("test") as session:
        assert DOMAIN.after_night(session, NightEnd(asked, "", "2026-11-03 00:00:00", 9)) == 0
        fewer = f"FROM ({asked}) WHERE address = '源汇区和祥路1号'"
        assert DOMAIN.after_night(session, NightEnd(fewer, "", "2026-11-03 00:00:00", 9)) == 2 + 1
    assert village.ask("SELECT count(*) FROM geospatial.place") == [(1,)]


def test_a_file_is_examined_before_it_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "parcels.geojson"
    path.write_bytes(geojson([parcel("1", box(0, 0, 9, 9))], crs="EPSG:4526", given="EPSG:4547"))
    store = f"duckdb:///{tmp_path / 'none.duckdb'}"
    result = CliRunner().invoke(main, ["--store", store, "--json", "crs", "check", str(path)])
    told = json.loads(result.output)
    assert (result.exit_code, told["mistakes"]) == (0, {"coordinate.zone_prefix_missing": 1})
    result = CliRunner().invoke(
        main, ["--store", store, "--json", "crs", "check", str(path), "--as", "EPSG:2362"]
    )
    assert result.exit_code == 6 and "没有可用的转换参数" in json.loads(result.output)["refused"]
    path.write_text('{"type": "FeatureCollection", "features": []}')
    result = CliRunner().invoke(main, ["--store", store, "--json", "crs", "check", str(path)])
    told = json.loads(result.output)
    assert (result.exit_code, told["features"], told["bounds"]) == (0, 0, [None] * 4)


def test_what_cannot_be_exported_whole_is_not_exported(
    town: Village, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "parcel.gpkg"
    kept.write_text("yesterday's")

    def full(*_: object, **__: object) -> None:
        raise DataSourceError("Failed to commit transaction")

    monkeypatch.setattr(pyogrio.raw, "write", full)
    result = CliRunner().invoke(main, ["--store", town.store.url, "layer", "export", "parcel", str(kept)])
    assert result.exit_code == 2 and "parcel.gpkg" in result.stderr and "Failed to commit" in result.stderr
    assert [path.read_text() for path in tmp_path.iterdir()] == ["yesterday's"]
