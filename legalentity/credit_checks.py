"""Checks across the values of a published licence or penalty: what no single column can see."""

from __future__ import annotations

import numpy as np
import pandas as pd

from basedb.findings import Severity, define
from basedb.standards import amounts

EXPIRES_BEFORE_EFFECTIVE = define(
    "license.expires_before_effective",
    Severity.WARNING,
    "许可有效期至早于有效期自",
    "the licence expires before it takes effect",
)
PUBLISHED_BEFORE_DECIDED = define(
    "penalty.published_until_before_decision",
    Severity.WARNING,
    "公示截止期早于处罚决定日期",
    "publication ends before the penalty was decided",
)
FINE_IN_YUAN = define(
    "penalty.fine_in_yuan",
    Severity.WARNING,
    "罚款金额与处罚内容所写的元数相同，疑以元填写（本列单位为万元）",
    "the fine is the number of yuan in the text of the penalty; this column is in ten thousands",
)
FINE_DIFFERS = define(
    "penalty.fine_differs",
    Severity.WARNING,
    "罚款金额与处罚内容所写的不一致",
    "the fine is not that in the text of the penalty",
)
FINE_MISSING = define(
    "penalty.fine_missing",
    Severity.WARNING,
    "处罚类别为罚款而未填罚款金额",
    "a fine by its kind, without an amount",
)

_CHECK_ORDER = "核对两个日期，疑互换 / check both dates, perhaps they were swapped"
# 处以罚款人民币5,000元, 罚款2万元: digits only; amounts in Chinese numerals say nothing here.
_FINE = r"罚款\D{0,8}?(\d[\d,]*(?:\.\d+)?(?:百万|千|万|亿)?元)"
# Half a yuan: amounts are printed with so many digits.
_SAME = 0.00005


def check_credit_record(records: pd.DataFrame) -> pd.DataFrame:
    """Findings of one decision's standard values against each other.

    Takes the standard columns of events, as text, that are there (any may be missing); returns `position`
    (ordinal of the record), `attribute`, `code` and `suggestion`. The fine in the text counts where the
    text names one only.
    """
    found = [
        *_order(records, "effective_date", "expiry_date", EXPIRES_BEFORE_EFFECTIVE),
        *_order(records, "decision_date", "published_until", PUBLISHED_BEFORE_DECIDED),
        *_fines(records),
    ]
    empty = pd.DataFrame(columns=["position", "attribute", "code", "suggestion"])
    return pd.concat(found, ignore_index=True) if found else empty


def _order(records: pd.DataFrame, first: str, last: str, code: str) -> list[pd.DataFrame]:
    if first not in records or last not in records:
        return []
    wrong = (records[last] < records[first]).fillna(False)  # ISO dates compare as text
    return [_rows(wrong.to_numpy(bool), last, code, np.full(len(wrong), _CHECK_ORDER, object))]


def _fines(records: pd.DataFrame) -> list[pd.DataFrame]:
    if "fine" not in records:
        return []
    stated = pd.to_numeric(records["fine"], errors="coerce").to_numpy(float, na_value=np.nan)
    told = _told(records)
    suggestion = np.array([None if np.isnan(value) else f"{value:.6f}" for value in told], object)
    in_yuan = _equal(stated, told * 10_000) & (stated != 0)
    differs = ~np.isnan(stated) & ~np.isnan(told) & ~_equal(stated, told) & ~in_yuan
    kinds = records.get("penalty_kind")
    fined = np.zeros(len(records), bool)
    if kinds is not None:
        fined = kinds.str.contains("罚款").fillna(False).to_numpy(bool)
    return [
        _rows(in_yuan, "fine", FINE_IN_YUAN, suggestion),
        _rows(differs, "fine", FINE_DIFFERS, suggestion),
        _rows(fined & np.isnan(stated), "fine", FINE_MISSING, suggestion),
    ]


def _told(records: pd.DataFrame) -> np.ndarray:
    """The fine in the text of the penalty in 万元; NaN where there is none, or several."""
    if "penalty_content" not in records:
        return np.full(len(records), np.nan)
    text = records["penalty_content"]
    once = text.str.count(_FINE).eq(1).fillna(False)
    amount = amounts.amount(text.str.extract(_FINE, expand=False).where(once), unit="万元")
    told: np.ndarray = amount.columns["amount"].to_numpy(float, na_value=np.nan)
    return told


def _equal(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.abs(one - other) < _SAME


def _rows(wrong: np.ndarray, attribute: str, code: str, suggestion: np.ndarray | None = None) -> pd.DataFrame:
    positions = np.flatnonzero(wrong)
    hints = [None] * len(positions) if suggestion is None else suggestion[positions]
    return pd.DataFrame({"position": positions, "attribute": attribute, "code": code, "suggestion": hints})
