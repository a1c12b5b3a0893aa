"""The divisions an address begins with, matched against the division list: province, city, county."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from basedb.standards import codelists, divisions
from basedb.standards.divisions import Division

_PROVINCE_SUFFIX = re.compile(r"(?:(?:壮族|回族|维吾尔)?自治区|特别行政区|省|市)$")
_DIRECT = re.compile(r"^(?:市辖区|县|省直辖县级行政区划|自治区直辖县级行政区划|直辖|省直辖)$")
_SKIPPED = re.compile(r"^(?:中国|中华人民共和国|市辖区|省直辖县级行政区划|自治区直辖县级行政区划)")
_ZONE = re.compile(
    r"^[^0-9号路街村镇乡]{2,12}?(?:开发区|示范区|高新区|新区|管理区|产业园区|工业园区|实验区|保税区|度假区)"
)
_COUNTY_LIKE = re.compile(r"^[^0-9号路街村镇乡省市县区]{1,7}(?:县|区|旗)(?![路街巷])")


@dataclass(frozen=True)
class Place:
    """What the beginning of an address named; `rest` is what follows.

    code: six digits, of the county if it is known, or else of the city or province; '' if none is.
    known: whether the county was found in the list; ambiguous: several counties have that name.
    """

    province: str | None
    city: str | None
    county: str | None
    code: str
    rest: str
    known: bool = True
    ambiguous: bool = False
    abolished: bool = False


@dataclass(frozen=True)
class _Names:
    provinces: dict[str, tuple[Division, ...]]
    cities: dict[str, tuple[Division, ...]]
    counties: dict[str, tuple[Division, ...]]
    longest: int


@lru_cache(maxsize=4)
def _names(directory: str) -> _Names:
    del directory  # the key of the cache: divisions.records() reads the same place
    levels: dict[str, dict[str, list[Division]]] = {"province": {}, "prefecture": {}, "county": {}}
    for division in divisions.records():
        names = levels[division.level]
        names.setdefault(division.name, []).append(division)
        if division.level == "province":
            names.setdefault(_PROVINCE_SUFFIX.sub("", division.name), []).append(division)
    provinces, cities, counties = (
        {name: tuple(many) for name, many in level.items()} for level in levels.values()
    )
    return _Names(provinces, cities, counties, max(map(len, [*provinces, *cities, *counties])))


def match(text: str, home: str = "") -> Place:
    """Read the divisions at the beginning of `text`.

    home: the code prefix of the site (such as '4111'), which decides between counties of one name. Names of
    province and city are completed from the county's code when that is certain.
    """
    names = _names(codelists.directory())
    text = _skip(text)
    province, text = _take_province(text, names)
    text = _skip(text)
    prefix = province.code[:2] if province else ""
    city, text = _take(text, names.cities, names.longest, prefix, home)
    if city:
        text = text.removeprefix(city.name)  # 漯河市漯河市源汇区
        prefix = city.code[:4]
    text = _skip(text)
    counties = _candidates(text, names.counties, names.longest)
    fitting = _fitting(counties, prefix, city, home)
    if fitting:
        county = fitting[0]
        rest = text[len(county.name) :]
        if len({d.code for d in fitting}) == 1:
            return _complete(county, rest)
        return _place(province, city, county.name, rest, ambiguous=True)
    if zone := _ZONE.match(text) or (_COUNTY_LIKE.match(text) if prefix else None):
        return _place(province, city, zone[0], text[zone.end() :], known=False)
    return _place(province, city, None, text)


def _skip(text: str) -> str:
    while skipped := _SKIPPED.match(text):
        text = text[skipped.end() :]
    return text


def _take_province(text: str, names: _Names) -> tuple[Division | None, str]:
    for length in range(min(names.longest, len(text)), 1, -1):
        name = text[:length]
        if name not in names.provinces:
            continue
        province, rest = names.provinces[name][-1], text[length:]
        if name == province.name or _candidates(rest, names.cities, names.longest):
            return province, rest
        if _fitting(_candidates(rest, names.counties, names.longest), province.code[:2], None, ""):
            return province, rest
    return None, text


def _take(
    text: str, names: dict[str, tuple[Division, ...]], longest: int, prefix: str, home: str
) -> tuple[Division | None, str]:
    many = [d for d in _candidates(text, names, longest) if d.code.startswith(prefix)]
    many = [d for d in many if home and d.code.startswith(home)] or many
    many.sort(key=lambda d: (-len(d.name), -d.valid_to, -d.valid_from))
    return (many[0], text[len(many[0].name) :]) if many else (None, text)


def _candidates(text: str, names: dict[str, tuple[Division, ...]], longest: int) -> list[Division]:
    """Divisions whose name `text` begins with, longest names first."""
    found: list[Division] = []
    for length in range(min(longest, len(text)), 1, -1):
        found += names.get(text[:length], ())
    return found


def _fitting(many: list[Division], prefix: str, city: Division | None, home: str) -> list[Division]:
    """Counties that agree with what was read before: those of the longest name, in force rather than not."""
    if city is not None:
        inside = [d for d in many if d.code.startswith(city.code[:4]) or d.prefecture == city.name]
        many = inside or [d for d in many if d.code.startswith(city.code[:2]) and d.code[2:4] == "90"]
    elif prefix:
        many = [d for d in many if d.code.startswith(prefix)]
    if not many:
        return []
    many = [d for d in many if len(d.name) == len(many[0].name)]
    if home:
        many = [d for d in many if d.code.startswith(home)] or many
    return [d for d in many if d.valid_to == divisions.OPEN_YEAR] or _latest(many)


def _latest(many: list[Division]) -> list[Division]:
    last = max(d.valid_to for d in many)
    return [d for d in many if d.valid_to == last]


def _complete(county: Division, rest: str) -> Place:
    city = None if _DIRECT.match(county.prefecture) or not county.prefecture else county.prefecture
    abolished = county.valid_to != divisions.OPEN_YEAR
    return Place(county.province, city, county.name, county.code, rest, abolished=abolished)


def _place(
    province: Division | None,
    city: Division | None,
    county: str | None,
    rest: str,
    known: bool = True,
    ambiguous: bool = False,
) -> Place:
    if city is not None:
        return Place(city.province, city.name, county, city.code, rest, known, ambiguous)
    name = province.name if province else None
    return Place(name, None, county, province.code if province else "", rest, known, ambiguous)
