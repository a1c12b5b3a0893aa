"""A briefing as one page that opens offline: sections of words, tables and charts, Chinese first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from basedb.findings import finding_type
from macroeconomy.briefing.headlines import Headline
from macroeconomy.briefing.sentences import sentence, span
from macroeconomy.charts.chart import STYLE, Chart, svg
from macroeconomy.charts.figures import BASES
from macroeconomy.indicators import indicators
from macroeconomy.warning.lights import Colour, together
from macroeconomy.warning.watch import Watched

#: Longer tables are cut, and say so: a briefing is read in minutes.
_MOST_ROWS = 40
_STATUS = {"preliminary": "初步", "revised": "修订", "final": "最终", "benchmark": "普查"}
#: Dots of colour; the words beside them say the same.
_DOTS = {
    "blue": "#2b5fc2",
    "light_blue": "#7db7e8",
    "green": "#3c9a5f",
    "yellow": "#e0b020",
    "red": "#c8382e",
}
_STYLE = (
    STYLE + ".pair{display:flex;flex-wrap:wrap;gap:8px}.pair svg{width:470px}li{margin:4px 0}"
    ".dot{display:inline-block;width:10px;height:10px;border-radius:5px}.up{color:#b3332d}.down{color:#2f8f5b}.note{color:#5d636e;font-size:12px}"
)


class Html(str):
    """Text of a cell that is HTML already."""


@dataclass(frozen=True)
class Section:
    """A part of the page: its titles and its HTML."""

    zh: str
    en: str
    body: str


def write_page(title: tuple[str, str], told: str, sections: Iterable[Section]) -> str:
    """The whole page. title: Chinese and English; told: what it is made from, below the title."""
    parts = "".join(
        f"<h2>{escape(part.zh)} <span class='en'>{escape(part.en)}</span></h2>{part.body}"
        for part in sections
    )
    return (
        f'<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>{escape(title[0])}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title[0])}<br><span class='en'>{escape(title[1])}</span></h1>"
        f"<p class='note'>{escape(told)}</p>{parts}</body></html>"
    )


def summary(headlines: Sequence[Headline]) -> Section:
    """A sentence per headline, in both languages."""
    items = "".join(
        f"<li>{escape(zh)}<br><span class='en'>{escape(en)}</span></li>"
        for zh, en in map(sentence, headlines)
    )
    return Section("主要情况", "In short", f"<ul>{items}</ul>")


def headline_table(headlines: Sequence[Headline]) -> Section:
    """Level, growth and its change of every headline."""
    rows = [_headline_row(item) for item in headlines]
    heads = (
        "指标 indicator", "时期 period", "数值 value", "单位 unit", "同比% yoy", "较上期 change", "状态 status",
        "疑点 doubt",
    )  # fmt: skip
    return Section("主要指标", "Headline figures", _table(heads, rows, (2, 4, 5)))


def _headline_row(item: Headline) -> list[Any]:
    told = [part for part in (item.level, item.growth) if part is not None]
    return [
        item.indicator.name, span(item.period, item.basis)[0], item.level or "",
        item.level.unit if item.level else "", item.growth or "", _signed(item.change),
        _STATUS[told[0].status] if told else "", "存疑" if any(part.is_doubted for part in told) else "",
    ]  # fmt: skip


def lights(watched: Sequence[Watched]) -> Section:
    """The warning lights of the indicators that have one, and of all together."""
    if not watched:
        return Section("预警信号灯", "Warning lights", _table((), (), ()))
    score, colour = together([item.last for item in watched])
    body = [
        [
            indicators()[item.rule.indicator].name, item.period, f"{item.known['value'].iloc[-1]:.1f}",
            _lit(item.last), _lit(item.previous) if item.previous else "",
        ]
        for item in watched
    ]  # fmt: skip
    heads = ("指标 indicator", "时期 period", "数值 value", "信号灯 light", "上期 before")
    told = f"综合 {_lit(colour)}，得分 {score:.0f}% / all lights together"
    return Section("预警信号灯", "Warning lights", f"<p>{told}</p>{_table(heads, body, (2,))}")


def _lit(colour: Colour) -> Html:
    dot = f"<span class='dot' style='background:{_DOTS[colour.name]}'></span>"
    return Html(f"{dot} {escape(colour.zh)}（{escape(colour.meaning)}）")


def charts(drawn: Sequence[Chart]) -> Section:
    """Small charts side by side."""
    return Section(
        "走势", "Over time", f"<div class='pair'>{''.join(svg(chart, 240, 470) for chart in drawn)}</div>"
    )


def county_table(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Section:
    """Growth so far by division; one column per indicator."""
    known = indicators()
    codes = [code for code in known if any(row["indicator"] == code for row in rows)]
    values = {(row["division"], row["indicator"]): row["value"] for row in rows}
    divisions = list(dict.fromkeys(sorted(row["division"] for row in rows)))
    body = [
        [names.get(place, place), *(_plain(values.get((place, code))) for code in codes)]
        for place in divisions
    ]
    heads = ("地区 division", *(known[code].name for code in codes))
    return Section("各县区累计增速（%）", "Growth by division", _table(heads, body, range(1, len(codes) + 1)))


def doubt_table(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Section:
    """Doubted figures of the month with what they should be."""
    body = [
        [
            row["name"], names.get(row["division"], row["division"]), BASES[row["basis"]], _plain(row["value"]),
            _plain(row["expected"]), row["unit"], finding_type(row["code"]).zh, f"{row['file_name']} {row['cell']}",
        ]
        for row in rows
    ]  # fmt: skip
    heads = (
        "指标 indicator", "地区 division", "口径 basis", "所印 printed", "推算 expected", "单位 unit", "问题 issue",
        "出处 where",
    )  # fmt: skip
    return Section("本月存疑的数", "Doubtful figures", _table(heads, body, (3, 4)))


def discrepancy_table(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Section:
    """Gaps, registers and releases that reach into the month."""
    body = [
        [
            finding_type(row["code"]).zh, row["name"], names.get(row["division"], row["division"]), BASES[row["basis"]],
            _plain(row["published"]), _plain(row["expected"]), row["department"] or "", row["explanation"] or "",
        ]
        for row in rows
    ]  # fmt: skip
    heads = (
        "事项 issue", "指标 indicator", "地区 division", "口径 basis", "公布 published", "对照 expected", "部门 owner",
        "说明 note",
    )  # fmt: skip
    return Section("不一致与发布", "What does not agree", _table(heads, body, (4, 5)))


def revision_table(rows: Sequence[Mapping[str, Any]]) -> Section:
    """What was revised since the month's end."""
    body = [
        [
            row["name"], BASES[row["basis"]], row["period"], _plain(row["previous_value"]), _plain(row["normal_value"]),
            row["normal_unit"], _signed(row["revision"], 6), _STATUS[row["status"]], f"{row['released_at']:%Y-%m-%d}",
        ]
        for row in rows
    ]  # fmt: skip
    heads = (
        "指标 indicator", "口径 basis", "时期 period", "原数 before", "新数 after", "单位 unit", "修订 revision",
        "状态 status", "发布 released",
    )  # fmt: skip
    return Section("修订", "Revisions", _table(heads, body, (3, 4, 6)))


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]], numbers: Iterable[int]) -> str:
    if not rows:
        return "<p class='note'>无 / none</p>"
    right = set(numbers)
    mark = [" class='n'" if at in right else "" for at in range(len(heads))]
    head = "".join(f"<th{mark[at]}>{escape(text)}</th>" for at, text in enumerate(heads))
    body = "".join(
        "<tr>" + "".join(f"<td{mark[at]}>{_cell(cell)}</td>" for at, cell in enumerate(row)) + "</tr>"
        for row in rows[:_MOST_ROWS]
    )
    cut = len(rows) - _MOST_ROWS
    more = f"<p class='note'>另有 {cut} 行 / {cut} more</p>" if cut > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _cell(cell: Any) -> str:
    return cell if isinstance(cell, Html) else escape(str(cell))


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:,.8g}"


def _signed(value: float | None, places: int = 3) -> str:
    return "" if value is None else f"{value:+,.{places}g}"
