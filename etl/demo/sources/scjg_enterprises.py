"""市场主体登记: companies, their branches, shops and cooperatives; CSV in GB18030 with CRLF, in full every night."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.demo import noise_numbers
from etl.demo.columns import choose, constant, dashed_date, join, lookup, number, separated
from etl.demo.delivery import FULL, Extract
from etl.demo.draws import Ints
from etl.demo.firms import missing
from etl.demo.lines import bytes_of, encode
from etl.demo.noise import Noise
from etl.demo.organisations import BRANCH, COMPANY, COOPERATIVE, SHOP
from etl.demo.sources.base import Night, OfOrganisations, citizens, id_cells, name_text, person_ids, wording

HEADER = (
    "统一社会信用代码,注册号,企业名称,企业类型,法定代表人,法定代表人证件号码,注册资本(万元),币种,成立日期,核准日期,"
    "营业期限止,住所,经营范围,行业代码,登记机关,登记状态,联系电话"
)
_TYPES = [
    "有限责任公司(自然人投资或控股)",
    "个体工商户",
    "农民专业合作社",
    "",
    "",
    "有限责任公司分公司(自然人投资或控股)",
]
_STATES = ["存续（在营、开业、在册）", "注销", "吊销，未注销"]


class Enterprises(OfOrganisations):
    """One row per registered organisation, ended ones included."""

    name: ClassVar[str] = "scjg_enterprises"
    department = "市场监督管理局"

    def deliver(self, night: Night) -> Extract:
        firms, w = self._c.firms, self._c.world
        firms.advance(night.number, night.day)
        of = firms.of_kind(COMPANY, SHOP, COOPERATIVE, BRANCH)
        who = firms.representative[of]
        noise = Noise(w.draws, self.name, self._c.level, of)
        body = self._render(noise, of, who)
        self._rows.append(len(of))
        return Extract(
            self.name, self.department, "csv", FULL,
            [f"{HEADER}\r\n".encode("gb18030"), bytes_of(encode(body, "gb18030"))], len(of),
            {"key": firms.credit(of), "org_id": person_ids(of, "E"), "legal_rep_id": person_ids(who),
             "tags": pa.array(noise.tags)},
        )  # fmt: skip

    def _render(self, noise: Noise, of: Ints, who: Ints) -> pa.Array:
        firms, w = self._c.firms, self._c.world
        lower = noise.hit("uscc_lower")
        noise.tag("uscc_lower", lower)
        code = choose(lower, pc.utf8_lower(firms.credit(of)), firms.credit(of))
        none = constant("", len(of))
        capital = join(number(firms.capital[of]), ".000000")
        branch = w.organisations.kind[of] == BRANCH  # has none of its own
        counties = [county.name for county in w.city.counties]
        numbers = noise_numbers.damage(
            noise, id_cells(w.people, who), ["id_15", "id_missing", "id_wrong"], citizens(w.people, who)
        )
        columns = [
            missing(noise, "uscc_missing", code), none, firms.name(of), lookup(_TYPES, w.organisations.kind[of]),
            name_text(w.people, w.names, who), numbers, choose(branch, "", capital),
            constant("人民币", len(of)), dashed_date(firms.founded[of]), dashed_date(firms.approved[of]), none,
            self._c.addresses.text(firms.home[of], wording(noise)), constant("一般项目", len(of)), firms.industry(of),
            join(lookup(counties, w.organisations.county[of]), "市场监督管理局"), lookup(_STATES, firms.status[of]),
            missing(noise, "phone_missing", number(firms.phone[of])),
        ]  # fmt: skip
        assert not np.any(firms.approved[of] < firms.founded[of])
        return join(separated(columns, ","), "\r\n")
