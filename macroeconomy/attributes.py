"""What a contract may map columns to: a row's labels (``figure.…``) and its measures (``<any>.ytd``)."""

from __future__ import annotations

from basedb.domain import Attribute
from basedb.store.labels import Secrecy, Sharing

_NAMES = {
    "table": "表名", "period": "时期", "year": "年份", "month": "月份", "labels": "行标签", "sheet": "工作表",
    "title": "标题", "unit_line": "单位行", "label": "行标签原文", "cells": "单元格", "division": "地区",
    "division_code": "地区代码", "indicator": "指标", "unit": "计量单位", "note": "备注", "cur": "当期数",
    "ytd": "累计数", "ytd_yoy": "累计同比", "cur_yoy": "当期同比", "stock": "期末数", "stock_yoy": "期末同比",
    "index": "指数",
}  # fmt: skip

ATTRIBUTES = tuple(
    Attribute(name, zh, personal=False, secrecy=Secrecy.PUBLIC, sharing=Sharing.UNCONDITIONAL)
    for name, zh in _NAMES.items()
)
