"""The layers of the base: what a feature of each is, and its attributes with their standards."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from basedb.domain import Attribute, Feature
from basedb.standards import addresses
from basedb.standards.identifiers.land import parcel_code
from basedb.store.geometry import Shape
from basedb.store.labels import Secrecy
from geospatial.numbers import parse_number


@dataclass(frozen=True)
class Layer:
    """A layer: features of one kind with one shape.

    attributes: typed columns of its view. label: the attribute a map shows. noise, shift: distances in
    metres; up to `noise` a vertex may move without anything having changed, and a feature that moved as a
    whole by more than `shift` was shifted. within: the layer whose features hold these. measured: the
    attribute that states a shape's area. measures: attributes computed from the shape, which come out a little
    differently whenever it is written anew.
    """

    name: str
    zh: str
    shape: Shape
    attributes: tuple[Attribute, ...]
    label: str
    noise: float = 0.05
    within: str | None = None
    measured: str = ""
    measures: tuple[str, ...] = ()

    @property
    def dimension(self) -> int:
        """0 for points, 1 for lines, 2 for areas."""
        return {"Point": 0, "MultiLineString": 1, "MultiPolygon": 2, "Geometry": 2}[self.shape]


def _text(name: str, zh: str, personal: bool = False) -> Attribute:
    secrecy = Secrecy.SENSITIVE if personal else Secrecy.INTERNAL
    return Attribute(name, zh, personal=personal, secrecy=secrecy)


def _number(name: str, zh: str, whole: bool = False) -> Attribute:
    return Attribute(
        name, zh, sa.Integer if whole else sa.Double, standardize=partial(parse_number, whole=whole),
        output="number", personal=False, secrecy=Secrecy.INTERNAL,
    )  # fmt: skip


def _address(name: str, zh: str) -> Attribute:
    key = Feature(f"{name}_key", f"{zh}比对形", "address_key")
    return Attribute(
        name, zh, standardize=addresses.parse, output="address", features=(key,), personal=False,
        secrecy=Secrecy.INTERNAL,
    )  # fmt: skip


DIVISION = Layer(
    "division",
    "行政区划",
    "MultiPolygon",
    (
        _text("code", "统计用区划代码"),
        _text("name", "名称"),
        _text("level", "级别"),
        _text("parent_code", "上级代码"),
        _text("urban_rural", "城乡分类码"),
    ),
    label="name",
)

ADDRESS = Layer(
    "address",
    "标准地址",
    "Point",
    (
        _text("address_code", "地址编码"),
        _address("address", "地址全称"),
        _text("province", "省"),
        _text("city", "市"),
        _text("county", "区县"),
        _text("town", "乡镇街道"),
        _text("village", "社区村"),
        _text("road", "街路巷"),
        _text("number", "门牌号"),
        _text("estate", "小区"),
        _text("block", "楼栋"),
        _text("unit", "单元"),
        _text("updated_on", "更新时间"),
    ),
    label="address",
    noise=0.5,
    within="building",
)

BUILDING = Layer(
    "building",
    "建筑物",
    "MultiPolygon",
    (
        _text("building_no", "房屋编号"),
        _text("survey_no", "测绘编号"),
        _text("name", "楼幢名称"),
        _address("address", "坐落"),
        Attribute(
            "parcel_code", "宗地代码", standardize=parcel_code, personal=False, secrecy=Secrecy.INTERNAL
        ),
        _number("floors", "总层数", whole=True),
        _number("height", "高度（米）"),
        _text("use", "房屋用途"),
        _text("use_code", "用途代码"),
        _text("structure", "房屋结构"),
        _number("built_year", "建成年份", whole=True),
        _number("floor_area", "建筑面积（平方米）"),
        _text("county", "区县"),
        _text("planning_unit", "控规单元"),
        _number("survey_year", "测绘年份", whole=True),
    ),
    label="name",
    within="parcel",
    measures=("floor_area",),
)

PARCEL = Layer(
    "parcel",
    "宗地",
    "MultiPolygon",
    (
        Attribute(
            "parcel_code", "宗地代码", standardize=parcel_code, personal=False, secrecy=Secrecy.INTERNAL
        ),
        _text("holder", "权利人", personal=True),
        _text("use_code", "用途码"),
        _text("use_name", "用途"),
        _number("area", "登记面积（平方米）"),
        _text("location", "坐落"),
        _text("right_kind", "权利性质"),
    ),
    label="parcel_code",
    measured="area",
    measures=("area",),
)

ROAD = Layer(
    "road",
    "道路",
    "MultiLineString",
    (
        _text("segment_no", "路段编号"),
        _text("route_no", "路线编号"),
        _text("name", "路线名称"),
        _text("road_class", "技术等级"),
        _text("division_code", "行政区划"),
        _number("length_km", "里程（公里）"),
    ),
    label="name",
    measures=("length_km",),
)

POLLUTION_SOURCE = Layer(
    "pollution_source",
    "固定污染源",
    "Point",
    (
        _text("credit_code", "统一社会信用代码"),
        _text("name", "企业名称"),
        _address("address", "地址"),
        _text("pollutant", "主要污染物"),
        _number("emission", "排放量（吨/年）"),
        _text("management", "管理类别"),
        _text("remark", "备注"),
    ),
    label="name",
    within="building",
)

LAYERS = {item.name: item for item in (DIVISION, ADDRESS, BUILDING, PARCEL, ROAD, POLLUTION_SOURCE)}
