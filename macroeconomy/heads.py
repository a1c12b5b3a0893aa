"""What stands over a column of figures: measure, unit, period, division, status and indicator.

Headers are read by their phrases, never by position: ``生产总值(万元)/累计增长%`` is the gross product's
cumulative growth in per cent, ``漯河市/修订后(亿元)`` the city's revised figure, ``3月末`` the end of March.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from basedb.standards.labels import fold_label
from macroeconomy.periods import Period, parse_period
from macroeconomy.units import Unit, bracketed_unit, parse_unit, without_unit

#: Measures, in the order they are tried. ``growth`` is a rate that does not say whether it is cumulative.
_NOW = "本月|当月|当期|本期|本季|当季|本年|当年|本月数|当月数|本期数|当期值|月度"
_GROWTH = (
    r"同比(?:增长|增减|增速|±)?(?:率)?|增长(?:率|速度)?|增速|比上年(?:同期|同月|增长|±).*|比去年同期.*|±"
)
_MEASURES: tuple[tuple[str, str], ...] = (
    ("ytd_yoy", rf"(?:本月止|本期止|自年初)?累计(?:数|值|额|总额)?(?:{_GROWTH})"),
    ("cur_yoy", rf"(?:{_NOW})(?:{_GROWTH})"),
    ("growth", rf"(?:{_GROWTH})"),
    ("ytd", r"(?:本月止|本期止|自年初(?:至本月)?|年初至今)?累计(?:数|值|额|总额|完成)?"),
    ("stock", r"期末(?:数|余额)?|月末(?:数|余额)?|年末(?:数|余额)?|季末(?:数|余额)?|余额"),
    ("cur", rf"(?:{_NOW})(?:数|值|额|完成)?"),
)
_WHOLE = tuple((name, re.compile(rf"^(?:{pattern})$")) for name, pattern in _MEASURES)
_AT_END = tuple(
    (name, re.compile(rf"^(?P<rest>.+?)(?:{pattern})$")) for name, pattern in _MEASURES if name != "stock"
)
_EMPTY = re.compile(r"^(?:绝对量|绝对数|绝对值|总量|数值|数量|指标值|实绩|完成|数据|增长情况)$")
_STATUSES = (
    ("previous", re.compile(r"^(?:修订|核实|调整)前(?:数)?$")),
    ("revised", re.compile(r"^(?:修订|核实|调整)后(?:数)?$|^修订数$")),
    ("preliminary", re.compile(r"^(?:初步核算数?|初步数|快报数?|初核数)$")),
    ("final", re.compile(r"^(?:最终核实数?|终核数|年报数)$")),
)


@dataclass(frozen=True)
class Head:
    """A header's meaning; what it does not say is empty or None. `indicator` is what is left of it.

    quantity: the unit of the figures that growth is of (``出口(万美元)/累计增长%``).
    """

    measure: str = ""
    unit: Unit | None = None
    period: Period | None = None
    division: str = ""
    status: str = ""
    indicator: str = ""
    quantity: Unit | None = None


def parse_head(text: str, year: int | None, divisions: frozenset[str]) -> Head:
    """The meaning of a header whose parts are joined with ``/`` from the top down.

    year: the table's, for months without one. divisions: folded names of the territory's divisions.
    """
    return _parsed(text, year, divisions)


@lru_cache(maxsize=8192)
def _parsed(text: str, year: int | None, divisions: frozenset[str]) -> Head:
    measure = status = division = ""
    unit: Unit | None = None
    quantity: Unit | None = None
    period: Period | None = None
    rest: list[str] = []
    for part in text.split("/"):
        unit = bracketed_unit(part) or unit
        quantity = unit if unit and unit.dimension not in ("ratio", "index") else quantity
        bare = fold_label(without_unit(_unnumbered(part)))
        if not bare or _EMPTY.match(bare):
            continue
        if alone := parse_unit(bare):
            unit = alone
        elif found := _whole_measure(bare):
            measure = found
        elif kind := next((name for name, pattern in _STATUSES if pattern.match(bare)), ""):
            status = kind
        elif bare in divisions:
            division = bare
        elif when := parse_period(bare, year):
            period = when
            measure = measure or ("stock" if bare.endswith("末") else "")
        else:
            left, ending = _measure_at_end(bare)
            measure = ending or measure
            rest.append(left)
    return Head(measure, unit, period, division, status, "/".join(rest), quantity)


def _unnumbered(part: str) -> str:
    """A part whose leading number belongs to it (``2012.01``, ``1月末``) and is no numbering."""
    return unicodedata.normalize("NFKC", "".join(part.split()))


def _whole_measure(bare: str) -> str:
    return next((name for name, pattern in _WHOLE if pattern.match(bare)), "")


def _measure_at_end(bare: str) -> tuple[str, str]:
    """A phrase that ends with its measure (``进出口累计同比``), split from it."""
    for name, pattern in _AT_END:
        if match := pattern.match(bare):
            return match["rest"], name
    return bare, ""
