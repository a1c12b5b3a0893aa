"""What happens in the city between two nights."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from etl.demo import citizenid, households
from etl.demo.columns import NEVER, calendar
from etl.demo.draws import Ints, distinct, member
from etl.demo.names import PLAIN
from etl.demo.people import CITIZEN, DIVORCED, MARRIED, NO_NUMBER, RELATION, SINGLE, People
from etl.demo.population import ARRIVAL, BORN, World, bereave
from etl.demo.sources.base import Night

# how often, per 100,000 people and night
RATES = {
    "arrive": 9,  # households
    "birth": 16,
    "register": 16,
    "death": 18,
    "depart": 12,
    "divorce": 6,  # couples
    "marriage": 20,  # couples
    "marriage_ext": 5,
    "rename": 14,
    "renumber": 4,  # a number lawfully corrected
    "hukou_move": 14,  # households
    "cancel_household": 3,
    "move": 25,  # households, register unchanged
    "job": 40,
    "phone": 50,
}


@dataclass
class _Day:
    """One night in the making; nobody meets with two things on one night."""

    world: World
    night: Night
    churn: float
    busy: NDArray[np.bool_]
    police: list[Ints] = field(default_factory=list)
    insured: list[Ints] = field(default_factory=list)

    def size(self, event: str) -> int:
        """How many times it happens: at least once, so that small cities show everything."""
        if self.churn <= 0:
            return 0
        return max(1, round(RATES[event] * self.churn * len(self.busy) / 100_000))

    def choose(self, event: str, fit: NDArray[np.bool_]) -> Ints:
        """People to whom it happens."""
        label = f"event.{event}.{self.night.number}"
        # look at a slice of the city when that is surely enough
        candidates = np.flatnonzero(fit & ~self.busy)
        chosen = self.world.draws.sample(label, candidates, self.size(event))
        self.busy[chosen] = True
        return chosen

    def happened(self, event: str, who: Ints, police: bool = True, insured: bool = False) -> None:
        """Enter it in the book, and tell who hears of it."""
        self.night.events.append((event, who))
        if police:
            self.police.append(who)
        if insured:
            self.insured.append(who)


def live(world: World, number: int, churn: float) -> Night:
    """Move the world on by one night."""
    night = Night(number, world.start + number)
    day = _Day(world, night, churn, ~world.people.present)
    for event in (
        _deaths, _weddings, _divorces, _names, _numbers, _departures, _moves, _work, _registrations, _births,
        _arrivals,
    ):  # fmt: skip
        event(day)
    night.police = distinct(*day.police)
    night.insured = distinct(*day.insured)
    return night


def _household_of(day: _Day, heads: Ints) -> Ints:
    """Everybody in the households of some heads."""
    p = day.world.people
    houses = p.household[heads]
    return np.flatnonzero(member(p.household, houses) & p.present)


def _deaths(day: _Day) -> None:
    w, p = day.world, day.world.people
    if not day.size("death"):
        return
    age = p.age(day.night.day)
    old = (
        p.registered
        & (age > 50)
        & (w.draws.hit(f"mortal.{day.night.number}", np.arange(len(p)), (age - 48) / 60))
    )
    dead = day.choose("death", old & (p.shares < 0))
    p.died[dead] = day.night.day
    widowed = bereave(p, dead)
    day.busy[widowed] = True
    day.night.died = dead
    day.happened("death", dead, insured=True)
    day.happened("widowed", widowed)


def _weddings(day: _Day) -> None:
    _w, p, d = day.world, day.world.people, day.world.draws
    age = p.age(day.night.day)
    free = (p.marital == SINGLE) & (p.document == CITIZEN) & (p.separator == PLAIN) & (p.shares < 0)
    grooms = day.choose("marriage", free & (p.sex == 1) & (age >= 22) & (age < 36))
    brides = free & (p.sex == 2) & (age >= 20) & (age < 34) & ~day.busy
    candidates = np.flatnonzero(brides & ~member(p.household, p.household[grooms]))
    brides_ = d.sample(f"event.bride.{day.night.number}", candidates, len(grooms))
    grooms = grooms[: len(brides_)]
    day.busy[brides_] = True
    p.spouse[grooms], p.spouse[brides_] = brides_, grooms
    outside = day.choose("marriage_ext", free & (age >= 22) & (age < 40))
    for who in (grooms, brides_, outside):
        p.marital[who] = MARRIED
        p.married[who] = day.night.day
    day.night.weddings, day.night.weddings_outside = grooms, outside
    day.happened("marriage_h", grooms)
    day.happened("marriage_w", brides_)
    day.happened("marriage_ext", outside)


def _divorces(day: _Day) -> None:
    p = day.world.people
    together = (p.marital == MARRIED) & (p.spouse >= 0) & (p.sex == 1) & (p.age(day.night.day) < 60)
    together &= ~day.busy[np.maximum(p.spouse, 0)]
    men = day.choose("divorce", together)
    both = np.concatenate([men, p.spouse[men]])
    day.busy[both] = True
    p.marital[both] = DIVORCED
    p.spouse[both] = -1
    day.happened("divorce", both)


def _names(day: _Day) -> None:
    w, p = day.world, day.world.people
    who = day.choose("rename", (p.separator == PLAIN) & (p.document == CITIZEN) & p.registered)
    p.former[who] = p.second[who]
    new = w.names.give(w.draws, f"event.name.{day.night.number}", who, p.sex[who], calendar(p.birth[who])[0])
    p.second[who] = new
    day.happened("rename", who, insured=True)


def _numbers(day: _Day) -> None:
    w, p, d = day.world, day.world.people, day.world.draws
    who = day.choose("renumber", p.registered & (p.old_number == 0) & (p.shares < 0) & (p.twin < 0))
    taken = citizenid.given_out(p)
    p.old_number[who] = p.number[who]
    p.number[who] = citizenid.issue(d, w.origins.codes[p.born_at[who]], p.birth[who], p.sex[who], taken)
    day.happened("renumber", who, insured=True)


def _departures(day: _Day) -> None:
    p = day.world.people
    age = p.age(day.night.day)
    who = day.choose("depart", p.registered & (age > 17) & (age < 40) & (p.shares < 0))
    p.left[who] = day.night.day
    heads = day.choose(
        "cancel_household",
        p.registered & (p.relation == RELATION["户主"]) & (p.household % 10**7 < 9 * 10**6),
    )
    gone = _household_of(day, heads)
    day.busy[gone] = True
    p.left[gone] = day.night.day
    day.happened("depart", who)
    day.happened("cancel_household", gone)


def _moves(day: _Day) -> None:
    w, p = day.world, day.world.people
    head = (p.relation == RELATION["户主"]) & (p.document == CITIZEN) & (p.household % 10**7 < 9 * 10**6)
    for event in ("hukou_move", "move"):
        heads = day.choose(event, head)
        home = w.homes.settle(w.draws, f"event.{event}.{day.night.number}", heads)
        order = np.argsort(p.household[heads])
        family = _household_of(day, heads)
        family = family[~day.busy[family] | member(family, heads)]
        at = order[np.searchsorted(p.household[heads][order], p.household[family])]
        day.busy[family] = True
        p.home[family] = home[at]
        if event == "hukou_move":
            p.register[family] = home[at]
            p.moved_in[family] = day.night.day
            code = np.array([c.code for c in w.city.counties], dtype=np.int64)[w.homes.county_of(home)]
            serial = 8_000_001 + (day.night.number * 40_009 + np.arange(len(heads))) % 999_000
            p.household[family] = (code * 10**7 + serial)[at]
            day.happened(event, family, insured=True)
        else:
            day.happened(event, family, police=False, insured=True)


def _work(day: _Day) -> None:
    w, p, d = day.world, day.world.people, day.world.draws
    age = p.age(day.night.day)
    n = day.night.number
    who = day.choose("job", (age > 20) & (age < 58))
    p.employer[who] = d.pick(f"event.employer.{n}", who, w.organisations.weight)
    day.happened("job", who, police=False, insured=True)
    who = day.choose("phone", p.phone > 0)
    p.phone[who] = p.phone[who] // 10**8 * 10**8 + d.below(f"event.phone.{n}", who, 10**8)
    day.happened("phone", who, police=False, insured=True)


def _registrations(day: _Day) -> None:
    """Babies get their number."""
    w, p = day.world, day.world.people
    fit = p.present & (p.document == NO_NUMBER)
    who = day.choose("register", fit)
    taken = citizenid.given_out(p)
    p.number[who] = citizenid.issue(w.draws, w.origins.codes[p.born_at[who]], p.birth[who], p.sex[who], taken)
    p.document[who] = CITIZEN
    p.registered[who] = True
    day.night.entered = who
    day.happened("register", who, police=False)


def _births(day: _Day) -> None:
    w, p, d = day.world, day.world.people, day.world.draws
    age = p.age(day.night.day)
    fit = (p.sex == 2) & (age >= 20) & (age < 40) & (p.marital == MARRIED) & (p.spouse >= 0) & p.registered
    mothers = day.choose("birth", fit & p.alive[np.maximum(p.spouse, 0)])
    twins = mothers[d.hit(f"event.twins.{day.night.number}", mothers, 0.012)]
    mother = np.sort(np.concatenate([mothers, twins]))
    father = p.spouse[mother]
    b = People.blank(len(mother))
    keys = len(p) + np.arange(len(b))
    b.sex[:] = 2 - d.hit("baby.sex", keys, 0.52).astype(np.int64)
    b.birth[:] = day.night.day - 1
    b.mother[:], b.father[:] = mother, father
    for column in ("household", "home", "register", "born_at", "native", "ethnic"):
        getattr(b, column)[:] = getattr(p, column)[mother]
    county = w.homes.county_of(b.home)
    year = calendar(b.birth)[0]
    b.born_at[:] = w.origins.local(np.maximum(county, 0), year)
    b.first[:], b.separator[:] = p.first[father], p.separator[father]
    b.second[:] = np.where(
        b.separator == PLAIN, w.names.give(d, "baby.name", keys, b.sex, year), p.first[father]
    )
    b.relation[:] = np.where(b.sex == 1, RELATION["长子"], RELATION["长女"])
    again = np.flatnonzero(mother[1:] == mother[:-1])
    b.twin[again], b.twin[again + 1] = keys[again + 1], keys[again]
    b.entered[:], b.entry[:] = day.night.number, BORN
    born = p.extend(b)
    day.busy = np.concatenate([day.busy, np.ones(len(born), dtype=bool)])
    day.night.born = born
    day.happened("birth", born, police=False)


def _arrivals(day: _Day) -> None:
    w = day.world
    size = day.size("arrive")
    house = w.houses + np.arange(size)
    frame = households.draw(w.draws, house, day.night.day)
    newcomers = w.admit(frame, day.night.number, day.night.day, ARRIVAL)
    p = w.people
    p.moved_in[newcomers] = day.night.day
    native = w.homes.county_of(p.register[newcomers]) >= 0
    p.registered[newcomers] = (p.document[newcomers] == CITIZEN) & (native | (newcomers % 4 > 0))
    assert (p.left[newcomers] == NEVER).all()
    day.night.entered = np.concatenate([day.night.entered, newcomers])
    day.happened("arrive", newcomers, police=False)
