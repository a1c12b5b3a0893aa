"""A village in space for tests: a store, and layers as files in the departments' formats.

Shapes are given in metres of CGCS2000 3-degree Gauss-Kruger around a place on the 114th meridian.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from click.testing import CliRunner
from pyproj import Transformer

from basedb.cli.main import main
from basedb.store import Store
from etl.archive import Archive
from etl.contract import load_contracts
from etl.ledger import Account
from etl.load import Loader
from geospatial import DOMAIN

CONTRACTS = load_contracts(DOMAIN.contracts, {"geospatial": DOMAIN})
#: The origin of the village's plane, in EPSG:4547.
EAST, NORTH = 500_000.0, 3_715_000.0

Row = tuple[Mapping[str, Any], shapely.Geometry | None]


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A rectangle on the village's plane."""
    return shapely.box(west, south, east, north)


def placed(shape: shapely.Geometry | None, crs: str = "EPSG:4547") -> shapely.Geometry | None:
    """A shape of the village's plane in a system of CGCS2000."""
    if shape is None:
        return None
    across = Transformer.from_crs("EPSG:4547", crs, always_xy=True)

    def apply(points: np.ndarray) -> np.ndarray:
        return np.column_stack(across.transform(points[:, 0] + EAST, points[:, 1] + NORTH))

    return shapely.transform(shape, apply)


def geojson(rows: Sequence[Row], crs: str | None = "EPSG:4547", given: str = "EPSG:4547") -> bytes:
    """A GeoJSON file that says its coordinates are in `crs`; they are in `given`."""
    document: dict[str, Any] = {"type": "FeatureCollection"}
    if crs:
        document["crs"] = {"type": "name", "properties": {"name": crs}}
    document["features"] = [
        {
            "type": "Feature",
            "properties": dict(values),
            "geometry": None if shape is None else shapely.geometry.mapping(placed(shape, given)),
        }
        for values, shape in rows
    ]
    return json.dumps(document, ensure_ascii=False).encode()


