"""卫健死亡登记: XML in GBK, characters outside it as &#n;; three years on the first night, then each night's."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.demo import noise_names, noise_numbers
from etl.demo.columns import NEVER, Column, calendar, choose, dashed_date, join, lookup, number
from etl.demo.delivery import DELTA, FULL, Extract
from etl.demo.draws import Ints
from etl.demo.noise import Noise
from etl.demo.sources.base import (
    Context,
    Night,
    citizens,
    cover_documents,
    dotted,
    id_cells,
    name_text,
    person_ids,
)

_YEARS = 3 * 365
_CAUSES = [
    "I63.9",
    "I21.9",
    "I25.1",
    "J44.9",
    "I61.9",
    "C34.9",
    "C22.9",
    "J18.9",
    "C16.9",
    "R54",
    "E14.9",
    "V89.2",
]
_WEIGHTS = [51, 47, 34, 34, 32, 28, 20, 18, 14, 14, 11, 11]


class Deaths:
    """One certificate per death."""

    name: ClassVar[str] = "wj_deaths"
    department = "卫生健康委员会"
    roles: ClassVar[tuple[str, ...]] = ("person_id",)

    def __init__(self, context: Context) -> None:
        self._c = context
        self._issued = 0
        self._rows: list[int] = []

    def changed(self) -> list[int]:
        return self._rows

    def deliver(self, night: Night) -> Extract | None:
        p, d = self._c.world.people, self._c.world.draws
        who = night.died
        if night.number == 0:
            dead = np.flatnonzero((p.died > night.day - _YEARS) & (p.died > NEVER))
            who = dead[d.hit("wj.certified", dead, 0.92)]
        if not len(who):
            return None
        who = who[np.lexsort((who, p.died[who]))]
        serial = self._issued + np.arange(len(who))
        self._issued += len(who)
        self._rows.append(len(who))
        noise = Noise(d, self.name, self._c.level, serial)
        key = join("4111", number(calendar(p.died[who])[0]), number(100_001 + serial, 6))
        body = "".join(self._render(noise, key, who).to_pylist())
        stamp = "".join(dashed_date(np.array([night.day])).to_pylist()).replace("-", "")
        city = self._c.world.city.name
        text = (
            '<?xml version="1.0" encoding="GBK"?>\r\n'
            f'<死亡登记 上报单位="{city}卫生健康委员会" 批次="{stamp}" 条数="{len(who)}">\r\n{body}</死亡登记>\r\n'
        )
        return Extract(
            self.name,
            self.department,
            "xml",
            FULL if night.number == 0 else DELTA,
            [text.encode("gbk", "xmlcharrefreplace")],
            len(who),
            {"key": key, "person_id": person_ids(who), "tags": pa.array(noise.tags)},
        )

    def _render(self, noise: Noise, key: Column, who: Ints) -> Column:
        w = self._c.world
        p = w.people
        names = noise_names.damage(
            noise,
            name_text(p, w.names, who),
            dotted(p, who),
            w.names.is_rare(p.second[who]),
            ["name_rare_c", "name_dot_c", "name_homophone", "name_drop"],
        )
        citizen = citizens(p, who)
        old = noise.hit("id_old_c", citizen & (p.old_number[who] > 0))
        noise.tag("id_old_c", old)
        cells = id_cells(p, who, np.where(old, p.old_number[who], p.number[who]))
        numbers = noise_numbers.damage(noise, cells, ["id_15", "id_missing", "id_wrong"], citizen)
        other = noise.hit("birth_other")
        noise.tag("birth_other", other)
        year, month, day = calendar(p.birth[who] + np.where(other, noise.below("day", 40) - 60, 0))
        quiet = noise.hit("phone_missing")
        noise.tag("phone_missing", quiet)
        # the family's telephone
        kin = np.where(p.spouse[who] >= 0, p.spouse[who], who)
        phone = np.where(quiet, 0, p.phone[kin])
        return join(
            "  <记录><死亡证编号>", key, "</死亡证编号>", _element("姓名", names),
            _element("证件号码", cover_documents(p, who, numbers)),
            "<性别>", lookup(["", "男性", "女性"], p.sex[who]), "</性别><出生日期>",
            number(year), "年", number(month), "月", number(day), "日</出生日期><死亡日期>",
            dashed_date(p.died[who]), "</死亡日期><死因编码>",
            lookup(_CAUSES, w.draws.pick("wj.cause", who, _WEIGHTS)), "</死因编码>",
            _element("家属电话", choose(phone > 0, number(phone), "")), "</记录>\r\n",
        )  # fmt: skip


def _element(tag: str, text: Column) -> Column:
    """An element, closed at once when it is empty."""
    empty = np.asarray(pc.equal(text, ""))
    return choose(empty, f"<{tag}/>", join(f"<{tag}>", text, f"</{tag}>"))
