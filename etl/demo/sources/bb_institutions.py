"""编办和民政: bureaus and schools; a JSON document, on the first and the last night."""

from __future__ import annotations

import json
from typing import ClassVar

import pyarrow as pa

from etl.demo import noise_numbers
from etl.demo.columns import dashed_date, lookup, number
from etl.demo.delivery import FULL, Extract
from etl.demo.firms import missing
from etl.demo.noise import Noise
from etl.demo.organisations import BUREAU, SCHOOL
from etl.demo.sources.base import Night, OfOrganisations, citizens, id_cells, name_text, person_ids, wording

_FIELDS = ("统一社会信用代码", "机构名称", "机构类别", "法定代表人", "法定代表人证件号码", "住所", "成立日期",
           "登记管理机关", "状态", "联系电话")  # fmt: skip


class Institutions(OfOrganisations):
    """One record per public institution."""

    name: ClassVar[str] = "bb_institutions"
    department = "机构编制委员会办公室"

    def deliver(self, night: Night) -> Extract | None:
        if night.number not in (0, self._c.nights - 1):
            return None
        firms, w = self._c.firms, self._c.world
        firms.advance(night.number, night.day)
        of = firms.of_kind(BUREAU, SCHOOL)
        who = firms.representative[of]
        noise = Noise(w.draws, self.name, self._c.level, of)
        code = missing(noise, "uscc_missing", firms.credit(of))
        numbers = noise_numbers.damage(
            noise, id_cells(w.people, who), ["id_missing"], citizens(w.people, who)
        )
        columns = [
            code, firms.name(of), lookup(["事业单位"], of * 0), name_text(w.people, w.names, who), numbers,
            self._c.addresses.text(firms.home[of], wording(noise)), dashed_date(firms.founded[of]),
            lookup([f"中共{w.city.name}委机构编制委员会办公室"], of * 0), lookup(["正常"], of * 0),
            missing(noise, "phone_missing", number(firms.phone[of])),
        ]  # fmt: skip
        rows = [
            {
                name: cell or None if name == "联系电话" else cell
                for name, cell in zip(_FIELDS, row, strict=True)
            }
            for row in zip(*(column.to_pylist() for column in columns), strict=True)
        ]
        text = json.dumps(
            {"导出单位": self.department, "总数": len(rows), "数据": rows}, ensure_ascii=False, indent=1
        )
        self._rows.append(len(of))
        return Extract(
            self.name, self.department, "json", FULL, [text.encode()], len(of),
            {"key": code, "org_id": person_ids(of, "E"), "legal_rep_id": person_ids(who),
             "tags": pa.array(noise.tags)},
        )  # fmt: skip
