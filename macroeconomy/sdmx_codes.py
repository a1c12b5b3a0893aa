"""SDMX codes to the words of published tables, and back.

Dimensions and code lists differ between agencies: a contract names those of its structure; codes of the
cross-domain lists (CL_FREQ, CL_UNIT_MULT, CL_OBS_STATUS) mean what SDMX says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from macroeconomy.settings import Settings

#: CL_UNIT_MULT: powers of ten by the word that stands before a Chinese unit.
_MULTIPLIERS = {
    "0": "",
    "1": "十",
    "2": "百",
    "3": "千",
    "4": "万",
    "5": "十万",
    "6": "百万",
    "7": "千万",
    "8": "亿",
}
_UNITS = {
    "CNY": "元", "USD": "美元", "PCT": "%", "PC": "%", "PERS": "人", "KWH": "千瓦时", "UNITS": "个", "FIRMS": "家",
    "HOUSEHOLDS": "户", "T": "吨", "TCE": "吨标准煤", "M2": "平方米",
    "IX_SMPY": "上年同月=100", "IX_SPPY": "上年同期=100", "IX_PY": "上年=100", "IX_PM": "上月=100",
}  # fmt: skip
_BASE_YEAR = re.compile(r"^(\d{4})年=100$")
_BASE_YEAR_CODE = re.compile(r"^IX_(\d{4})$")


def translate(frame: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Cells of SDMX tables with their key as labels: indicator, division_code, unit and measure."""
    keys = list(zip(frame["table"], frame["labels"], frame["attributes"], strict=True))
    known = {key: _labels(settings.table(key[0]).get("sdmx"), *key[1:]) for key in dict.fromkeys(keys)}
    told = [known[key] for key in keys]
    for name in ("indicator", "division_code", "unit"):
        values = pd.Series([labels.get(name) for labels in told], frame.index, dtype=object)
        frame[f"label_{name}"] = values.where(values.notna(), frame[f"label_{name}"])
    measures = pd.Series([labels.get("measure", "") for labels in told], frame.index)
    frame["measure"] = measures.where(measures != "", frame["measure"])
    frame.loc[measures != "", "head"] = ""
    frame["told_price"] = pd.Series([labels.get("price", "") for labels in told], frame.index)
    return frame


def _labels(shape: Mapping[str, Any] | None, labels: str | None, attributes: str | None) -> dict[str, str]:
    if shape is None:
        return {}
    key: dict[str, str] = json.loads(labels or "{}")
    beside: dict[str, str] = json.loads(attributes or "{}")
    every = {**beside, **key}

    def told(role: str) -> str:
        value = every.get(shape.get(role, ""), "")
        return str(shape.get("codes", {}).get(role, {}).get(value, value))

    unit = measure_name(told("unit"))
    if unit and unit != "%":
        unit = _MULTIPLIERS.get(every.get("UNIT_MULT", "0"), "") + unit
    basis = told("basis") or "cur"
    measure = f"{basis}_yoy" if unit == "%" and not basis.endswith("_yoy") else basis
    return {
        "indicator": told("indicator"),
        "division_code": told("division").ljust(12, "0"),
        "unit": unit,
        "measure": measure,
        "price": told("price"),
    }


#: Statuses by CL_OBS_STATUS; a benchmark is normal there.
STATUS_CODES = {"preliminary": "P", "revised": "R", "final": "A", "benchmark": "A"}


def unit_codes(name: str) -> tuple[str, str]:
    """UNIT_MEASURE and UNIT_MULT of a unit: ``亿元`` is CNY times ten to the eighth.

    Index references have codes, too (``2015年=100`` is IX_2015); a unit without any is its own measure.
    """
    if base := _BASE_YEAR.match(name):
        return f"IX_{base[1]}", "0"
    codes = {word: code for code, word in reversed(_UNITS.items())}
    for power, word in reversed(_MULTIPLIERS.items()):
        if name.startswith(word) and name.removeprefix(word) in codes:
            return codes[name.removeprefix(word)], power
    return name, "0"


def measure_name(code: str) -> str:
    """The unit that a UNIT_MEASURE code stands for."""
    return _BASE_YEAR_CODE.sub(r"\1年=100", _UNITS.get(code, code))
