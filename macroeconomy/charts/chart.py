"""A chart of series over periods, and what it looks like as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from basedb import fonts
from basedb.svg import BLUE, GREEN, GREY, ORANGE, RED, Drawing, Scale, legend, ticks

PALETTE = (BLUE, RED, GREEN, ORANGE, "#7a5ba6", "#3c9da8", "#a8683c", GREY)
_LEFT, _RIGHT, _TOP, _BOTTOM = 64.0, 24.0, 58.0, 34.0
_LABELS = 9


@dataclass(frozen=True)
class Line:
    """A series: its name and a value per period; a period without a value is a gap.

    printed: by period, what was published where that is doubted; `values` has what it should be.
    """

    name: str
    values: Mapping[str, float]
    printed: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Band:
    """A shaded range: its name, and the lowest and highest value per period."""

    name: str
    ranges: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Chart:
    """Lines, and at most one band behind them, over periods in order; values in `unit`."""

    title: str
    unit: str
    periods: Sequence[str]
    lines: Sequence[Line]
    band: Band | None = None

    @property
    def extent(self) -> tuple[float, float]:
        """The lowest and the highest value shown, a little apart. ValueError without any value."""
        values = [value for line in self.lines for value in line.values.values()]
        if self.band is not None:
            values += [value for pair in self.band.ranges.values() for value in pair]
        low, high = min(values), max(values)
        room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
        return low - room, high + room

    @property
    def is_doubted(self) -> bool:
        """Whether a figure is not drawn as it was published."""
        return any(line.printed for line in self.lines)

    @property
    def labelled(self) -> list[int]:
        """The places of the periods that are named below the axis."""
        step = max(1, -(-len(self.periods) // _LABELS))
        return list(range((len(self.periods) - 1) % step, len(self.periods), step))

    def runs(self, line: Line) -> list[list[tuple[int, float]]]:
        """A line's (place, value) points, cut where periods are missing."""
        found: list[list[tuple[int, float]]] = [[]]
        for place, period in enumerate(self.periods):
            if period in line.values:
                found[-1].append((place, line.values[period]))
            elif found[-1]:
                found.append([])
        return [run for run in found if run]


def svg(chart: Chart, height: float = 300, width: float = 920) -> str:
    """The chart as an SVG element; hovering a point shows period and value."""
    drawing = Drawing(height, width)
    low, high = chart.extent
    x = Scale(0, max(len(chart.periods) - 1, 1), _LEFT, width - _RIGHT)
    y = Scale(low, high, height - _BOTTOM, _TOP)
    drawing.text(_LEFT, 20, chart.title, size=15, bold=True)
    drawing.text(width - _RIGHT, 20, f"单位 / unit: {chart.unit}", "end", 11, "#5d636e")
    for value in ticks(low, high, 6):
        drawing.line(_LEFT, y(value), width - _RIGHT, y(value))
        drawing.text(_LEFT - 6, y(value) + 4, f"{value:,.6g}", "end", 11, "#5d636e")
    for place in chart.labelled:
        drawing.text(x(place), height - 12, chart.periods[place], "middle", 11, "#5d636e")
    if chart.band is not None:
        drawing.parts.append(_shade(chart, chart.band, x, y))
    for line, color in zip(chart.lines, _colors(chart), strict=True):
        for run in chart.runs(line):
            drawing.path([(x(place), y(value)) for place, value in run], color)
            for place, value in run:
                period = chart.periods[place]
                tip, look = f"{line.name} {period}: {value:,.6g}", f'r="2.4" fill="{color}"'
                if period in line.printed:
                    tip += f"（原印 / printed {line.printed[period]:,.6g}）"
                    look = f'r="4" fill="#ffffff" stroke="{color}" stroke-width="1.6"'
                drawing.parts.append(
                    f'<circle cx="{x(place):.1f}" cy="{y(value):.1f}" {look}><title>{escape(tip)}</title></circle>'
                )
    entries = [(color, line.name) for line, color in zip(chart.lines, _colors(chart), strict=True)]
    if chart.band is not None:
        entries.append((_SHADE, chart.band.name))
    legend(drawing, _LEFT, 40, entries)
    if chart.is_doubted:
        drawing.text(width - _RIGHT, 40, DOUBTED, "end", 11, "#5d636e")
    return str(drawing)


_SHADE = "#c9d8ea"
#: What hollow points mean.
DOUBTED = "○ 疑点，按应有的数画 / doubted, as it should be"


def _shade(chart: Chart, band: Band, x: Scale, y: Scale) -> str:
    places = [place for place, period in enumerate(chart.periods) if period in band.ranges]
    upper = [(x(place), y(band.ranges[chart.periods[place]][1])) for place in places]
    lower = [(x(place), y(band.ranges[chart.periods[place]][0])) for place in reversed(places)]
    points = " ".join(f"{at:.1f},{level:.1f}" for at, level in (*upper, *lower))
    return f'<polygon points="{points}" fill="{_SHADE}" stroke="none"/>'


def _colors(chart: Chart) -> list[str]:
    return [PALETTE[place % len(PALETTE)] for place in range(len(chart.lines))]


def page(chart: Chart) -> str:
    """A page that opens offline: the chart and its numbers."""
    head = "".join(f"<th>{escape(line.name)}</th>" for line in chart.lines)
    rows = "".join(
        f"<tr><td>{escape(period)}</td>"
        + "".join(f"<td class='n'>{_shown(line, period)}</td>" for line in chart.lines)
        + "</tr>"
        for period in reversed(chart.periods)
    )
    return (
        f'<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>{escape(chart.title)}</title>'
        f"<style>{STYLE}</style></head><body>{svg(chart, 420)}"
        f"<table><thead><tr><th>时期 period</th>{head}</tr></thead><tbody>{rows}</tbody></table></body></html>"
    )


def _shown(line: Line, period: str) -> str:
    """A figure as published, in the table below a chart."""
    return _number(line.printed.get(period, line.values.get(period)))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.10g}"


STYLE = (
    f"body{{font:14px {fonts.CSS};max-width:960px;margin:24px auto;color:#22262d;padding:0 12px}}"
    f"svg{{max-width:100%;height:auto}}svg text{{font-family:{fonts.CSS}}}"
    "table{border-collapse:collapse;margin:12px 0;width:100%}th,td{border-bottom:1px solid #e2e5ea;padding:4px 8px;"
    "text-align:left;vertical-align:top}th{background:#f3f5f8}td.n,th.n{text-align:right;white-space:nowrap}"
    "th.n{white-space:normal}"
    "h1{font-size:22px}h2{font-size:17px;margin-top:28px}.en{color:#5d636e;font-weight:normal}"
)
