"""Two nights of the register of enterprises alone, for benchmarks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from etl.demo.addresses import Addresses
from etl.demo.delivery import Delivered, Inbox
from etl.demo.organisations import PEOPLE_PER_ORGANISATION, found
from etl.demo.population import World
from etl.demo.sources.base import Context, Night
from etl.demo.sources.scjg_enterprises import Enterprises
from etl.demo.spec import read_city

# Organisations that are no bureaus are in the register.
_IN_REGISTER = 0.94
# At churn 1 every 150th organisation has somebody else lead it in a night, and half as many end.
_CHANGED_AT_CHURN_1 = 0.01
_FEWEST_PEOPLE, _PEOPLE_PER_ROW = 2_000, 0.1


def enterprises(
    directory: Path,
    rows: int,
    seed: int,
    changed: float,
    start: date = date(2026, 11, 1),
    city: str | Path = "luohe",
) -> tuple[Delivered, Delivered]:
    """Write a snapshot of scjg_enterprises with about that many rows, and the next night's.

    The second night lists the same organisations, about that share of them changed: led by somebody else, or
    ended. A few people lead them all.
    """
    people = max(_FEWEST_PEOPLE, int(rows * _PEOPLE_PER_ROW))
    world = World.found(read_city(city), people, seed, start)
    every = found(world.draws, world.city, world.names, int(rows / _IN_REGISTER) * PEOPLE_PER_ORGANISATION)
    world = replace(world, organisations=every)
    churn = changed / _CHANGED_AT_CHURN_1
    register = Enterprises(Context(world, Addresses(world.city, world.homes), 1.0, 2, churn))
    inbox = Inbox(Path(directory), start)
    delivered = []
    for night in range(2):
        delivered.append(inbox.deliver(register.deliver(Night(night, world.start + night)), night, night))
        inbox.close(night)
    first, second = delivered
    return first, second
