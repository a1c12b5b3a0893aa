"""How a figure goes wrong on its way into a table, undone: candidates for what it should have been."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from basedb.findings import Severity, define
from macroeconomy.checks.evidence import GROWTHS

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

COLUMNS = ["observation_id", "code", "candidate", "blur"]


def candidates(prints: pd.DataFrame) -> pd.DataFrame:
    """Candidates for prints: observation_id, code, candidate (indicator's unit), blur (what rounding hid)."""
    parts = [*_scaled(prints), _negated(prints), _swapped(prints)]
    return pd.concat(parts, ignore_index=True)


def _candidates(
    rows: pd.DataFrame, code: str, values: pd.Series, blur: pd.Series | float = 0.0
) -> pd.DataFrame:
    return pd.DataFrame(
        {"observation_id": rows["observation_id"], "code": code, "candidate": values, "blur": blur}
    )


def _scaled(prints: pd.DataFrame) -> Iterator[pd.DataFrame]:
    rows = prints[prints["value"] != 0]
    for factor in (0.1, 10.0, 0.01, 100.0):
        yield _candidates(rows, DECIMAL, rows["value"] * factor)
    levels = rows[~rows["measure"].isin(GROWTHS) & ~rows["measure"].str.startswith("index:")]
    for factor in (1e-4, 1e4, 1e-3, 1e3, 1e-8, 1e8):
        yield _candidates(levels, UNIT_SLIP, levels["value"] * factor)


def _negated(prints: pd.DataFrame) -> pd.DataFrame:
    rows = prints[prints["value"] != 0]
    return _candidates(rows, SIGN, -rows["value"])


def _swapped(prints: pd.DataFrame) -> pd.DataFrame:
    """Every exchange of two neighbouring, different digits of the printed number."""
    printed = prints["value"] / prints["scale"]
    rows, values, blurs = [], [], []
    for at, (number, decimals, scale) in enumerate(
        zip(printed.to_numpy(), prints["decimals"].to_numpy(), prints["scale"].to_numpy(), strict=True)
    ):
        text = f"{abs(number):.{int(decimals)}f}"
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
    chosen = prints.iloc[rows]
    return pd.DataFrame(
        {
            "observation_id": chosen["observation_id"].to_numpy(),
            "code": TRANSPOSED,
            "candidate": np.array(values, float),
            "blur": np.array(blurs, float),
        }
    )