def vector(path: Path, rows: Sequence[Row], crs: str = "EPSG:4526", **options: Any) -> Path:
    """A shapefile or GeoPackage of `rows`, by the extension of `path`; attributes are written as text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(rows[0][0])
    wkb = np.array([shapely.to_wkb(placed(shape, crs)) for _, shape in rows], object)
    fields = [np.array([str(values[name]) for values, _ in rows], object) for name in names]
    kind = next((shape.geom_type for _, shape in rows if shape is not None), "Polygon")
    pyogrio.raw.write(path, wkb, fields, names, crs=crs, geometry_type=kind, **options)
    return path


def zipped(path: Path) -> Path:
    """The parts of a shapefile in one archive, the way it is sent by mail."""
    packed = path.with_suffix(".zip")
    with zipfile.ZipFile(packed, "w") as archive:
        for part in path.parent.glob(f"{path.stem}.*"):
            if part != packed:
                archive.write(part, f"数据/{part.name}")
    return packed


def division(code: str, name: str, shape: shapely.Geometry, level: str = "村级") -> Row:
    """A division; its parent is the code with its last level blanked."""
    return {"代码": code, "名称": name, "级别": level, "上级": code[:9] + "000", "城乡码": "111"}, shape


def parcel(code: str, shape: shapely.Geometry | None, holder: str = "村集体", area: float = 0.0) -> Row:
    """A parcel of collective land."""
    return {
        "宗地代码": code, "权利人": holder, "用途": "住宅用地", "用途码": "0701", "面积": area, "坐落": "和祥路",
        "权利性质": "集体",
    }, shape  # fmt: skip


def surveyed(number: str, shape: shapely.Geometry | None, **columns: Any) -> Row:
    """A building of the housing office."""
    return {
        "房屋编号": number, "楼幢名称": f"和祥路{number}号", "宗地代码": "", "总层数": 2, "房屋用途": "住宅",
        "房屋结构": "砖混", "建成年份": 1999, "坐落": f"源汇区老街街道和祥路{number}号", "区县": "源汇区",
        "建筑面积": 100.5, **columns,
    }, shape  # fmt: skip


def planned(number: str, shape: shapely.Geometry, **columns: Any) -> Row:
    """A building of the planning survey."""
    return {
        "编号": number, "名称": None, "层数": 2, "高度": 6.5, "用途代码": "110", "测绘年份": 2023,
        "控规单元": "411102001", **columns,
    }, shape  # fmt: skip


def segment(number: str, shape: shapely.Geometry, name: str = "和祥路") -> Row:
    """A stretch of road."""
    return {
        "路段编号": number, "路线编号": None, "路线名称": name, "技术等级": "支路", "行政区划": "411102", "里程": 0.1,
    }, shape  # fmt: skip


def addresses(rows: Sequence[Mapping[str, str]]) -> bytes:
    """An extract of standard addresses."""
    names = [name for name in CONTRACTS["ga_addresses"].columns if name != "操作" or "操作" in rows[0]]
    text = io.StringIO()
    written = csv.DictWriter(text, names, restval="", lineterminator="\r\n")
    written.writeheader()
    written.writerows(rows)
    return text.getvalue().encode("gb18030")


def address(code: str, lon: float, lat: float, **columns: str) -> Mapping[str, str]:
    """A standard address as the police write it."""
    return {
        "地址编码": code, "省": "河南省", "市": "漯河市", "区县": "源汇区", "乡镇街道": "老街街道", "街路巷": "和祥路",
        "门牌号": "1号", "地址全称": "河南省漯河市源汇区老街街道和祥路1号", "经度": f"{lon:.7f}", "纬度": f"{lat:.7f}",
        "坐标系": "GCJ-02", "更新时间": "2026-01-01", **columns,
    }  # fmt: skip


class Village:
    """A store with its loader; `deliver` brings files in, a night at a time."""

    def __init__(self, store: Store, folder: Path):
        self.store, self.folder = store, folder
        self.archive = Archive(folder / "archive")
        self.contracts = dict(CONTRACTS)
        self._count = itertools.count(1)

    def path(self, night: int, name: str) -> Path:
        """Where a file of a night lies, in a folder of its own."""
        path = self.folder / f"{next(self._count):03d}" / f"{day(night):%Y%m%d}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def load(self, source: str, night: int, path: Path, plan: bool = False) -> Account:
        """Load a file that is there."""
        contract = self.contracts[source]
        loader = Loader(self.store, DOMAIN, self.contracts, self.archive, wait=20.0)
        received = datetime(2026, 11, 1, 2, tzinfo=UTC) + timedelta(days=night, seconds=next(self._count))
        delivery = loader.receive(contract, path, as_of=day(night), received_at=received)
        return loader.plan(contract, delivery) if plan else loader.load(contract, delivery)

    def deliver(self, source: str, night: int, name: str, content: bytes) -> Account:
        """A file comes in and is loaded."""
        path = self.path(night, name)
        path.write_bytes(content)
        return self.load(source, night, path)

    def buildings(self, night: int, rows: Sequence[Row]) -> Account:
        """The housing office's buildings, all of them."""
        return self.deliver("zj_buildings", night, "zj_buildings.geojson", geojson(rows))

    def survey(self, night: int, rows: Sequence[Row]) -> Account:
        """The planning survey's buildings."""
        return self.deliver("gh_buildings", night, "gh_buildings.geojson", geojson(rows))

    def loosen(self, source: str, **settings: Any) -> None:
        """Let a source's snapshots lose any share of their rows."""
        contract = self.contracts[source]
        settings = {"max_retire_ratio": 1.0, **settings}
        self.contracts[source] = replace(contract, delivery=replace(contract.delivery, **settings))

    def ask(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What the store answers."""
        with self.store.reading() as engine:
            return engine.execute(query, list(parameters)).fetchall()

    def features(self, source: str) -> dict[str, list[int]]:
        """The features of each current record of a source, by its key."""
        found: dict[str, list[int]] = {}
        for key, feature in self.ask(
            "SELECT v.source_key, s.feature_id FROM geospatial.feature_source s"
            " JOIN geospatial.feature_version v USING (record_id)"
            " WHERE v.source = ? AND v.status = 'current' ORDER BY 1, 2",
            source,
        ):
            found.setdefault(key, []).append(feature)
        return found

    def classes(self, source: str, night: int) -> dict[str, str]:
        """The change class of each record version a night brought, by key."""
        return dict(
            self.ask(
                "SELECT v.source_key, v.change_class FROM geospatial.feature_version v"
                " JOIN geospatial.source_record r USING (record_id) WHERE v.source = ? AND r.as_of = ?",
                source,
                day(night),
            )
        )

    def findings(self) -> set[str]:
        """The codes of all findings so far."""
        return {code for (code,) in self.ask("SELECT DISTINCT code FROM basedb.finding")}


def day(night: int) -> date:
    """The as-of date of the n-th night."""
    return date(2026, 11, 1) + timedelta(days=night - 1)


def run(village: Village, *words: object, code: int = 0) -> Any:
    """What a command says as JSON; it must end with the exit code given."""
    result = CliRunner().invoke(
        main,
        ["--store", village.store.url, "--json", *map(str, words)],
        env={"BASEDB_ARCHIVE": str(village.archive.directory)},
    )
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return json.loads(result.output)
