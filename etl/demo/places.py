"""Where people live: communities, villages and estates of the invented towns, and the homes in them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from etl.demo.draws import Draws, Ints
from etl.demo.spec import City, outside_counties, wording

ESTATE, VILLAGE, OUTSIDE = 0, 1, 2
PEOPLE_PER_COMMUNITY = 500
_MOST_PER_TOWN = 180
HOMES_PER_ESTATE = 260


@dataclass
class Communities:
    """Communities (社区) and villages (村), one position each."""

    code12: Ints
    county: Ints  # position in the city's counties
    town: Ints  # position in town_names
    name: list[str]
    urban: NDArray[np.bool_]
    weight: Ints
    town_names: list[str]

    @classmethod
    def lay_out(cls, draws: Draws, city: City, people: int) -> Communities:
        """Enough of them for the people, by the weights of counties and towns."""
        all_weight = sum(c.weight for c in city.counties)
        code12: list[int] = []
        county: list[int] = []
        town: list[int] = []
        name: list[str] = []
        urban: list[bool] = []
        weight: list[int] = []
        town_names: list[str] = []
        words = wording()
        for ci, c in enumerate(city.counties):
            towns_weight = sum(t.weight for t in c.towns)
            for t in c.towns:
                share = c.weight * t.weight / (all_weight * towns_weight)
                number = min(_MOST_PER_TOWN, max(3, int(people * share) // PEOPLE_PER_COMMUNITY))
                town_code = c.code * 1000 + int(t.code)
                keys = town_code * 1000 + np.arange(number)
                first = draws.below("place.first", keys, len(words["village_first"]))
                middle = draws.below("place.middle", keys, 40)
                last = draws.below("place.last", keys, len(words["villages"]))
                where = int(draws.below("place.start", np.array([town_code]), 40)[0])
                for i in range(number):
                    if t.urban:
                        base = words["communities"][(where + i * 7) % 40]
                        label = base + ("社区" if i < 40 else f"第{i // 40 + 1}社区")
                    else:
                        surname = (
                            "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董程曹袁邓许傅沈曾彭吕苏"
                        )
                        label = words["village_first"][first[i]] + surname[middle[i]]
                        label += words["villages"][last[i]] + "村"
                    code12.append(town_code * 1000 + (1 if t.urban else 200) + i)
                    name.append(label)
                    weight.append(max(1, int(1_000_000 * share / number)) * (3 + i % 5))
                county += [ci] * number
                town += [len(town_names)] * number
                urban += [t.urban] * number
                town_names.append(t.name)
        return cls(
            np.array(code12, dtype=np.int64),
            np.array(county, dtype=np.int64),
            np.array(town, dtype=np.int64),
            name,
            np.array(urban),
            np.array(weight, dtype=np.int64),
            town_names,
        )


@dataclass
class Estates:
    """Housing estates, a few to each urban community."""

    community: Ints
    road: list[str]
    road_number: Ints
    name: list[str]
    of: list[Ints] = field(default_factory=list)  # by community

    @classmethod
    def build(cls, draws: Draws, places: Communities, homes: int) -> Estates:
        """Estates by the share of homes that a community holds."""
        words = wording()
        share = places.weight / places.weight.sum()
        number = np.where(places.urban, np.maximum(1, (share * homes / HOMES_PER_ESTATE).astype(np.int64)), 0)
        community = np.repeat(np.arange(len(number)), number)
        keys = np.arange(len(community))
        road = draws.below("estate.road", keys, len(words["roads"]))
        first = draws.below("estate.first", keys, len(words["estates_first"]))
        middle = draws.below("estate.middle", keys, len(words["estates_first"]))
        last = draws.below("estate.last", keys, len(words["estates_second"]))
        double = draws.hit("estate.double", keys, 0.4)
        name = [
            words["estates_first"][f] + (words["estates_first"][m] if d else "") + words["estates_second"][s]
            for f, m, s, d in zip(first, middle, last, double, strict=True)
        ]
        edge = np.concatenate([[0], np.cumsum(number)])
        of = [np.arange(edge[i], edge[i + 1]) for i in range(len(number))]
        return cls(
            community, [words["roads"][r] for r in road], 1 + draws.below("estate.no", keys, 60), name, of
        )


@dataclass
class Homes:
    """Every dwelling anybody lives in or is registered at: numbers only, worded by etl.demo.addresses."""

    communities: Communities
    estates: Estates
    kind: NDArray[np.int8]
    place: Ints  # estate, community or outside county
    a: Ints  # building; house number; town
    b: Ints  # unit; side number 附; village
    c: Ints  # room; -; house number
    used: Ints  # homes given out, per community

    @classmethod
    def found(cls, draws: Draws, city: City, people: int) -> Homes:
        """The places of a city, with no home in them yet."""
        communities = Communities.lay_out(draws, city, people)
        estates = Estates.build(draws, communities, people * 2 // 5)
        none = np.zeros(0, dtype=np.int64)
        used = np.zeros(len(communities.name), dtype=np.int64)
        return cls(communities, estates, none.astype(np.int8), none, none, none, none, used)

    def __len__(self) -> int:
        return len(self.kind)

    def _add(self, kind: int, place: Ints, a: Ints, b: Ints, c: Ints) -> Ints:
        start = len(self)
        self.kind = np.concatenate([self.kind, np.full(len(place), kind, dtype=np.int8)])
        self.place = np.concatenate([self.place, place])
        self.a = np.concatenate([self.a, a])
        self.b = np.concatenate([self.b, b])
        self.c = np.concatenate([self.c, c])
        return np.arange(start, len(self), dtype=np.int64)

    def settle(self, draws: Draws, label: str, keys: Ints) -> Ints:
        """A home of its own in the city for each key, no two at one door."""
        community = draws.pick(label + ".community", keys, self.communities.weight)
        order = np.argsort(community, kind="stable")
        edge = np.searchsorted(community[order], np.arange(len(self.used) + 1))
        rank = np.empty(len(keys), dtype=np.int64)
        rank[order] = np.arange(len(keys)) - edge[community[order]]
        rank += self.used[community]
        self.used += np.diff(edge)
        urban = self.communities.urban[community]
        home = np.empty(len(keys), dtype=np.int64)
        town, country = np.flatnonzero(urban), np.flatnonzero(~urban)
        first = np.array([e[0] if len(e) else 0 for e in self.estates.of], dtype=np.int64)
        number = np.array([max(1, len(e)) for e in self.estates.of], dtype=np.int64)
        c, r = community[town], rank[town]
        estate, inner = first[c] + r % number[c], r // number[c]
        rest = inner % 132
        home[town] = self._add(
            ESTATE,
            estate,
            inner // 132 + 1,
            rest % 3 + 1,
            (rest // 12 * 3 % 31 + 1) * 100 + rest // 3 % 4 + 1,
        )
        r = rank[country]
        home[country] = self._add(VILLAGE, community[country], r // 3 + 1, r % 3, np.zeros(len(r), np.int64))
        return home

    def outside(self, draws: Draws, label: str, keys: Ints, county: Ints) -> Ints:
        """A home in another county, for people whose register is elsewhere."""
        words = wording()
        return self._add(
            OUTSIDE,
            county,
            draws.below(label + ".town", keys, len(words["outside_towns"])),
            draws.below(label + ".village", keys, len(words["outside_villages"])),
            1 + draws.below(label + ".number", keys, 300),
        )

    def community_of(self, home: NDArray[np.integer]) -> Ints:
        """The community of a home in the city; -1 for a home elsewhere."""
        estate = np.where(self.kind[home] == ESTATE, self.place[home], 0)
        inside = np.where(self.kind[home] == ESTATE, self.estates.community[estate], self.place[home])
        return np.where(self.kind[home] == OUTSIDE, -1, inside)

    def county_of(self, home: NDArray[np.integer]) -> Ints:
        """The county (position in the city) of a home; -1 elsewhere."""
        community = self.community_of(home)
        return np.where(community < 0, -1, self.communities.county[community])


def outside_codes() -> Ints:
    """Codes of the counties outside."""
    return np.array(outside_counties()[0], dtype=np.int64)
