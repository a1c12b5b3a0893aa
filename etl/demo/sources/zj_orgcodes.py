"""原组织机构代码: what the former register held of older organisations; CSV in GB18030, on the first night."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.demo.columns import choose, dashed_date, join, lookup, separated
from etl.demo.delivery import FULL, Extract
from etl.demo.lines import bytes_of, encode
from etl.demo.noise import Noise
from etl.demo.sources.base import Night, OfOrganisations, name_text, person_ids, wording

HEADER = "机构代码,机构名称,法定代表人,地址,办证日期,有效期,机构类型"
_TYPES = ["企业法人", "个体工商户", "农民专业合作社", "事业法人", "事业法人", "企业法人分支机构"]
_CLOSED = 365 * 45 + 11  # codes were given until 2015
_VALID = 1461


class OrganisationCodes(OfOrganisations):
    """One row per organisation founded before codes were unified."""

    name: ClassVar[str] = "zj_orgcodes"
    department = "质量技术监督局（原）"

    def deliver(self, night: Night) -> Extract | None:
        if night.number:
            return None
        firms, w = self._c.firms, self._c.world
        of = np.flatnonzero(firms.founded < _CLOSED)
        noise = Noise(w.draws, self.name, self._c.level, of)
        stale = noise.hit("rep_stale")
        noise.tag("rep_stale", stale)
        who = np.where(stale, firms.first_representative[of], firms.representative[of])
        bare = noise.hit("code_nohyphen")
        noise.tag("code_nohyphen", bare)
        inner = firms.inner(of)
        hyphened = join(pc.utf8_slice_codeunits(inner, 0, 8), "-", pc.utf8_slice_codeunits(inner, 8, 9))
        issued = np.minimum(firms.founded[of] + 30, _CLOSED)
        columns = [
            choose(bare, inner, hyphened), firms.name(of), name_text(w.people, w.names, who),
            self._c.addresses.text(firms.home[of], wording(noise)), dashed_date(issued),
            dashed_date(issued + _VALID), lookup(_TYPES, w.organisations.kind[of]),
        ]  # fmt: skip
        self._rows.append(len(of))
        return Extract(
            self.name, self.department, "csv", FULL,
            [f"{HEADER}\r\n".encode("gb18030"), bytes_of(encode(join(separated(columns, ","), "\r\n"), "gb18030"))],
            len(of),
            {"key": columns[0], "org_id": person_ids(of, "E"), "legal_rep_id": person_ids(who),
             "tags": pa.array(noise.tags)},
        )  # fmt: skip
