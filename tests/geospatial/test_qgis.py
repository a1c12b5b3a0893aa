"""What QGIS is given: styles, projects, and roles on a server."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import psycopg2
import pyogrio
import pytest
from click.testing import CliRunner
from sqlalchemy.engine import make_url

from basedb.cli.main import main
from geospatial.layers import LAYERS
from geospatial.sharing.projects import layer_id
from tests.geospatial.editor import edit
from tests.geospatial.village import Village, box, division, geojson, parcel, surveyed

EXTENT = [division("411102000000", "源汇区", box(-5000, -5000, 5000, 5000), "县级")]


def run(url: str, village: Village, *words: object, code: int = 0) -> Any:
    result = CliRunner().invoke(
        main,
        ["--store", url, "--json", *map(str, words)],
        env={"BASEDB_ARCHIVE": str(village.archive.directory)},
    )
    assert result.exit_code == code, result.output
    return json.loads(result.output)


@pytest.fixture(scope="module")
def place(new_village: Any) -> Village:
    village: Village = new_village()
    village.deliver("mz_divisions", 1, "mz_divisions_county.geojson", geojson(EXTENT))
    village.deliver(
        "zrzy_parcels", 1, "zrzy_parcels.geojson",
        geojson([(parcel("411102001001JC00001", box(0, 0, 40, 20), "王二")[0] | {"变更类型": "新增"}, box(0, 0, 40, 20))]),
    )  # fmt: skip
    village.buildings(1, [surveyed("1", box(2, 2, 12, 9)), surveyed("2", box(20, 2, 32, 9))])
    return village


def test_a_project_opens_every_layer_styled(place: Village, tmp_path: Path) -> None:
    url = place.store.url
    run(url, place, "layer", "export", "all", tmp_path / "layers.gpkg")
    run(url, place, "layer", "project", tmp_path / "city.qgz", "--data", tmp_path / "layers.gpkg")
    with zipfile.ZipFile(tmp_path / "city.qgz") as archive:
        found = Xml.fromstring(archive.read("city.qgs"))
    items = {str(item.findtext("id")): item for item in found.iter("maplayer")}
    assert min(map(len, items)) > 10, "QGIS takes no shorter id"
    layers = {name: items[layer_id(layer)] for name, layer in LAYERS.items()}
    assert len(items) == len(layers)
    assert found.findtext("properties/SpatialRefSys/ProjectionsEnabled") == "1", "or QGIS has no system"
    for name, item in layers.items():
        source = str(item.findtext("datasource"))
        file, _, layer = source.partition("|layername=")
        info = pyogrio.read_info(tmp_path / file, layer=layer)
        assert (layer, info["crs"]) == (name, item.findtext("srs/spatialrefsys/authid"))
        renderer = item.find("renderer-v2")
        assert renderer is not None and len(renderer.findall("symbols/symbol")) >= 1
        rules = renderer.findall("rules/rule")
        assert {rule.get("symbol") for rule in rules} <= {
            symbol.get("name") for symbol in renderer.findall("symbols/symbol")
        }
        label = item.find("labeling/settings/text-style")
        assert label is None or label.get("fieldName") in [*info["fields"]]
    shown = [item.get("id") for item in found.iter("layer-tree-layer")]
    assert shown[-1] == layer_id(LAYERS["division"]) and set(shown) == set(items), (
        "what lies lowest is drawn first"
    )
    assert float(str(found.findtext("mapcanvas/extent/xmin"))) == pytest.approx(113.946, abs=0.01)
    with closing(sqlite3.connect(tmp_path / "layers.gpkg")) as connection:
        for name, style in connection.execute("SELECT f_table_name, styleQML FROM layer_styles"):
            assert Xml.fromstring(style).find("renderer-v2") is not None, name


def test_without_a_server_a_project_needs_data(hamlet: Village, tmp_path: Path) -> None:
    refused = run(hamlet.store.url, hamlet, "layer", "project", tmp_path / "a.qgs", code=2)
    assert "layer export all" in refused["error"]["message"]
    run(hamlet.store.url, hamlet, "layer", "project", tmp_path / "a.txt", code=2)
    run(hamlet.store.url, hamlet, "layer", "roles", "--apply", code=2)
    run(hamlet.store.url, hamlet, "layer", "roles", "--read", "a; DROP", code=2)
    assert not list(tmp_path.iterdir())


def test_styles_projects_and_roles_on_a_server(village_postgresql: Any, tmp_path: Path) -> None:
    village: Village = village_postgresql()
    village.deliver(
        "zrzy_parcels", 1, "zrzy_parcels.geojson",
        geojson([(parcel("411102001001JC00001", box(0, 0, 40, 20), "王二")[0] | {"变更类型": "新增"}, box(0, 0, 40, 20))]),
    )  # fmt: skip
    village.buildings(1, [surveyed("1", box(2, 2, 12, 9))])
    url = make_url(village.store.url)
    run(village.store.url, village, "layer", "project", tmp_path / "city.qgs")
    project = Xml.parse(tmp_path / "city.qgs")
    found = {item.findtext("id"): str(item.findtext("datasource")) for item in project.iter("maplayer")}
    sources = {name: found[layer_id(layer)] for name, layer in LAYERS.items()}
    assert '"geospatial"."building" (geom)' in sources["building"]
    assert "parcel_masked" in sources["parcel"] and "user=" not in sources["building"]

    suffix = f"{url.database}"
    reader, editor = f"read_{suffix}", f"edit_{suffix}"
    run(village.store.url, village, "layer", "roles", "--read", reader, "--edit", editor, "--apply")
    run(village.store.url, village, "layer", "roles", "--read", reader, "--edit", editor, "--apply")
    with closing(psycopg2.connect(village.store.url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT f_table_name, styleqml::text, type FROM public.layer_styles WHERE useasdefault AND"
            " f_table_catalog = current_database() AND f_table_schema = 'geospatial' AND f_geometry_column = 'geom'"
        )
        styled = {name: Xml.fromstring(text) for name, text, _ in cursor.fetchall()}
        assert set(styled) == {*LAYERS, "parcel_masked"}
        cursor.execute(f"SET ROLE {reader}")
        cursor.execute("SELECT holder FROM geospatial.parcel_masked")
        assert cursor.fetchall() == [("王*",)]
        cursor.execute("SELECT count(*) FROM geospatial.building")
        connection.commit()
        for refused in (
            "SELECT holder FROM geospatial.parcel",
            "SELECT * FROM geospatial.place",
            "SELECT * FROM geospatial.feature_version",
            "UPDATE geospatial.building SET floors = 1",
            "DELETE FROM public.layer_styles",
        ):
            cursor.execute(f"SET ROLE {reader}")
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(refused)
            connection.rollback()
        login = f"li_{suffix}"
        cursor.execute("RESET ROLE")
        cursor.execute(f"CREATE ROLE {login} LOGIN; GRANT {editor} TO {login}")
        connection.commit()
    # An account with the editing role exports and imports, and can do no more than that needs.
    own = url.set(username=login).render_as_string(hide_password=False)
    run(own, village, "layer", "export", "building", tmp_path / "b.gpkg")
    edit(tmp_path / "b.gpkg", "UPDATE building SET floors = 4")
    (told,) = run(own, village, "layer", "import", tmp_path / "b.gpkg")["layers"]
    assert told["status"] == "loaded"
    assert village.ask("SELECT floors FROM geospatial.building") == [(4,)]
