"""公安标准地址: an address for every entrance and village house; CSV in GB18030, then what was added."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa
import shapely

from etl.demo.columns import choose, constant, dashed_date, join, lookup, number, separated
from etl.demo.delivery import DELTA, FULL, Extract
from etl.demo.draws import Ints, member
from etl.demo.ground import Floats
from etl.demo.lines import bytes_of, encode
from etl.demo.noise import Noise
from etl.demo.places import ESTATE
from etl.demo.sources.base import Context, Night, OfPlaces
from etl.demo.sources.zj_buildings import place_ids
from etl.demo.standing import UNITS, Houses

HEADER = "地址编码,省,市,区县,乡镇街道,社区村,街路巷,门牌号,小区,楼栋,单元,地址全称,经度,纬度,坐标系,更新时间"


class StandardAddresses(OfPlaces):
    """One row per address that is new since the delivery before."""

    name: ClassVar[str] = "ga_addresses"
    department = "公安局"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._before = np.zeros(0, dtype=np.int64)

    def deliver(self, night: Night) -> Extract:
        houses, _ = self._c.built()
        entrances = np.where(houses.kind == ESTATE, UNITS, 1)
        house = np.repeat(np.arange(len(houses)), entrances)
        unit = np.arange(len(house)) - np.repeat(np.cumsum(entrances) - entrances, entrances)
        key = houses.key[house] * 4 + unit
        new = np.flatnonzero(~member(key, self._before))
        self._before = key
        self._rows.append(len(new))
        return self._extract(night, houses, house[new], unit[new], key[new])

    def _extract(self, night: Night, houses: Houses, house: Ints, unit: Ints, key: Ints) -> Extract:
        world = self._c.world
        noise = Noise(world.draws, self.name, self._c.level, key)
        bare, swapped = noise.hit("town_missing"), noise.hit("swapped")
        noise.tag("town_missing", bare)
        noise.tag("swapped", swapped)
        places, estates = world.homes.communities, world.homes.estates
        community, in_estate = houses.community[house], houses.kind[house] == ESTATE
        estate = np.where(in_estate, houses.place[house], 0)
        none = constant("", len(key))
        county = lookup([c.name for c in world.city.counties], places.county[community])
        town = lookup(places.town_names, places.town[community])
        road = choose(in_estate, lookup(estates.road, estate), "")
        at = join(number(np.where(in_estate, estates.road_number[estate], houses.number[house])), "号")
        name = choose(in_estate, lookup(estates.name, estate), "")
        block = choose(in_estate, join(number(houses.number[house]), "号楼"), "")
        entrance = choose(in_estate, join(number(unit + 1), "单元"), "")
        lon, lat = _doors(self._c, houses, house, unit)
        columns = [
            join(str(world.city.code), number(key, 13)),
            constant(world.city.province, len(key)), constant(world.city.name, len(key)), county,
            choose(bare, none, town), lookup(places.name, community), road, at, name, block, entrance,
            join(world.city.province, world.city.name, county, town, lookup(places.name, community), road, at, name,
                 block, entrance),
            *(_decimal(np.where(swapped, *pair)) for pair in ((lat, lon), (lon, lat))),
            constant("CGCS2000", len(key)),
            dashed_date(world.start - 1 - world.draws.below("address.updated", key, 2000)),
        ]  # fmt: skip
        header = HEADER
        if night.number:
            header += ",操作"
            columns.append(constant("增", len(key)))
        body = encode(join(separated(columns, ","), "\r\n"), "gb18030")
        return Extract(
            self.name, self.department, "csv", DELTA if night.number else FULL,
            [f"{header}\r\n".encode("gb18030"), bytes_of(body)], len(key),
            {"key": columns[0], "place_id": place_ids(houses).take(pa.array(house)), "tags": pa.array(noise.tags)},
        )  # fmt: skip


def _doors(context: Context, houses: Houses, house: Ints, unit: Ints) -> tuple[Floats, Floats]:
    """Longitude and latitude of entrances: along the middle of a block, or on the house."""
    shapes = houses.shape[house]
    corners = np.stack(
        [shapely.get_coordinates(shapely.get_point(shapely.get_exterior_ring(shapes), i)) for i in (0, 1, 2)]
    )
    share = np.where(houses.kind[house] == ESTATE, (unit + 0.5) / UNITS, 0.5)[:, None]
    along = corners[0] + (corners[1] - corners[0]) * share
    points = shapely.points(along + (corners[2] - corners[1]) * 0.25)
    inside = shapely.contains(shapes, points)
    points = np.where(inside, points, shapely.point_on_surface(shapes))
    degrees = shapely.get_coordinates(context.ground.degrees(points))
    return degrees[:, 0], degrees[:, 1]


def _decimal(degrees: Floats) -> pa.Array:
    return pa.array([f"{value:.6f}" for value in degrees.tolist()], pa.string())
