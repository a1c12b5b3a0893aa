"""The divisions a source speaks of: a city, the counties in it, and what the city itself keeps.

Codes have twelve digits (统计用区划代码), the last six zero for counties and above; the city's own level
(市本级) has the code of its 市辖区.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from basedb.standards import divisions
from basedb.standards.labels import fold_label

_WHOLE = ("全市", "总计", "合计", "全市合计", "全市总计", "地区合计", "总数", "全市总数")
_OWN_LEVEL = ("市本级", "市直", "本级", "市级", "市直属", "市直单位")


@dataclass(frozen=True)
class Territory:
    """A city and its parts: folded names → twelve-digit codes, and the codes themselves."""

    code: str
    names: dict[str, str]
    codes: frozenset[str]
    counties: tuple[str, ...]

    def find(self, name: str | None, code: str | None = None) -> str:
        """The code of a division by name or code; empty if it is none of the territory."""
        if code:
            full = code.strip().ljust(12, "0")
            return full if full in self.codes else ""
        folded = fold_label(name or "")
        return self.names.get(folded, "")


@cache
def territory(code: str) -> Territory:
    """The territory of a city's six-digit code. KeyError if no such city ever was."""
    city = divisions.at(code)
    if city is None:
        raise KeyError(code)
    whole, own = code.ljust(12, "0"), f"{code[:4]}01".ljust(12, "0")
    names = {fold_label(name): whole for name in (*_WHOLE, city.name, city.name.removesuffix("市"))}
    names |= {fold_label(name): own for name in _OWN_LEVEL}
    counties = []
    for item in sorted(divisions.records(), key=lambda item: item.valid_to):
        if item.code[:4] == code[:4] and item.code[4:] not in ("00", "01"):
            full = item.code.ljust(12, "0")
            # Sorted by end: the name's last bearer stays.
            names[fold_label(item.name)] = full
            if item.valid_to == divisions.OPEN_YEAR:
                counties.append(full)
    return Territory(whole, names, frozenset({*names.values()}), tuple(sorted(counties)))
