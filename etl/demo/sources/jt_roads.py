"""公路: the roads between the communities; GeoJSON, on the first night."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa
import shapely

from etl.demo.columns import join, lookup, number
from etl.demo.delivery import FULL, Extract
from etl.demo.sources.base import Night, OfPlaces
from etl.demo.spec import wording
from etl.demo.vector import geojson


class Roads(OfPlaces):
    """One row per stretch between two crossings."""

    name: ClassVar[str] = "jt_roads"
    department = "交通运输局"

    def deliver(self, night: Night) -> Extract | None:
        if night.number:
            return None
        ground, words = self._c.ground, wording()["roads"]
        lines = np.array([shapely.linestrings(line) for line in ground.lines], dtype=object)
        key = np.arange(len(lines))
        columns = {
            "路段编号": join("G", number(key + 1, 7)).to_pylist(),
            "路线编号": join("X", number(ground.line_of, 3)).to_pylist(),
            "路线名称": lookup(words, ground.line_of % len(words)).to_pylist(),
            "技术等级": ["县道"] * len(key),
            "行政区划": [str(self._c.world.city.code)] * len(key),
            "里程": np.round(shapely.length(lines) / 1000, 3).tolist(),
        }
        self._rows.append(len(key))
        return Extract(
            self.name, self.department, "geojson", FULL,
            [geojson(columns, ground.degrees(lines), self.name)], len(key),
            {"key": pa.array(columns["路段编号"]), "place_id": pa.array(columns["路段编号"]),
             "tags": pa.array(np.zeros(len(key), dtype=np.uint64))},
        )  # fmt: skip
