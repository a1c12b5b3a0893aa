"""QGIS itself opens what is written for it (`make test-slow`, with Debian's python3-qgis).

The Python of QGIS is looked for at /usr/bin/python3; BASEDB_QGIS_PYTHON names another.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from geospatial.layers import LAYERS
from geospatial.sharing.projects import layer_id
from geospatial.sharing.styles import STYLES
from tests.geospatial.village import (
    Village,
    address,
    addresses,
    box,
    division,
    geojson,
    parcel,
    run,
    surveyed,
)

PYTHON = os.environ.get("BASEDB_QGIS_PYTHON", "/usr/bin/python3")
_SCRIPT = Path(__file__).with_name("opened_by_qgis.py")


def qgis_is_there() -> bool:
    try:
        return subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.slow
def test_qgis_opens_the_project_with_every_layer_styled(hamlet: Village, tmp_path: Path) -> None:
    if not qgis_is_there():
        pytest.skip(f"QGIS 没有装：{PYTHON} 没有 qgis 模块 / apt install python3-qgis, or name its Python")
    county = division("411102000000", "源汇区", box(-5000, -5000, 5000, 5000), "县级")
    hamlet.deliver("mz_divisions", 1, "mz_divisions_county.geojson", geojson([county]))
    ground = [parcel("411102001001JC00001", box(0, 0, 40, 20))]
    hamlet.deliver("zrzy_parcels", 1, "zrzy_parcels.geojson", geojson(ground))
    hamlet.buildings(1, [surveyed("1", box(2, 2, 12, 9)), surveyed("2", box(20, 2, 32, 9))])
    hamlet.deliver("ga_addresses", 1, "ga_addresses.csv", addresses([address("1", 114.002, 33.56)]))
    run(hamlet, "layer", "export", "all", tmp_path / "layers.gpkg")
    run(hamlet, "layer", "project", tmp_path / "city.qgz", "--data", tmp_path / "layers.gpkg")
    seen = opened(tmp_path / "city.qgz")
    assert seen["opened"] and seen["broken"] == [] and seen["crs"] == "EPSG:4490"
    ids = {layer_id(layer): name for name, layer in LAYERS.items()}
    assert set(seen["layers"]) == set(seen["tree"]) == set(ids)
    layers = {ids[number]: layer for number, layer in seen["layers"].items()}
    for name, layer in layers.items():
        style = STYLES[name]
        assert layer["crs"] == "EPSG:4490", name
        assert layer["renderer"] == ("RuleRenderer" if style.rules else "singleSymbol"), name
        assert layer["labelled"] == bool(style.labelled), name
        if not style.rules and LAYERS[name].dimension != 1:
            assert layer["fills"] == ["#{:02x}{:02x}{:02x}".format(*style.fill[:3])], name
    assert {name: layers[name]["features"] for name in ("building", "parcel", "division", "address")} == {
        "building": 2, "parcel": 1, "division": 1, "address": 1,
    }  # fmt: skip


def opened(project: Path) -> Any:
    """What QGIS says of a project."""
    told = subprocess.run(
        [PYTHON, str(_SCRIPT), str(project)],
        capture_output=True,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        check=True,
    )
    return json.loads(told.stdout.splitlines()[-1])
