"""The division an organisation's name begins with: in full (漯河市), or without its suffix (漯河)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from basedb.standards import codelists, divisions

_SUFFIX = re.compile(
    r"(?:(?:[^省市县区旗]{1,3}族)*(?:自治区|自治州|自治县|自治旗)|特别行政区|地区|省|市|县|区|盟|旗)$"
)
_TOLD_ALONE = {"prefecture": "市州", "county": "县"}
_DIGITS = {"province": 2, "prefecture": 4, "county": 6}


@dataclass(frozen=True)
class _Name:
    """One way to write one division.

    code: its digits without the zeros of lower levels; bare: without its suffix; alone: whether it is told
    from a word without a higher division before it (districts are called 和平 and 朝阳, as firms are).
    """

    text: str
    code: str
    bare: bool
    in_force: bool
    alone: bool


@dataclass(frozen=True)
class _Candidate:
    """A name that may stand in a place, and what it means there: its code, or itself without its suffix."""

    text: str
    meaning: str
    bare: bool


class Divisions:
    """The divisions a name may begin with. home: the code prefix of the site, preferred among namesakes."""

    def __init__(self, home: str = "") -> None:
        self._home = home
        self._names = _names(codelists.directory())
        self._fitting: dict[tuple[str, str, bool], tuple[_Candidate, ...]] = {}

    def take(
        self, text: str, is_name: Callable[[str], bool], loosely: bool = False
    ) -> tuple[str | None, str]:
        """The most exact division at the beginning of `text`, and what follows it.

        The division is given by its code without the zeros of lower levels, or by its name where nothing
        tells which of several it is. is_name: whether what follows is still a name; 泰和 is a county in
        泰和永盛建材, and a trade name in 泰和建材. loosely: any name without its suffix will do.
        """
        code = ""
        while len(code) < _DIGITS["county"]:
            place = code, text[:2], loosely
            fitting = self._fitting.get(place)
            if fitting is None:
                fitting = self._fitting[place] = self._find(*place)
            for one in fitting:
                if text.startswith(one.text) and (not one.bare or is_name(text[len(one.text) :])):
                    text = text[len(one.text) :]
                    break
            else:
                break
            if not one.meaning.isdigit():
                return one.meaning, text
            code = one.meaning
        return code or None, text

    def _find(self, code: str, start: str, loosely: bool) -> tuple[_Candidate, ...]:
        """What may follow the division `code`, longest names first."""
        by_name: dict[str, list[_Name]] = {}
        for one in self._names.get(start, ()):
            at_home = bool(self._home) and one.code.startswith(self._home)
            below = one.code.startswith(code) and len(one.code) > len(code)
            if below and (not one.bare or one.alone or code or at_home or loosely):
                by_name.setdefault(one.text, []).append(one)
        return tuple(
            _Candidate(text, self._meaning(many), all(one.bare for one in many))
            for text, many in by_name.items()
        )

    def _meaning(self, many: list[_Name]) -> str:
        many = [one for one in many if not one.bare] or many
        many = [one for one in many if self._home and one.code.startswith(self._home)] or many
        codes = {one.code for one in [one for one in many if one.in_force] or many}
        return codes.pop() if len(codes) == 1 else _SUFFIX.sub("", many[0].text)


@lru_cache(maxsize=4)
def _names(directory: str) -> dict[str, tuple[_Name, ...]]:
    """Every name by its first two characters, longest first."""
    del directory  # the key of the cache: divisions.records() reads the same place
    found: dict[str, set[_Name]] = {}
    for division in divisions.records():
        code = division.code[: _DIGITS[division.level]]
        in_force = division.valid_to == divisions.OPEN_YEAR
        bare = _SUFFIX.sub("", division.name)
        for text in {division.name, bare}:
            if len(text) >= 2:
                alone = division.level == "province" or division.name[-1] in _TOLD_ALONE[division.level]
                one = _Name(text, code, text != division.name, in_force, alone)
                found.setdefault(text[:2], set()).add(one)
    return {
        start: tuple(sorted(many, key=lambda one: (-len(one.text), one.bare, one.code)))
        for start, many in found.items()
    }
