"""住房项目单位名录: who builds each housing estate and who manages it; CSV in UTF-8, on the first and the last night."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa

from etl.demo.columns import choose, join, lookup, number, separated
from etl.demo.delivery import FULL, Extract
from etl.demo.draws import Ints
from etl.demo.firms import missing
from etl.demo.lines import bytes_of, encode
from etl.demo.noise import Noise
from etl.demo.organisations import COMPANY
from etl.demo.sources.base import Context, Counted, Night, person_ids

HEADER = "项目编号,项目名称,区县,单位角色,单位名称,统一社会信用代码,竣工年份"
_BUILDS, _MANAGES = range(2)
_ROLES = ["开发企业", "物业服务企业"]


class Projects(Counted):
    """Two rows per housing estate."""

    name: ClassVar[str] = "zj_projects"
    roles: ClassVar[tuple[str, ...]] = ("org_id",)
    department = "住房和城乡建设局"

    def deliver(self, night: Night) -> Extract | None:
        if night.number not in (0, self._c.nights - 1):
            return None
        w, firms = self._c.world, self._c.firms
        estates, places = w.homes.estates, w.homes.communities
        every = np.arange(len(estates.name))
        estate, role = np.repeat(every, len(_ROLES)), np.tile(np.arange(len(_ROLES)), len(every))
        of = np.where(role == _BUILDS, builder(self._c, estate), self._manager(estate))
        noise = Noise(w.draws, self.name, self._c.level, estate * len(_ROLES) + role)
        serial = join("ZF", number(estate + 1, 5))
        counties = [county.name for county in w.city.counties]
        columns = [
            serial, lookup(estates.name, estate), lookup(counties, places.county[estates.community[estate]]),
            lookup(_ROLES, role), firms.name(of, noise), missing(noise, "uscc_missing", firms.credit(of)),
            choose(role == _BUILDS, number(1995 + w.draws.below("project.year", estate, 30)), ""),
        ]  # fmt: skip
        self._rows.append(len(of))
        return Extract(
            self.name, self.department, "csv", FULL,
            [f"{HEADER}\n".encode(), bytes_of(encode(join(separated(columns, ","), "\n"), "utf-8"))], len(of),
            {"key": join(serial, "|", lookup(_ROLES, role)), "org_id": person_ids(of, "E"), "tags": pa.array(noise.tags)},
        )  # fmt: skip

    def _manager(self, estate: Ints) -> Ints:
        company = self._c.firms.of_kind(COMPANY)
        return company[self._c.world.draws.below("project.manager", estate, len(company))]


def builder(context: Context, estate: Ints) -> Ints:
    """The company that built each estate; what is unsold of it is still its own."""
    company = context.firms.of_kind(COMPANY)
    return company[context.world.draws.below("parcel.builder", estate, len(company))]
