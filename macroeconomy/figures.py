"""What every cell of a file says: which indicator, where, when, by which measure, in which unit.

Meaning is found once per distinct phrase and joined back to the cells.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from macroeconomy import findings as found
from macroeconomy.heads import Head, parse_head
from macroeconomy.indicators import Match, indicators, match
from macroeconomy.periods import Period, at_frequency, parse_period
from macroeconomy.sdmx_codes import translate
from macroeconomy.settings import Settings
from macroeconomy.status import of_slot
from macroeconomy.territory import Territory, territory
from macroeconomy.units import Unit, bracketed_unit, listed_units, parse_unit
from macroeconomy.values import parse_printed

_GROWTH = frozenset({"ytd_yoy", "cur_yoy", "stock_yoy"})
_PER_CENT = Unit("ratio", 1.0, "%")
_REFERENCES = {"cur": "上年同月", "ytd": "上年同期"}


def interpret(cells: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Cells (`macroeconomy.cells.cells_of`) with their meaning.

    Adds: told (what a finding shows: the text, or the label that is not understood), indicator, division,
    frequency, period, period_end, last_month, basis, price, reference, unit, factor, normal_unit, normal_factor,
    value, decimals, status, slot; `outcome` is figure, nothing or rejected; `code` and `suggestion` are of the
    finding, if there is one; `failed` says that the whole row cannot be placed.
    """
    area = territory(settings.territory)
    frame = cells.copy()
    if "labels" in frame and (frame["attributes"].notna() & frame["table"].isin(_sdmx(settings))).any():
        frame = translate(frame, settings)
    _place(frame, settings, area)
    _measure(frame, settings)
    _print(frame, settings)
    _judge(frame, settings)
    return frame


def _sdmx(settings: Settings) -> set[str]:
    return {name for name, table in settings.tables.items() if "sdmx" in table}


def _mapped(frame: pd.DataFrame, columns: Sequence[str], meaning: Callable[..., Any]) -> list[Any]:
    """`meaning` of each distinct combination of `columns`, for every row."""
    texts = [
        [None if gone else text for text, gone in zip(frame[name], frame[name].isna(), strict=True)]
        for name in columns
    ]
    keys = list(zip(*texts, strict=True))
    known = {key: meaning(*key) for key in dict.fromkeys(keys)}
    return [known[key] for key in keys]


def _place(frame: pd.DataFrame, settings: Settings, area: Territory) -> None:
    """Adds the head's meaning, division and period."""
    names = frozenset(area.names)

    def period_of(
        text: str | None, label: str | None, year: str | None, month: str | None
    ) -> tuple[Period | None, int | None]:
        own = f"{year}年{month}月" if year and month else f"{year}年" if year else label
        table = parse_period(text)
        return parse_period(
            own, table.year if table else None
        ) if own else table, table.year if table else None

    periods = _mapped(frame, ["period_text", "label_period", "label_year", "label_month"], period_of)
    frame["row_period"] = pd.Series([period for period, _ in periods], frame.index, dtype=object)
    frame["year"] = pd.Series([year for _, year in periods], frame.index, dtype=object)
    frame["parsed"] = pd.Series(
        _mapped(frame, ["head", "year"], lambda head, year: parse_head(head or "", year, names)),
        frame.index,
        dtype=object,
    )
    heads: list[Head] = list(frame["parsed"])
    frame["head_period"] = pd.Series([head.period for head in heads], frame.index, dtype=object)
    frame["head_division"] = [head.division or None for head in heads]
    frame["head_indicator"] = [head.indicator or None for head in heads]
    frame["head_measure"] = [head.measure for head in heads]
    frame["slot"] = [head.status if head.status in ("previous", "revised") else "" for head in heads]
    frame["head_status"] = [head.status for head in heads]

    def division_of(label: str | None, code: str | None, head: str | None) -> str:
        if label is None and not code and head is None:
            return area.code
        return area.find(head or label, code)

    frame["division"] = _mapped(
        frame, ["label_division", "label_division_code", "head_division"], division_of
    )


