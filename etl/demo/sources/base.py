"""What every source does, and the columns several of them print."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.demo import citizenid
from etl.demo.addresses import STANDARD, WORDINGS, Addresses
from etl.demo.columns import Column, Matrix, lookup, number, overlay
from etl.demo.delivery import Extract
from etl.demo.draws import Ints
from etl.demo.firms import Firms
from etl.demo.ground import Ground
from etl.demo.names import DOTTED, Names
from etl.demo.noise import Noise
from etl.demo.people import CITIZEN, NO_NUMBER, PASSPORT, People
from etl.demo.population import World
from etl.demo.standing import Builder, Houses, Plots

_ID_DIGITS = {"P": 8, "E": 7, "X": 6}


def _none() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass
class Night:
    """What happened between two deliveries, as far as departments may hear of it."""

    number: int
    day: int
    police: Ints = field(default_factory=_none)  # people whose row with the police changes
    insured: Ints = field(default_factory=_none)  # people whose insurance changes
    entered: Ints = field(default_factory=_none)  # arrivals, and babies that got their number
    born: Ints = field(default_factory=_none)
    died: Ints = field(default_factory=_none)
    weddings: Ints = field(default_factory=_none)  # the one of the couple who comes first
    weddings_outside: Ints = field(default_factory=_none)  # married somebody from elsewhere
    events: list[tuple[str, Ints]] = field(default_factory=list)


@dataclass
class Context:
    """What a source may use: the world, how it words addresses, and how careless it is."""

    world: World
    addresses: Addresses
    level: float
    nights: int
    churn: float = 1.0
    _built: dict[int, tuple[Houses, Plots]] = field(default_factory=dict)

    @cached_property
    def firms(self) -> Firms:
        """The organisations as the registers see them, shared by all that register them."""
        return Firms.found(self.world, self.churn)

    @cached_property
    def ground(self) -> Ground:
        """Where everything lies."""
        return Ground.lay_out(self.world.draws, self.world.city, self.world.homes.communities)

    @cached_property
    def _builder(self) -> Builder:
        return Builder(self.world.draws, self.ground, self.world.homes)

    def built(self) -> tuple[Houses, Plots]:
        """The houses and plots of the night reached, built once a night."""
        homes = len(self.world.homes)
        if homes not in self._built:
            self._built = {homes: self._builder.build()}
        return self._built[homes]

    def some(self, of: int, one_in: int) -> int:
        """How many of so many things change in a night: at least one, unless nothing changes at all."""
        return max(1, round(of * self.churn / one_in)) if self.churn > 0 else 0


class Source(Protocol):
    """One departmental extract over the nights."""

    name: ClassVar[str]
    roles: ClassVar[tuple[str, ...]]

    def __init__(self, context: Context) -> None: ...

    def deliver(self, night: Night) -> Extract | None:
        """The extract of a night, or nothing."""

    def changed(self) -> list[int]:
        """Rows rendered anew per delivery."""


class Counted:
    """What sources share that count the rows they render anew."""

    def __init__(self, context: Context) -> None:
        self._c = context
        self._rows: list[int] = []

    def changed(self) -> list[int]:
        """Rows rendered anew per delivery."""
        return self._rows


class OfOrganisations(Counted):
    """A source of organisations names a representative beside each."""

    roles: ClassVar[tuple[str, ...]] = ("org_id", "legal_rep_id")


class OfPlaces(Counted):
    """A layer; the truth says which place a row is of."""

    roles: ClassVar[tuple[str, ...]] = ("place_id",)


def id_cells(people: People, who: Ints, bodies: Ints | None = None) -> Matrix:
    """The characters of citizen numbers; rows without one hold a filler that the caller covers."""
    numbers = people.number[who] if bodies is None else bodies
    return citizenid.cells(np.where(numbers < 10**16, 11_010_119_000_101_001, numbers))


def cover_documents(people: People, who: Ints, text: Column) -> Column:
    """Put passports and missing numbers in place of the filler."""
    document = people.document[who]
    passport = np.flatnonzero(document == PASSPORT)
    none = np.flatnonzero(document == NO_NUMBER)
    return overlay(
        text,
        [
            (passport, number(people.number[who[passport]])),
            (none, lookup([""], np.zeros(len(none), dtype=np.int64))),
        ],
    )


def citizens(people: People, who: Ints) -> NDArray[np.bool_]:
    """Who carries a citizen ID card."""
    return np.asarray(people.document[who] == CITIZEN)


def person_ids(who: Ints, prefix: str = "P") -> Column:
    """P00000001 for people, E0000001 for organisations, X000001 for spouses from elsewhere; -1 is empty."""
    text = number(who + 1, _ID_DIGITS[prefix])
    return pc.if_else(pa.array(who >= 0), pc.binary_join_element_wise(prefix, text, ""), "")


def name_text(people: People, names: Names, who: Ints) -> Column:
    """Names as they are in truth."""
    return names.text(people.first[who], people.separator[who], people.second[who])


def dotted(people: People, who: Ints) -> NDArray[np.bool_]:
    """Whose name has the dot."""
    return np.asarray(people.separator[who] == DOTTED)


def wording(noise: Noise) -> Ints:
    """The wording of each address: mostly the short ones."""
    weights = [0, 14, 22, 26, 8, 7, 4, 6, 7, 3, 4, 8]
    assert len(weights) == WORDINGS
    way = noise.draws.pick(f"{noise.source}.wording", noise.keys, weights)
    return np.where(noise.hit("addr_variant"), way, STANDARD)
