"""A statistics office for tests: workbooks laid out as it prints them, loaded through the public loader."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl

from basedb.store import Store
from etl.archive import Archive
from etl.contract import Contract, load_contracts
from etl.ledger import Account
from etl.load import Loader
from macroeconomy import DOMAIN

CONTRACTS = load_contracts(DOMAIN.contracts)
CITY, COUNTY = "411100000000", "411102000000"
_RECEIVED = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)

Cells = Sequence[Any]


def book(*sheets: tuple[str, Sequence[Cells], Sequence[str]]) -> bytes:
    """A workbook of sheets (name, rows, merged ranges)."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows, merged in sheets:
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for area in merged:
            sheet.merge_cells(area)
    data = io.BytesIO()
    workbook.save(data)
    return data.getvalue()


def city_sheet(
    title: str, rows: Sequence[Cells], unit: str = "亿元、%"
) -> tuple[str, list[Cells], list[str]]:
    """The bulletin's first sheet: indicators by 本月, 累计 and 累计增长, with a header of two rows."""
    head: list[Cells] = [
        (f"{title}全市主要经济指标",),
        (None, None, None, None, f"单位:{unit}"),
        ("指标名称", "计量单位", "绝对量", None, "累计增长(%)"),
        (None, None, "本月", "累计", None),
    ]
    foot: list[Cells] = [("①规模以上工业增加值增速按可比价格计算。",), ("注:“-”表示无该项数据。",)]
    return "全市", [*head, *rows, *foot], ["A3:A4", "B3:B4", "C3:D3", "E3:E4", "A1:E1"]


def county_sheet(title: str, rows: Sequence[Cells]) -> tuple[str, list[Cells], list[str]]:
    """The bulletin's second sheet: divisions by retail sales and budget revenue."""
    measures = ("本月", "累计", "累计增长%")
    head: list[Cells] = [
        (f"{title}各县区主要经济指标",),
        ("县区", "社会消费品零售总额(亿元)", None, None, "一般公共预算收入(亿元)", None, None),
        (None, *measures, *measures),
    ]
    return "县区", [*head, *rows], ["A1:G1", "A2:A3", "B2:D2", "E2:G2"]


BULLETIN = [
    ("一、地区生产总值(GDP)②", "亿元", "-", 12.347, 5.5),
    ("\u3000\u3000第一产业", "亿元", "…", 1.0314, 3.8),
    ("规上工业增加值①", "亿元", "-", "-", 7.3),
    ("\u3000\u3000规模以上工业企业单位数", "个", "-", 20, "-"),
    ("二、社会消费品零售总额", "亿元", 0.528, "4.5410", 9.5),
    ("一般公共预算收入③", "亿元", 0.08, 0.712, 4.6),
    ("\u3000其中:税收收入", "亿元", 0.0515, 0.4911, 5.5),
    ("货物进出口总额", "万美元", 85, "1,746", -3.6),
    ("\u3000\u3000出口", "万美元", 66, 556, 2.1),
    ("居民消费价格指数(上年同月=100)", "%", "１０２．２", 101.5, "-"),
    ("城镇居民人均可支配收入", "元", "-", 32250, 6),
]
COUNTIES = [
    ("漯河市", 0.528, 4.541, 9.5, 0.08, 0.712, 4.6),
    ("源汇区", 0.0829, 0.6791, 9.9, 0.0113, 0.0988, 7.6),
    ("市本级", None, None, None, 0.0181, 0.1615, -0.9),
]


def bulletin(title: str, rows: Sequence[Cells] = BULLETIN, counties: Sequence[Cells] = COUNTIES) -> bytes:
    """A monthly bulletin of both sheets."""
    return book(city_sheet(title, rows), county_sheet(title, counties))


def power(months: Mapping[str, float | None]) -> bytes:
    """The power company's document: the city's consumption by month."""
    rows = [
        {"月份": month, "地区代码": "411100", "地区": "漯河市", "全社会用电量": value, "工业用电量": 100 + at}
        for at, (month, value) in enumerate(months.items())
    ]
    return json.dumps({"单位": "万千瓦时", "数据": rows}, ensure_ascii=False).encode()


def budget(rows: Sequence[Cells]) -> bytes:
    """The finance bureau's table: year, month, division, item, month, total, growth."""
    text = io.StringIO()
    header = ["年份", "月份", "地区", "收入项目", "本月数(万元)", "累计数(万元)", "累计同比(%)", "备注"]
    csv.writer(text, lineterminator="\r\n").writerows([header, *([*row, ""] for row in rows)])
    return text.getvalue().encode("gb18030")


class Office:
    """A store with the contracts of the base and an inbox."""

    def __init__(self, store: Store, folder: Path, contracts: Mapping[str, Contract] = CONTRACTS):
        self.store, self.folder, self.contracts = store, folder, dict(contracts)
        self._count = itertools.count(1)

    def deliver(self, source: str, night: int, name: str, data: bytes, plan: bool = False) -> Account:
        """A file comes in on the n-th night of November 2026 and is loaded, or only planned."""
        place = next(self._count)
        path = self.folder / f"{place:03d}" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        loader = Loader(self.store, DOMAIN, self.contracts, Archive(self.folder / "archive"), wait=20.0)
        contract = self.contracts[source]
        received = _RECEIVED + timedelta(days=night, minutes=place)
        delivery = loader.receive(contract, path, as_of=date(2026, 11, night), received_at=received)
        return loader.plan(contract, delivery) if plan else loader.load(contract, delivery)

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What the store answers."""
        with self.store.reading() as engine:
            return engine.execute(sql, list(parameters)).fetchall()

    def findings(self, code: str) -> list[tuple[Any, ...]]:
        """(row_no, column_name, value, suggestion) of a code's findings."""
        return self.query(
            "SELECT row_no, column_name, value, suggestion FROM basedb.finding WHERE code = ? ORDER BY ALL",
            code,
        )

    def values(self, indicator: str, basis: str, division: str = CITY) -> list[tuple[Any, ...]]:
        """(period, value, unit, status, action) of all observations, in order of entry."""
        return self.query(
            "SELECT period, value, unit, status, action FROM macroeconomy.observation"
            " WHERE indicator = ? AND basis = ? AND division = ? ORDER BY observation_id",
            indicator, basis, division,
        )  # fmt: skip
