"""统计基本单位名录: units with employees and revenue; CSV in UTF-8 with LF, on the first night."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.demo.columns import choose, join, number, separated
from etl.demo.delivery import FULL, Extract
from etl.demo.firms import missing, wrong
from etl.demo.lines import bytes_of, encode
from etl.demo.noise import Noise
from etl.demo.organisations import SHOP
from etl.demo.sources.base import Night, OfOrganisations, name_text, person_ids, wording

HEADER = "组织机构代码,单位详细名称,法人姓名,行业代码,从业人员期末人数,营业收入(千元),区划代码12位,详细地址,联系电话"
_ORPHAN = "111111111"  # what statisticians write for units without a code


class Units(OfOrganisations):
    """One row per unit that was counted; few shops are."""

    name: ClassVar[str] = "tj_units"
    department = "统计局"

    def deliver(self, night: Night) -> Extract | None:
        if night.number:
            return None
        firms, w = self._c.firms, self._c.world
        every = np.arange(len(firms))
        counted = w.draws.hit("tj.counted", every, np.where(w.organisations.kind == SHOP, 0.1, 0.8))
        of = np.flatnonzero(counted)
        noise = Noise(w.draws, self.name, self._c.level, of)
        stale = noise.hit("rep_stale")
        noise.tag("rep_stale", stale)
        who = np.where(stale, firms.first_representative[of], firms.representative[of])
        inner = wrong(noise, "code_wrong", firms.inner(of))
        hyphen, orphan = noise.hit("code_hyphen"), noise.hit("code_orphan")
        noise.tag("code_hyphen", hyphen)
        noise.tag("code_orphan", orphan)
        hyphened = join(pc.utf8_slice_codeunits(inner, 0, 8), "-", pc.utf8_slice_codeunits(inner, 8, 9))
        code = missing(noise, "code_missing", choose(orphan, _ORPHAN, choose(hyphen, hyphened, inner)))
        columns = [
            code, firms.name(of, noise), name_text(w.people, w.names, who), firms.industry(of),
            number(1 + w.draws.below("tj.staff", of, 60)), number(w.draws.below("tj.revenue", of, 90_000)),
            number(self._c.addresses.code12(firms.home[of])),
            self._c.addresses.text(firms.home[of], wording(noise)),
            missing(noise, "phone_missing", number(firms.phone[of])),
        ]  # fmt: skip
        self._rows.append(len(of))
        return Extract(
            self.name, self.department, "csv", FULL,
            [f"{HEADER}\n".encode(), bytes_of(encode(join(separated(columns, ","), "\n"), "utf-8"))], len(of),
            {"key": code, "org_id": person_ids(of, "E"), "legal_rep_id": person_ids(who),
             "tags": pa.array(noise.tags)},
        )  # fmt: skip
