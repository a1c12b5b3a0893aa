"""How a figure goes wrong on its way into a table, undone: candidates for what it should have been."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from basedb.findings import Severity, define
from macroeconomy.checks.context import Array, Names, Prints
from macroeconomy.checks.evidence import GROWTHS
from macroeconomy.indicators import indicators

DECIMAL = define(
    "macro.decimal_shift",
    Severity.WARNING,
    "疑似小数点错位",
    "the decimal point seems to be misplaced",
)
UNIT_SLIP = define(
    "macro.unit_slip",
    Severity.WARNING,
    "疑似计量单位错用（如万元与亿元）",
    "the figure seems to be in another unit than the table says",
)
SIGN = define("macro.sign", Severity.WARNING, "疑似正负号写反", "the sign seems to be reversed")
TRANSPOSED = define(
    "macro.digits_transposed",
    Severity.WARNING,
    "疑似相邻数字颠倒",
    "two neighbouring digits seem to be transposed",
)


@dataclass(frozen=True)
class Candidates:
    """Candidates for prints: the print's place, the error undone, the value (indicator's unit) and its
    blur (what rounding hid)."""

    at: Array
    code: Array
    value: Array
    blur: Array


def candidates(prints: Prints, suspects: Array, names: Names) -> Candidates:
    """Every repair of the prints at `suspects`."""
    parts = [*_scaled(prints, suspects, names), *_swapped(prints, suspects)]
    return Candidates(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


_Part = tuple[Array, Array, Array, Array]


def _times(prints: Prints, at: Array, factor: float, code: str) -> _Part:
    return at, np.full(len(at), code, object), prints.value[at] * factor, np.zeros(len(at))


def _scaled(prints: Prints, suspects: Array, names: Names) -> Iterator[_Part]:
    at = suspects[prints.value[suspects] != 0]
    for factor in (0.1, 10.0, 0.01, 100.0):
        yield _times(prints, at, factor, DECIMAL)
    is_level = np.array([name not in GROWTHS and not name.startswith("index:") for name in names.measures])
    for factor in (1e-4, 1e4, 1e-3, 1e3, 1e-8, 1e8):
        yield _times(prints, at[is_level[prints.measure[at]]], factor, UNIT_SLIP)
    # What is never negative is not made so.
    known = indicators()
    never = np.array([code in known and known[code].sign == "+" for code, _ in names.pairs])
    made_negative = is_level[prints.measure[at]] & never[prints.pair[at]] & (prints.value[at] > 0)
    yield _times(prints, at[~made_negative], -1.0, SIGN)


def _swapped(prints: Prints, suspects: Array) -> Iterator[_Part]:
    """Every exchange of two neighbouring, different digits of the printed number."""
    rows, values, blurs = [], [], []
    for at in suspects:
        scale = prints.scale[at]
        number = prints.value[at] / scale
        text = f"{abs(number):.{int(prints.decimals[at])}f}"
        # A trailing .0 was never typed: the figure was rounded to a whole number first.
        text = text.rstrip("0").rstrip(".") if "." in text else text
        places = len(text.partition(".")[2])
        digits = [place for place, char in enumerate(text) if char.isdigit()]
        for left, right in pairwise(digits):
            if text[left] != text[right]:
                swapped = list(text)
                swapped[left], swapped[right] = swapped[right], swapped[left]
                rows.append(at)
                values.append(np.copysign(float("".join(swapped)), number) * scale)
                blurs.append(0.5 * 10.0**-places * scale)
    yield np.array(rows, np.int64), np.full(len(rows), TRANSPOSED, object), np.array(values), np.array(blurs)
