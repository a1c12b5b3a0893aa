"""Figures of the invented economy as its offices publish them: their files, layouts and units."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from openpyxl import Workbook

from etl.demo.economy import Economy, Floats
from etl.demo.spreadsheet import workbook_bytes

_YI, _WAN = 1e8, 1e4
#: Figures of the first year only serve to compute growth.
_SHOWN_FROM = 12
#: Yuan per dollar, for trade in dollars.
_DOLLAR = 7.1


class Offices:
    """What each office publishes of an economy; its last `held_back` months are not known yet."""

    def __init__(self, economy: Economy):
        self.economy = economy
        counties = economy.city.counties
        self._codes = [str(county.code) for county in counties]
        self._names = [county.name for county in counties]
        self._whole = economy.city.name

    @property
    def slipped(self) -> int:
        """The month in which the finance bureau misplaces a point, of its first county."""
        return (len(self.economy.months) + _SHOWN_FROM) // 2

    def _span(self, held_back: int) -> range:
        return range(_SHOWN_FROM, len(self.economy.months) - held_back)

    def finance(self, held_back: int, revised: bool = False, slip: bool = False) -> tuple[bytes, int]:
        """The finance bureau's table (gb18030) and its number of rows.

        revised: the last month but one is put up by half a per cent. slip: one county's cumulative total has
        its point misplaced.
        """
        rows: list[list[Any]] = []
        names = [*self._names, "市本级", "全市合计"]
        span = self._span(held_back)
        for key, item in (("budget", "一般公共预算收入"), ("tax", "税收收入")):
            own = self.economy.flow(key, _WAN)
            if revised:
                own[span[-2], :-1] += np.ceil(own[span[-2], :-1] * 0.005)
                own[span[-2], -1] = own[span[-2], :-1].sum()
            total = self.economy.so_far(own)
            growth = self.economy.growth(total)
            for at in span:
                year, month = self.economy.months[at]
                for column, name in enumerate(names):
                    shown = total[at, column] * (
                        10 if slip and key == "budget" and (at, column) == (self.slipped, 0) else 1
                    )
                    rows.append(
                        [
                            year, month + 1, name, item, f"{own[at, column]:.0f}", f"{shown:.0f}",
                            _rate(growth[at, column]), "",
                        ]
                    )  # fmt: skip
        heads = ["年份", "月份", "地区", "收入项目", "本月数(万元)", "累计数(万元)", "累计同比(%)", "备注"]
        return _csv(heads, rows).encode("gb18030"), len(rows)

    def customs(self, held_back: int) -> tuple[bytes, int]:
        """The customs' table (UTF-8 with a mark): trade in yuan and in dollars."""
        rows: list[list[Any]] = []
        codes, names = [*self._codes, str(self.economy.city.code)], [*self._names, self._whole]
        for currency, unit in (("万元", _WAN), ("万美元", _WAN * _DOLLAR)):
            out, into = (_without_own(self.economy.flow(key, unit)) for key in ("export", "import"))
            both = out + into
            totals = [self.economy.so_far(part) for part in (both, out, into)]
            growth = self.economy.growth(totals[0])
            for at in self._span(held_back):
                year, month = self.economy.months[at]
                for column, (code, name) in enumerate(zip(codes, names, strict=True)):
                    figures = [part[at, column] for part in (both, out, into, *totals)]
                    printed = [f"{figure:.0f}" for figure in figures]
                    rows.append(
                        [f"{year}{month + 1:02d}", code, name, currency, *printed, _rate(growth[at, column])]
                    )
        heads = [
            "统计年月", "地区代码", "地区", "币种", "进出口当期", "出口当期", "进口当期", "进出口累计", "出口累计",
            "进口累计", "进出口累计同比%",
        ]  # fmt: skip
        return ("\ufeff" + _csv(heads, rows)).encode(), len(rows)

    def electricity(self, held_back: int) -> tuple[bytes, int]:
        """The power company's document."""
        codes, names = [*self._codes, str(self.economy.city.code)], [*self._names, self._whole]
        whole, industry = (
            _without_own(self.economy.flow(key, _WAN, 2)) for key in ("power", "power_industry")
        )
        records = [
            {
                "月份": f"{self.economy.months[at][0]}年{self.economy.months[at][1] + 1}月",
                "地区代码": code,
                "地区": name,
                "全社会用电量": f"{whole[at, column]:.2f}",
                "工业用电量": f"{industry[at, column]:.2f}",
            }
            for at in self._span(held_back)
            for column, (code, name) in enumerate(zip(codes, names, strict=True))
        ]
        document = {"单位": "万千瓦时", "填报单位": f"{self._whole}供电公司", "数据": records}
        return json.dumps(document, ensure_ascii=False, indent=0).encode(), len(records)

    def bank(self, held_back: int) -> tuple[bytes, int]:
        """The bank's workbook: a sheet per year, months as columns, two rows per division."""
        book = Workbook()
        book.remove(book.worksheets[0])
        kept = {key: self.economy.stock(key, _YI) for key in ("deposit", "loan")}
        rows = 0
        span = self._span(held_back)
        for year in sorted({self.economy.months[at][0] for at in span}):
            sheet = book.create_sheet(f"{year}年")
            sheet.append([f"{year}年{self._whole}金融机构人民币存贷款余额"])
            sheet.append([*[None] * 12, "单位:亿元"])
            sheet.append(["地区", "项目", *[f"{year}.{month:02d}" for month in range(1, 13)]])
            places = {self.economy.months[at][1]: at for at in span if self.economy.months[at][0] == year}
            names = [*self._names, self._whole]
            for column, name in sorted(enumerate(names), key=lambda item: item[0] != len(names) - 1):
                for turn, (key, item) in enumerate((("deposit", "各项存款余额"), ("loan", "各项贷款余额"))):
                    cells = [
                        kept[key][places[month], column] if month in places else None for month in range(12)
                    ]
                    sheet.append([name if turn == 0 else None, item, *cells])
                    rows += 1
                last = sheet.max_row
                sheet.merge_cells(f"A{last - 1}:A{last}")
            sheet.merge_cells("A1:N1")
        return workbook_bytes(book), rows

    def bulletin(self, at: int) -> tuple[bytes, int]:
        """The statistics office's monthly bulletin of the month at a place: the city, then its counties."""
        year, month = self.economy.months[at]
        title = f"{year}年{month + 1}月"
        book = Workbook()
        book.remove(book.worksheets[0])
        retail, budget = self.economy.flow("retail", _YI, 4), self.economy.flow("budget", _YI, 4)
        rows = self._city_sheet(book, title, at, retail, budget)
        rows += self._county_sheet(book, title, at, retail, budget)
        return workbook_bytes(book), rows

    def _city_sheet(self, book: Workbook, title: str, at: int, retail: Floats, budget: Floats) -> int:
        sheet = book.create_sheet("全市")
        sheet.append([f"{title}全市主要经济指标"])
        sheet.append([None, None, None, None, "单位:亿元、%"])
        sheet.append(["指标名称", "计量单位", "绝对量", None, "累计增长(%)"])
        sheet.append([None, None, "本月", "累计", None])
        for area in ("A1:E1", "A3:A4", "B3:B4", "C3:D3", "E3:E4"):
            sheet.merge_cells(area)
        rows: list[list[Any]] = []
        if self.economy.months[at][1] % 3 == 2:
            gross = self.economy.so_far(self.economy.flow("gdp", _YI, 4))
            rows.append(
                [
                    "地区生产总值②",
                    "亿元",
                    "-",
                    _cell(gross[at, -1]),
                    _cell(self.economy.growth(gross)[at, -1], 1),
                ]
            )
        for name, figures in (("社会消费品零售总额", retail), ("一般公共预算收入", budget)):
            rows.append([name, "亿元", *self._told(figures, at, -1)])
        tax = self.economy.flow("tax", _YI, 4)
        rows.append(["\u3000\u3000其中:税收收入", "亿元", *self._told(tax, at, -1)])
        for name, key in (("人民币各项存款余额", "deposit"), ("人民币各项贷款余额", "loan")):
            kept = self.economy.stock(key, _YI)
            rows.append([name, "亿元", "-", _cell(kept[at, -1]), _cell(self.economy.growth(kept)[at, -1], 1)])
        prices = self.economy.prices()
        month = self.economy.months[at][1]
        average = float(np.round(prices[at - month : at + 1].mean(), 1))
        rows.append(["居民消费价格指数(上年同月=100)", "%", _cell(prices[at], 1), _cell(average, 1), "-"])
        for row in rows:
            sheet.append(row)
        sheet.append(["②地区生产总值绝对数按现价计算,增速按不变价格计算,本期为初步核算数。"])
        sheet.append(["注:“-”表示无该项数据或不公布。"])
        return len(rows)

    def _county_sheet(self, book: Workbook, title: str, at: int, retail: Floats, budget: Floats) -> int:
        sheet = book.create_sheet("县区")
        sheet.append([f"{title}各县区主要经济指标"])
        sheet.append(["县区", "社会消费品零售总额(亿元)", None, None, "一般公共预算收入(亿元)"])
        sheet.append([None, *["本月", "累计", "累计增长%"] * 2])
        for area in ("A1:G1", "A2:A3", "B2:D2", "E2:G2"):
            sheet.merge_cells(area)
        order = [(self._whole, -1), *((name, column) for column, name in enumerate(self._names))]
        for name, column in order:
            sheet.append([name, *self._told(retail, at, column), *self._told(budget, at, column)])
        sheet.append(["注:部分指标县区汇总数与全市数不等,主要是市本级数据及四舍五入的影响。"])
        return len(order)

    def _told(self, figures: Floats, at: int, column: int) -> list[Any]:
        """The month, the year so far, and growth."""
        total = self.economy.so_far(figures)
        growth = self.economy.growth(total)
        return [_cell(figures[at, column]), _cell(total[at, column]), _cell(growth[at, column], 1)]

    def yearbook(self, year: int) -> tuple[bytes, int]:
        """The yearbook's table of the counties for a year: permanent population, which is a little below the register."""
        weights = np.array([county.weight for county in self.economy.city.counties], float)
        people = np.round(0.96 * self.economy.people * weights / weights.sum() / _WAN, 4)
        book = Workbook()
        book.remove(book.worksheets[0])
        sheet = book.create_sheet("分县区")
        sheet.append([f"1-2 各县区主要经济指标({year}年)"])
        sheet.append(["县 区", "年末常住人口(万人)"])
        for name, value in (("总  计", people.sum()), *zip(self._names, people, strict=True)):
            sheet.append([name, _cell(float(value))])
        sheet.append(["注:本表为年报数。"])
        return workbook_bytes(book), 1 + len(people)


def _without_own(figures: Floats) -> Floats:
    """Figures of counties and city, without the column of the city's own level."""
    return np.delete(figures, -2, axis=1)


def _rate(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.1f}"


def _cell(value: float, decimals: int = 4) -> float | str:
    return "-" if np.isnan(value) else round(float(value), decimals)


def _csv(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([heads, *rows])
    return text.getvalue()
