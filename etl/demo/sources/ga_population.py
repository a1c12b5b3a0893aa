"""公安常住人口: every registered resident, sorted by household; CSV in GB18030 with CRLF, in full every night."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.demo import citizenid, noise_names, noise_numbers
from etl.demo.columns import (
    NEVER,
    Column,
    choose,
    compact_date,
    flat,
    join,
    lookup,
    number,
    separated,
    yyyymmdd,
)
from etl.demo.delivery import FULL, Extract
from etl.demo.draws import Ints, distinct
from etl.demo.lines import Cache, Rendered, bytes_of, encode
from etl.demo.noise import RATES, Noise
from etl.demo.people import EDUCATION, ETHNIC, MARITAL, RELATION, RELATIONS
from etl.demo.sources.base import Context, Night, dotted, id_cells, name_text, person_ids

HEADER = (
    "公民身份号码,姓名,曾用名,性别,民族,出生日期,出生地,籍贯,户籍地址,户号,与户主关系,婚姻状况,文化程度,"
    "服务处所,迁入日期,注销日期,注销原因,区划代码,更新时间"
)
_REASONS = ["死亡", "迁往市（县）外", "重复户口"]
# U+9FB4 stands in the private area of old gb18030 tables
_MODERN, _PRIVATE = "龴", "\ue81e"


class Police:
    """Records are rows of the register; a second registration is a record of its own."""

    name: ClassVar[str] = "ga_population"
    department = "公安局"
    roles: ClassVar[tuple[str, ...]] = ("person_id",)

    def __init__(self, context: Context) -> None:
        self._c = context
        none = np.zeros(0, dtype=np.int64)
        self._person, self._home, self._house = (
            none,
            none,
            none,
        )  # home, house: -1 unless a second registration
        self._updated = none  # day
        self._merged = none  # day a second registration was cancelled
        self._repaired = np.zeros(0, dtype=bool)
        self._removed = np.zeros(0, dtype=bool)
        self._record = none  # of a person; -1 none
        self._cache = Cache()

    def changed(self) -> list[int]:
        return self._cache.changed

    def deliver(self, night: Night) -> Extract:
        p = self._c.world.people
        if night.number == 0:
            fresh = np.flatnonzero(p.registered)
            records = self._register(fresh, night.day, backdate=True)
            records = np.concatenate([records, self._second_registrations(night.day)])
        else:
            known = night.police[self._known(night.police)]
            records = self._record[known]
            self._updated[records] = night.day
            merged, repaired = self._merge(night), self._repair(night)
            new = night.entered[p.registered[night.entered]]
            records = distinct(records, merged, repaired, self._register(new, night.day))
            self._archive(night)
        self._cache.put(records, self._render(records))
        return self.extract(self.order())

    def extract(self, order: Ints) -> Extract:
        """The file of some records in an order."""
        shown = self._cache.ordered(order)
        return Extract(
            self.name,
            self.department,
            "csv",
            FULL,
            [(HEADER + "\r\n").encode("gb18030"), bytes_of(shown.lines)],
            len(order),
            {"key": shown.key, "person_id": person_ids(self._person[order]), "tags": pa.array(shown.tags)},
        )

    def people_of(self, records: Ints) -> Ints:
        """Whom the records are about."""
        return self._person[records]

    def refresh(self, records: Ints, day: int) -> None:
        """Render some records anew, as of a day."""
        self._updated[records] = day
        records = np.sort(records)
        self._cache.put(records, self._render(records))

    def _known(self, people: Ints) -> NDArray[np.bool_]:
        inside = people < len(self._record)
        known = np.zeros(len(people), dtype=bool)
        known[inside] = self._record[people[inside]] >= 0
        return known

    def _append(self, person: Ints, home: Ints, house: Ints, updated: Ints) -> Ints:
        start = len(self._person)
        self._person = np.concatenate([self._person, person])
        self._home, self._house = np.concatenate([self._home, home]), np.concatenate([self._house, house])
        self._updated = np.concatenate([self._updated, updated])
        self._merged = np.concatenate([self._merged, np.full(len(person), NEVER)])
        self._repaired = np.concatenate([self._repaired, np.zeros(len(person), dtype=bool)])
        self._removed = np.concatenate([self._removed, np.zeros(len(person), dtype=bool)])
        return np.arange(start, len(self._person))

    def _register(self, people: Ints, day: int, backdate: bool = False) -> Ints:
        grow = len(self._c.world.people) - len(self._record)
        self._record = np.concatenate([self._record, np.full(grow, -1)])
        people = people[self._record[people] < 0]
        back = np.zeros(len(people), dtype=np.int64)
        if backdate:
            known = np.clip(day - self._c.world.people.birth[people], 1, 2300)
            back = self._c.world.draws.below("ga.updated", people, known)
        none = np.full(len(people), -1)
        records = self._append(people, none, none, day - back)
        self._record[people] = records
        return records

    def _second_registrations(self, day: int) -> Ints:
        """双重户口: another address and household, half of them under another number."""
        w = self._c.world
        p, d = w.people, w.draws
        noise = Noise(d, self.name, self._c.level, np.arange(len(p)))
        fit = p.registered & p.alive & (p.left == NEVER) & (p.shares < 0)
        who = np.flatnonzero(noise.hit("dup", fit))
        other = who[noise.hit("dup_other_id")[who]]
        taken = citizenid.given_out(p)
        area = w.origins.codes[p.born_at[other]]
        p.second_number[other] = citizenid.issue(d, area, p.birth[other], p.sex[other], taken)
        home = w.homes.settle(d, "second home", who)
        code = np.array([c.code for c in w.city.counties], dtype=np.int64)[w.homes.county_of(home)]
        house = code * 10**7 + 7_000_000 + np.arange(len(who)) % 1_000_000
        known = np.clip(day - p.birth[who], 1, 2300)
        return self._append(who, home, house, day - d.below("ga.second updated", who, known))

    def _merge(self, night: Night) -> Ints:
        """Some second registrations are found out and cancelled."""
        open_ = np.flatnonzero((self._home >= 0) & (self._merged == NEVER) & ~self._removed)
        found = self._c.world.draws.sample(f"ga.merged.{night.number}", open_, self._c.some(len(open_), 200))
        self._merged[found] = self._updated[found] = night.day
        return found

    def _repair(self, night: Night) -> Ints:
        """Some wrong numbers and birth dates are put right."""
        assert self._cache.rendered is not None, "nothing was rendered yet"
        channels = list(RATES[self.name])
        wrong = sum(1 << channels.index(c) for c in ("id_wrong", "id_check", "birth_other"))
        tags = self._cache.rendered.tags & np.uint64(wrong)
        open_ = np.flatnonzero((tags > 0) & ~self._repaired & ~self._removed & (self._home < 0))
        found = self._c.world.draws.sample(f"ga.repaired.{night.number}", open_, self._c.some(len(open_), 80))
        self._repaired[found] = True
        self._updated[found] = night.day
        night.events.append(("idfix", self._person[found]))
        return found

    def _archive(self, night: Night) -> None:
        """Rows cancelled long ago leave the file: absence, not a cancellation date, says so."""
        p = self._c.world.people
        gone = np.maximum(p.died[self._person], p.left[self._person])
        old = np.flatnonzero((gone > NEVER) & (gone < night.day - 365) & ~self._removed)
        self._removed[
            self._c.world.draws.sample(f"ga.archived.{night.number}", old, self._c.some(len(old), 500))
        ] = True

    def order(self) -> Ints:
        """The records in the order of the file: by household, its head first."""
        p = self._c.world.people
        live = np.flatnonzero(~self._removed)
        house = np.where(self._house[live] >= 0, self._house[live], p.household[self._person[live]])
        follows = (self._house[live] < 0) & (p.relation[self._person[live]] != RELATION["户主"])
        return live[np.lexsort((live, follows, house))]

    def _render(self, records: Ints) -> Rendered:
        w, a = self._c.world, self._c.addresses
        p, d = w.people, w.draws
        who = self._person[records]
        second = self._home[records] >= 0
        noise = Noise(d, self.name, self._c.level, records)
        rough = ~self._repaired[records]
        noise.tag("dup", second)
        numbers = np.where(second & (p.second_number[who] > 0), p.second_number[who], p.number[who])
        noise.tag("dup_other_id", numbers != p.number[who])
        key = noise_numbers.damage(noise, id_cells(p, who, numbers), ["id_wrong", "id_check"], rough)
        names = name_text(p, w.names, who)
        names = noise_names.damage(
            noise, names, dotted(p, who), w.names.is_rare(p.second[who]), ["name_homophone"]
        )
        private = noise.hit("name_private_c", np.asarray(pc.match_substring(names, _MODERN)))
        noise.tag("name_private_c", private)
        names = choose(private, flat(pc.replace_substring(names, _MODERN, _PRIVATE)), names)
        other_day = noise.hit("birth_other", rough)
        noise.tag("birth_other", other_day)
        birth = p.birth[who] + np.where(other_day, noise.below("day", 40) - 60, 0)
        register = np.where(second, self._home[records], p.register[who])
        house = np.where(second, self._house[records], p.household[who])
        relation = np.where(second, RELATION["户主"], p.relation[who])
        gone, reason = self._cancelled(noise, who, records)
        code = np.where(a.code12(register) > 0, a.code12(register), a.code12(p.home[who]))
        seconds = d.below("ga.second", records * 4096 + (self._updated[records] & 4095), 86_400)
        clock = seconds // 3600 * 10_000 + seconds // 60 % 60 * 100 + seconds % 60
        columns = [
            key,
            names,
            _former(self._c, who),
            lookup(["", "男", "女"], p.sex[who]),
            lookup(ETHNIC, p.ethnic[who]),
            number(yyyymmdd(birth)),
            lookup(w.origins.labels, p.born_at[who]),
            lookup(w.origins.labels, p.native[who]),
            a.text(register),
            number(house),
            lookup(RELATIONS, relation),
            lookup(MARITAL, self._marital(noise, who)),
            lookup(EDUCATION, p.education[who]),
            self._employer(noise, who),
            compact_date(np.where(second, NEVER, p.moved_in[who])),
            compact_date(gone),
            lookup(_REASONS, reason),
            number(code),
            number(yyyymmdd(self._updated[records]) * 10**6 + clock),
        ]
        return Rendered(encode(join(separated(columns, ","), "\r\n"), "gb18030"), key, noise.tags)

    def _cancelled(self, noise: Noise, who: Ints, records: Ints) -> tuple[Ints, Ints]:
        """Day and reason of a cancellation; some of the dead stay on."""
        p = self._c.world.people
        dead, left, merged = p.died[who] > NEVER, p.left[who] > NEVER, self._merged[records] > NEVER
        kept = noise.hit("not_cancelled_c", dead & ~merged)
        noise.tag("not_cancelled_c", kept)
        reason = np.select([merged, dead & ~kept, left & ~dead], [2, 0, 1], -1)
        day = np.choose(
            reason + 1, [np.full(len(who), NEVER), p.died[who], p.left[who], self._merged[records]]
        )
        return day, reason

    def _marital(self, noise: Noise, who: Ints) -> Ints:
        """The police learn late that somebody married."""
        p = self._c.world.people
        today = self._c.world.start
        newly = (p.marital[who] == 1) & (p.married[who] > today - 730) & (p.married[who] < today)
        stale = noise.hit("marital_stale_c", newly)
        noise.tag("marital_stale_c", stale)
        return np.where(stale, 0, p.marital[who])

    def _employer(self, noise: Noise, who: Ints) -> Column:
        """服务处所 is filled for some, and out of date for some of those."""
        w = self._c.world
        p = w.people
        works = p.employer[who] >= 0
        missing = noise.hit("employer_missing_c", works)
        stale = noise.hit("employer_stale_c", works & ~missing)
        noise.tag("employer_missing_c", missing)
        noise.tag("employer_stale_c", stale)
        other = noise.below("employer", len(w.organisations))
        return lookup(w.organisations.name, np.where(missing, -1, np.where(stale, other, p.employer[who])))


def _former(context: Context, who: Ints) -> Column:
    """曾用名"""
    p = context.world.people
    none = p.former[who] < 0
    return context.world.names.text(
        np.where(none, -1, p.first[who]), np.zeros(len(who), np.int8), p.former[who]
    )
