"""教育学籍: a dBASE III table in code page 936, some records marked deleted; on the first and the last night."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import numpy as np
import pyarrow as pa

from etl.demo import dbase, noise_names, noise_numbers
from etl.demo.columns import Column, choose, fixed, join, lookup, number, yyyymmdd
from etl.demo.delivery import FULL, Extract
from etl.demo.draws import Ints
from etl.demo.noise import Noise
from etl.demo.people import NOBODY
from etl.demo.sources.base import (
    Counted,
    Night,
    citizens,
    dotted,
    id_cells,
    name_text,
    person_ids,
    wording,
)

FIELDS = [
    ("XJH", 19), ("XM", 30), ("XB", 1), ("CSRQ", 8), ("SFZH", 20),
    ("XX", 60), ("NJ", 12), ("JHR", 30), ("JHRDH", 15), ("JTZZ", 100),
]  # fmt: skip
_GRADES = "一年级 二年级 三年级 四年级 五年级 六年级 七年级 八年级 九年级 高一 高二 高三".split()  # noqa: SIM905
_NAMES = ["name_not_in_gbk", "name_dot_c", "name_homophone"]
_DAMAGE = ["id_missing", "id_wrong", "id_swap"]


class Students(Counted):
    """One record per pupil at a school of the city."""

    name: ClassVar[str] = "jy_students"
    department = "教育局"
    roles: ClassVar[tuple[str, ...]] = ("person_id", "guardian_id")

    def deliver(self, night: Night) -> Extract | None:
        last = self._c.nights >= 3 and night.number == self._c.nights - 1
        if night.number and not last:
            return None
        p, d = self._c.world.people, self._c.world.draws
        who = np.flatnonzero((p.school >= 0) & p.present & citizens(p, np.arange(len(p))))
        who = who[np.argsort(d.bits("jy.order", who), kind="stable")]
        noise = Noise(d, self.name, self._c.level, who)
        deleted = noise.hit("deleted")
        if len(who):  # even a small city has one
            deleted[len(who) // 2] |= not deleted.any()
        noise.tag("deleted", deleted)
        guardian = np.where(noise.below("guardian", 2) == 0, p.mother[who], p.father[who])
        guardian = np.where(guardian < 0, np.maximum(p.mother[who], p.father[who]), guardian)
        columns = self._columns(noise, who, guardian, night.day)
        self._rows.append(len(who))
        return Extract(
            self.name,
            self.department,
            "dbf",
            FULL,
            [
                dbase.table(
                    FIELDS, columns, deleted, date.fromordinal(date(1970, 1, 1).toordinal() + night.day)
                )
            ],
            len(who),
            {
                "key": columns[0],
                "person_id": person_ids(who),
                "guardian_id": person_ids(guardian),
                "deleted": pa.array(deleted),
                "tags": pa.array(noise.tags),
            },
        )

    def _columns(self, noise: Noise, who: Ints, guardian: Ints, day: int) -> list[Column]:
        w = self._c.world
        p = w.people
        numbers = self._numbers(noise, who)
        true = fixed(id_cells(p, who))
        old_pupil = noise.below("number", 10) < 8
        county = np.maximum(w.homes.county_of(p.home[who]), 0)
        code = np.array([c.code for c in w.city.counties], dtype=np.int64)[county]
        key = choose(old_pupil, join("G", true), join("L", number(code), number(who + 1, 12)))
        other = noise.hit("birth_other")
        noise.tag("birth_other", other)
        quiet = noise.hit("phone_missing")
        noise.tag("phone_missing", quiet)
        phone = np.where(quiet | (guardian < 0), 0, p.phone[np.maximum(guardian, 0)])
        grade = np.clip(p.age(day)[who] - 6, 0, len(_GRADES) - 1)
        adult = self._name(noise, np.maximum(guardian, 0), "guardian", _NAMES)
        return [
            key,
            self._pupil(noise, who),
            number(p.sex[who]),
            number(yyyymmdd(p.birth[who] + np.where(other, noise.below("day", 40) - 60, 0))),
            numbers,
            lookup(w.organisations.name, p.school[who]),
            lookup(_GRADES, grade),
            choose(guardian >= 0, adult, ""),
            choose(phone > 0, number(phone), ""),
            self._c.addresses.text(p.home[who], wording(noise)),
        ]

    def _pupil(self, noise: Noise, who: Ints) -> Column:
        p = self._c.world.people
        former = noise.hit("name_former_c", p.former[who] >= 0)
        noise.tag("name_former_c", former)
        second = np.where(former, p.former[who], p.second[who])
        return self._name(noise, who, "", ["name_rare_c", "name_trad", *_NAMES], second)

    def _name(
        self, noise: Noise, who: Ints, role: str, channels: list[str], second: Ints | None = None
    ) -> Column:
        w = self._c.world
        p = w.people
        words = p.second[who] if second is None else second
        text = (
            name_text(p, w.names, who)
            if second is None
            else w.names.text(p.first[who], p.separator[who], words)
        )
        return noise_names.damage(noise, text, dotted(p, who), w.names.is_rare(words), channels, role)

    def _numbers(self, noise: Noise, who: Ints) -> Column:
        p = self._c.world.people
        relative = np.where(p.mother[who] != NOBODY, p.mother[who], p.father[who])
        has = (relative >= 0) & citizens(p, np.maximum(relative, 0))
        old = noise.hit("id_old_c", p.old_number[who] > 0)
        borrowed = noise.hit("id_relative", has & ~old)
        noise.tag("id_old_c", old)
        noise.tag("id_relative", borrowed)
        body = np.select(
            [old, borrowed], [p.old_number[who], p.number[np.maximum(relative, 0)]], p.number[who]
        )
        return noise_numbers.damage(noise, id_cells(p, who, body), _DAMAGE, np.ones(len(who), dtype=bool))
