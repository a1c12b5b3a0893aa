"""Findings: what is wrong, or was repaired, in a value a department sent.

A finding is data, not a log line. Its type is registered once with a stable code, a severity and
texts in Chinese and English; an occurrence names the row and the column and may carry a suggestion.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pandas as pd


class Severity(StrEnum):
    """What a finding does to its row: note it, accept it with a warning, or quarantine it."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class FindingType:
    """One kind of finding: `code` is dotted (``id_number.check_digit``) and never changes meaning."""

    code: str
    severity: Severity
    zh: str
    en: str


_REGISTRY: dict[str, FindingType] = {}


def define(code: str, severity: Severity, zh: str, en: str) -> str:
    """Register a finding type and return its code, so that a module can name it as a constant."""
    finding_type = FindingType(code, severity, zh, en)
    if _REGISTRY.setdefault(code, finding_type) != finding_type:
        raise ValueError(f"finding code defined twice: {code}")
    return code


def finding_type(code: str) -> FindingType:
    """The registered type of `code`; KeyError if nothing defined it."""
    return _REGISTRY[code]


def all_types() -> list[FindingType]:
    """Every registered finding type, by code."""
    return [_REGISTRY[code] for code in sorted(_REGISTRY)]


FINDING_COLUMNS = ("position", "code", "suggestion")


@dataclass(frozen=True)
class Standardized:
    """What a column function returns.

    columns: one column per standard form, same length and index as the input Series.
    findings: one row per finding: `position` (0-based ordinal in the input), `code` (a registered
        type), `suggestion` (a proposed repair, or NA).
    """

    columns: pd.DataFrame
    findings: pd.DataFrame


def no_findings() -> pd.DataFrame:
    """An empty findings table with the right columns and types."""
    return pd.DataFrame(
        {
            "position": pd.Series(dtype="int64"),
            "code": pd.Series(dtype="string[pyarrow]"),
            "suggestion": pd.Series(dtype="string[pyarrow]"),
        }
    )
