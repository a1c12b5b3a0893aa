"""Charts of a match model: weights, m and u, a pair as a waterfall, thresholds, sizes of clusters.

Every function returns a whole SVG; `page` puts them into one HTML file that opens anywhere, offline.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from basedb.linkage.model import MatchModel
from basedb.linkage.parameters import SMALLEST, Parameters
from basedb.svg import BLUE, GREEN, GREY, ORANGE, RED, WIDTH, Drawing, Scale, grid, legend, ticks

_ROW, _LEFT, _TOP = 19, 292, 26


@dataclass(frozen=True)
class Point:
    """What a threshold would make of all records. precision, recall: None without truth."""

    weight: float
    pairs: int
    entities: int
    precision: float | None = None
    recall: float | None = None


def weight_chart(model: MatchModel, parameters: Parameters) -> str:
    """The match weight of every level as a bar to the right or the left."""
    rows = [
        (item, index, level)
        for item in model.comparisons
        for index, level in enumerate(item.levels)
        if not level.missing
    ]
    weights = [parameters.level_weight(item, index) for item, index, _ in rows]
    extent = max(map(abs, [*weights, 1.0]))
    drawing = Drawing(_TOP + len(rows) * _ROW + len(model.comparisons) * 8 + 34)
    x = Scale(-extent, extent, _LEFT + 10, WIDTH - 48)
    bottom = drawing.height - 26
    grid(drawing, x, _TOP - 8, bottom, _signed, ticks(-extent, extent))
    y, last = float(_TOP), ""
    for (item, _, level), weight in zip(rows, weights, strict=True):
        if item.name != last:
            y += 8 if last else 0
            drawing.text(4, y + 12, f"{item.zh} {item.name}", size=12, bold=True)
            last = item.name
        drawing.text(_LEFT, y + 12, f"{level.zh} {level.name}", "end", 11)
        start, end = sorted((x(0), x(weight)))
        tip = f"{item.name}.{level.name}: {weight:+.2f}"
        drawing.rect(start, y + 3, end - start, _ROW - 6, GREEN if weight >= 0 else RED, tip)
        beside = x(weight) + (4 if weight >= 0 else -4)
        drawing.text(beside, y + 13, f"{weight:+.1f}", "start" if weight >= 0 else "end", 10, "#5d636e")
        y += _ROW
    drawing.line(x(0), _TOP - 8, x(0), bottom, "#22262d")
    return str(drawing)


def probability_chart(model: MatchModel, parameters: Parameters) -> str:
    """m and u of every level, side by side, on a logarithmic axis."""
    rows = [
        (item, index, level)
        for item in model.comparisons
        for index, level in enumerate(item.levels)
        if not level.missing
    ]
    low = min(
        math.log10(max(values[item.name][index], SMALLEST))
        for item, index, _ in rows
        for values in (parameters.m, parameters.u)
    )
    low = max(math.floor(low), -9)
    drawing = Drawing(_TOP + len(rows) * _ROW + len(model.comparisons) * 8 + 34)
    middle = (_LEFT + 10 + WIDTH - 10) / 2
    panels = (
        (Scale(low, 0, _LEFT + 14, middle - 12), parameters.m, BLUE, "m（匹配的记录对 / matches）"),
        (Scale(low, 0, middle + 12, WIDTH - 12), parameters.u, ORANGE, "u（不匹配的记录对 / non-matches）"),
    )
    bottom = drawing.height - 26
    for x, _, _, words in panels:
        grid(drawing, x, _TOP - 2, bottom, _power, range(low, 1, 2 if low < -5 else 1))
        drawing.text((x.start + x.end) / 2, _TOP - 10, words, "middle", 12, bold=True)
    y, last = float(_TOP), ""
    for item, index, level in rows:
        if item.name != last:
            y += 8 if last else 0
            drawing.text(4, y + 12, f"{item.zh} {item.name}", size=12, bold=True)
            last = item.name
        drawing.text(_LEFT, y + 12, f"{level.zh} {level.name}", "end", 11)
        for x, values, color, _ in panels:
            value = values[item.name][index]
            end = x(max(math.log10(max(value, SMALLEST)), low))
            drawing.rect(x.start, y + 3, end - x.start, _ROW - 6, color, f"{level.name}: {value:.3g}")
        y += _ROW
    return str(drawing)


def waterfall(explanation: Mapping[str, Any], model: MatchModel) -> str:
    """How the weight of one pair comes about, from the prior to the sum, without the values compared."""
    steps: list[tuple[str, float]] = [("先验 prior", explanation["prior_weight"])]
    for step in explanation["steps"]:
        steps.append((f"{step['zh']}：{step['level_zh']} {step['level']}", step["weight"]))
        if step["adjustment"]:
            steps.append((f"{step['zh']}：词频调整 term frequency", step["adjustment"]))
    ends = [0.0]
    for _, weight in steps:
        ends.append(ends[-1] + weight)
    drawing = Drawing(_TOP + (len(steps) + 1) * 22 + 36)
    low, high = min([*ends, 0.0]), max([*ends, model.auto_link])
    x = Scale(low, high, _LEFT + 10, WIDTH - 54)
    bottom = drawing.height - 26
    grid(drawing, x, _TOP - 8, bottom, _signed, ticks(low, high))
    for place, (words, weight) in enumerate(steps):
        y = _TOP + place * 22
        drawing.text(_LEFT, y + 14, words, "end", 12)
        start, end = sorted((x(ends[place]), x(ends[place + 1])))
        drawing.rect(start, y + 4, end - start, 14, GREEN if weight >= 0 else RED, f"{weight:+.2f}")
        drawing.text(end + 4, y + 15, f"{weight:+.1f}" if weight else "0", size=10, color="#5d636e")
        drawing.line(x(ends[place + 1]), y + 18, x(ends[place + 1]), y + 26, "#22262d")
    y = _TOP + len(steps) * 22
    drawing.text(_LEFT, y + 14, "合计 total", "end", 12, bold=True)
    start, end = sorted((x(0), x(ends[-1])))
    drawing.rect(start, y + 4, end - start, 14, BLUE, f"{ends[-1]:+.2f}")
    drawing.text(end + 4, y + 15, f"{ends[-1]:+.1f}", size=11, bold=True)
    for threshold, words in ((model.review, "待人工"), (model.auto_link, "自动认定")):
        drawing.line(x(threshold), _TOP - 8, x(threshold), bottom, GREY, "4 3")
        drawing.text(x(threshold), _TOP - 12, words, "middle", 11, GREY)
    return str(drawing)


def threshold_chart(points: Sequence[Point], model: MatchModel) -> str:
    """Pairs and entities by threshold; with truth, precision and recall above them."""
    judged = [point for point in points if point.precision is not None and point.recall is not None]
    drawing = Drawing(600 if judged else 330)
    x = Scale(points[0].weight, points[-1].weight, 74, WIDTH - 74)
    top = 40.0
    if judged:
        shares = [share for point in judged for share in (point.precision, point.recall) if share is not None]
        low = max(0.0, math.floor(min(shares) * 50 - 1) / 50)
        y = Scale(low, 1.0, 290, top)
        _frame(drawing, x, y, top, 290, lambda value: f"{value:.1%}")
        for color, name in ((GREEN, "precision"), (BLUE, "recall")):
            drawing.path([(x(point.weight), y(getattr(point, name))) for point in judged], color)
        legend(drawing, 90, 20, [(GREEN, "查准率 precision"), (BLUE, "查全率 recall")])
        top = 340.0
    bottom = top + 220
    most = max(point.pairs for point in points) or 1
    y = Scale(0, most, bottom, top)
    _frame(drawing, x, y, top, bottom, lambda value: f"{value:,.0f}")
    drawing.path([(x(point.weight), y(point.pairs)) for point in points], ORANGE)
    fewest, largest = (pick(point.entities for point in points) for pick in (min, max))
    other = Scale(fewest, largest if largest > fewest else fewest + 1, bottom, top)
    drawing.path([(x(point.weight), other(point.entities)) for point in points], GREY)
    for value in ticks(other.low, other.high, 5):
        drawing.text(WIDTH - 68, other(value) + 4, f"{value:,.0f}", size=11, color="#5d636e")
    legend(
        drawing, 90, top - 18,
        [(ORANGE, "达到阈值的记录对 pairs（左轴）"), (GREY, "由此得到的实体数 entities（右轴）")],
    )  # fmt: skip
    for value in ticks(x.low, x.high, 12):
        drawing.text(x(value), bottom + 16, f"{value:g}", "middle", 11, "#5d636e")
    for threshold, words in ((model.review, "待人工"), (model.auto_link, "自动认定")):
        if x.low <= threshold <= x.high:
            drawing.line(x(threshold), 34, x(threshold), bottom, GREY, "4 3")
            drawing.text(x(threshold) + 4, (top + bottom) / 2, words, size=11, color=GREY)
    drawing.text((x.start + x.end) / 2, bottom + 34, "匹配权重阈值 / match weight", "middle", 12)
    return str(drawing)


def size_chart(sizes: Sequence[tuple[int, int]]) -> str:
    """How many entities have how many departmental records: (records, entities)."""
    drawing = Drawing(_TOP + len(sizes) * 22 + 30)
    most = max((count for _, count in sizes), default=1)
    x = Scale(0, math.log10(most + 1), 150, WIDTH - 90)
    for place, (records, count) in enumerate(sizes):
        y = _TOP + place * 22
        drawing.text(140, y + 14, f"{records} 条", "end", 12)
        drawing.rect(x.start, y + 3, x(math.log10(count + 1)) - x.start, 16, BLUE, f"{records}: {count:,}")
        drawing.text(x(math.log10(count + 1)) + 5, y + 15, f"{count:,}", size=11, color="#5d636e")
    drawing.text(140, 14, "部门记录 / records", "end", 12, bold=True)
    drawing.text(x.start, 14, "实体数，对数坐标 / entities, logarithmic", size=12, bold=True)
    return str(drawing)


def page(title: str, lead: Sequence[str], sections: Sequence[tuple[str, str, str]]) -> str:
    """One HTML file. sections: (heading, explanation, SVG)."""
    body = "".join(
        f"<section><h2>{escape(heading)}</h2><p>{escape(words)}</p>{chart}</section>"
        for heading, words, chart in sections
    )
    told = "".join(f"<p>{escape(line)}</p>" for line in lead)
    return _PAGE.format(title=escape(title), lead=told, body=body)


def _frame(drawing: Drawing, x: Scale, y: Scale, top: float, bottom: float, shown: Any) -> None:
    for value in ticks(y.low, y.high, 6):
        drawing.line(x.start, y(value), x.end, y(value))
        drawing.text(x.start - 8, y(value) + 4, shown(value), "end", 11, "#5d636e")
    drawing.line(x.start, top, x.start, bottom, "#22262d")
    drawing.line(x.start, bottom, x.end, bottom, "#22262d")


def _signed(value: float) -> str:
    return f"{value:+g}" if abs(value) > 1e-9 else "0"


def _power(exponent: float) -> str:
    return "1" if exponent == 0 else f"{10**exponent:g}" if exponent >= -3 else f"1e{exponent:.0f}"


_PAGE = """<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body {{ font: 14px/1.55 "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif;
  color: #22262d; background: #fff; max-width: 960px; margin: 28px auto; padding: 0 20px; }}
h1 {{ font-size: 22px; }} h2 {{ font-size: 16px; margin: 34px 0 4px; }}
p {{ margin: 2px 0 10px; color: #454a53; }} svg {{ max-width: 100%; height: auto; }}
svg text {{ font-family: inherit; }}
</style></head><body><h1>{title}</h1>{lead}{body}</body></html>
"""
