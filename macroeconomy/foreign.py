"""Whether a file speaks of another place than its contract does: such a file waits for a person, as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pandas as pd

from basedb.domain import Load
from basedb.findings import Severity, define
from basedb.refusal import Held
from basedb.standards import divisions
from basedb.standards.labels import fold_label
from macroeconomy.settings import Settings
from macroeconomy.territory import Territory, territory

OTHER_TERRITORY = define(
    "macro.other_territory",
    Severity.ERROR,
    "文件写的是外地的数据",
    "the file speaks of another territory",
)
#: Shorter names are parts of other words, longer ones there are none.
_SHORTEST, _LONGEST = 3, 15
_ENDING = re.compile("[市县]")
_SHOWN = 5


def hold_if_foreign(load: Load, frame: pd.DataFrame, settings: Settings) -> None:
    """Held if a title names another city or county and not the contract's, or if more divisions of other places
    than of the contract's have figures; not if a person let the file in.

    frame: the cells with their divisions, as `macroeconomy.figures.interpret` gives them.
    """
    if load.released:
        return
    area = territory(settings.territory)
    strangers = _titled(frame, area) or _listed(frame, area)
    if strangers:
        shown = "、".join(strangers[:_SHOWN])
        raise Held(
            OTHER_TERRITORY,
            f"合同 {load.source} 是{_name(settings.territory)}的，文件写的是{shown}",
            f"the contract {load.source} is for {settings.territory}, the file speaks of {shown}",
        )


def _titled(frame: pd.DataFrame, area: Territory) -> list[str]:
    """Places that titles name which name nothing of the territory."""
    own = _proper(area.code[:6])
    found: dict[str, None] = {}
    for title in frame["title"].dropna().unique():
        bare = fold_label(title)
        if not any(name in bare for name in own):
            found |= dict.fromkeys(name for name in _places(bare) if name not in area.names)
    return list(found)


def _places(text: str) -> Iterator[str]:
    """Names of cities and counties in a text."""
    known = _names()
    for match in _ENDING.finditer(text):
        longest = min(match.end(), _LONGEST)
        names = (text[match.end() - length : match.end()] for length in range(longest, _SHORTEST - 1, -1))
        if name := next((name for name in names if name in known), ""):
            yield name


def _listed(frame: pd.DataFrame, area: Territory) -> list[str]:
    """Divisions of other places that rows name, if they are more than those of the territory."""
    known, proper = _names(), _proper(area.code[:6])
    strangers: dict[str, None] = {}
    own: set[str] = set()
    told = zip(frame["label_division"], frame["label_division_code"], frame["division"], strict=True)
    for label, code, division in dict.fromkeys(told):
        name = fold_label(label) if isinstance(label, str) else ""
        number = code if isinstance(code, str) else ""
        if division and (number or name in proper):
            own.add(division)
        elif not division and (name in known or _is_division(number[:6])):
            strangers[number or name] = None
    return list(strangers) if len(strangers) > len(own) else []


def _is_division(code: str) -> bool:
    return bool(divisions.by_code(code))


@cache
def _proper(code: str) -> frozenset[str]:
    """Names of a territory's divisions that are theirs alone (源汇区, not 全市)."""
    known = _names()
    return frozenset(name for name in territory(code).names if name in known or f"{name}市" in known)


def _name(code: str) -> str:
    return divisions.name(code) or code


@cache
def _names() -> frozenset[str]:
    """Every division's name, at county level and above, of any time."""
    return frozenset(item.name for item in divisions.records())
