"""The head of an address: divisions, town, village, road with its number, and the estate's name.

Patterns follow the naming of places (地名管理条例: generic terms such as 街道 镇 社区 村 路 街), not any
list of names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from basedb.standards.addresses import places
from basedb.standards.text import NUMERAL_CHARACTERS, numeral

_NUMERAL_WORD = re.compile(rf"[{NUMERAL_CHARACTERS}]+(?=号(?![街巷桥线])|组|#|单元|室|栋|幢)")
_BRACKETS = re.compile(r"[(\[【][^)\]】]*[)\]】]?")
_STREET_OFFICE = re.compile(r"^([^0-9号]{1,8}?)(?:街道办事处|街道(?![路口北南东西])|办事处|街办)")
_NO_STREET = r"(?![东西南北中前后]?(?:路|街(?!村)|大街|巷|大道|胡同|小区|花园|家园|小学|中学))"
_TOWN = re.compile(rf"^[^0-9号#]{{1,9}}?(?<!小)(?:(?:民族)?乡|镇|苏木|农场|林场){_NO_STREET}")
_COMMUNITY = re.compile(r"^(?P<name>[^0-9号#]{1,12}?)(?:社区居民委员会|社区居委会|居民委员会|居委会|社区)")
_VILLAGE = re.compile(
    r"^(?P<name>(?:(?!路|巷|社区|小区|花园|家属院|大道|胡同)[^0-9号#]){1,12})"
    rf"(?:村民委员会|村委会|行政村|村){_NO_STREET}"
)
_ROAD_WORD = r"(?:大道|大街|胡同|路|街|巷|弄|道|条|里)"
_ROAD_BEGIN = r"(?:\d{1,3}号(?=路)|[GSXY]?\d{1,3}(?=[国省县乡]道))?"
_SECTION = r"(?:[东西南北中]段|[东西南北]侧|[东西南北](?=\d))?"
_NUMBERED_ROAD = re.compile(
    rf"^(?P<road>{_ROAD_BEGIN}[^0-9号#]{{1,16}}{_ROAD_WORD}{_SECTION}|{_ROAD_BEGIN}(?<=\d号)路)"
    r"第?(?P<number>\d+(?:-\d+)?弄?)(?:号院|号|#)?(?:附(?P<extra>\d+)号?)?"
)
_ROAD = re.compile(
    rf"^(?P<road>{_ROAD_BEGIN}[^0-9号#]{{0,14}}(?:大道|大街|胡同|[国省县乡]道|路|街|巷)(?:[东西南北中]段|[东西南北]侧)?)"
    r"(?!区|边|口)(?P<rest>.*)$"
)
_ROAD_AT_END = re.compile(rf"^{_ROAD_BEGIN}[^0-9号#]{{0,16}}{_ROAD_WORD}{_SECTION}$")
_NUMBER = re.compile(r"^第?(?P<number>\d+(?:-\d+)?)(?:号院|号(?!路)|#)(?:附(?P<extra>\d+)号?)?")
_GROUP = re.compile(r"^(?:第)?(?P<group>\d+)(?:村民)?(?:小)?组")
_NEW_VILLAGE = re.compile(r"(?:新村|[一二三四五六七八九十]村)$")

ROAD, NUMBERED, ESTATE, VILLAGE, NOTHING = range(5)
"""What the head ends with, which decides how the numbers after it are read."""


@dataclass(frozen=True)
class Head:
    """The parts read from a head; `ends_with` tells the tail what its first number means."""

    place: places.Place
    town: str | None = None
    village: str | None = None
    road: str | None = None
    number: str | None = None
    estate: str | None = None
    group: str | None = None
    ends_with: int = NOTHING


def read_head(text: str, home: str = "") -> Head:
    """Read one head: cleaned, simplified text without the numbers at its end."""
    text = _NUMERAL_WORD.sub(_digits, _BRACKETS.sub("", text))
    place = places.match(text, home)
    town, rest = _town(place.rest)
    village, rest = _village(rest)
    group, rest = _group(rest)
    road, number, rest = _road(rest)
    if road is None and (plate := _NUMBER.match(rest)):
        number, rest = _plate(plate), rest[plate.end() :]
    estate = rest.removeprefix("号").strip("-、,.。·") or None
    if estate:
        ends_with = ESTATE
    elif number:
        ends_with = NUMBERED
    elif road:
        ends_with = ROAD
    else:
        ends_with = VILLAGE if village or group else NOTHING
    return Head(place, town, village, road, number, estate, group, ends_with)


def as_estate(head: Head) -> Head:
    """阳光新村3-2-501: a new village with buildings is an estate; other heads are returned as they are."""
    if head.ends_with != VILLAGE or head.town or not head.village or not _NEW_VILLAGE.search(head.village):
        return head
    return Head(head.place, None, None, None, None, head.village, None, ESTATE)


def _digits(match: re.Match[str]) -> str:
    value = numeral(match[0])
    return match[0] if value is None else str(value)


def _town(text: str) -> tuple[str | None, str]:
    if office := _STREET_OFFICE.match(text):
        return office[1] + "街道", text[office.end() :]
    if town := _TOWN.match(text):
        return town[0], text[town.end() :].removeprefix("人民政府")
    return None, text


def _village(text: str) -> tuple[str | None, str]:
    if community := _COMMUNITY.match(text):
        return community["name"] + "社区", text[community.end() :]
    if village := _VILLAGE.match(text):
        return village["name"] + "村", text[village.end() :]
    return None, text


def _group(text: str) -> tuple[str | None, str]:
    if group := _GROUP.match(text):
        return group["group"], text[group.end() :]
    return None, text


def _road(text: str) -> tuple[str | None, str | None, str]:
    if numbered := _NUMBERED_ROAD.match(text):
        return numbered["road"], _plate(numbered), text[numbered.end() :]
    if _ROAD_AT_END.match(text):
        return text, None, ""
    if road := _ROAD.match(text):
        return road["road"], None, road["rest"]
    return None, None, text


def _plate(match: re.Match[str]) -> str:
    extra = match["extra"]
    return match["number"] + (f"附{extra}" if extra else "")
