"""Checks across an organisation's standard values: what no single column can see."""

from __future__ import annotations

import numpy as np
import pandas as pd

from basedb.findings import Severity, define

NAME_IS_ADDRESS = define(
    "organization.name_is_address",
    Severity.WARNING,
    "名称疑为地址",
    "the name looks like an address",
)
REPRESENTATIVE_IS_NUMBER = define(
    "organization.representative_is_number",
    Severity.WARNING,
    "法定代表人姓名栏填写的是证件号码",
    "the representative's name column holds an identity number",
)
BEFORE_1949 = define(
    "organization.established_before_1949",
    Severity.WARNING,
    "成立日期早于1949年10月1日，请核实",
    "established before October 1949",
)
APPROVED_BEFORE = define(
    "organization.approved_before_established",
    Severity.WARNING,
    "核准日期早于成立日期",
    "an entry was approved before the organisation was established",
)
CANCELLED_BEFORE = define(
    "organization.cancelled_before_established",
    Severity.WARNING,
    "注销或吊销日期早于成立日期",
    "cancelled or revoked before it was established",
)
EXPIRES_BEFORE = define(
    "organization.expires_before_established",
    Severity.WARNING,
    "营业期限止早于成立日期",
    "the term of business ends before the date of establishment",
)
CAPITAL_IN_YUAN = define(
    "organization.capital_in_yuan",
    Severity.WARNING,
    "注册资本过大，疑以元填写（本列单位为万元）",
    "an implausible capital: probably in yuan, where the column is in ten thousands",
)
CAPITAL_JUMPED = define(
    "organization.capital_jumped",
    Severity.WARNING,
    "注册资本约为上一版本的一万倍，疑以元填写（本列单位为万元）",
    "the capital is about ten thousand times the former one: probably in yuan, where the column is in ten thousands",
)
CODES_DIFFER = define(
    "organization.codes_differ",
    Severity.WARNING,
    "同一行的信用代码与组织机构代码不一致",
    "the credit code and the organisation code of one row differ",
)
KIND_DIFFERS = define(
    "organization.kind_differs_from_code",
    Severity.WARNING,
    "机构类别与信用代码中的登记管理部门和机构类别不符",
    "the kind of organisation does not fit the department and category in the credit code",
)

_FOUNDING = "1949-10-01"
_MOVE_ADDRESS = "移至住所栏，另填名称 / an address belongs into its own column"
_OLD_FIRM = "核对成立日期；确在1949年以前设立的，附登记依据 / check the date; prove it if it is right"
_CHECK_ORDER = "核对两个日期，疑互换 / check both dates, perhaps they were swapped"
_MOVE_CITIZEN = "移至法定代表人证件号码栏，另填姓名 / the number belongs into its own column"
# The largest registered companies have a few million 万元; those of a county rarely a hundred thousand.
_CAPITAL_LIMIT = 1_000_000
_INDIVIDUAL_LIMIT = 10_000
_CATEGORIES = {
    "91": {"enterprise", "branch"},
    "92": {"individual"},
    "93": {"cooperative", "branch"},
    "11": {"agency"},
    "12": {"institution"},
    "51": {"association"},
    "52": {"private_institution"},
    "53": {"foundation"},
}


def check_organization(mentions: pd.DataFrame) -> pd.DataFrame:
    """Findings of one row's standard values against each other.

    Takes the standard columns of mentions that are there (any may be missing); returns `position`
    (ordinal of the mention), `attribute`, `code` and `suggestion`.
    """
    found = [*_names(mentions), *_dates(mentions), *_capital(mentions), *_codes(mentions)]
    empty = pd.DataFrame(columns=["position", "attribute", "code", "suggestion"])
    return pd.concat(found, ignore_index=True) if found else empty


def _names(mentions: pd.DataFrame) -> list[pd.DataFrame]:
    found = []
    if "name" in mentions:
        name = _text(mentions, "name")
        address = name.str.contains(
            r"(?:路|街|巷|道|村|镇|乡|社区)\d+(?:号|组|弄)(?:.{0,12}(?:室|楼|号|单元|院))?$", regex=True
        ) & ~name.str.contains(r"公司|店|社|厂|部|中心|学校|医院|超市")
        found.append(_rows(address, "name", NAME_IS_ADDRESS, _MOVE_ADDRESS))
    if "legal_representative" in mentions:
        representative = _text(mentions, "legal_representative")
        number = representative.str.contains(r"\d{14,}", regex=True)
        found.append(_rows(number, "legal_representative", REPRESENTATIVE_IS_NUMBER, _MOVE_CITIZEN))
    return found


