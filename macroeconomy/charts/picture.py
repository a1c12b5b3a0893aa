"""A chart as a picture, with matplotlib (the extra ``maps``)."""

from __future__ import annotations

from pathlib import Path

from basedb import fonts
from macroeconomy.charts.chart import DOUBTED, PALETTE, Chart


def write_png(path: Path, chart: Chart) -> None:
    """Draw the chart as a PNG; ModuleNotFoundError without matplotlib."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    family = FontProperties(family=fonts.picture_family())
    figure = Figure(figsize=(10, 4.6), dpi=130)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    if chart.band is not None:
        ranges = chart.band.ranges
        places = [place for place, period in enumerate(chart.periods) if period in ranges]
        low, high = zip(*(ranges[chart.periods[place]] for place in places), strict=True)
        axes.fill_between(places, low, high, color="#c9d8ea", label=chart.band.name)
    for number, line in enumerate(chart.lines):
        for turn, run in enumerate(chart.runs(line)):
            axes.plot(
                [place for place, _ in run], [value for _, value in run], color=PALETTE[number % len(PALETTE)],
                marker="o", markersize=2.5, linewidth=1.6, label=line.name if turn == 0 else None,
            )  # fmt: skip
            doubted = [(place, value) for place, value in run if chart.periods[place] in line.printed]
            axes.plot(
                [place for place, _ in doubted], [value for _, value in doubted], color=PALETTE[number % len(PALETTE)],
                marker="o", markersize=5, markerfacecolor="white", linestyle="none",
            )  # fmt: skip
    if chart.is_doubted:
        axes.set_title(DOUBTED, fontproperties=family, fontsize=9, loc="right", color="#5d636e")
    axes.set_xticks(chart.labelled, [chart.periods[place] for place in chart.labelled])
    axes.set_title(chart.title, fontproperties=family, fontsize=13, loc="left")
    axes.set_ylabel(chart.unit, fontproperties=family)
    axes.grid(axis="y", color="#e2e5ea")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(prop=family, loc="best", framealpha=0.9)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontproperties(family)
    figure.tight_layout()
    figure.savefig(path)
