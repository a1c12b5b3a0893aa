"""Whether a file speaks of another place than its contract does: such a file waits for a person, as a whole."""

from __future__ import annotations

import re
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
#: Shorter names are parts of other words.
_SHORTEST = 3
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
    own = re.compile("|".join(map(re.escape, _proper(area))))
    found = []
    for title in frame["title"].dropna().unique():
        bare = fold_label(title)
        if not own.search(bare):
            found += [match[0] for match in _elsewhere(area.code).finditer(bare)]
    return list(dict.fromkeys(found))


def _listed(frame: pd.DataFrame, area: Territory) -> list[str]:
    """Divisions of other places that rows name, if they are more than those of the territory."""
    told = frame[["label_division", "label_division_code", "division"]].drop_duplicates()
    named = told["label_division"].fillna("").map(fold_label)
    code = told["label_division_code"].fillna("").astype(str)
    known = _names()
    is_strange = (told["division"] == "") & (named.isin(known) | code.str[:6].map(_is_division))
    is_own = (told["division"] != "") & (named.isin(_proper(area)) | (code != ""))
    strangers = named.where(code == "", code)[is_strange].drop_duplicates()
    own = told.loc[is_own, "division"].drop_duplicates()
    return strangers.tolist() if len(strangers) > len(own) else []


def _is_division(code: str) -> bool:
    return bool(divisions.by_code(code))


def _proper(area: Territory) -> list[str]:
    """Names of the territory's divisions that are theirs alone (源汇区, not 全市)."""
    return [name for name in area.names if name in _names() or f"{name}市" in _names()]


def _name(code: str) -> str:
    return divisions.name(code) or code


@cache
def _names() -> frozenset[str]:
    """Every division's name, at county level and above, of any time."""
    return frozenset(item.name for item in divisions.records())


@cache
def _elsewhere(code: str) -> re.Pattern[str]:
    """Names of cities and counties outside a territory, as they stand in titles."""
    own = territory(code[:6]).names
    names = {
        item.name
        for item in divisions.records()
        if item.name.endswith(("市", "县")) and len(item.name) >= _SHORTEST and item.name not in own
    }
    return re.compile("|".join(sorted(map(re.escape, names), key=len, reverse=True)))