def _dates(mentions: pd.DataFrame) -> list[pd.DataFrame]:
    if "established_date" not in mentions:
        return []
    established = _text(mentions, "established_date")
    stated = established.ne("")
    found = []
    old = stated & (established < _FOUNDING)
    if old.any():
        hint = _next_century(established.where(old, ""), _text(mentions, "approved_date"))
        found.append(_rows(old, "established_date", BEFORE_1949, hint))
    for name, code in (
        ("approved_date", APPROVED_BEFORE),
        ("cancelled_date", CANCELLED_BEFORE),
        ("revoked_date", CANCELLED_BEFORE),
        ("expires_date", EXPIRES_BEFORE),
    ):
        if name in mentions:
            later = _text(mentions, name)
            wrong = stated & later.ne("") & (later < established)
            found.append(_rows(wrong, name, code, _CHECK_ORDER))
    return found


def _capital(mentions: pd.DataFrame) -> list[pd.DataFrame]:
    if "registered_capital" not in mentions:
        return []
    capital = pd.to_numeric(mentions["registered_capital"], errors="coerce").reset_index(drop=True)
    individual = _text(mentions, "kind").eq("individual")
    limit = np.where(individual, _INDIVIDUAL_LIMIT, _CAPITAL_LIMIT)
    wrong = pd.Series((capital >= limit).fillna(False).to_numpy(bool))
    if not wrong.any():
        return []
    suggestion = (capital / 10_000).where(wrong).map(lambda value: f"{value:.6f}", na_action="ignore")
    return [_rows(wrong, "registered_capital", CAPITAL_IN_YUAN, suggestion)]


def _codes(mentions: pd.DataFrame) -> list[pd.DataFrame]:
    found = []
    credit = _text(mentions, "credit_code")
    valid = pd.Series(_flag(mentions, "credit_code_valid"))
    if "credit_code" in mentions and "org_code" in mentions:
        inner, stated = credit.str.slice(8, 17), _text(mentions, "org_code")
        wrong = valid & stated.ne("") & stated.ne(inner)
        found.append(_rows(wrong, "org_code", CODES_DIFFER, inner))
    if "credit_code" in mentions and "kind" in mentions:
        kind = _text(mentions, "kind")
        category = credit.str.slice(0, 2)
        # Few kinds and few categories: each pair of them is looked at once.
        pairs = pd.DataFrame({"category": category, "kind": kind})
        told = pairs.drop_duplicates()
        told = told.assign(fits=np.array([_fits(*pair) for pair in told.itertuples(index=False)], dtype=bool))
        fits = pairs.merge(told, how="left", on=["category", "kind"])["fits"]
        hint = category.map({key: "、".join(sorted(kinds)) for key, kinds in _CATEGORIES.items()})
        found.append(_rows(valid & ~fits, "kind", KIND_DIFFERS, hint))
    return found


def _fits(category: str, kind: str) -> bool:
    """Whether an organisation of that kind may have a credit code of that department and category."""
    return category not in _CATEGORIES or kind in ("", "other") or kind in _CATEGORIES[category]


def _next_century(dates: pd.Series, approved: pd.Series) -> pd.Series:
    """1915-03-12 as 2015-03-12, if what was approved since then was so after that: clerks mistake the century.
    Else what to do about it."""
    later = (dates.str.slice(0, 4).where(dates.ne(""), "0").astype("int64") + 100).astype("string")
    shifted = later.str.cat(dates.str.slice(4).astype("string"))
    return shifted.astype(object).where(shifted <= approved, _OLD_FIRM)


def _text(mentions: pd.DataFrame, name: str) -> pd.Series:
    """The column as text, '' where missing; ISO dates sort and compare as text."""
    if name not in mentions:
        return pd.Series([""] * len(mentions), dtype="string[pyarrow]")
    return mentions[name].astype("string[pyarrow]").fillna("").reset_index(drop=True)


def _flag(mentions: pd.DataFrame, name: str) -> np.ndarray:
    if name not in mentions:
        return np.zeros(len(mentions), bool)
    return mentions[name].fillna(False).to_numpy(bool)


def _rows(wrong: pd.Series, attribute: str, code: str, suggestion: pd.Series | str) -> pd.DataFrame:
    """A finding for every row that is wrong, with the suggestion for it, or for all."""
    positions = np.flatnonzero(wrong.fillna(False).to_numpy(bool))
    hints = suggestion if isinstance(suggestion, str) else suggestion.to_numpy(object)[positions]
    return pd.DataFrame({"position": positions, "attribute": attribute, "code": code, "suggestion": hints})
