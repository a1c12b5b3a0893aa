"""Where the colours begin: a rule per indicator, from a file that gives the reason for each."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from macroeconomy.indicators import indicators
from macroeconomy.periods import PER_YEAR

_DEFAULT = Path(__file__).parents[1] / "data" / "warning.csv"
_COLUMNS = ("indicator", "basis", "rule", "too_cold", "cold", "hot", "too_hot", "reason")
#: Growth is judged by that of so many years, and by nothing where fewer than the least are known.
YEARS, LEAST_YEARS = 8, 3


class InvalidLimits(ValueError):
    """A file of limits that cannot be used; the message names the line and the way out."""


@dataclass(frozen=True)
class Rule:
    """The limits of one indicator.

    limits: below the first it is too cold, below the second cold, above the third hot, above the last too hot;
    values (``fixed``), or shares of the figures of the last years (``quantile``).
    """

    indicator: str
    basis: str
    fixed: bool
    limits: tuple[float, float, float, float]
    reason: str

    def at(self, before: NDArray[np.floating[Any]], frequency: str) -> tuple[float, ...] | None:
        """The limits for a figure that comes after `before`, oldest first; None if too little is known."""
        if self.fixed:
            return self.limits
        known = before[-YEARS * PER_YEAR[frequency] :]
        # A month or two of every year may be unpublished.
        if len(known) < LEAST_YEARS * PER_YEAR[frequency] * 0.8:
            return None
        return tuple(float(value) for value in np.quantile(known, self.limits))


def read_rules(path: Path | None = None) -> list[Rule]:
    """The rules of a file, or those shipped. InvalidLimits names what is wrong with which line."""
    chosen = path or _DEFAULT
    with chosen.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = set(_COLUMNS) - set(reader.fieldnames or ())
        if missing:
            raise InvalidLimits(
                f"{chosen.name} 缺少列 {'、'.join(sorted(missing))}；应有 {','.join(_COLUMNS)} / columns are missing"
            )
        return [_rule(row, f"{chosen.name} 第 {number} 行") for number, row in enumerate(reader, start=2)]


def _rule(row: dict[str, str], place: str) -> Rule:
    if row["indicator"] not in indicators():
        raise InvalidLimits(f"{place}：没有指标 {row['indicator']} / no such indicator")
    if row["rule"] not in ("fixed", "quantile"):
        raise InvalidLimits(f"{place}：rule 应为 fixed 或 quantile / rule is fixed or quantile")
    if not row["reason"]:
        raise InvalidLimits(f"{place}：请在 reason 写明依据 / say why in reason")
    try:
        first, second, third, fourth = (float(row[name]) for name in _COLUMNS[3:7])
    except (TypeError, ValueError) as error:
        raise InvalidLimits(f"{place}：界限应为四个数 / the limits are four numbers") from error
    if not first <= second <= third <= fourth:
        raise InvalidLimits(f"{place}：界限应由低到高 / the limits rise")
    if row["rule"] == "quantile" and not 0 <= first <= fourth <= 1:
        raise InvalidLimits(f"{place}：分位数应在 0 与 1 之间 / quantiles are between 0 and 1")
    return Rule(
        row["indicator"], row["basis"], row["rule"] == "fixed", (first, second, third, fourth), row["reason"]
    )
