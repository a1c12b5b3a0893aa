"""住建房屋建筑: every block and village house; GeoJSON, in full every night."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa
import shapely

from etl.demo.columns import Column, choose, join, lookup, number
from etl.demo.delivery import FULL, Extract
from etl.demo.noise import Noise
from etl.demo.places import ESTATE
from etl.demo.sources.base import Context, Night, OfPlaces
from etl.demo.sources.zrzy_parcels import parcel_codes
from etl.demo.standing import Houses
from etl.demo.vector import geojson


class HousingBuildings(OfPlaces):
    """One row per building."""

    name: ClassVar[str] = "zj_buildings"
    department = "住房和城乡建设局"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._before: set[int] = set()

    def deliver(self, night: Night) -> Extract:
        houses, plots = self._c.built()
        world = self._c.world
        noise = Noise(world.draws, self.name, self._c.level, houses.key)
        places = world.homes.communities
        year = 1985 + world.draws.below("house.year", houses.key, 40)
        unknown = noise.hit("year_missing")
        noise.tag("year_missing", unknown)
        area = np.round(shapely.area(houses.shape) * houses.floors * 0.96, 2)
        counties = [county.name for county in world.city.counties]
        columns = {
            "房屋编号": building_numbers(self._c, houses).to_pylist(),
            "楼幢名称": building_names(self._c, houses).to_pylist(),
            "宗地代码": parcel_codes(self._c, plots).take(pa.array(houses.plot)).to_pylist(),
            "总层数": houses.floors.tolist(),
            "房屋用途": ["住宅"] * len(houses),
            "房屋结构": lookup(["砖木", "砖混", "钢混"], np.digitize(houses.floors, [2, 7])).to_pylist(),
            "建成年份": [None if u else y for u, y in zip(unknown.tolist(), year.tolist(), strict=True)],
            "坐落": site(self._c, houses).to_pylist(),
            "区县": lookup(counties, places.county[houses.community]).to_pylist(),
            "建筑面积": area.tolist(),
        }
        self._rows.append(len(set(houses.key.tolist()) - self._before))
        self._before = set(houses.key.tolist())
        return Extract(
            self.name, self.department, "geojson", FULL,
            [geojson(columns, self._c.ground.degrees(houses.shape), self.name)], len(houses),
            {"key": pa.array(columns["房屋编号"]), "place_id": place_ids(houses), "tags": pa.array(noise.tags)},
        )  # fmt: skip


def place_ids(houses: Houses) -> Column:
    """What the truth calls a building."""
    return join("B", number(houses.key))


def building_numbers(context: Context, houses: Houses) -> Column:
    """County and fourteen digits in all: the community, then the estate within the city, the building in it."""
    county = context.world.homes.communities.code12[houses.community] // 10**6
    estate = np.where(houses.kind == ESTATE, houses.place + 1, 0)
    own = np.where(houses.kind == ESTATE, estate * 100 + houses.number % 100, 0)
    village = 50_000_000 + houses.community * 2000 + houses.number % 2000
    return join(number(county), number(np.where(houses.kind == ESTATE, own, village), 8))


def building_names(context: Context, houses: Houses) -> Column:
    """康桥佳苑2号楼, 前王庄村12号."""
    homes = context.world.homes
    estate = np.where(houses.kind == ESTATE, houses.place, 0)
    return choose(
        houses.kind == ESTATE,
        join(lookup(homes.estates.name, estate), number(houses.number), "号楼"),
        join(lookup(homes.communities.name, houses.community), number(houses.number), "号"),
    )


def site(context: Context, houses: Houses) -> Column:
    """County, town, community; road and number for an estate; then the building."""
    world = context.world
    places, estates = world.homes.communities, world.homes.estates
    estate = np.where(houses.kind == ESTATE, houses.place, 0)
    head = join(
        lookup([county.name for county in world.city.counties], places.county[houses.community]),
        lookup(places.town_names, places.town[houses.community]),
    )
    road = join(
        lookup(places.name, houses.community),
        lookup(estates.road, estate),
        number(estates.road_number[estate]),
        "号",
    )
    return join(head, choose(houses.kind == ESTATE, road, ""), building_names(context, houses))
