"""Checks across a person's standard values: what no single column can see."""

from __future__ import annotations

import numpy as np
import pandas as pd

from basedb.findings import Severity, define

BIRTH_DIFFERS = define(
    "birth_date.differs_from_id",
    Severity.WARNING,
    "出生日期与身份号码中的出生日期不一致",
    "the birth date differs from the one in the identity number",
)
SEX_DIFFERS = define(
    "sex.differs_from_id",
    Severity.WARNING,
    "性别与身份号码中的性别不一致",
    "the sex differs from the one in the identity number",
)
DEATH_BEFORE_BIRTH = define(
    "death_date.before_birth",
    Severity.WARNING,
    "死亡日期早于出生日期",
    "the death date is before the birth date",
)


def check_person(mentions: pd.DataFrame) -> pd.DataFrame:
    """Findings of one row's standard values against each other.

    Takes the standard columns of mentions that are there (any may be missing); returns `position`
    (ordinal of the mention), `attribute`, `code` and `suggestion`.
    """
    found = []
    numbers = _text(mentions, "id_number")
    valid = numbers.str.len().eq(18).to_numpy(bool) & _flag(mentions, "id_valid")
    if "birth_date" in mentions and valid.any():
        stated = _text(mentions, "birth_date").str.replace("-", "", regex=False)
        in_number = numbers.str.slice(6, 14)
        wrong = valid & stated.ne("").to_numpy(bool) & stated.ne(in_number).to_numpy(bool)
        found.append(_rows(wrong, "birth_date", BIRTH_DIFFERS, in_number))
    if "sex" in mentions and valid.any():
        stated = _text(mentions, "sex")
        odd = numbers.str.slice(16, 17).isin(list("13579")).to_numpy(bool)
        in_number = pd.Series(np.where(odd, "1", "2"), dtype="string[pyarrow]")
        wrong = valid & stated.isin(["1", "2"]).to_numpy(bool) & stated.ne(in_number).to_numpy(bool)
        found.append(_rows(wrong, "sex", SEX_DIFFERS, in_number))
    if "death_date" in mentions and "birth_date" in mentions:
        died, born = _text(mentions, "death_date"), _text(mentions, "birth_date")
        wrong = died.ne("").to_numpy(bool) & born.ne("").to_numpy(bool) & (died < born).to_numpy(bool)
        found.append(_rows(wrong, "death_date", DEATH_BEFORE_BIRTH, pd.Series([None] * len(mentions))))
    empty = pd.DataFrame(columns=["position", "attribute", "code", "suggestion"])
    return pd.concat(found, ignore_index=True) if found else empty


def _text(mentions: pd.DataFrame, name: str) -> pd.Series:
    """The column as text, '' where missing; ISO dates sort and compare as text."""
    if name not in mentions:
        return pd.Series([""] * len(mentions), dtype="string[pyarrow]")
    return mentions[name].astype("string[pyarrow]").fillna("").reset_index(drop=True)


def _flag(mentions: pd.DataFrame, name: str) -> np.ndarray:
    if name not in mentions:
        return np.zeros(len(mentions), bool)
    return mentions[name].fillna(False).to_numpy(bool)


def _rows(wrong: np.ndarray, attribute: str, code: str, suggestion: pd.Series) -> pd.DataFrame:
    positions = np.flatnonzero(wrong)
    return pd.DataFrame(
        {
            "position": positions,
            "attribute": attribute,
            "code": code,
            "suggestion": suggestion.to_numpy(object)[positions],
        }
    )
