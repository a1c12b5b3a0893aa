"""企业主要人员和股东: directors, supervisors, shareholders of companies; CSV in GB18030 with CRLF, in full once a week."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa

from etl.demo import noise_numbers
from etl.demo.columns import choose, constant, dashed_date, join, lookup, number, separated
from etl.demo.delivery import FULL, Extract
from etl.demo.draws import Ints
from etl.demo.firms import ACTIVE, missing
from etl.demo.lines import bytes_of, encode
from etl.demo.noise import Noise
from etl.demo.organisations import COMPANY
from etl.demo.sources.base import Night, OfOrganisations, citizens, id_cells, name_text, person_ids

HEADER = (
    "登记流水号,统一社会信用代码,企业名称,人员类别,姓名,证件号码,法人股东名称,法人股东代码,职务,认缴出资额(万元),"
    "出资比例(%),任职日期"
)
_DIRECTOR, _SUPERVISOR, _OWNER, _PARENT = range(4)
_OFFICES = ["执行董事", "监事", "股东", "法人股东"]
_TITLES = ["执行董事兼总经理", "监事", "", ""]
_WEEK = 7
#: One company in so many has another company among its shareholders.
_ONE_IN = 5


class Officers(OfOrganisations):
    """One row per office and per share: the representative directs, and owns what no company does."""

    name: ClassVar[str] = "scjg_officers"
    roles: ClassVar[tuple[str, ...]] = ("org_id", "officer_id", "shareholder_org_id")
    department = "市场监督管理局"

    def deliver(self, night: Night) -> Extract | None:
        firms, w = self._c.firms, self._c.world
        firms.advance(night.number, night.day)
        if night.number % _WEEK:
            return None
        company = firms.of_kind(COMPANY)
        company = company[firms.status[company] == ACTIVE]
        of = np.repeat(company, len(_OFFICES))
        office = np.tile(np.arange(len(_OFFICES)), len(company))
        parent = self._parent(company)[np.repeat(np.arange(len(company)), len(_OFFICES))]
        kept = (office != _PARENT) | (parent >= 0)
        of, office, parent = of[kept], office[kept], parent[kept]
        noise = Noise(w.draws, self.name, self._c.level, of * len(_OFFICES) + office)
        serial = join(number(of + 1, 7), "-", number(office))
        who = np.where(office == _SUPERVISOR, firms.first_representative[of], firms.representative[of])
        body = separated([serial, *self._columns(noise, of, office, parent, who)], ",")
        self._rows.append(len(of))
        return Extract(
            self.name, self.department, "csv", FULL,
            [f"{HEADER}\r\n".encode("gb18030"), bytes_of(encode(join(body, "\r\n"), "gb18030"))], len(of),
            {"key": serial, "org_id": person_ids(of, "E"), "officer_id": person_ids(np.where(office == _PARENT, -1, who)),
             "shareholder_org_id": person_ids(np.where(office == _PARENT, parent, -1), "E"), "tags": pa.array(noise.tags)},
        )  # fmt: skip

    def _parent(self, company: Ints) -> Ints:
        """The company that holds a share of each, an older one; -1 where none does. Groups are trees."""
        draws = self._c.world.draws
        place = np.arange(len(company))
        owned = (draws.below("officer.owned", company, _ONE_IN) == 0) & (place > 0)
        above = draws.below("officer.parent", company, np.maximum(place, 1))
        return np.where(owned, company[above], -1)

    def _columns(self, noise: Noise, of: Ints, office: Ints, parent: Ints, who: Ints) -> list[pa.Array]:
        firms, w = self._c.firms, self._c.world
        person, share = office != _PARENT, office >= _OWNER
        numbers = noise_numbers.damage(
            noise,
            id_cells(w.people, who),
            ["id_15", "id_missing", "id_wrong"],
            citizens(w.people, who) & person,
        )
        above = np.maximum(parent, 0)
        percent = 51 + w.draws.below("officer.percent", of, 49)
        percent = np.where(office == _PARENT, percent, np.where(parent >= 0, 100 - percent, 100))
        hundredths = firms.capital[of] * percent
        paid = join(number(hundredths // 100), ".", number(hundredths % 100, 2))
        none = constant("", len(of))
        return [
            missing(noise, "uscc_missing", firms.credit(of)), firms.name(of), lookup(_OFFICES, office),
            choose(person, name_text(w.people, w.names, who), none), choose(person, numbers, none),
            choose(person, none, firms.name(above, noise)), choose(person, none, firms.credit(above)),
            lookup(_TITLES, office), choose(share, paid, none), choose(share, number(percent), none),
            dashed_date(firms.approved[of]),
        ]  # fmt: skip
