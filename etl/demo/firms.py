"""What the registers know of organisations: who leads them, where they are, since when, and what changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.demo.columns import NEVER, Column, choose, lookup
from etl.demo.draws import Ints
from etl.demo.noise import Noise
from etl.demo.organisations import BUREAU
from etl.demo.people import CITIZEN
from etl.demo.population import World

ACTIVE, CANCELLED, REVOKED = range(3)
_INDUSTRIES = ["5212", "5226", "0311", "9221", "8321", "5212"]  # by kind of organisation
INDUSTRY_NAMES = ["百货零售", "五金零售", "牛的饲养", "综合事务管理机构", "普通小学教育", "百货零售"]
_YOUNGEST, _OLDEST = 25, 65


@dataclass
class Firms:
    """Organisations as the registers see them, a column each; `advance` brings them to another night."""

    world: World
    churn: float
    representative: Ints
    first_representative: Ints
    home: Ints
    founded: Ints
    approved: Ints
    status: Ints
    capital: Ints
    phone: Ints
    night: int = 0

    @classmethod
    def found(cls, world: World, churn: float) -> Firms:
        """The organisations of the first night, each led by somebody who lives in the city."""
        d, n = world.draws, len(world.organisations)
        keys = np.arange(n)
        leaders = _leaders(world)
        representative = leaders[d.below("firm.representative", keys, len(leaders))]
        earlier = leaders[d.below("firm.earlier", keys, len(leaders))]
        founded = world.start - 200 - d.below("firm.founded", keys, 6000)
        approved = founded + d.below("firm.approved", keys, world.start - founded)
        status = d.pick("firm.status", keys, [92, 5, 3])
        public = world.organisations.kind >= BUREAU
        return cls(
            world, churn, representative, earlier,
            world.people.home[leaders[d.below("firm.home", keys, len(leaders))]],
            founded, approved, np.where(public, ACTIVE, status), 1 + d.below("firm.capital", keys, 2000),
            13_900_000_000 + d.below("firm.phone", keys, 99_999_999),
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.representative)

    def advance(self, night: int, day: int) -> None:
        """What happens to organisations up to a night: another representative, the end."""
        while self.night < night:
            self.night += 1
            d, keys = self.world.draws, np.arange(len(self))
            some = max(1, round(len(self) * self.churn / 150)) if self.churn > 0 else 0
            leaders = _leaders(self.world)
            changed = d.sample(f"firm.changed.{self.night}", keys, some)
            to = leaders[d.below(f"firm.new.{self.night}", changed, len(leaders))]
            self.first_representative[changed] = self.representative[changed]
            self.representative[changed] = to
            private = np.flatnonzero((self.world.organisations.kind < BUREAU) & (self.status == ACTIVE))
            ended = d.sample(f"firm.ended.{self.night}", private, (some + 1) // 2)
            self.status[ended] = CANCELLED
            self.approved[changed] = day
            self.approved[ended] = day

    def of_kind(self, *kinds: int) -> Ints:
        """The organisations of these kinds, in order."""
        return np.flatnonzero(np.isin(self.world.organisations.kind, kinds))

    def industry(self, of: Ints) -> Column:
        """Codes of GB/T 4754-2017."""
        return lookup(_INDUSTRIES, self.world.organisations.kind[of])

    def credit(self, of: Ints) -> Column:
        """Unified social credit codes."""
        return lookup(self.world.organisations.credit_code, of)

    def inner(self, of: Ints) -> Column:
        """Organisation codes: positions 9 to 17 of the credit code."""
        return pc.utf8_slice_codeunits(self.credit(of), 8, 17)

    def name(self, of: Ints, noise: Noise | None = None) -> Column:
        """Names in full; with noise some are short."""
        full = lookup(self.world.organisations.name, of)
        if noise is None:
            return full
        short = noise.hit("name_short", self.world.organisations.kind[of] < BUREAU)
        noise.tag("name_short", short)
        return choose(short, lookup(self.world.organisations.short, of), full)


def _leaders(world: World) -> Ints:
    """Adults with a citizen number who are there and alive."""
    p = world.people
    age = p.age(world.start)
    fit = (age >= _YOUNGEST) & (age < _OLDEST) & (p.document == CITIZEN) & p.present
    found = np.flatnonzero(fit & (p.died == NEVER))
    return found if len(found) else np.flatnonzero(p.document == CITIZEN)


def missing(noise: Noise, channel: str, text: Column) -> Column:
    """A column with some cells left empty."""
    struck = noise.hit(channel)
    noise.tag(channel, struck)
    return choose(struck, "", text)


def wrong(noise: Noise, channel: str, codes: Column) -> Column:
    """Codes with one digit mistaken in some rows."""
    struck = noise.hit(channel)
    rows = np.flatnonzero(struck)
    noise.tag(channel, rows)
    if not len(rows):
        return codes
    place = noise.below(f"{channel}.place", 5)[rows].tolist()
    given = codes.take(pa.array(rows)).to_pylist()
    changed = [
        code[: at - 6] + ("7" if code[at - 6] != "7" else "3") + code[len(code) + at - 5 :]
        for code, at in zip(given, place, strict=True)
    ]
    texts = codes.to_pylist()
    for row, text in zip(rows.tolist(), changed, strict=True):
        texts[row] = text
    return pa.array(texts, pa.string())
