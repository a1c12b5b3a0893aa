"""Division codes of 6, 9 and 12 digits (GB/T 2260, GB/T 10114, 统计用区划代码), or the names written instead.

The list goes down to the county; the digits for town and village are checked for form only.
"""

from __future__ import annotations

import re

import pandas as pd
import pyarrow as pa

from basedb.findings import Severity, Standardized, define
from basedb.standards import divisions
from basedb.standards.addresses import places
from basedb.standards.columnar import TEXT, Found, parse_distinct
from basedb.standards.text import fold_identifier, simplify

FORM = define("division_code.form", Severity.WARNING, "区划代码应为6、9或12位数字", "not 6, 9 or 12 digits")
UNKNOWN = define(
    "division_code.unknown", Severity.WARNING, "区划代码不存在", "there never was such a division code"
)
NOT_IN_FORCE = define(
    "division_code.not_in_force",
    Severity.INFO,
    "区划代码在该日期不在有效期内，建议值为承接的代码",
    "not in force on that date; the suggestion is the code that took over",
)
FROM_NAME = define(
    "division_code.from_name",
    Severity.INFO,
    "由区划名称换算为代码",
    "a name was given and turned into its code",
)
NAME_UNKNOWN = define(
    "division_code.name_unknown",
    Severity.WARNING,
    "区划名称不存在或不唯一",
    "no division, or several, have this name",
)
FOLDED = define(
    "division_code.folded",
    Severity.INFO,
    "区划代码含全角、空格或小数尾，已折叠",
    "width, blanks or .0 were folded",
)
PLACEHOLDER = define("division_code.placeholder", Severity.WARNING, "区划代码为占位值", "a placeholder")

FIELDS: dict[str, pa.DataType] = {
    "division_code": TEXT,
    "division_level": TEXT,
    "division_name": TEXT,
    "division_valid": pa.bool_(),
}
_NOTHING = frozenset({"-", "/", "无", "不详", "未知", "空", "NULL", "NONE", "NAN", "NA"})


def division_code(series: pd.Series, on: divisions.On = None, home: str = "") -> Standardized:
    """Read a column of division codes or names.

    on: the date at which the county must be in force (today without one). home: a code prefix preferred
    among divisions of one name. Columns: `division_code` as many digits as were given; `division_level`
    'province', 'prefecture', 'county', 'town' or 'village'; `division_name` of the county or above;
    `division_valid` whether that was in force.
    """

    def read(value: str) -> tuple[tuple[str | None, str | None, str | None, bool], list[Found]]:
        found: list[Found] = []
        text = fold_identifier(value).upper()
        if not text:
            return (None, None, None, False), found
        if text in _NOTHING or text.strip("0") == "":
            return (None, None, None, False), [(PLACEHOLDER, None)]
        text = re.sub(r"\.0+$", "", text.replace(" ", ""))
        if not text.isascii():
            code = _by_name(simplify(text), on, home)
            if code is None:
                return (None, None, None, False), [(NAME_UNKNOWN, None)]
            found.append((FROM_NAME, code))
            return _judge(code, on, found), found
        if text != value:
            found.append((FOLDED, None))
        return _judge(text, on, found), found

    return parse_distinct(series, FIELDS, read)


def _by_name(text: str, on: divisions.On, home: str) -> str | None:
    """Code of a name such as 河南省漯河市源汇区, if it names one division and nothing more."""
    candidates = divisions.codes_named(text, on)
    near = [code for code in candidates if home and code.startswith(home)] or candidates
    if len(near) > 1 and on is None:
        near = [code for code in near if divisions.is_valid(code)]
    if len(near) == 1:
        return near[0]
    place = places.match(text, home)
    return place.code if place.code and not place.rest and place.known and not place.ambiguous else None


def _judge(
    code: str, on: divisions.On, found: list[Found]
) -> tuple[str | None, str | None, str | None, bool]:
    if not code.isdigit() or len(code) not in (6, 9, 12):
        found.append((FORM, None))
        return code, None, None, False
    history = divisions.by_code(code[:6])
    level = _level(code)
    if not history:
        found.append((UNKNOWN, None))
        return code, level, None, False
    valid = divisions.is_valid(code[:6], on)
    if not valid:
        after = [c for c in divisions.successors(code[:6], on) if c != code[:6]]
        found.append((NOT_IN_FORCE, " ".join(after) or None))
    current = divisions.at(code[:6], on) or history[-1]
    return code, level, current.name, valid


def _level(code: str) -> str:
    padded = code.ljust(12, "0")
    for level, start in (("village", 9), ("town", 6), ("county", 4), ("prefecture", 2)):
        if padded[start:].strip("0"):
            return level
    return "province"
