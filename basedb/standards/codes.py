"""Code lists: from a code, a label or one of its other names to the code.

The shipped lists follow GB/T 2261 (sex, marital status), 3304 (ethnic groups), 4658 (education), 4761
(relation to the head of household), 12402 (economic type), 21010 (land use), 4754-2017 (industry), GA/T 517
(documents), GA/T 2000.24 (reasons of correction). A site replaces a list by putting a file of the same name
into its own directory: the argument `directory`, or the environment variable BASEDB_CODELISTS.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd
import pyarrow as pa
from rapidfuzz import process

from basedb.findings import Severity, Standardized, define
from basedb.standards import codelists, divisions
from basedb.standards.columnar import TEXT, Found, encode, parse_distinct, take, text_series, to_arrow
from basedb.standards.text import clean, simplify

UNKNOWN = define(
    "code.unknown", Severity.WARNING, "代码表中没有此值", "the code list does not hold this value"
)
AMBIGUOUS = define(
    "code.ambiguous", Severity.WARNING, "名称对应多个代码", "the label belongs to several codes"
)
PADDED = define(
    "code.padded",
    Severity.INFO,
    "代码丢失前导零或带小数尾，已补正",
    "leading zeros were restored or .0 removed",
)
NOT_IN_FORCE = define(
    "code.not_in_force",
    Severity.WARNING,
    "代码在该日期不在有效期内",
    "the code was not in force on that date",
)

COLUMNS = ("list", "code", "label_zh", "label_en", "parent", "valid_from", "valid_to", "aliases")
DIVISION = "division"
_FOLDER = "codes"
_FLOAT = re.compile(r"^(\d+)\.0+$")
_NEAR = 60

On = datetime.date | str | None


@dataclass(frozen=True)
class _Index:
    """One list ready for lookups: rows by code, codes by folded label or alias."""

    codes: dict[str, list[tuple[str, str]]]
    labels: dict[str, tuple[str, ...]]
    first_label: dict[str, str]
    width: int


def lists(directory: str | None = None) -> list[str]:
    """Names of all code lists, shipped and the site's."""
    shipped = codelists.file_names(_FOLDER, directory)
    return sorted({name.removesuffix(".csv") for name in shipped} | {DIVISION})


def table(list_name: str, directory: str | None = None) -> pd.DataFrame:
    """A code list as a data frame of COLUMNS, all text; aliases are separated by |.

    Raises KeyError if there is no such list.
    """
    if list_name not in lists(directory):
        raise KeyError(f"no code list {list_name!r}; there are {', '.join(lists(directory))}")
    if list_name == DIVISION:
        return _division_table()
    rows = codelists.read_csv(f"{_FOLDER}/{list_name}.csv", directory)
    return rows.reindex(columns=list(COLUMNS), fill_value="")


def _division_table() -> pd.DataFrame:
    rows = [
        (
            DIVISION, d.code, d.name, "", d.code[:4] + "00" if d.level == "county" else "", str(d.valid_from),
            "" if d.valid_to == divisions.OPEN_YEAR else str(d.valid_to), d.full_name,
        )
        for d in divisions.records()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def lookup(list_name: str, series: pd.Series, on: On = None, directory: str | None = None) -> Standardized:
    """Codes for a column of codes, labels or aliases. Column: `code`.

    on: the date at which the code must be in force; without it any time will do. Unknown values become NA
    with the nearest label as the suggestion; a label of several unrelated codes becomes NA with the codes.
    Raises KeyError if there is no such list.
    """
    index = _index(list_name, codelists.directory() if directory is None else directory)
    day = "" if on is None else str(on)[:10]

    def read(value: str) -> tuple[tuple[str | None], list[Found]]:
        found: list[Found] = []
        return (_find(value, index, day, found),), found

    return parse_distinct(series, {"code": TEXT}, read)


def label(list_name: str, series: pd.Series, language: str = "zh", directory: str | None = None) -> pd.Series:
    """Labels of a column of codes, NA where the list does not hold the code. language: 'zh' or 'en'."""
    rows = table(list_name, directory).drop_duplicates("code", keep="last")
    names = dict(zip(rows["code"], rows[f"label_{language}"], strict=True))
    values, places = encode(to_arrow(series))
    labels = pa.array([names.get(value) for value in values.to_pylist()], TEXT)
    return text_series(take(labels, places), series.index)


@lru_cache(maxsize=64)
def _index(list_name: str, directory: str) -> _Index:
    rows = table(list_name, directory)
    codes: dict[str, list[tuple[str, str]]] = {}
    labels: dict[str, list[str]] = {}
    first_label: dict[str, str] = {}
    for row in rows.to_dict("records"):
        code = row["code"]
        codes.setdefault(code, []).append((row["valid_from"], row["valid_to"]))
        first_label.setdefault(fold(row["label_zh"]), row["label_zh"])
        names = [code, row["label_zh"], row["label_en"], *row["aliases"].split("|")]
        for name in filter(None, map(fold, names)):
            if code not in labels.setdefault(name, []):
                labels[name].append(code)
    lengths = {len(code) for code in codes if code.isdigit()}
    width = lengths.pop() if len(lengths) == 1 else 0
    return _Index(codes, {name: tuple(many) for name, many in labels.items()}, first_label, width)


def fold(value: str) -> str:
    """The form in which labels are compared: NFKC, simplified, no blanks, capitals."""
    return simplify(clean(value)).replace(" ", "").upper()


def _find(value: str, index: _Index, day: str, found: list[Found]) -> str | None:
    text = fold(value)
    if not text:
        return None
    code = _by_code(text, index, found)
    candidates = (code,) if code else index.labels.get(text, ())
    in_force = tuple(c for c in candidates if _in_force(index.codes[c], day))
    if candidates and not in_force:
        found.append((NOT_IN_FORCE, candidates[0]))
        return None
    if not day and len(in_force) > 1:
        in_force = tuple(c for c in in_force if any(not end for _, end in index.codes[c])) or in_force
    shortest = min(in_force, key=len, default="")
    if shortest and all(c.startswith(shortest) for c in in_force):
        return shortest
    if in_force:
        found.append((AMBIGUOUS, " ".join(in_force[:5])))
        return None
    near = process.extractOne(text, list(index.first_label), score_cutoff=_NEAR)
    found.append((UNKNOWN, index.first_label[near[0]] if near else None))
    return None


def _by_code(text: str, index: _Index, found: list[Found]) -> str | None:
    if text in index.codes:
        return text
    digits = decimal[1] if (decimal := _FLOAT.match(text)) else text
    if not digits.isdigit():
        return None
    padded = digits if digits in index.codes else digits.zfill(index.width)
    if padded in index.codes and padded != text:
        found.append((PADDED, padded))
        return padded
    return None


def _in_force(times: list[tuple[str, str]], day: str) -> bool:
    """Whether a day lies in one of the half-open times; years compare with years."""
    return not day or any(
        (not start or start <= day[: len(start)]) and (not end or day[: len(end)] < end)
        for start, end in times
    )
