"""From households to citizens: names, numbers, homes, work, and who has died."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from etl.demo import citizenid, households
from etl.demo.branches import with_branches
from etl.demo.columns import NEVER, calendar
from etl.demo.draws import Draws, Ints, distinct
from etl.demo.names import DOTTED, PLAIN, SPACED, Names
from etl.demo.organisations import Organisations, found
from etl.demo.origins import Origins
from etl.demo.people import (
    CITIZEN,
    HONG_KONG,
    MARRIED,
    NO_NUMBER,
    PASSPORT,
    PERMANENT,
    RELATION,
    TAIWAN,
    WIDOWED,
    People,
)
from etl.demo.places import Homes, outside_codes
from etl.demo.spec import City

BASE, ARRIVAL, BORN = range(3)
ENTRIES = ["base", "arrival", "birth"]
_DEATHS_BY_AGE = (np.array([40, 60, 75, 85]), np.array([0.001, 0.012, 0.07, 0.19, 0.38]))


@dataclass
class World:
    """A city and everybody in it, as of the night reached."""

    draws: Draws
    city: City
    names: Names
    origins: Origins
    homes: Homes
    organisations: Organisations
    start: int  # day of night 0
    people: People = field(default_factory=lambda: People.blank(0))
    externals: People = field(default_factory=lambda: People.blank(0))  # spouses who live elsewhere
    houses: int = 0
    next_number: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # 户号, per county

    @classmethod
    def found(cls, city: City, people: int, seed: int, start: date) -> World:
        """A city with that many people on its first night."""
        draws = Draws(seed)
        names = Names.load()
        world = cls(
            draws,
            city,
            names,
            Origins.of(city),
            Homes.found(draws, city, people),
            with_branches(draws, city, found(draws, city, names, people)),
            start.toordinal() - date(1970, 1, 1).toordinal(),
            next_number=np.ones(len(city.counties), dtype=np.int64),
        )
        frame = households.cut(households.draw(draws, np.arange(people // 2 + 50), world.start), people)
        world.admit(frame, 0, world.start, BASE)
        _share_numbers(world)
        _bury(world)
        return world

    def admit(self, frame: households.Frame, night: int, today: int, entry: int) -> Ints:
        """Households enter the city; the positions of their people."""
        d, first = self.draws, len(self.people)
        people, row, slot = households.people_of(d, frame, first, today)
        keys = first + np.arange(len(people))
        house = self.houses + np.arange(len(frame.kind))
        self.houses += len(frame.kind)
        people.entered[:] = night
        people.entry[:] = entry
        _house(self, people, row, house, frame)
        _name(self, people, row, slot, house, first)
        _number(self, people, row, slot, keys, frame, today)
        _live(self, people, keys, today)
        return self.people.extend(people)


def _house(w: World, people: People, row: Ints, house: Ints, frame: households.Frame) -> None:
    """Home, register and household number."""
    d = w.draws
    home = w.homes.settle(d, "home", house)
    county = w.homes.county_of(home)
    register = home.copy()
    migrant = np.flatnonzero(d.hit("house.migrant", house, 0.12))
    ethnic = d.pick("house.ethnic", house, [9700, 130, 80, 14, 12, 10, 18, 8, 14, 6, 8])
    turkic = np.flatnonzero((ethnic == 2) | (ethnic == 8))
    migrant = distinct(migrant, turkic)
    codes = outside_codes()
    near, far = np.flatnonzero(codes // 10_000 == 41), np.flatnonzero(codes // 10_000 == 65)
    where = near[d.below("house.near", house, len(near))]
    anywhere = d.hit("house.anywhere", house, 0.45)
    where = np.where(anywhere, d.below("house.far", house, len(codes)), where)
    where[turkic] = far[d.below("house.turkic", house[turkic], len(far))]
    register[migrant] = w.homes.outside(d, "register.outside", house[migrant], where[migrant])
    elsewhere = np.flatnonzero(d.hit("house.elsewhere", house, 0.13) & (w.homes.county_of(register) >= 0))
    register[elsewhere] = w.homes.settle(d, "register", house[elsewhere])
    # household numbers run by county
    order = np.argsort(county, kind="stable")
    edge = np.searchsorted(county[order], np.arange(len(w.next_number) + 1))
    serial = np.empty(len(house), dtype=np.int64)
    serial[order] = np.arange(len(house)) - edge[county[order]]
    serial += w.next_number[county]
    w.next_number += np.diff(edge)
    code = np.array([c.code for c in w.city.counties], dtype=np.int64)[county]
    young = (frame.kind == households.ALONE) & (frame.birth[:, households.HUSBAND] > w.start - 30 * 365)
    collective = young & d.hit("house.collective", house, 0.3)
    serial = np.where(collective, 9_000_001 + d.below("house.which", house, 1 + len(house) // 2500), serial)
    people.household[:] = (code * 10**7 + serial)[row]
    people.relation[collective[row]] = RELATION["集体户成员"]
    people.home[:], people.register[:], people.ethnic[:] = home[row], register[row], ethnic[row]


def _name(w: World, people: People, row: Ints, slot: Ints, house: Ints, first: int) -> None:
    """Surnames pass from the father; a father's given name is a Uygur child's second name."""
    d, n = w.draws, w.names
    keys = first + np.arange(len(people))
    year = calendar(people.birth)[0]
    own = np.isin(slot, [households.WIFE, households.MOTHER]) | d.hit("name.mother's", keys, 0.03)
    people.first[:] = np.where(own, n.surname(d, "name.own", keys), n.surname(d, "name.family", house)[row])
    people.second[:] = n.give(d, "name.given", keys, people.sex, year)
    former = d.hit("name.former?", keys, 0.041)
    people.former[:] = np.where(former, n.give(d, "name.former", keys, people.sex, year), -1)
    dotted = np.flatnonzero(np.isin(people.ethnic, [2, 8]))
    people.first[dotted] = n.from_group(d, "name.dotted", keys[dotted], n.minority, people.sex[dotted])
    father = people.father[dotted] - first
    fathers_name = n.from_group(
        d, "name.father", keys[dotted], n.minority, np.ones(len(dotted), dtype=np.int64)
    )
    people.second[dotted] = np.where(father >= -first, people.first[np.maximum(father, 0)], fathers_name)
    people.separator[dotted] = DOTTED
    people.former[dotted] = -1


def _number(
    w: World, people: People, row: Ints, slot: Ints, keys: Ints, frame: households.Frame, today: int
) -> None:
    """Where people were born, and the document they carry."""
    d = w.draws
    year = calendar(people.birth)[0]
    county = w.homes.county_of(people.register)
    moved = d.uniform("origin.moved", keys)
    married_in = np.isin(slot, [households.WIFE, households.MOTHER])
    other = d.below("origin.other", keys, len(w.city.counties))
    local = np.where(moved < np.where(married_in, 0.45, 0.08), other, np.maximum(county, 0))
    origin = w.origins.local(local, year)
    codes = outside_codes()
    away = np.where(county < 0, w.homes.place[people.register], d.below("origin.away", keys, len(codes)))
    strange = (county < 0) & ((moved > 0.1) | np.isin(people.ethnic, [2, 8])) | (county >= 0) & (moved > 0.95)
    origin = np.where(strange, w.origins.outside + away, origin)
    people.born_at[:] = origin
    people.native[:] = np.where(d.hit("origin.native", keys, 0.6), w.origins.current(origin), origin)
    people.document[:] = CITIZEN
    baby = (today - people.birth < 75) & d.hit("id.none yet", keys, 0.6)
    people.document[baby] = NO_NUMBER
    area = w.origins.codes[origin]
    _strangers(w, people, keys, row, frame)
    special = np.array([0, 0, 810_000, 830_000, 0, 0], dtype=np.int64)[people.document]
    special = np.where((special == 810_000) & d.hit("id.macao", keys, 0.3), 820_000, special)
    area = np.where(special > 0, special, area)
    taken = citizenid.given_out(w.people)
    issued = citizenid.issue(d, area, people.birth, people.sex, taken)
    # the permanent residence card starts with 9 and has the same check character
    country = d.below("id.country", keys, 40)
    card = citizenid.body(941_000 + country * 10, people.birth, issued % 1000)
    passport = 10**8 * 5 + d.below("id.passport", keys, 10**8)
    people.number[:] = np.select(
        [people.document == NO_NUMBER, people.document == PASSPORT, people.document == PERMANENT],
        [0, passport, card],
        issued,
    )
    corrected = np.flatnonzero((people.document == CITIZEN) & d.hit("id.corrected", keys, 0.0016))
    other_day = people.birth[corrected] + 1 + d.below("id.other day", keys[corrected], 30)
    taken = distinct(taken, issued)
    people.old_number[corrected] = citizenid.issue(
        d, area[corrected], other_day, people.sex[corrected], taken
    )


def _strangers(w: World, people: People, keys: Ints, row: Ints, frame: households.Frame) -> None:
    """A few who live alone come from Hong Kong, Macao, Taiwan or abroad."""
    d, n = w.draws, w.names
    age = people.age(w.start)
    alone = (frame.kind[row] == households.ALONE) & (age < 60) & (people.separator == PLAIN)
    who = np.flatnonzero(alone & d.hit("stranger", keys, 0.06))
    kinds = np.array([HONG_KONG, TAIWAN, PASSPORT, PERMANENT])
    people.document[who] = kinds[d.pick("stranger.kind", keys[who], [25, 25, 40, 10])]
    foreign = who[people.document[who] >= PASSPORT]
    people.first[foreign] = n.from_group(d, "stranger.name", keys[foreign], n.foreign, people.sex[foreign])
    people.separator[foreign] = SPACED
    people.second[foreign] = -1
    people.former[foreign] = -1


def _live(w: World, people: People, keys: Ints, today: int) -> None:
    """School, work, telephone, and whether the police know them."""
    d, age = w.draws, people.age(today)
    year = calendar(people.birth)[0]
    young = np.select(
        [age < 6, age < 12, age < 15, age < 18], [0, 2, 3, 4], 6 + d.pick("edu.young", keys, [4, 5, 1])
    )
    grown = 2 + d.pick("edu.grown", keys, [14, 44, 14, 10, 10, 8])
    old = 1 + d.pick("edu.old", keys, [22, 44, 26, 8])
    people.education[:] = np.select([age < 23, year > 1960], [young, grown], old)
    prefix = np.array([130, 131, 132, 134, 135, 136, 137, 138, 139, 150, 151, 152, 153, 155, 157, 158, 159, 166, 173,
                       176, 177, 178, 180, 182, 183, 184, 186, 187, 188, 189, 191, 198, 199])  # fmt: skip
    phone = prefix[d.below("phone.prefix", keys, len(prefix))] * 10**8 + d.below("phone", keys, 10**8)
    people.phone[:] = np.where((age >= 14) & d.hit("phone?", keys, 0.93), phone, 0)
    # an old father at the same address is reached through his son
    son = np.flatnonzero((people.father >= 0) & (age > 24) & d.hit("phone.shared", keys, 0.15))
    if len(son):
        people.phone[people.father[son] - keys[0]] = people.phone[son]
    works = (age >= 20) & (age < 60) & d.hit("works", keys, 0.56)
    people.employer[:] = np.where(works, d.pick("employer", keys, w.organisations.weight), -1)
    level = np.select(
        [(age >= 6) & (age < 12), (age >= 12) & (age < 15), (age >= 15) & (age < 18)], [0, 1, 2], -1
    )
    county = w.homes.county_of(people.home)
    for (c, lv), schools in w.organisations.schools.items():
        mine = np.flatnonzero((level == lv) & (county == c) & d.hit("school?", keys, 0.97 if lv < 2 else 0.8))
        people.school[mine] = schools[
            w.homes.communities.town[w.homes.community_of(people.home[mine])] % len(schools)
        ]
    moved = (people.home != people.register) | d.hit("moved in?", keys, 0.3)
    day = people.birth + (d.uniform("moved in", keys) * (today - people.birth)).astype(np.int64)
    people.moved_in[:] = np.where(moved, day, NEVER)
    native = w.homes.county_of(people.register) >= 0
    people.registered[:] = (people.document == CITIZEN) & (
        native | d.hit("known to police", people.household, 0.75)
    )


def _share_numbers(w: World) -> None:
    """重号: two people with one lawful number, of one sex and birth date."""
    p, d = w.people, w.draws
    age = p.age(w.start)
    fit = np.flatnonzero(
        (age > 30) & (age < 62) & p.registered & (p.old_number == 0) & (p.separator == PLAIN)
    )
    fit = fit[w.homes.county_of(p.register[fit]) >= 0]
    order = fit[
        np.lexsort((d.bits("shared.order", fit), p.birth[fit], p.sex[fit], w.origins.codes[p.born_at[fit]]))
    ]
    a, b = order[:-1], order[1:]
    close = (p.sex[a] == p.sex[b]) & (p.born_at[a] == p.born_at[b]) & (p.household[a] != p.household[b])
    close &= (np.abs(p.birth[a] - p.birth[b]) < 400) & (p.second[a] != p.second[b])
    close[1::2] = False  # nobody twice
    pairs = d.sample("shared", np.flatnonzero(close), max(1, len(p) // 15_000))
    a, b = a[pairs], b[pairs]
    p.birth[b], p.number[b] = p.birth[a], p.number[a]
    p.shares[a], p.shares[b] = b, a


def _bury(w: World) -> None:
    """The dead of the last three years are still in some books."""
    p = w.people
    keys = np.arange(len(p))
    age = p.age(w.start)
    rate = _DEATHS_BY_AGE[1][np.searchsorted(_DEATHS_BY_AGE[0], age, side="right")]
    dead = np.flatnonzero(w.draws.hit("died", keys, rate) & (p.document == CITIZEN) & (p.shares < 0))
    p.died[dead] = (
        w.start - 1 - w.draws.below("died.day", dead, np.minimum(1090, w.start - 1 - p.birth[dead]))
    )
    bereave(p, dead)
    gone = np.flatnonzero(p.alive & p.registered & w.draws.hit("left", keys, 0.001) & (p.shares < 0))
    p.left[gone] = w.start - 1 - w.draws.below("left.day", gone, 700)


def bereave(p: People, dead: NDArray[np.integer]) -> Ints:
    """Widows and widowers of the newly dead; their positions."""
    partner = p.spouse[dead]
    partner = partner[partner >= 0]
    left = partner[p.alive[partner] & (p.marital[partner] == MARRIED)]
    p.marital[left] = WIDOWED
    return left
