"""宗地: every plot, the streets and the fields around; a shapefile with zone numbers, then what changed."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from etl.demo.columns import Column, choose, join, lookup, number
from etl.demo.delivery import DELTA, FULL, Extract
from etl.demo.draws import Ints
from etl.demo.ground import Ground
from etl.demo.noise import Noise
from etl.demo.places import ESTATE
from etl.demo.sources.base import Context, Night, OfPlaces
from etl.demo.sources.zj_projects import builder
from etl.demo.standing import Plots
from etl.demo.vector import zipped_shapefile

_MU = 2000 / 3  # square metres
_FIELDS, _STREETS = 99_999, 99_998


class Parcels(OfPlaces):
    """One row per parcel on the first night; later one per parcel that is new or has another shape."""

    name: ClassVar[str] = "zrzy_parcels"
    department = "自然资源和规划局"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._before: dict[str, bytes] = {}

    def deliver(self, night: Night) -> Extract:
        _, plots = self._c.built()
        places, ground = self._c.world.homes.communities, self._c.ground
        every = np.arange(len(places.name))
        codes = pa.concat_arrays([
            parcel_codes(self._c, plots), parcel_number(self._c, every, _STREETS), parcel_number(self._c, every, _FIELDS),
        ])  # fmt: skip
        shapes = shapely.set_precision(
            np.concatenate([plots.shape, _streets(ground, plots), _fields(ground)]), 0.001
        )
        community = np.concatenate([plots.community, every, every])
        now = dict(zip(codes.to_pylist(), shapely.to_wkb(shapes).tolist(), strict=True))
        new = np.array([code not in self._before for code in now], dtype=bool)
        chosen = np.flatnonzero(
            new | np.array([self._before.get(code) != shape for code, shape in now.items()])
        )
        self._before = now
        self._rows.append(len(chosen))
        use = np.concatenate(
            [np.where(plots.kind == ESTATE, 0, 1), np.full(len(every), 2), np.full(len(every), 3)]
        )
        return self._extract(night, codes, shapes, community, use, chosen, new, self._holders(plots, use))

    def _holders(self, plots: Plots, use: Ints) -> Column:
        """Who has the right to each parcel; one estate in three still belongs to the company that built it."""
        draws, firms = self._c.world.draws, self._c.firms
        estate = np.concatenate([plots.of, np.zeros(len(use) - len(plots.of), dtype=np.int64)])
        unsold = (use == 0) & (draws.below("parcel.unsold", estate, 3) == 0)
        common = lookup(["业主共有", "农户", "街道办事处", "农民集体"], use)
        return choose(unsold, firms.name(builder(self._c, estate)), common)

    def _extract(
        self, night: Night, codes: Column, shapes: NDArray[np.object_], community: Ints, use: Ints, chosen: Ints,
        new: NDArray[np.bool_], holders: Column,
    ) -> Extract:  # fmt: skip
        world = self._c.world
        places = world.homes.communities
        noise = Noise(world.draws, self.name, self._c.level, chosen)
        in_mu = noise.hit("area_in_mu")
        noise.tag("area_in_mu", in_mu)
        area = shapely.area(shapes[chosen])
        use, community = use[chosen], community[chosen]
        state = use % 2 == 0
        columns = {
            "宗地代码": codes.take(pa.array(chosen)).to_pylist(),
            "权利人": holders.take(pa.array(chosen)).to_pylist(),
            "用途": lookup(["城镇住宅用地", "农村宅基地", "城镇村道路用地", "水浇地"], use).to_pylist(),
            "用途码": lookup(["0701", "0702", "1004", "0102"], use).to_pylist(),
            "面积": np.round(np.where(in_mu, area / _MU, area), 2).tolist(),
            "坐落": join(
                world.city.name,
                lookup([c.name for c in world.city.counties], places.county[community]),
                lookup(places.name, community),
            ).to_pylist(),
            "权利性质": choose(state, "国有", "集体").to_pylist(),
        }
        if night.number:
            columns["变更类型"] = choose(new[chosen], "新增", "变更").to_pylist()
        day = str(np.datetime64("1970-01-01") + night.day)
        numbered = shapely.transform(
            shapes[chosen], lambda xy: xy + np.array([self._c.ground.zone * 1_000_000, 0])
        )
        return Extract(
            self.name, self.department, "zip", DELTA if night.number else FULL,
            [zipped_shapefile(columns, numbered, self._c.ground.numbered_plane, self.name, day)], len(chosen),
            {"key": codes.take(pa.array(chosen)), "place_id": codes.take(pa.array(chosen)),
             "tags": pa.array(noise.tags)},
        )  # fmt: skip


def parcel_number(context: Context, community: Ints, serial: Ints | int) -> Column:
    """Nineteen places: the community, GB for the state's land or JC for the collective's, five digits."""
    places = context.world.homes.communities
    kind = choose(places.urban[community], "GB", "JC")
    return join(number(places.code12[community]), kind, number(np.broadcast_to(serial, community.shape), 5))


def parcel_codes(context: Context, plots: Plots) -> Column:
    """Codes of plots: estates are numbered through the city, houses through their village."""
    return parcel_number(context, plots.community, np.where(plots.kind == ESTATE, plots.of + 1, plots.of))


def _streets(ground: Ground, plots: Plots) -> NDArray[np.object_]:
    """What is left of each settlement between its plots."""
    squares = ground.squares
    streets = squares.copy()
    order = np.argsort(plots.community, kind="stable")
    edges = np.searchsorted(plots.community[order], np.arange(len(squares) + 1))
    for community in np.flatnonzero(np.diff(edges)).tolist():
        holes = plots.shape[order[edges[community] : edges[community + 1]]]
        streets[community] = shapely.polygons(
            shapely.get_exterior_ring(squares[community]), holes=shapely.get_exterior_ring(holes)
        )
    return streets


def _fields(ground: Ground) -> NDArray[np.object_]:
    """The land around each settlement."""
    return np.array(
        [
            shapely.polygons(shapely.get_exterior_ring(cell), holes=[shapely.get_exterior_ring(square)])
            for cell, square in zip(ground.cells, ground.squares, strict=True)
        ],
        dtype=object,
    )
