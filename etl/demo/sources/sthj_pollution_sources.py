"""固定污染源: companies that discharge; a workbook with title, unit and a note, on the first night."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa
import shapely

from etl.demo.columns import lookup
from etl.demo.delivery import FULL, Extract
from etl.demo.draws import Ints
from etl.demo.noise import Noise
from etl.demo.organisations import COMPANY
from etl.demo.sources.base import Counted, Night, person_ids
from etl.demo.spreadsheet import sheet_bytes
from etl.demo.standing import house_keys

_COLUMNS = [
    "序号",
    "统一社会信用代码",
    "企业名称",
    "地址",
    "经度",
    "纬度",
    "主要污染物",
    "排放量",
    "管理类别",
    "备注",
]
_ONE_IN = 20


class PollutionSources(Counted):
    """One row per discharging company."""

    name: ClassVar[str] = "sthj_pollution_sources"
    department = "生态环境局"
    roles: ClassVar[tuple[str, ...]] = ("org_id",)

    def deliver(self, night: Night) -> Extract | None:
        if night.number:
            return None
        firms, world = self._c.firms, self._c.world
        companies = firms.of_kind(COMPANY)
        homes = world.homes
        inside = homes.community_of(firms.home[companies]) >= 0
        of = np.sort(world.draws.sample("pollution", companies[inside], max(1, len(companies) // _ONE_IN)))
        noise = Noise(world.draws, self.name, self._c.level, of)
        by_minutes = noise.hit("minutes")
        noise.tag("minutes", by_minutes)
        lon, lat = self._places(firms.home[of])
        note = ["注：经纬度为2000国家大地坐标系。", *[""] * (len(_COLUMNS) - 1)]
        cells: list[list[object]] = [
            list(range(1, len(of) + 1)),
            firms.credit(of).to_pylist(),
            firms.name(of).to_pylist(),
            self._c.addresses.text(firms.home[of]).to_pylist(),
            [_degrees(v, m) for v, m in zip(lon, by_minutes.tolist(), strict=True)],
            [_degrees(v, m) for v, m in zip(lat, by_minutes.tolist(), strict=True)],
            lookup(
                ["颗粒物", "氮氧化物", "COD", "氨氮"], world.draws.below("pollution.kind", of, 4)
            ).to_pylist(),
            np.round(world.draws.uniform("pollution.tons", of) * 5, 3).tolist(),
            lookup(
                ["重点", "简化管理", "登记管理"], world.draws.pick("pollution.class", of, [1, 3, 6])
            ).to_pylist(),
            [""] * len(of),
        ]
        columns = [[*column, end] for column, end in zip(cells, note, strict=True)]
        heads = [
            [f"{world.city.name}固定污染源清单", *[""] * 9],
            [f"填报单位：{world.city.name}{self.department}", *[""] * 7, "单位：吨/年", ""],
            _COLUMNS,
        ]
        self._rows.append(len(of))
        return Extract(
            self.name, self.department, "xlsx", FULL, [sheet_bytes(heads, columns, ["A1:J1"])], len(of),
            {"key": firms.credit(of), "org_id": person_ids(of, "E"), "tags": pa.array(noise.tags)},
        )  # fmt: skip

    def _places(self, home: Ints) -> tuple[list[float], list[float]]:
        """The middle of the building a company sits in."""
        houses, _ = self._c.built()
        homes = self._c.world.homes
        at = np.searchsorted(houses.key, house_keys(homes, home))
        middle = shapely.get_coordinates(self._c.ground.degrees(shapely.point_on_surface(houses.shape[at])))
        return middle[:, 0].tolist(), middle[:, 1].tolist()


def _degrees(value: float, by_minutes: bool) -> object:
    if not by_minutes:
        return round(value, 6)
    seconds = round(value * 3600, 2)
    return f"{int(seconds // 3600)}°{int(seconds % 3600 // 60)}′{seconds % 60:.2f}″"