def _measure(frame: pd.DataFrame, settings: Settings) -> None:
    """Adds indicator, basis, price, reference, unit and the period at the indicator's frequency."""
    heads: list[Head] = list(frame["parsed"])
    frame["head_unit"] = pd.Series([head.unit for head in heads], frame.index, dtype=object)
    frame["head_quantity"] = pd.Series([head.quantity for head in heads], frame.index, dtype=object)
    default = frame["table"].map(lambda name: settings.table(name).get("indicator"))
    frame["name"] = frame["label_indicator"].fillna(frame["head_indicator"]).fillna(default)
    frame["unit_of"] = pd.Series(
        _mapped(frame, ["head_unit", "head_quantity", "label_unit", "unit_line"], _units(settings)),
        frame.index,
        dtype=object,
    )
    decided = dict(settings.indicators)
    frame["match"] = pd.Series(
        _mapped(frame, ["name", "unit_of"], lambda name, units: _match(name, units, decided)),
        frame.index,
        dtype=object,
    )
    frame["indicator"] = [item.code for item in frame["match"]]
    frame["basis_of"] = frame["table"].map(lambda name: settings.table(name).get("basis", ""))
    frame["frequency_of"] = frame["table"].map(lambda name: settings.table(name).get("frequency", ""))
    frame["said"] = frame["measure"].where(frame["measure"] != "", frame["head_measure"])
    meanings = _mapped(
        frame,
        ["indicator", "said", "basis_of", "frequency_of", "name", "unit_of", "row_period", "head_period"],
        _meaning,
    )
    for place, column in enumerate(
        ("basis", "price", "reference", "unit", "dimension", "factor", "normal_unit", "normal_factor", "when")
    ):
        frame[column] = pd.Series([item[place] for item in meanings], frame.index, dtype=object)
    if "told_price" in frame:
        frame["price"] = frame["told_price"].where(frame["told_price"] != "", frame["price"])
    when: list[Period | None] = list(frame["when"])
    frame["frequency"] = [period.frequency if period else None for period in when]
    frame["period"] = [period.code if period else None for period in when]
    frame["last_month"] = pd.array([period.last_month if period else None for period in when], "Int64")
    frame["period_end"] = pd.Series(
        [period.end if period else None for period in when], frame.index, dtype=object
    )


def _units(
    settings: Settings,
) -> Callable[[Unit | None, Unit | None, str | None, str | None], tuple[Unit, ...]]:
    """The units a figure may be in, the nearest first: the head's, the row's, the line's, the contract's."""
    default = parse_unit(settings.unit)

    def units(
        head: Unit | None, quantity: Unit | None, label: str | None, line: str | None
    ) -> tuple[Unit, ...]:
        near = [unit for unit in (head, quantity, parse_unit(label)) if unit]
        # A unit that is printed but not understood is none: the contract's is not put in its place.
        return (*near, *listed_units(line), *([default] if default and not (line and line.strip()) else []))

    return units


def _match(name: str | None, units: tuple[Unit, ...], decided: dict[str, str]) -> Match:
    if not name:
        return Match("")
    telling = next((unit for unit in units if unit.dimension not in ("ratio", "index")), None)
    return match(name, telling, decided)


def _meaning(
    code: str,
    said: str,
    basis_of: str,
    frequency_of: str,
    name: str | None,
    units: tuple[Unit, ...],
    row_period: Period | None,
    head_period: Period | None,
) -> tuple[Any, ...]:
    """Basis, price, reference, unit, dimension, factor, normal unit and factor, and period."""
    nothing = ("", "", "", "", "", 1.0, "", 1.0, None)
    if not code:
        return (*nothing[:-1], head_period or row_period)
    item = indicators()[code]
    period = head_period or row_period
    if period is not None:
        period = at_frequency(period, frequency_of or item.frequency) or period
    basis = _basis(item.kind, said or basis_of, period.frequency if period else "")
    if basis == "index":
        reference = _reference(said, name or "", units)
        return ("index", "", reference, f"{reference}=100", "index", 1.0, f"{reference}=100", 1.0, period)
    if basis in _GROWTH:
        return (basis, item.growth_price, "", "%", "ratio", 1.0, "%", 1.0, period)
    normal = parse_unit(item.unit)
    unit = next((unit for unit in units if normal and unit.dimension == normal.dimension), None)
    if unit is None or normal is None:
        return (basis, item.price, "", "", "", 1.0, item.unit, 1.0, period)
    return (
        basis, item.price, "", unit.name, unit.dimension, unit.factor, normal.name, normal.factor, period,
    )  # fmt: skip


def _reference(said: str, name: str, units: tuple[Unit, ...]) -> str:
    """What an index is against: its unit says it, or its name for the period's own; else what is usual."""
    stated = next((unit for unit in units if unit.dimension == "index"), None)
    inside = bracketed_unit(name) if said != "ytd" else None
    for unit in (stated, inside):
        if unit is not None and unit.dimension == "index":
            return unit.name.removesuffix("=100")
    return _REFERENCES.get(said, "上年同月")


def _basis(kind: str, said: str, frequency: str) -> str:
    """The basis of a figure by what its column says and what kind of indicator it is."""
    growing = said in _GROWTH or said == "growth"
    if kind == "index":
        return "index"
    if kind == "stock":
        return "stock_yoy" if growing else "stock"
    if said == "growth":
        return "ytd_yoy"
    return said or ("cur" if frequency else "")


