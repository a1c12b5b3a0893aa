"""卫健出生医学证明: JSON Lines in UTF-8; the last three years on the first night, then the births of each night."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa

from etl.demo import noise_names, noise_numbers
from etl.demo.columns import Column, calendar, choose, dashed_date, join, lookup, number, overlay
from etl.demo.delivery import DELTA, FULL, Extract
from etl.demo.draws import Ints
from etl.demo.lines import bytes_of, encode
from etl.demo.noise import Noise
from etl.demo.people import NO_NUMBER, NOBODY
from etl.demo.sources.base import Context, Night, dotted, id_cells, name_text, person_ids, wording

_YEARS = 3 * 365
_STEP = 7919  # between certificate numbers
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NAMES = ["name_rare_c", "name_dot_c", "name_homophone"]


class Births:
    """One certificate per child, filed on the night after the birth."""

    name: ClassVar[str] = "wj_births"
    department = "卫生健康委员会"
    roles: ClassVar[tuple[str, ...]] = ("person_id", "mother_id", "father_id")

    def __init__(self, context: Context) -> None:
        self._c = context
        self._issued = 0
        self._rows: list[int] = []

    def changed(self) -> list[int]:
        return self._rows

    def deliver(self, night: Night) -> Extract | None:
        p = self._c.world.people
        who = night.born
        if night.number == 0:
            local = (p.birth > night.day - _YEARS) & (p.mother >= 0)
            local &= self._c.world.homes.county_of(p.home) >= 0
            who = np.flatnonzero(local)
        if not len(who):
            return None
        who = who[np.lexsort((who, p.birth[who]))]
        serial = self._issued + np.arange(len(who))
        self._issued += len(who)
        self._rows.append(len(who))
        lines, key, noise, father = self._render(who, serial)
        return Extract(
            self.name,
            self.department,
            "jsonl",
            FULL if night.number == 0 else DELTA,
            [bytes_of(encode(lines, "utf-8"))],
            len(who),
            {
                "key": key,
                "person_id": person_ids(who),
                "mother_id": person_ids(p.mother[who]),
                "father_id": person_ids(father),
                "tags": pa.array(noise.tags),
            },
        )

    def _render(self, who: Ints, serial: Ints) -> tuple[Column, Column, Noise, Ints]:
        w = self._c.world
        p, d = w.people, w.draws
        noise = Noise(d, self.name, self._c.level, serial)
        mother, father = p.mother[who], p.father[who].copy()
        absent = noise.hit("father_missing", father >= 0)
        noise.tag("father_missing", absent)
        father[absent] = NOBODY
        year = calendar(p.birth[who])[0]
        letter = lookup(list(_LETTERS), (year - 2003) % 26)
        key = join(letter, "41", number((13 + serial * _STEP) % 10**7, 7))
        minute = noise.below("minute", 1440)
        clock = join(number(minute // 60, 2), ":", number(minute % 60, 2), ":00+08:00")
        names = [
            self._name(noise, who, "child"),
            self._name(noise, mother, "mother"),
            self._name(noise, np.maximum(father, 0), "father"),
        ]
        names[0] = self._unnamed(noise, who, names[0])
        county = np.maximum(w.homes.county_of(p.home[who]), 0)
        counties = [c.name for c in w.city.counties]
        hospital = join(
            w.city.name,
            lookup(counties, county // 2 * 2 % len(counties)),
            choose(noise.below("hospital", 10) < 6, "妇幼保健院", "人民医院"),
        )
        father_name = choose(father >= 0, join('"', names[2], '"'), "null")
        lines = join(
            '{"出生医学证明编号": "', key, '", "新生儿姓名": "', names[0],
            '", "性别": "', lookup(["", "男", "女"], p.sex[who]),
            '", "出生时间": "', dashed_date(p.birth[who]), "T", clock,
            '", "母亲姓名": "', names[1], '", "母亲证件号码": ', self._number(noise, mother, "mother"),
            ', "父亲姓名": ', father_name, ', "父亲证件号码": ', self._number(noise, father, "father"),
            ', "医院": "', hospital, '", "住址": "', self._c.addresses.text(p.home[who], wording(noise)), '"}\n',
        )  # fmt: skip
        return lines, key, noise, father

    def _name(self, noise: Noise, who: Ints, role: str) -> Column:
        w = self._c.world
        p = w.people
        rare = w.names.is_rare(p.second[who])
        return noise_names.damage(noise, name_text(p, w.names, who), dotted(p, who), rare, _NAMES, role)

    def _unnamed(self, noise: Noise, who: Ints, names: Column) -> Column:
        """张某之子 and the like, for children nobody had named yet."""
        w = self._c.world
        p = w.people
        none = noise.hit("child_unnamed", ~dotted(p, who))
        noise.tag("child_unnamed", none)
        rows = np.flatnonzero(none)
        child = who[rows]
        way = noise.below("unnamed", 10)[rows]
        surname = lookup(w.names.pool, p.first[child])
        end = lookup(["", "之子", "之女"], p.sex[child])
        second = np.where(p.twin[child] >= 0, np.where(p.twin[child] > child, 1, 2), 0)
        end = choose(second > 0, lookup(["", "之双大", "之双小"], second), end)
        mother = join(name_text(p, w.names, p.mother[child]), end)
        text = choose(way < 6, mother, choose(way < 9, join(surname, "某", end), join(surname, "宝宝")))
        return overlay(names, [(rows, text)])

    def _number(self, noise: Noise, who: Ints, role: str) -> Column:
        """A parent's number in quotation marks, or null."""
        p = self._c.world.people
        known = np.maximum(who, 0)
        has = (who >= 0) & (p.document[known] != NO_NUMBER) & (p.number[known] > 10**16)
        missing = noise.hit(f"{role}_id_missing", has)
        noise.tag(f"{role}_id_missing", missing)
        has &= ~missing
        text = noise_numbers.damage(noise, id_cells(p, known), [f"{role}_id_wrong"], has, role)
        return choose(has, join('"', text, '"'), "null")
