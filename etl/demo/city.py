"""The nights of a synthetic city: the world moves on, the departments deliver, the truth is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from etl.demo.addresses import Addresses
from etl.demo.delivery import Delivered, Extract, Inbox
from etl.demo.events import live
from etl.demo.population import World
from etl.demo.readme import write_readme, write_truth_readme
from etl.demo.sources.base import Context, Night, Source
from etl.demo.sources.bb_institutions import Institutions
from etl.demo.sources.fg_publications import Licences, Penalties
from etl.demo.sources.ga_addresses import StandardAddresses
from etl.demo.sources.ga_population import Police
from etl.demo.sources.gh_buildings import PlanningBuildings
from etl.demo.sources.jt_roads import Roads
from etl.demo.sources.jy_students import Students
from etl.demo.sources.mz_divisions import Divisions
from etl.demo.sources.mz_marriages import Marriages
from etl.demo.sources.rs_insured import Insurance
from etl.demo.sources.scjg_enterprises import Enterprises
from etl.demo.sources.scjg_officers import Officers
from etl.demo.sources.sthj_pollution_sources import PollutionSources
from etl.demo.sources.sw_taxpayers import Taxpayers
from etl.demo.sources.tj_units import Units
from etl.demo.sources.wj_births import Births
from etl.demo.sources.wj_deaths import Deaths
from etl.demo.sources.zj_buildings import HousingBuildings
from etl.demo.sources.zj_orgcodes import OrganisationCodes
from etl.demo.sources.zj_projects import Projects
from etl.demo.sources.zrzy_parcels import Parcels
from etl.demo.spec import read_city
from etl.demo.truth import Truth

Progress = Callable[[str, float], None]
SOURCES: tuple[type[Source], ...] = (
    Police, Insurance, Births, Deaths, Marriages, Students, Enterprises, Taxpayers, OrganisationCodes, Institutions,
    Units, Officers, Licences, Penalties, Divisions, Parcels, HousingBuildings, PlanningBuildings, StandardAddresses, Roads,
    PollutionSources, Projects,
)  # fmt: skip


@dataclass(frozen=True)
class Summary:
    """What was written."""

    directory: Path
    people: int
    nights: int
    seed: int
    files: tuple[Delivered, ...]
    changed: dict[str, list[int]]  # rows rendered anew, by source and delivery

    @property
    def rows(self) -> int:
        """Rows of all files."""
        return sum(f.rows for f in self.files)

    @property
    def bytes(self) -> int:
        """Bytes of all files."""
        return sum(f.bytes for f in self.files)


def generate(
    directory: Path,
    people: int,
    nights: int,
    seed: int,
    progress: Progress | None = None,
    noise: float = 1.0,
    start: date = date(2026, 11, 1),
    churn: float = 1.0,
    city: str | Path = "luohe",
) -> Summary:
    """Write the extracts of a synthetic city, and the truth beside them, into an empty directory."""
    if people < 100 or nights < 1:
        raise ValueError("a city needs at least 100 people and one night")
    directory = Path(directory)
    if directory.exists() and any(directory.iterdir()):
        raise FileExistsError(f"{directory} is not empty")
    directory.mkdir(parents=True, exist_ok=True)
    tell = progress or (lambda what, share: None)
    tell("city", 0.0)
    world = World.found(read_city(city), people, seed, start)
    inbox, truth = Inbox(directory, start), Truth(directory)
    context = Context(world, Addresses(world.city, world.homes), noise, nights, churn)
    sources = [source(context) for source in SOURCES]
    book: list[Night] = []
    held: list[tuple[Extract, int, int, str]] = []  # extract, night of its data, night to deliver, why
    share = 1.0 / (nights * len(sources) + 1)
    for n in range(nights):
        night = live(world, n, churn) if n else Night(0, world.start)
        book.append(night)
        for i, source in enumerate(sources):
            tell(f"{inbox.day(n)} {source.name}", share * (1 + n * len(sources) + i))
            extract = source.deliver(night)
            if extract is None:
                continue
            if source.name == "rs_insured" and n == late_night(nights):
                held.append((extract, n, nights - 1, "late"))
                continue
            truth.rows(extract, inbox.deliver(extract, n, n))
            if source.name == "mz_marriages" and n == resent_night(nights):
                held.append((extract, n, n + 1, "resent"))
        for extract, of, to, why in [h for h in held if h[2] == n]:
            truth.rows(extract, inbox.deliver(extract, of, to, why))
        held = [h for h in held if h[2] != n]
        inbox.close(n)
    tell("truth", 1.0 - share)
    truth.close(world, inbox.delivered, book)
    summary = Summary(
        directory, people, nights, seed, tuple(inbox.delivered), {s.name: s.changed() for s in sources}
    )
    write_readme(summary.directory, world.city.name, people, nights, seed)
    write_truth_readme(summary.directory / "truth", people, nights, seed, noise, churn, inbox.delivered)
    tell("done", 1.0)
    return summary


def late_night(nights: int) -> int:
    """The night whose insurance file arrives after its successor; -1 if there are too few."""
    return max(1, nights - 3) if nights >= 3 else -1


def resent_night(nights: int) -> int:
    """The night whose marriages are sent again the night after; -1 if there are too few."""
    return max(1, nights // 2 - 1) if nights >= 3 else -1
