"""Which stages a load of a domain runs, in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from basedb.domain import BaseDomain, Domain, StagedDomain
from etl.batch import Batch
from etl.stages.accept import Accept
from etl.stages.classify import Classify
from etl.stages.link import Link, Resolve
from etl.stages.masters import Masters
from etl.stages.mention import Mention
from etl.stages.merge import Merge
from etl.stages.publish import Publish
from etl.stages.read import Read
from etl.stages.standardize import Standardize


class Stage(Protocol):
    """A step of a load: works on the batch, returns how many rows it handled."""

    @property
    def name(self) -> str: ...

    def run(self, batch: Batch) -> int: ...


def plan_of(domain: BaseDomain) -> Sequence[Stage]:
    """The stages that find what a load would do."""
    if isinstance(domain, Domain):
        return (Read(), Classify(), Standardize(), Accept(), Mention(), Link(), Resolve(), Merge())
    if isinstance(domain, StagedDomain):
        return (Read(), Classify(), *domain.prepare, Accept(), *domain.master)
    raise TypeError(f"{domain.name}: a domain is an entity's or has stages of its own")


def load_of(domain: BaseDomain) -> Sequence[Stage]:
    """The stages of a load: its plan, and the publication of what was found."""
    masters = domain.publish if isinstance(domain, StagedDomain) else (Masters(),)
    return (*plan_of(domain), Publish(masters))
