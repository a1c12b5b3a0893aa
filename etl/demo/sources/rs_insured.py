"""人社参保: every insurance record; CSV in UTF-8 with a byte order mark and LF, in full every night."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa

from etl.demo import noise_names, noise_numbers
from etl.demo.columns import (
    NEVER,
    Column,
    calendar,
    choose,
    dashed_date,
    join,
    lookup,
    number,
    overlay,
    separated,
    yyyymmdd,
)
from etl.demo.delivery import FULL, Extract
from etl.demo.draws import Ints, distinct
from etl.demo.lines import Cache, Rendered, bytes_of, encode
from etl.demo.noise import Noise
from etl.demo.organisations import BUREAU
from etl.demo.people import CITIZEN, NO_NUMBER
from etl.demo.sources.base import (
    Context,
    Night,
    citizens,
    cover_documents,
    dotted,
    id_cells,
    name_text,
    person_ids,
    wording,
)

HEADER = (
    "个人编号,证件类型,证件号码,姓名,性别,出生年月,手机号码,单位名称,统一社会信用代码,参保险种,参保状态,"
    "参保日期,居住地址,经办日期"
)
_DOCUMENTS = [
    "",
    "居民身份证（户口簿）",
    "港澳居民居住证",
    "台湾居民居住证",
    "外国护照",
    "外国人永久居留身份证",
]
# some offices write the code instead, of the documents whose code they know
_CODES = ["", "01", _DOCUMENTS[2], "18", "06", _DOCUMENTS[5]]
_KINDS = [
    "企业职工基本养老保险",
    "职工基本医疗保险",
    "失业保险",
    "工伤保险",
    "机关事业单位基本养老保险",
    "城乡居民基本医疗保险",
    "城乡居民基本养老保险",
]
_STATES = ["正常参保", "暂停参保", "终止参保"]
_PLACEHOLDERS = ["13800000000", "11111111111", "00000000000", "13912345678", "无", "0"]
_DAMAGE = ["id_wrong", "id_missing", "id_15", "id_sci", "id_swap", "id_excel", "id_space", "id_apostrophe",
           "id_fullwidth", "id_short"]  # fmt: skip
_NAMES = ["name_rare_c", "name_dot_c", "name_homophone", "name_trad", "name_drop", "name_space"]


class Insurance:
    """Records are contracts; some people have two, under two employers."""

    name: ClassVar[str] = "rs_insured"
    department = "人力资源和社会保障局"
    roles: ClassVar[tuple[str, ...]] = ("person_id", "org_id")

    def __init__(self, context: Context) -> None:
        self._c = context
        none = np.zeros(0, dtype=np.int64)
        self._person, self._other, self._updated = (
            none,
            none,
            none,
        )  # other: the employer of a second contract
        self._record = none
        self._cache = Cache()

    def changed(self) -> list[int]:
        return self._cache.changed

    def deliver(self, night: Night) -> Extract:
        p, d = self._c.world.people, self._c.world.draws
        if night.number == 0:
            fit = (p.document != NO_NUMBER) & (p.left == NEVER) & (night.day - p.birth > 60)
            fit &= (p.died == NEVER) | (p.died > night.day - 200)
            who = np.flatnonzero(fit & d.hit("rs.covered", np.arange(len(p)), 0.86))
            records = np.concatenate(
                [self._insure(who, night.day, backdate=True), self._twice(who, night.day)]
            )
        else:
            known = night.insured[night.insured < len(self._record)]
            records = self._record[known][self._record[known] >= 0]
            self._updated[records] = night.day
            new = night.entered[d.hit("rs.covered", night.entered, 0.86)]
            late = np.flatnonzero(self._record < 0)
            late = late[p.present[late] & (p.document[late] == CITIZEN)]
            late = d.sample(f"rs.late.{night.number}", late, self._c.some(len(p), 10_000))
            records = np.concatenate([records, self._insure(distinct(new, late), night.day)])
        records = distinct(records)
        self._cache.put(records, self._render(records, night.day))
        order = np.arange(len(self._person))
        shown = self._cache.ordered(order)
        return Extract(
            self.name,
            self.department,
            "csv",
            FULL,
            [("\ufeff" + HEADER + "\n").encode(), bytes_of(shown.lines)],
            len(order),
            {
                "key": shown.key,
                "person_id": person_ids(self._person),
                "org_id": person_ids(self._employer(order), "E"),
                "tags": pa.array(shown.tags),
            },
        )

    def _insure(self, who: Ints, day: int, backdate: bool = False) -> Ints:
        grow = len(self._c.world.people) - len(self._record)
        self._record = np.concatenate([self._record, np.full(grow, -1)])
        who = who[self._record[who] < 0]
        back = np.zeros(len(who), dtype=np.int64)
        if backdate:  # most were last handled not long ago
            back = self._c.world.draws.below("rs.back", who, 1100)
            back = back * self._c.world.draws.below("rs.back2", who, 1000) // 1000
        records = self._append(who, np.full(len(who), -1), day - back)
        self._record[who] = records
        return records

    def _append(self, who: Ints, other: Ints, updated: Ints) -> Ints:
        start = len(self._person)
        self._person = np.concatenate([self._person, who])
        self._other = np.concatenate([self._other, other])
        self._updated = np.concatenate([self._updated, updated])
        return np.arange(start, len(self._person))

    def _twice(self, who: Ints, day: int) -> Ints:
        w = self._c.world
        noise = Noise(w.draws, self.name, self._c.level, who)
        again = who[noise.hit("dup")]
        other = w.draws.pick("rs.other", again, w.organisations.weight)
        return self._append(again, other, day - 300 - w.draws.below("rs.again", again, 900))

    def _employer(self, records: Ints) -> Ints:
        p = self._c.world.people
        return np.where(self._other[records] >= 0, self._other[records], p.employer[self._person[records]])

    def _render(self, records: Ints, day: int) -> Rendered:
        w = self._c.world
        p, d = w.people, w.draws
        who = self._person[records]
        noise = Noise(d, self.name, self._c.level, records)
        noise.tag("dup", self._other[records] >= 0)
        names = self._former(noise, who)
        names = noise_names.damage(noise, names, dotted(p, who), w.names.is_rare(p.second[who]), _NAMES)
        key = number(4_100_000_000 + (1_234_567 + records * 7_368_787) % 10**8)
        document = p.document[who]
        coded = d.hit("rs.coded", records, 0.12)
        employer, org = self._employers(noise, records, who)
        kind, state = self._contract(records, who, org)
        since = np.minimum(day, self._since(records, who))
        sex = noise.one_of(["sex_wrong", "sex_missing"])
        noise.tag("sex_wrong", sex == 0)
        noise.tag("sex_missing", sex == 1)
        columns = [
            key,
            choose(coded, lookup(_CODES, document), lookup(_DOCUMENTS, document)),
            self._numbers(noise, who),
            names,
            number(np.select([sex == 0, sex == 1], [3 - p.sex[who], 9], p.sex[who])),
            self._births(noise, who),
            self._phones(noise, who),
            employer,
            lookup(w.organisations.credit_code, org),
            lookup(_KINDS, kind),
            lookup(_STATES, state),
            dashed_date(since),
            self._addresses(noise, who),
            dashed_date(self._updated[records]),
        ]
        return Rendered(encode(join(separated(columns, ","), "\n"), "utf-8"), key, noise.tags)

    def _former(self, noise: Noise, who: Ints) -> Column:
        w = self._c.world
        p = w.people
        former = noise.hit("name_former_c", p.former[who] >= 0)
        noise.tag("name_former_c", former)
        old = w.names.text(p.first[who], p.separator[who], np.where(former, p.former[who], p.second[who]))
        return choose(former, old, name_text(p, w.names, who))

    def _numbers(self, noise: Noise, who: Ints) -> Column:
        p = self._c.world.people
        body = p.number[who]
        citizen = citizens(p, who)
        relative = np.where(p.mother[who] >= 0, p.mother[who], p.spouse[who])
        has = (relative >= 0) & citizen & citizens(p, np.maximum(relative, 0))
        for channel, applies, value in (
            ("id_old_c", (p.old_number[who] > 0) & citizen, p.old_number[who]),
            ("id_second_c", (p.second_number[who] > 0) & citizen, p.second_number[who]),
            ("id_relative", has, p.number[np.maximum(relative, 0)]),
        ):
            struck = noise.hit(channel, applies)
            body = np.where(struck, value, body)
            noise.tag(channel, struck)
        text = noise_numbers.damage(noise, id_cells(p, who, body), _DAMAGE, citizen)
        return cover_documents(p, who, text)

    def _births(self, noise: Noise, who: Ints) -> Column:
        other = noise.hit("birth_other")
        noise.tag("birth_other", other)
        day = self._c.world.people.birth[who] + np.where(other, noise.below("day", 40) - 60, 0)
        text = dashed_date(day)
        odd = noise.hit("birth_format")
        noise.tag("birth_format", odd)
        slash = np.flatnonzero(odd & (noise.below("birth.format", 2) == 0))
        plain = np.flatnonzero(odd & (noise.below("birth.format", 2) == 1))
        year, month, date = calendar(day[slash])
        return overlay(
            text,
            [
                (slash, join(number(year), "/", number(month), "/", number(date))),
                (plain, number(yyyymmdd(day[plain]))),
            ],
        )

    def _phones(self, noise: Noise, who: Ints) -> Column:
        p = self._c.world.people
        phone = p.phone[who]
        struck = noise.one_of(["phone_missing", "phone_format", "phone_placeholder", "phone_wrong"])
        struck = np.where((phone > 0) | (struck == 2), struck, -1)
        for i, channel in enumerate(["phone_missing", "phone_format", "phone_placeholder", "phone_wrong"]):
            noise.tag(channel, struck == i)
        phone = np.where(struck == 3, phone + 10 ** noise.below("phone.place", 9), phone)
        text = choose((phone > 0) & (struck != 0), number(phone), "")
        shaped, held = np.flatnonzero(struck == 1), np.flatnonzero(struck == 2)
        a, b, c = (number(x, n) for x, n in ((phone[shaped] // 10**8, 3), (phone[shaped] // 10**4 % 10**4, 4),
                                             (phone[shaped] % 10**4, 4)))  # fmt: skip
        ways = pa.concat_arrays(
            [join("+86", a, b, c), join("86-", a, b, c), join(a, "-", b, "-", c), join(a, " ", b, " ", c)]
        )
        at = noise.below("phone.way", 4)[shaped] * len(shaped) + np.arange(len(shaped))
        return overlay(
            text,
            [
                (shaped, ways.take(pa.array(at))),
                (held, lookup(_PLACEHOLDERS, noise.below("phone.holder", len(_PLACEHOLDERS))[held])),
            ],
        )

    def _employers(self, noise: Noise, records: Ints, who: Ints) -> tuple[Column, Ints]:
        """The employer's name, or the community for residents without one; and the employer."""
        w = self._c.world
        org = self._employer(records)
        short = noise.hit("employer_short_c", org >= 0)
        noise.tag("employer_short_c", short)
        text = choose(short, lookup(w.organisations.short, org), lookup(w.organisations.name, org))
        place = np.flatnonzero((org < 0) & (noise.below("community", 10) < 7))
        return overlay(text, [(place, self._c.addresses.community_text(w.people.home[who[place]]))]), org

    def _contract(self, records: Ints, who: Ints, org: Ints) -> tuple[Ints, Ints]:
        w = self._c.world
        p, d = w.people, w.draws
        child = p.age(w.start)[who] < 16
        official = (org >= 0) & (w.organisations.kind[np.maximum(org, 0)] >= BUREAU)
        kind = np.select(
            [official, org >= 0, child],
            [
                np.where(d.hit("rs.official", records, 0.7), 4, 1),
                d.pick("rs.kind", records, [56, 30, 8, 6]),
                5,
            ],
            5 + d.below("rs.resident", records, 2),
        )
        state = d.pick("rs.state", records, [91, 9])
        return kind, np.where(p.died[who] > NEVER, 2, state)

    def _since(self, records: Ints, who: Ints) -> Ints:
        w = self._c.world
        birth = w.people.birth[who]
        first = np.maximum(birth + 60, w.start - 8000)
        first = np.where(self._employer(records) >= 0, np.maximum(first, birth + 6600), first)
        span = np.maximum(1, w.start - first)
        return np.minimum(
            first + (w.draws.uniform("rs.since", records) * span).astype(np.int64), self._updated[records]
        )

    def _addresses(self, noise: Noise, who: Ints) -> Column:
        p = self._c.world.people
        hukou = noise.hit("addr_hukou")
        missing = noise.hit("addr_missing")
        noise.tag("addr_hukou", hukou)
        noise.tag("addr_missing", missing)
        text = self._c.addresses.text(np.where(hukou, p.register[who], p.home[who]), wording(noise))
        return choose(missing, "", text)
