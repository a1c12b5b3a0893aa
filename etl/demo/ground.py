"""The ground an invented city stands on: a cell for every community, and plots for its houses.

Metres in the Gauss-Krüger zone of the city. The cells are a bent grid whose edges neighbours share point by
point, so that divisions neither overlap nor leave gaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from etl.demo.draws import Draws, Ints
from etl.demo.places import Communities
from etl.demo.spec import City

Floats = NDArray[np.float64]

CELL = 620.0  # metres from one community to the next
SETTLED = 272.0  # side of the square in its middle that is built on
_BENT = 0.3  # how far a corner lies from its place in the grid, in cells
_WAVY = 0.08  # how far an edge lies from straight
_POINTS = 4  # of an edge, its second corner not counted
_TURNED = 0.25  # radians between the square and the grid, at most to either side


@dataclass
class Ground:
    """cells: the outline of each community; centre, angle: of the square inside it that is built on."""

    zone: int
    cells: NDArray[np.object_]
    centre: Floats
    angle: Floats
    lines: list[Floats]  # edges between two cells, a row of the grid after the other
    line_of: Ints  # the row of the grid of each line

    @classmethod
    def lay_out(cls, draws: Draws, city: City, places: Communities) -> Ground:
        """Cells in a round city, those of one town and of one county side by side."""
        wide = int(np.ceil(np.sqrt(len(places.name) * 4 / np.pi))) + 1
        origin = _origin(city, wide)
        corner = _corners(draws, wide) * CELL + origin
        across = _edges(draws, "ground.across", corner[:, :-1], corner[:, 1:])
        up = _edges(draws, "ground.up", corner[:-1], corner[1:])
        row, column = _round(wide, len(places.name))
        at = _arrange(row, column, places)
        row, column = row[at], column[at]
        outlines = [
            np.concatenate([across[r, c], up[r, c + 1], across[r + 1, c][::-1], up[r, c][::-1]])
            for r, c in zip(row.tolist(), column.tolist(), strict=True)
        ]
        middle = (
            corner[row, column]
            + corner[row + 1, column]
            + corner[row, column + 1]
            + corner[row + 1, column + 1]
        ) / 4
        keys = np.arange(len(row))
        lines, line_of = _roads(across, row, column)
        return cls(
            _zone(city),
            shapely.polygons([shapely.linearrings(outline) for outline in outlines]),
            middle,
            (draws.uniform("ground.turn", keys) * 2 - 1) * _TURNED,
            lines,
            line_of,
        )

    def place(self, community: Ints, x: Floats, y: Floats) -> Floats:
        """Where a point of a community's square lies, given in metres from its lower left corner.

        community: n; x, y: n or n × k. Returns n × k × 2.
        """
        shape = (len(community),) + (1,) * (x.ndim - 1)
        cos, sin = np.cos(self.angle[community]).reshape(shape), np.sin(self.angle[community]).reshape(shape)
        u, v = x - SETTLED / 2, y - SETTLED / 2
        east = self.centre[community, 0].reshape(shape) + u * cos - v * sin
        north = self.centre[community, 1].reshape(shape) + u * sin + v * cos
        return np.stack([east, north], axis=-1)

    @cached_property
    def squares(self) -> NDArray[np.object_]:
        """The square of each community that is built on."""
        every = np.arange(len(self.cells))
        x = np.broadcast_to(np.array([0, SETTLED, SETTLED, 0]), (len(every), 4))
        y = np.broadcast_to(np.array([0, 0, SETTLED, SETTLED]), (len(every), 4))
        return shapely.polygons(self.place(every, x, y))

    @property
    def plane(self) -> int:
        """EPSG code of the metres: CGCS2000, three-degree zone, easting without the zone's number."""
        return 4534 + self.zone - 25

    @property
    def numbered_plane(self) -> int:
        """The same with the zone's number before the easting."""
        return 4513 + self.zone - 25

    def degrees(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Shapes in degrees of CGCS2000 (EPSG:4490), longitude first, to a centimetre."""
        to = Transformer.from_crs(self.plane, 4490, always_xy=True)
        moved = shapely.transform(shapes, lambda xy: np.stack(to.transform(xy[:, 0], xy[:, 1]), axis=1))
        return shapely.transform(moved, lambda xy: np.round(xy, 7))


def _zone(city: City) -> int:
    return round(city.centre[0] / 3)


def _origin(city: City, wide: int) -> Floats:
    to = Transformer.from_crs(4490, 4534 + _zone(city) - 25, always_xy=True)
    east, north = to.transform(*city.centre)
    return np.array([round(east, -2), round(north, -2)]) - wide * CELL / 2


def _corners(draws: Draws, wide: int) -> Floats:
    """Corners of the grid in cells, (wide + 1)² × 2."""
    side = wide + 1
    keys = np.arange(side * side)
    row, column = keys // side, keys % side
    bent = [(draws.uniform(f"ground.{axis}", keys) - 0.5) * _BENT for axis in ("east", "north")]
    return np.stack([column + bent[0], row + bent[1]], axis=1).reshape(side, side, 2)


def _edges(draws: Draws, label: str, start: Floats, end: Floats) -> Floats:
    """Points of each edge from its first corner up to, and with, its last: rows × columns × points × 2."""
    keys = np.arange(start.shape[0] * start.shape[1] * (_POINTS + 1)).reshape(*start.shape[:2], -1)
    aside = (draws.uniform(label, keys.reshape(-1)).reshape(keys.shape) - 0.5) * _WAVY * 2
    aside[..., 0] = aside[..., -1] = 0
    share = np.arange(_POINTS + 1) / _POINTS
    along = (end - start)[..., None, :]
    across = np.stack([-along[..., 1], along[..., 0]], axis=-1)
    return start[..., None, :] + share[:, None] * along + aside[..., None] * across


def _round(wide: int, number: int) -> tuple[Ints, Ints]:
    """The cells nearest the middle of the grid."""
    keys = np.arange(wide * wide)
    row, column = keys // wide, keys % wide
    away = (2 * row - wide + 1) ** 2 + (2 * column - wide + 1) ** 2
    kept = np.sort(np.argsort(away, kind="stable")[:number])
    return row[kept], column[kept]


def _arrange(row: Ints, column: Ints, places: Communities) -> Ints:
    """For each community the position of its cell, by halving the city along its longer side."""
    cell = np.empty(len(row), dtype=np.int64)
    waiting = [(np.arange(len(row)), 0, len(row))]
    while waiting:
        cells, first, end = waiting.pop()
        if end - first == 1:
            cell[first] = cells[0]
            continue
        cut = _boundary(places, first, end)
        extents = [np.ptp(axis[cells]) for axis in (row, column)]
        one, other = (row, column) if extents[0] > extents[1] else (column, row)
        ordered = cells[np.lexsort((other[cells], one[cells]))]
        waiting += [(ordered[: cut - first], first, cut), (ordered[cut - first :], cut, end)]
    return cell


def _boundary(places: Communities, first: int, end: int) -> int:
    """The boundary nearest the middle of a run of communities: of counties, else of towns, else any."""
    inner = np.arange(first + 1, end)
    for unit in (places.county, places.town):
        between = inner[unit[inner] != unit[inner - 1]]
        if len(between):
            inner = between
            break
    return int(inner[np.argmin(np.abs(inner - (first + end) / 2))])


def _roads(across: Floats, row: Ints, column: Ints) -> tuple[list[Floats], Ints]:
    """The edges of the grid's rows that have a cell on both sides."""
    there = set(zip(row.tolist(), column.tolist(), strict=True))
    between = sorted((r, c) for r, c in there if (r - 1, c) in there)
    return [across[r, c] for r, c in between], np.array([r for r, _ in between], dtype=np.int64)
