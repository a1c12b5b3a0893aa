"""Employers: enough organisations, with valid codes, for the people who work in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from etl.demo.columns import Column, fixed, join, lookup, matrix, number
from etl.demo.draws import Draws, Ints, falling
from etl.demo.names import Names
from etl.demo.spec import City, wording

_ALPHABET = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRTUWXY", np.uint8)
_VALUE = np.zeros(128, dtype=np.int64)
_VALUE[_ALPHABET] = np.arange(31)
_CREDIT_WEIGHTS = np.array([pow(3, i, 31) for i in range(17)], dtype=np.int64)
_CODE_VALUE = np.zeros(128, dtype=np.int64)
_CODE_VALUE[np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", np.uint8)] = np.arange(36)
_CODE_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
_CODE_CHECK = np.frombuffer(b"0X987654321", np.uint8)  # by the sum modulo 11

COMPANY, SHOP, COOPERATIVE, BUREAU, SCHOOL, BRANCH = range(6)
_PREFIX = ["91", "92", "93", "12", "12"]
LEVELS = ["中心小学", "初级中学", "高级中学"]
PEOPLE_PER_ORGANISATION = 12


@dataclass
class Organisations:
    """Organisations as columns; truth calls them E0000001 and so on. parent: of a branch, else -1."""

    kind: Ints
    county: Ints
    name: Column
    short: Column
    credit_code: Column
    weight: Ints
    schools: dict[tuple[int, int], Ints]  # by county and level
    parent: Ints

    def __len__(self) -> int:
        return len(self.kind)


def credit_codes(prefix: Column, division: Ints, serial: Ints) -> Column:
    """Unified social credit codes with both check characters, one for each serial number."""
    inner = np.empty((len(serial), 8), dtype=np.uint8)
    rest = (serial * 48_271 + 11) % 31**6
    for place in range(7, 1, -1):
        inner[:, place] = _ALPHABET[rest % 31]
        rest = rest // 31
    inner[:, 0:2] = np.frombuffer(b"MA", np.uint8)
    check = _CODE_CHECK[(_CODE_VALUE[inner] @ _CODE_WEIGHTS) % 11]
    head = np.concatenate([matrix(prefix, 2), matrix(number(division), 6), inner, check[:, None]], axis=1)
    last = _ALPHABET[(31 - (_VALUE[head] @ _CREDIT_WEIGHTS) % 31) % 31]
    return fixed(np.concatenate([head, last[:, None]], axis=1))


def found(draws: Draws, city: City, names: Names, people: int) -> Organisations:
    """The organisations of a city of that many people."""
    words = wording()
    counties = [c.name for c in city.counties]
    towns = [
        (i, t.name.removesuffix("街道").removesuffix("镇").removesuffix("乡"))
        for i, c in enumerate(city.counties)
        for t in c.towns
    ]
    n = max(40, people // PEOPLE_PER_ORGANISATION)
    keys = np.arange(n)
    kind = draws.pick("org.kind", keys, [46, 44, 4, 6])
    county = draws.pick("org.county", keys, [c.weight for c in city.counties])
    schools_n = len(towns) * 2 + len(counties)
    # a name is a position in (trade x industry), so that no two firms of a county are called the same; where a city
    # has used them all, trade names have a third character
    first, second = words["trades_first"], words["trades_second"]
    names_of_two = len(first) * len(second) * len(words["industries"])
    at = (keys * 7919 + 101) % names_of_two
    third = lookup(["", *first], keys // names_of_two % (len(first) + 1))
    trade = join(lookup(first, at % len(first)), lookup(second, at // len(first) % len(second)), third)
    industry = lookup(words["industries"], at // (len(first) * len(second)))
    place = lookup(
        ["漯河市".replace("漯河市", city.name), *counties], draws.below("org.place", keys, 2) * (county + 1)
    )
    owner = names.text(
        names.surname(draws, "org.owner", keys),
        np.zeros(n, dtype=np.int8),
        names.give(draws, "org.owner given", keys, 1 + draws.below("org.sex", keys, 2), np.full(n, 1980)),
    )
    shop = lookup(words["shops"], draws.below("org.shop", keys, len(words["shops"])))
    bureau = lookup(words["bureaus"], draws.below("org.bureau", keys, len(words["bureaus"])))
    county_name = lookup(counties, county)
    form = lookup(["有限公司", "有限责任公司"], draws.pick("org.form", keys, [4, 1]))
    everything = pa.concat_arrays(
        [
            join(place, trade, industry, form),
            join(county_name, owner, shop),
            join(county_name, trade, "种植专业合作社"),
            join(county_name, bureau),
        ]
    )
    every_short = pa.concat_arrays([join(trade, industry), join(owner, shop), join(trade, "合作社"), bureau])
    row = pa.array(kind * n + keys)
    name, short = everything.take(row), every_short.take(row)
    school_names = [counties[i] + t + level for level in LEVELS[:2] for i, t in towns]
    school_short = [t + level for level in LEVELS[:2] for _, t in towns]
    school_names += [c + LEVELS[2] for c in counties]
    school_short += [c + "高中" for c in counties]
    school_county = np.array([i for i, _ in towns] * 2 + list(range(len(counties))), dtype=np.int64)
    level = np.repeat([0, 1, 2], [len(towns), len(towns), len(counties)])
    kind = np.concatenate([kind, np.full(schools_n, SCHOOL)])
    county = np.concatenate([county, school_county])
    weight = falling(n, 400)[np.argsort(draws.bits("org.size", keys), kind="stable")]
    weight = np.where(kind[:n] == SHOP, weight // 12 + 1, weight)
    weight = np.concatenate([weight, np.full(schools_n, int(weight.max()) * 2)])
    division = np.array([c.code for c in city.counties], dtype=np.int64)[county]
    return Organisations(
        kind,
        county,
        pa.concat_arrays([name, pa.array(school_names, pa.string())]),
        pa.concat_arrays([short, pa.array(school_short, pa.string())]),
        credit_codes(lookup(_PREFIX, kind), division, np.arange(n + schools_n)),
        weight,
        {
            (c, lv): n + np.flatnonzero((school_county == c) & (level == lv))
            for c in range(len(counties))
            for lv in range(3)
        },
        np.full(n + schools_n, -1, dtype=np.int64),
    )