def _print(frame: pd.DataFrame, settings: Settings) -> None:
    """Adds kind, value, decimals, status and price of what is printed."""
    printed = _mapped(frame, ["text"], parse_printed)
    frame["kind"] = [item.kind for item in printed]
    frame["value"] = pd.array([item.value for item in printed], "Float64")
    frame["decimals"] = [item.decimals for item in printed]
    if settings.too_small == "zero":
        small = frame["kind"] == "too_small"
        frame.loc[small, "value"] = 0.0
        frame.loc[small, "kind"] = "number"

    def status_of(table: str, slot: str, head: str, title: str, attributes: str | None, code: str) -> str:
        if slot:
            return of_slot(slot, title or "")
        mark = json.loads(attributes).get("OBS_STATUS", "") if attributes else ""
        default = "preliminary" if not code or indicators()[code].revised else "final"
        said = settings.statuses.get(mark) or head or settings.table(table).get("status")
        return str(said or default)

    frame["status"] = _mapped(
        frame, ["table", "slot", "head_status", "title", "attributes", "indicator"], status_of
    )


def _judge(frame: pd.DataFrame, settings: Settings) -> None:
    """Adds outcome, code, suggestion and failed: whether a cell is a figure, and if not, why."""
    is_growth = frame["basis"].isin(_GROWTH)
    row_label = frame["label_indicator"].notna()
    unknown = frame["indicator"] == ""
    printed = frame["kind"].isin(["number"])
    blank = frame["kind"] == "blank"
    no_value = frame["formula"].astype(bool)
    missing_mark = frame["attributes"].fillna("").str.contains('"OBS_STATUS":"M"|"OBS_STATUS": "M"')
    is_message = frame["attributes"].notna()
    headless = (frame["head"].fillna("") == "") & ~is_message & (printed | (frame["kind"] == "text"))
    demanded = missing_mark | blank & (is_message | (settings.blank == "missing"))
    no_unit = (frame["unit"] == "") & ~is_growth
    nearest = pd.Series([item.nearest or "、".join(item.candidates) for item in frame["match"]], frame.index)
    failed_indicator = unknown & (row_label | frame["table"].map(lambda n: "indicator" in settings.table(n)))
    reasons: list[tuple[pd.Series, str, pd.Series | None]] = [
        (frame["when"].isna(), found.PERIOD, None),
        (frame["division"] == "", found.DIVISION, None),
        (headless, found.HEADER, None),
        (failed_indicator, found.INDICATOR, nearest),
        # A row that names its indicator under a header that says more (上年同期) is not understood.
        (row_label & frame["head_indicator"].notna(), found.HEADER, frame["head"]),
        (unknown & frame["name"].notna(), found.INDICATOR, nearest),
        (unknown, found.HEADER, frame["head"]),
        (no_value, found.FORMULA, None),
        (frame["merged"].notna(), found.MERGED, frame["merged"]),
        (demanded, found.MISSING, None),
        (frame["kind"] == "text", found.NO_NUMBER, None),
        (printed & no_unit, found.UNIT, frame["unit_line"]),
    ]
    frame["code"] = np.select([mask for mask, _, _ in reasons], [code for _, code, _ in reasons], "")
    frame["suggestion"] = None
    for mask, code, text in reasons:
        if text is not None:
            told = mask & (frame["code"] == code)
            frame.loc[told, "suggestion"] = text[told]
    frame["told"] = _told(frame)
    frame["failed"] = (
        frame["code"].isin([found.PERIOD, found.DIVISION]) & _row_level(frame)
    ) | failed_indicator
    empty = ~printed & (frame["kind"] != "text") & ~demanded & ~no_value
    # Signs and blanks under a header that says nothing are no loss.
    silent = empty & ~frame["failed"]
    frame.loc[silent, "code"] = ""
    frame["outcome"] = np.where(silent, "nothing", np.where(frame["code"] != "", "rejected", "figure"))
    text_number = (frame["outcome"] == "figure") & frame["as_text"].astype(bool)
    frame.loc[text_number, "code"] = found.AS_TEXT
    twice = (frame["outcome"] == "figure") & frame[
        ["row_no", "indicator", "division", "period", "basis", "reference", "slot"]
    ].where(frame["outcome"] == "figure").duplicated()
    frame.loc[twice, "outcome"] = "rejected"
    frame.loc[twice, "code"] = found.REPEATED


def _told(frame: pd.DataFrame) -> pd.Series:
    """What a finding shows: the cell's text, or what of its row cannot be read."""
    month = frame["label_year"] + "-" + frame["label_month"]
    period = _first(frame["label_period"], month, frame["label_year"], frame["period_text"])
    division = _first(frame["label_division_code"], frame["label_division"])
    label = period.where(frame["code"] == found.PERIOD, division.where(frame["code"] == found.DIVISION, None))
    return _first(label.where(_row_level(frame), None), frame["text"])


def _first(*texts: pd.Series) -> pd.Series:
    """By row, the first text there is."""
    result = texts[0]
    for text in texts[1:]:
        result = result.where(result.notna(), text)
    return result


def _row_level(frame: pd.DataFrame) -> pd.Series:
    """Whether what is unreadable belongs to the row, not to one column of it."""
    period = frame["code"].eq(found.PERIOD) & frame["head_period"].isna()
    division = frame["code"].eq(found.DIVISION) & frame["head_division"].isna()
    return period | division
