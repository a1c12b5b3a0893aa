"""民政婚姻登记: CSV in GBK with CRLF; everything since 2006 on the first night, then the weddings of each night."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa

from etl.demo import citizenid, noise_names, noise_numbers
from etl.demo.columns import (
    Column,
    calendar,
    choose,
    dashed_date,
    fixed,
    join,
    lookup,
    number,
    overlay,
    separated,
)
from etl.demo.delivery import DELTA, FULL, Extract
from etl.demo.draws import Ints
from etl.demo.lines import bytes_of, encode
from etl.demo.noise import RATES, Bools, Noise
from etl.demo.people import CITIZEN, DIVORCED, MARRIED, People
from etl.demo.places import outside_codes
from etl.demo.sources.base import Context, Night, citizens, dotted, name_text, person_ids

HEADER = "登记证号,登记日期,男方姓名,男方身份证号,女方姓名,女方身份证号,登记机关"
_SINCE = 13_149  # 2006-01-01
_FIFTEEN_UNTIL = 2009
_NAMES = ["name_not_in_gbk", "name_dot_c", "name_homophone"]


class Marriages:
    """One record per wedding; spouses from elsewhere are X…, not in the population."""

    name: ClassVar[str] = "mz_marriages"
    department = "民政局"
    roles: ClassVar[tuple[str, ...]] = ("husband_id", "wife_id")

    def __init__(self, context: Context) -> None:
        self._c = context
        self._serial: dict[tuple[int, int], int] = {}  # by county and year
        self._late: list[tuple[Ints, Ints, Bools]] = []
        self._rows: list[int] = []

    def changed(self) -> list[int]:
        return self._rows

    def deliver(self, night: Night) -> Extract | None:
        w = self._c.world
        p, d = w.people, w.draws
        if night.number == 0:
            here, outside = self._past(night.day)
        else:
            here, outside = night.weddings, night.weddings_outside
        both = np.concatenate([here, outside])
        partner = np.concatenate([p.spouse[here], self._strangers(outside)])
        external = np.concatenate([np.zeros(len(here), bool), np.ones(len(outside), bool)])
        held = d.hit("mz_marriages.late", both, self._late_rate() if night.number else 0.0)
        coming = (both[~held], partner[~held], external[~held])
        was_late = np.zeros(len(coming[0]), dtype=bool)
        if self._late:
            old = self._late.pop()
            was_late = np.concatenate([np.ones(len(old[0]), dtype=bool), was_late])
            coming = tuple(np.concatenate(x) for x in zip(old, coming, strict=True))  # type: ignore[assignment]
        if held.any():
            self._late.append((both[held], partner[held], external[held]))
        return self._extract(night, *coming, was_late)

    def _late_rate(self) -> float:
        """How often the registry files a wedding a night late."""
        return min(0.95, RATES[self.name]["late"] * self._c.level)

    def _past(self, today: int) -> tuple[Ints, Ints]:
        """Couples, and divorced people whose former spouse lives elsewhere."""
        p, d = self._c.world.people, self._c.world.draws
        recent = (p.married >= _SINCE) & (p.married < today) & (p.document == CITIZEN)
        other = np.maximum(p.spouse, 0)
        couple = recent & (p.spouse >= 0) & (p.sex == 1) & (p.document[other] == CITIZEN)
        here = np.flatnonzero(couple & d.hit("mz.here", np.arange(len(p)), 0.8))
        alone = recent & (p.spouse < 0) & (p.marital == DIVORCED)
        return here, np.flatnonzero(alone & d.hit("mz.outside", np.arange(len(p)), 0.35))

    def _strangers(self, of: Ints) -> Ints:
        """New spouses from elsewhere, about as old; positions among the externals."""
        w = self._c.world
        p, d, n, out = w.people, w.draws, w.names, w.externals
        new = People.blank(len(of))
        keys = len(out) + np.arange(len(of))
        new.sex[:] = 3 - p.sex[of]
        new.birth[:] = p.birth[of] - 700 + d.below("external.birth", keys, 1400)
        new.first[:] = n.surname(d, "external.surname", keys)
        new.second[:] = n.give(d, "external.given", keys, new.sex, calendar(new.birth)[0])
        codes = outside_codes()
        area = codes[d.below("external.area", keys, len(codes))]
        taken = np.sort(np.concatenate([citizenid.given_out(p), out.number]))
        new.number[:] = citizenid.issue(d, area, new.birth, new.sex, taken)
        new.document[:] = CITIZEN
        new.marital[:] = MARRIED
        return out.extend(new)

    def _extract(
        self, night: Night, who: Ints, partner: Ints, external: Bools, late: Bools
    ) -> Extract | None:
        if not len(who):
            return None
        w = self._c.world
        p = w.people
        order = np.lexsort((who, p.married[who])) if night.number == 0 else np.arange(len(who))
        who, partner, external, late = who[order], partner[order], external[order], late[order]
        county = w.homes.county_of(p.home[who])
        county = np.where(county < 0, w.draws.below("mz.county", who, len(w.city.counties)), county)
        year = calendar(p.married[who])[0]
        serial = self._number(county, year)
        code = np.array([c.code for c in w.city.counties], dtype=np.int64)[county]
        key = join("J", number(code), "-", number(year), "-", number(serial, 6))
        noise = Noise(w.draws, self.name, self._c.level, (code * 10_000 + year) * 1_000_000 + serial)
        noise.tag("late", late)
        man = p.sex[who] == 1
        columns = [key, dashed_date(p.married[who])]
        roles = {}
        for role, mine in (("husband", man), ("wife", ~man)):
            local = mine | ~external
            person = np.where(mine, who, np.where(external, 0, partner))
            stranger = np.where(local, 0, partner)
            columns += self._party(noise, person, stranger, local, role, year <= _FIFTEEN_UNTIL)
            roles[f"{role}_id"] = choose(local, person_ids(person), person_ids(stranger, "X"))
        offices = [
            (w.city.name if c.name.endswith("区") else "") + c.name + "民政局婚姻登记处"
            for c in w.city.counties
        ]
        lines = join(separated([*columns, lookup(offices, county)], ","), "\r\n")
        self._rows.append(len(who))
        return Extract(
            self.name,
            self.department,
            "csv",
            FULL if night.number == 0 else DELTA,
            [(HEADER + "\r\n").encode("gbk"), bytes_of(encode(lines, "gbk"))],
            len(who),
            {"key": key, **roles, "tags": pa.array(noise.tags)},
        )

    def _number(self, county: Ints, year: Ints) -> Ints:
        """Serial numbers by county and year."""
        out = np.zeros(len(county), dtype=np.int64)
        group = county * 10_000 + year
        for g in np.flatnonzero(np.bincount(group)):
            rows = np.flatnonzero(group == g)
            place = (int(g) // 10_000, int(g) % 10_000)
            start = self._serial.get(place, 0)
            out[rows] = start + 1 + np.arange(len(rows))
            self._serial[place] = start + len(rows)
        return out

    def _party(
        self, noise: Noise, person: Ints, stranger: Ints, local: Bools, role: str, early: Bools
    ) -> list[Column]:
        w = self._c.world
        out = w.externals if len(w.externals) else w.people
        names, numbers, rare, dots = [], [], [], []
        for people, who in ((w.people, person), (out, stranger)):
            names.append(name_text(people, w.names, who))
            numbers.append(np.where(citizens(people, who), people.number[who], 0))
            rare.append(w.names.is_rare(people.second[who]))
            dots.append(dotted(people, who))
        name = noise_names.damage(
            noise, choose(local, *names), np.where(local, *dots), np.where(local, *rare), _NAMES, role
        )
        body = np.where(local, *numbers)
        cells = citizenid.cells(np.where(body > 0, body, 11_010_119_000_101_001))
        short = noise.hit("id_15_c", early & (body > 0), role)
        text = noise_numbers.damage(noise, cells, ["id_wrong"], (body > 0) & ~short, role)
        rows = np.flatnonzero(short)
        noise.tag("id_15_c", rows)
        fifteen = fixed(np.concatenate([cells[rows, :6], cells[rows, 8:17]], axis=1))
        return [name, overlay(text, [(rows, fifteen)])]
