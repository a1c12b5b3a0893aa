"""Two nights of the police register alone, of exact size and change, for benchmarks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from etl.demo.addresses import Addresses
from etl.demo.columns import calendar
from etl.demo.delivery import Delivered, Extract, Inbox
from etl.demo.draws import Ints
from etl.demo.names import PLAIN
from etl.demo.population import World
from etl.demo.sources.base import Context, Night
from etl.demo.sources.ga_population import Police
from etl.demo.spec import read_city

_PEOPLE_PER_ROW = 1.06


@dataclass(frozen=True)
class Residents:
    """The files of the two nights, and how many rows differ between them."""

    first: Delivered
    second: Delivered | None
    changed: int


def residents(
    directory: Path,
    rows: int,
    seed: int,
    changed: float | None = None,
    start: date = date(2026, 11, 1),
    city: str | Path = "luohe",
) -> Residents:
    """Write a snapshot of ga_population with that many rows; with `changed`, also the next night's.

    The second night holds the same people in the same order, that share of the rows changed.
    """
    world = World.found(read_city(city), int(rows * _PEOPLE_PER_ROW) + 100, seed, start)
    police = Police(Context(world, Addresses(world.city, world.homes), 1.0, 2))
    inbox = Inbox(Path(directory), start)
    police.deliver(Night(0, world.start))
    shown = police.order()[:rows]
    if len(shown) < rows:
        raise ValueError(f"the city has only {len(shown)} rows")
    first = inbox.deliver(police.extract(shown), 0, 0)
    inbox.close(0)
    if changed is None:
        return Residents(first, None, 0)
    records = world.draws.sample("residents.changed", shown, round(rows * changed))
    _change(world, police, records)
    police.refresh(records, world.start + 1)
    extract: Extract = police.extract(shown)
    second = inbox.deliver(extract, 1, 1)
    inbox.close(1)
    return Residents(first, second, len(records))


def _change(world: World, police: Police, records: Ints) -> None:
    """New names, new schooling; the update time of every changed row differs anyway."""
    p = world.people
    who = police.people_of(records)
    renamed = who[::3][p.separator[who[::3]] == PLAIN]
    p.former[renamed] = p.second[renamed]
    year = calendar(p.birth[renamed])[0]
    p.second[renamed] = world.names.give(world.draws, "residents.name", renamed, p.sex[renamed], year)
    learned = who[1::3]
    p.education[learned] = np.minimum(p.education[learned] + 1, 8)
