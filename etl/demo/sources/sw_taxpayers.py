"""纳税人登记: xlsx with a title and two rows of merged headers, in full every night."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.demo import noise_numbers
from etl.demo.columns import Column, choose, join, lookup
from etl.demo.delivery import FULL, Extract
from etl.demo.draws import Ints
from etl.demo.firms import ACTIVE, INDUSTRY_NAMES, wrong
from etl.demo.noise import Noise
from etl.demo.organisations import BRANCH, COMPANY, COOPERATIVE, SHOP
from etl.demo.sources.base import Night, OfOrganisations, citizens, id_cells, name_text, person_ids, wording
from etl.demo.spreadsheet import as_dates, sheet_bytes

_ABOVE = ["纳税人", "", "法定代表人（负责人、业主）", "", "经营情况", "", "税务登记", ""]
_BELOW = [
    "纳税人识别号",
    "纳税人名称",
    "法人姓名",
    "法人证件号",
    "生产经营地址",
    "行业",
    "税务状态",
    "登记日期",
]
_MERGED = ["A1:H1", "A2:B2", "C2:D2", "E2:F2", "G2:H2"]
_COVERED = {COMPANY: 0.86, SHOP: 0.5, COOPERATIVE: 0.7, BRANCH: 0.8}


class Taxpayers(OfOrganisations):
    """One row per taxpayer; many shops are none, and the end of an organisation is noted late."""

    name: ClassVar[str] = "sw_taxpayers"
    department = "税务局"

    def deliver(self, night: Night) -> Extract:
        firms, w = self._c.firms, self._c.world
        firms.advance(night.number, night.day)
        known = firms.of_kind(COMPANY, SHOP, COOPERATIVE, BRANCH)
        share = np.array([_COVERED[int(kind)] for kind in w.organisations.kind[known]])
        of = known[w.draws.hit("sw.covered", known, share)]
        who = firms.representative[of]
        noise = Noise(w.draws, self.name, self._c.level, of)
        code = self._codes(noise, of)
        columns = self._columns(noise, of, who, code)
        day = "".join(str(d) for d in as_dates(np.array([night.day]))[0].timetuple()[:3])
        title = f"{w.city.name}纳税人登记信息表（{day}）"
        content = sheet_bytes([[title], _ABOVE, _BELOW], columns, _MERGED)
        self._rows.append(len(of))
        return Extract(
            self.name, self.department, "xlsx", FULL, [content], len(of),
            {"key": code, "org_id": person_ids(of, "E"), "legal_rep_id": person_ids(who),
             "tags": pa.array(noise.tags)},
        )  # fmt: skip

    def _codes(self, noise: Noise, of: Ints) -> Column:
        parent = self._c.world.organisations.parent[of]
        of_parent = noise.hit("code_parent_c", parent >= 0)
        noise.tag("code_parent_c", of_parent)
        credit = wrong(noise, "code_wrong", self._c.firms.credit(np.where(of_parent, parent, of)))
        old = noise.hit("code_old15")
        noise.tag("code_old15", old)
        former = join(pc.utf8_slice_codeunits(credit, 2, 8), pc.utf8_slice_codeunits(credit, 8, 17))
        return choose(old, former, credit)

    def _columns(self, noise: Noise, of: Ints, who: Ints, code: Column) -> list[list[object]]:
        firms, w = self._c.firms, self._c.world
        numbers = noise_numbers.damage(
            noise, id_cells(w.people, who), ["id_15", "id_missing", "id_wrong"], citizens(w.people, who)
        )
        noted = w.draws.hit("sw.noted", of, 0.6)
        ended = (firms.status[of] != ACTIVE) & noted
        return [
            code.to_pylist(), firms.name(of, noise).to_pylist(), name_text(w.people, w.names, who).to_pylist(),
            numbers.to_pylist(), self._c.addresses.text(firms.home[of], wording(noise)).to_pylist(),
            lookup(INDUSTRY_NAMES, w.organisations.kind[of]).to_pylist(),
            choose(ended, "注销", lookup(["正常"], of * 0)).to_pylist(), as_dates(firms.founded[of] + 30),
        ]  # fmt: skip
