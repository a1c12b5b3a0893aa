"""What is built: the plots and houses of the homes given out so far. A house once built stays where it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from etl.demo.draws import Draws, Ints, distinct
from etl.demo.ground import SETTLED, Floats, Ground
from etl.demo.places import ESTATE, VILLAGE, Homes

_STREET = 4.0  # metres between two plots
_FEWEST_COLUMNS = 16  # of houses in a village
_BLOCK = (52.0, 13.0)
_ROW = 34.0  # metres from one row of blocks to the next
_PER_ROW = 2
_DEEPEST = 88.0  # metres of an estate from the street
UNITS = 3  # entrances of a block


@dataclass(frozen=True)
class Plots:
    """Building land: an estate's, or a village house's. shape: in metres; of: estate or house number."""

    community: Ints
    kind: Ints
    of: Ints
    shape: NDArray[np.object_]


@dataclass(frozen=True)
class Houses:
    """Blocks of estates and houses of villages, in the order of `key`, which names one for ever.

    place: estate or community; number: of the block or house; plot: position of its plot.
    """

    key: Ints
    kind: Ints
    place: Ints
    number: Ints
    community: Ints
    plot: Ints
    floors: Ints
    shape: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.key)


class Builder:
    """Builds for the homes there are; the plan of every village is made once."""

    def __init__(self, draws: Draws, ground: Ground, homes: Homes) -> None:
        self._draws, self._ground, self._homes = draws, ground, homes
        number = len(homes.communities.name)
        village = homes.kind == VILLAGE
        most = np.ones(number, dtype=np.int64)
        np.maximum.at(most, homes.place[village], homes.a[village])
        # Room for half as many again, so that what is built later has its place.
        self._columns = np.maximum(_FEWEST_COLUMNS, np.ceil(np.sqrt(1.5 * most)).astype(np.int64))

    def build(self) -> tuple[Houses, Plots]:
        """The houses and plots as of now."""
        homes = self._homes
        inside = np.flatnonzero((homes.kind == ESTATE) | (homes.kind == VILLAGE))
        key = distinct(house_keys(homes, inside))
        kind, place, number = key // 10**12, key // 10**6 % 10**6, key % 10**6
        estate = kind == ESTATE
        community = np.where(estate, homes.estates.community[np.where(estate, place, 0)], place)
        plot_key, plot = np.unique(np.where(estate, place, key), return_inverse=True)
        first = np.zeros(len(plot_key), dtype=np.int64)
        first[plot[::-1]] = np.arange(len(key))[::-1]
        plots = Plots(
            community[first],
            kind[first],
            np.where(kind[first] == ESTATE, place[first], number[first]),
            np.where(
                kind[first] == ESTATE,
                self._estate_plots(np.where(kind[first] == ESTATE, place[first], 0)),
                self._house_plots(community[first], number[first]),
            ),
        )
        low = 1 + self._draws.below("house.floors", key, 3)
        high = np.array([6, 6, 11, 18, 26])[self._draws.below("estate.floors", place, 5)]
        shape = np.where(
            estate,
            self._blocks(np.where(estate, place, 0), number),
            self._village_houses(key, community, number),
        )
        return Houses(key, kind, place, number, community, plot, np.where(estate, high, low), shape), plots

    def _box(
        self, community: Ints, x: Floats, y: Floats, width: Floats, height: Floats
    ) -> NDArray[np.object_]:
        xs = np.stack([x, x + width, x + width, x], axis=1)
        ys = np.stack([y, y, y + height, y + height], axis=1)
        return shapely.polygons(self._ground.place(community, xs, ys))

    def _estate_frame(self, estate: Ints) -> tuple[Ints, Floats, Floats, Floats, Floats]:
        """Community, corner and size of the land of an estate: two to a row of the square."""
        estates = self._homes.estates
        community = estates.community[estate]
        first = np.array([e[0] if len(e) else 0 for e in estates.of], dtype=np.int64)
        number = np.array([max(1, len(e)) for e in estates.of], dtype=np.int64)
        place, rows = estate - first[community], -(-number[community] // 2)
        width, height = np.full(len(estate), SETTLED / 2), np.minimum(SETTLED / rows, _DEEPEST)
        below = (SETTLED - rows * height) / 2
        return community, (place % 2) * width, below + (place // 2) * height, width, height

    def _estate_plots(self, estate: Ints) -> NDArray[np.object_]:
        community, x, y, width, height = self._estate_frame(estate)
        gap = 2 * _STREET
        return self._box(community, x + gap, y + gap, width - 2 * gap, height - 2 * gap)

    def _blocks(self, estate: Ints, number: Ints) -> NDArray[np.object_]:
        community, x, y, _, height = self._estate_frame(estate)
        across, up = (number - 1) % _PER_ROW, (number - 1) // _PER_ROW
        rows = np.maximum(1, (height - 20) // _ROW)
        left = x + 3 * _STREET + across * (_BLOCK[0] + 1)
        below = y + 4 * _STREET + up % rows * _ROW
        return self._box(community, left, below, np.full(len(x), _BLOCK[0]), np.full(len(x), _BLOCK[1]))

    def _house_frame(self, community: Ints, number: Ints) -> tuple[Floats, Floats, Floats]:
        columns = self._columns[community]
        side = SETTLED / columns
        row = (number - 1) // columns
        # From the middle street outwards, to either side in turn.
        row = columns // 2 + np.where(row % 2 == 0, row // 2, -(row + 1) // 2)
        return (number - 1) % columns * side, row * side, side

    def _house_plots(self, community: Ints, number: Ints) -> NDArray[np.object_]:
        x, y, side = self._house_frame(community, number)
        return self._box(community, x + _STREET / 2, y + _STREET / 2, side - _STREET, side - _STREET)

    def _village_houses(self, key: Ints, community: Ints, number: Ints) -> NDArray[np.object_]:
        """A main house along the plot's upper side; half of them with a wing down one side."""
        x, y, side = self._house_frame(community, number)
        inner = side - _STREET
        wing = np.where(self._draws.hit("house.wing", key, 0.5), 0.62, 0.0) * inner
        left, top = x + _STREET / 2 + 0.1 * inner, y + _STREET / 2 + 0.9 * inner
        width, deep, arm = 0.8 * inner, 0.42 * inner, 0.3 * inner
        low = np.where(wing > 0, top - deep - wing + 0.2 * inner, top - deep)
        xs = np.stack([left, left + width, left + width, left + arm, left + arm, left], axis=1)
        ys = np.stack([top, top, top - deep, top - deep, low, low], axis=1)
        return shapely.normalize(
            shapely.remove_repeated_points(shapely.polygons(self._ground.place(community, xs, ys)))
        )


def house_keys(homes: Homes, home: Ints) -> Ints:
    """The key of the house each home in the city is in."""
    return homes.kind[home].astype(np.int64) * 10**12 + homes.place[home] * 10**6 + homes.a[home]
