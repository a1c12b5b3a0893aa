"""行政区划界线: counties, towns and villages; GeoJSON, on the first night."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from etl.demo.delivery import FULL, Extract
from etl.demo.draws import Ints
from etl.demo.sources.base import Night, OfPlaces
from etl.demo.vector import geojson

_LEVELS = ["县级", "乡级", "村级"]


class Divisions(OfPlaces):
    """One row per division; those of a level are the unions of those of the next."""

    name: ClassVar[str] = "mz_divisions"
    department = "民政局"

    def deliver(self, night: Night) -> Extract | None:
        if night.number:
            return None
        world, ground = self._c.world, self._c.ground
        places, counties = world.homes.communities, world.city.counties
        cells = ground.degrees(ground.cells)
        level = [(places.code12 // unit * unit, unit) for unit in (10**6, 10**3, 1)]
        names = {county.code * 10**6: county.name for county in counties}
        names |= {
            county.code * 10**6 + int(town.code) * 1000: town.name
            for county in counties
            for town in county.towns
        }
        names |= dict(zip(places.code12.tolist(), places.name, strict=True))
        urban = dict(zip(places.code12.tolist(), places.urban.tolist(), strict=True))
        code: list[int] = []
        shapes: list[NDArray[np.object_]] = []
        for codes, _ in level:
            found, members = np.unique(codes, return_inverse=True)
            code += found.tolist()
            shapes.append(_unions(cells, members))
        depth = [0 if c % 10**6 == 0 else 1 if c % 1000 == 0 else 2 for c in code]
        columns: dict[str, list[str | None]] = {
            "代码": [str(c)[: (6, 9, 12)[d]].ljust(12, "0") for c, d in zip(code, depth, strict=True)],
            "名称": [names[c] for c in code],
            "级别": [_LEVELS[d] for d in depth],
            "上级": [
                str(c // (10**8, 10**6, 1000)[d]).ljust(12, "0") for c, d in zip(code, depth, strict=True)
            ],
            "城乡码": [
                None if d < 2 else "111" if urban[c] else "220" for c, d in zip(code, depth, strict=True)
            ],
        }
        self._rows.append(len(code))
        return Extract(
            self.name, self.department, "geojson", FULL,
            [geojson(columns, np.concatenate(shapes), self.name)], len(code),
            {"key": pa.array(columns["代码"]), "place_id": pa.array(columns["代码"]),
             "tags": pa.array(np.zeros(len(code), dtype=np.uint64))},
        )  # fmt: skip


def _unions(cells: NDArray[np.object_], members: Ints) -> NDArray[np.object_]:
    order = np.argsort(members, kind="stable")
    starts = np.searchsorted(members[order], np.arange(members.max() + 1))
    return np.array(
        [shapely.coverage_union_all(part) for part in np.split(cells[order], starts[1:])], dtype=object
    )
