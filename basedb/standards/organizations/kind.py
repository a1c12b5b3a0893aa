"""What kind of organisation: from a code, from 企业类型 as registers print it, from an old list's 机构类型."""

from __future__ import annotations

import re

import pandas as pd
import pyarrow as pa

from basedb.findings import Standardized
from basedb.standards import codes
from basedb.standards.columnar import TEXT, encode, take, text_series, to_arrow

LIST = "organization_kind"

# The types of registers name form and ownership at once: 有限责任公司分公司(自然人投资或控股).
_PATTERNS = (
    (re.compile(r"分公司|分支机构|营业单位|办事处|代表处"), "分支机构"),
    (re.compile(r"个体"), "个体工商户"),
    (re.compile(r"合作社|联合社"), "农民专业合作社"),
    (re.compile(r"机关"), "机关"),
    (re.compile(r"民办非企业|社会服务机构"), "民办非企业单位"),
    (re.compile(r"事业"), "事业单位"),
    (re.compile(r"社会团体|社团|群众团体"), "社会团体"),
    (re.compile(r"基金会"), "基金会"),
    (re.compile(r"居民委员会|村民委员会|居委会|村委会|自治组织|集体经济组织"), "基层组织"),
    (re.compile(r"公司|企业|合伙|独资|国有|集体所有|厂"), "企业"),
)


def organization_kind(series: pd.Series) -> Standardized:
    """Codes of list `organization_kind` for a column of kinds or types of organisations.

    Column: `code`. What neither the list nor the wording of a type tells is NA with finding `code.unknown`.
    """
    values, places = encode(to_arrow(series))
    words = pa.array([_told(text) or text for text in values.to_pylist()], TEXT)
    return codes.lookup(LIST, text_series(take(words, places), series.index))


def _told(text: str) -> str | None:
    """The list's label for what the wording of a type tells."""
    return next((label for pattern, label in _PATTERNS if pattern.search(text)), None)
