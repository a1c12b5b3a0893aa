"""规划测绘建筑物: another survey of the same houses, a little aside and not quite complete; GeoJSON, once."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa
import shapely

from etl.demo.columns import join, number
from etl.demo.delivery import FULL, Extract
from etl.demo.noise import Noise
from etl.demo.sources.base import Night, OfPlaces
from etl.demo.sources.zj_buildings import place_ids
from etl.demo.vector import geojson

_ASIDE = (0.9, -0.6)  # metres the whole survey lies off
_LOOSE = 0.5  # metres a building of it lies off besides, at most to either side
_OVERLOOKED = 0.02


class PlanningBuildings(OfPlaces):
    """One row per surveyed building."""

    name: ClassVar[str] = "gh_buildings"
    department = "自然资源和规划局"

    def deliver(self, night: Night) -> Extract | None:
        if night.number:
            return None
        houses, _ = self._c.built()
        world = self._c.world
        seen = ~world.draws.hit("survey.overlooked", houses.key, _OVERLOOKED)
        key, floors, community = houses.key[seen], houses.floors[seen], houses.community[seen]
        noise = Noise(world.draws, self.name, self._c.level, key)
        flat = noise.hit("height_missing")
        noise.tag("height_missing", flat)
        height = np.round(floors * 3.0 + world.draws.uniform("survey.height", key), 1)
        unit = world.homes.communities.code12[community] // 1000
        columns = {
            "编号": join("GH", number(unit // 1000), number(np.arange(len(key)), 6)).to_pylist(),
            "名称": [None] * len(key),
            "层数": floors.tolist(),
            "高度": [None if f else h for f, h in zip(flat.tolist(), height.tolist(), strict=True)],
            "用途代码": ["110"] * len(key),
            "测绘年份": [2024] * len(key),
            "控规单元": number(unit).to_pylist(),
        }
        away = [
            _ASIDE[axis] + (world.draws.uniform(f"survey.{axis}", key) * 2 - 1) * _LOOSE for axis in (0, 1)
        ]
        points, of = shapely.get_coordinates(houses.shape[seen], return_index=True)
        moved = shapely.set_coordinates(houses.shape[seen].copy(), points + np.stack(away, axis=1)[of])
        self._rows.append(len(key))
        return Extract(
            self.name, self.department, "geojson", FULL,
            [geojson(columns, self._c.ground.degrees(moved), self.name)], len(key),
            {"key": pa.array(columns["编号"]), "place_id": place_ids(houses).filter(pa.array(seen)),
             "tags": pa.array(noise.tags)},
        )  # fmt: skip
