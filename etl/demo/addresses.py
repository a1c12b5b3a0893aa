"""Twelve ways to word one address."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.demo.columns import Column, choose, constant, flat, join, lookup, number, overlay
from etl.demo.places import ESTATE, OUTSIDE, VILLAGE, Homes
from etl.demo.spec import City, outside_counties, wording

(
    STANDARD,
    NO_PROVINCE,
    NO_CITY,
    NO_TOWN,
    ESTATE_ONLY,
    TRADITIONAL,
    FULL_WIDTH,
    CHINESE_NUMERALS,
    HASH,
    STREET_ONLY,
    BLANKS,
    NO_UNITS,
) = range(12)
WORDINGS = 12

_LARGEST = 5000
_FULL = str.maketrans("0123456789", "０１２３４５６７８９")
_CHINESE = str.maketrans("0123456789", "零一二三四五六七八九")


class Addresses:
    """Words addresses of homes; the parts are looked up once per place, not per home."""

    def __init__(self, city: City, homes: Homes) -> None:
        self.homes = homes
        c, e, words = homes.communities, homes.estates, wording()
        self._province, self._city = city.province, city.name
        self._county = pa.array([city.counties[i].name for i in c.county], pa.string())
        self._town = pa.array([c.town_names[i] for i in c.town], pa.string())
        self._community = pa.array(c.name, pa.string())
        self._road = pa.array(e.road, pa.string())
        self._estate = pa.array(e.name, pa.string())
        self._outside = pa.array(outside_counties()[1], pa.string())
        self._outside_town = pa.array(words["outside_towns"], pa.string())
        self._outside_village = pa.array(words["outside_villages"], pa.string())
        self._traditional = words["traditional"]
        plain = [str(i) for i in range(_LARGEST)]
        self._full = pa.array([p.translate(_FULL) for p in plain], pa.string())
        self._chinese = pa.array([p.translate(_CHINESE) for p in plain], pa.string())

    def text(self, home: NDArray[np.integer], wording: NDArray[np.integer] | int = STANDARD) -> Column:
        """The address of each home in the wording asked for."""
        ways = np.broadcast_to(np.asarray(wording), home.shape)
        patches = []
        for way in np.flatnonzero(np.bincount(ways.reshape(-1), minlength=1)):
            for kind, render in (
                (ESTATE, self._in_estate),
                (VILLAGE, self._in_village),
                (OUTSIDE, self._away),
            ):
                rows = np.flatnonzero((ways == way) & (self.homes.kind[home] == kind))
                if len(rows):
                    text = render(home[rows], int(way))
                    if way == TRADITIONAL:
                        for simple, form in self._traditional.items():
                            text = flat(pc.replace_substring(text, simple, form))
                    patches.append((rows, text))
        return overlay(constant("", len(home)), patches)

    def community_text(self, home: NDArray[np.integer]) -> Column:
        """Town and community only, as insurers of residents write it."""
        at = self.homes.community_of(home)
        return join(lookup(self._town, at), lookup(self._community, at))

    def code12(self, home: NDArray[np.integer]) -> NDArray[np.int64]:
        """The statistical division code of a home in the city; 0 elsewhere."""
        at = self.homes.community_of(home)
        return np.where(at < 0, 0, self.homes.communities.code12[at])

    def _digits(self, values: NDArray[np.integer], way: int) -> Column:
        if way == FULL_WIDTH:
            return lookup(self._full, values)
        return lookup(self._chinese, values) if way == CHINESE_NUMERALS else number(values)

    def _head(self, community: NDArray[np.integer], way: int) -> list[Column | str]:
        """Province to community, as much of it as the wording keeps."""
        county = lookup(self._county, community)
        if way == NO_CITY:
            return [county]
        gap = " " if way == BLANKS else ""
        parts: list[Column | str] = [] if way in _SHORT else [self._province]
        parts += [self._city, gap, county, gap]
        if way not in (NO_TOWN, BLANKS):
            parts += [lookup(self._town, community), lookup(self._community, community)]
        return parts

    def _in_estate(self, home: NDArray[np.integer], way: int) -> Column:
        h = self.homes
        estate = h.place[home]
        community = h.estates.community[estate]
        name, road = lookup(self._estate, estate), lookup(self._road, estate)
        a, b, c = (self._digits(v[home], way) for v in (h.a, h.b, h.c))
        if way == ESTATE_ONLY:
            return join(name, a, "-", b, "-", c)
        if way == STREET_ONLY:
            return join(lookup(self._county, community), lookup(self._town, community), road)
        mark = "#" if way == HASH else "号"
        gap = " " if way == BLANKS else ""
        tail = "" if way in (NO_UNITS, BLANKS) else "室"
        at = self._digits(h.estates.road_number[estate], way if way == FULL_WIDTH else STANDARD)
        return join(
            *self._head(community, way),
            road,
            at,
            mark,
            gap,
            name,
            a,
            mark,
            "楼",
            gap,
            b,
            "单元",
            gap,
            c,
            tail,
        )

    def _in_village(self, home: NDArray[np.integer], way: int) -> Column:
        h = self.homes
        village = h.place[home]
        a, b = self._digits(h.a[home], way), self._digits(h.b[home], way)
        side = choose(h.b[home] > 0, join("附", b, "号"), "")
        if way == STREET_ONLY:
            return join(
                lookup(self._county, village), lookup(self._town, village), lookup(self._community, village)
            )
        if way in (ESTATE_ONLY, NO_UNITS):
            return join(lookup(self._community, village), a)
        head = self._head(village, way)
        if way in (NO_TOWN, BLANKS):
            head.append(lookup(self._community, village))
        return join(*head, a, "#" if way == HASH else "号", side)

    def _away(self, home: NDArray[np.integer], way: int) -> Column:
        h = self.homes
        county = lookup(self._outside, h.place[home])
        town, village = lookup(self._outside_town, h.a[home]), lookup(self._outside_village, h.b[home])
        if way == STREET_ONLY:
            return join(county, town)
        return join(county, town, village, "村", self._digits(h.c[home], way), "号")


_SHORT = frozenset({NO_PROVINCE, NO_TOWN, TRADITIONAL, FULL_WIDTH, CHINESE_NUMERALS, HASH, BLANKS, NO_UNITS})
