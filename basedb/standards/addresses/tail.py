"""The tail of an address: the numbers of plate, building, unit and room, in whatever way they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from basedb.standards.addresses.head import ESTATE, NOTHING, NUMBERED, ROAD, VILLAGE
from basedb.standards.text import NUMERAL_CHARACTERS, numeral

_UNIT_WORDS = "号楼|号院|#楼|号|#|栋|幢|座|楼|单元|门|室|户|房|层|组|F"
_NUMBER = rf"(?:[0-9]+[A-Z]?|[A-Z][0-9]*|[{NUMERAL_CHARACTERS}]+)"
_SIDE_WORD = r"[东西南北中]{1,2}(?:单元|户)"
PATTERN = rf"(?:第?附?{_NUMBER}(?:(?:村民)?小?组|{_UNIT_WORDS})?-?|{_SIDE_WORD})*"
"""What a tail looks like, for RE2: items of a number and the word that says what it counts."""

_TOKEN = re.compile(rf"第?(?P<extra>附)?(?P<number>{_NUMBER})(?P<word>(?:村民)?小?组|{_UNIT_WORDS})?-?")
_SIDE = re.compile(r"([东西南北中]{1,2})(单元|户)")
_BLOCK, _UNIT, _ROOM = ("号楼", "#楼", "栋", "幢", "座", "楼"), ("单元", "门"), ("室", "户", "房")


@dataclass(frozen=True)
class Tail:
    """Numbers without their words; None where nothing was written."""

    number: str | None = None
    group: str | None = None
    block: str | None = None
    unit: str | None = None
    room: str | None = None


def read_tail(text: str, after: int) -> Tail:
    """Read one tail. after: what the head ends with, one of the constants of `head`."""
    tokens = [_normal(match) for match in _TOKEN.finditer(text)]
    read = Tail()
    bare: list[str] = []
    for place, (number, word, extra) in enumerate(tokens):
        if not word and not extra:
            bare.append(number)
            continue
        following = [other for _, other, _ in tokens[place + 1 :]]
        if word in ("号", "号院", "#") and bare and after in (ROAD, VILLAGE) and read.number is None:
            number, bare = "-".join([*bare, number]), []  # 12-3号
        read, bare = _bare(read, bare, after, word), []
        read = _add(read, number, word, extra, following, after)
    read = _bare(read, bare, after)
    for side, word in _SIDE.findall(text):
        if word == "单元" and read.unit is None:
            read = replace(read, unit=side)
        elif word == "户" and read.room is None:
            read = replace(read, room=side)
    return read


def _normal(match: re.Match[str]) -> tuple[str, str, bool]:
    number, word = match["number"], match["word"] or ""
    value = numeral(number)
    if value is not None:
        number = str(value)
    elif number[0].isdigit():
        number = number.lstrip("0") or "0"
    return number, "组" if word.endswith("组") else word, bool(match["extra"])


def _add(read: Tail, number: str, word: str, extra: bool, following: list[str], after: int) -> Tail:
    """One number whose word says, or its place tells, what it counts."""
    if extra:
        return replace(read, number=(read.number or "") + f"附{number}")
    if word == "组":
        return replace(read, group=number)
    if word in _UNIT:
        return replace(read, unit=number)
    if word in _ROOM:
        return replace(read, room=number)
    if word in ("层", "F"):
        return read
    if word == "楼" and (read.block or read.unit):  # 2单元5楼: a floor
        return read
    if word in _BLOCK:
        return replace(read, block=number)
    return _plate(read, number, word, following, after)


def _plate(read: Tail, number: str, word: str, following: list[str], after: int) -> Tail:
    """号, # and 号院, which count plates, buildings or rooms."""
    inside = after in (ESTATE, NUMBERED) or read.number is not None
    if read.block or read.unit:
        return replace(read, room=number) if read.room is None else read
    if not inside or word == "号院":
        if after == NOTHING and word == "#":
            return replace(read, block=number)
        return replace(read, number=number)
    building = word == "#" or any(other in (*_UNIT, *_ROOM, "") for other in following)
    if building or after == ESTATE:
        return replace(read, block=number)
    return replace(read, room=number)


def _bare(read: Tail, numbers: list[str], after: int, before: str | None = None) -> Tail:
    """Numbers without words: 3-2-501 is building, unit, room.

    before: the word of the number that follows, None at the end of the tail: in 3-2-501室 the room is known.
    """
    if (
        numbers
        and after in (ROAD, VILLAGE)
        and read.number is None
        and read.block is None
        and read.unit is None
    ):
        plate = numbers[:1] if len(numbers) > 2 or before is not None else numbers
        read, numbers = replace(read, number="-".join(plate)), numbers[len(plate) :]
    if not numbers:
        return read
    free = [part for part in ("block", "unit", "room") if getattr(read, part) is None]
    if read.unit is not None and "block" in free:
        free.remove("block")
    if before in _UNIT:
        free = [part for part in free if part == "block"]
    elif before is not None:
        free = [part for part in free if part != "room"]
    if before is None and free:
        return _to_the_room(read, numbers, free)
    return replace(read, **dict(zip(free, numbers, strict=False)))


def _to_the_room(read: Tail, numbers: list[str], free: list[str]) -> Tail:
    """Numbers at the end: the last one is the room, a short one standing alone after an estate the building."""
    if free[-1] != "room":
        return read
    if len(numbers) == 1 and free[0] == "block" and len(numbers[0]) < 3:
        return replace(read, block=numbers[0])
    if len(numbers) > len(free):
        numbers = [*numbers[: len(free) - 1], "-".join(numbers[len(free) - 1 :])]
    return replace(read, room=numbers[-1], **dict(zip(free, numbers[:-1], strict=False)))
