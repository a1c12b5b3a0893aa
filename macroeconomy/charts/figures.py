"""Charts of what the store holds: series of divisions, and how a series was revised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from basedb.store.native import Reader
from macroeconomy.charts.chart import Band, Chart, Line

#: What a basis is called over a chart.
BASES = {
    "cur": "当期", "ytd": "累计", "ytd_yoy": "累计同比", "cur_yoy": "当期同比", "stock": "期末", "stock_yoy": "期末同比",
    "index": "指数",
}  # fmt: skip
#: What an index is called that has the same month of last year at 100, not the same months up to it.
_MONTHS_OWN = "上年同月"


class NoFigures(LookupError):
    """There is nothing to draw."""


def series_chart(
    reader: Reader,
    figures: str,
    indicator: tuple[str, str],
    basis: str,
    divisions: Mapping[str, str],
    last: int,
) -> Chart:
    """The current figures of an indicator (code and name) in divisions (code → name), the `last` periods.

    Doubted ones are drawn as what they should be, where that is known, and marked. figures: the relation they are in.
    Of several frequencies or references the one with most figures.
    Raises NoFigures.
    """
    code, name = indicator
    marks = ", ".join("?" * len(divisions))
    rows = reader.ask(
        "SELECT o.division, o.frequency, o.period, o.normal_value, o.normal_unit,"
        " o.normal_value * d.expected / nullif(o.value, 0) AS expected"
        f" FROM {figures} o LEFT JOIN (SELECT observation_id, max(expected) AS expected"
        "  FROM macroeconomy.observation_issue WHERE expected IS NOT NULL GROUP BY observation_id) d"
        " ON d.observation_id = o.observation_id"
        f" WHERE o.indicator = ? AND o.basis = ? AND o.division IN ({marks}) ORDER BY o.period_end",
        [code, basis, *divisions],
    ).records()
    rows = _of_most(rows)
    periods = list(dict.fromkeys(row["period"] for row in rows))[-last:]
    shown = [row for row in rows if row["period"] in set(periods)]
    lines = [
        _line(told, [row for row in shown if row["division"] == place]) for place, told in divisions.items()
    ]
    return Chart(
        f"{name} {BASES[basis]}", rows[0]["normal_unit"], periods, [line for line in lines if line.values]
    )


def _line(name: str, rows: Sequence[dict[str, Any]]) -> Line:
    doubted = {row["period"]: row["normal_value"] for row in rows if row["expected"] is not None}
    values = {
        row["period"]: row["normal_value"] if row["expected"] is None else row["expected"] for row in rows
    }
    return Line(name, values, doubted)


def revision_chart(
    reader: Reader, indicator: tuple[str, str], basis: str, division: tuple[str, str], last: int
) -> Chart:
    """How far every release of a series came from its first, and the range of all: revisions fan out.

    Levels in per cent of the first release, rates in points; doubted prints are left out. Raises NoFigures.
    """
    code, name = indicator
    rows = _of_most(
        reader.ask(
            "SELECT frequency, period, normal_value, normal_unit"
            " FROM macroeconomy.revision r WHERE indicator = ? AND basis = ? AND division = ?"
            " AND NOT EXISTS (SELECT 1 FROM macroeconomy.observation_issue i"
            "  WHERE i.observation_id = r.observation_id AND i.expected IS NOT NULL)"
            " ORDER BY period_end, vintage",
            [code, basis, division[0]],
        ).records()
    )
    is_rate = basis.endswith("_yoy") or basis == "index"
    periods = list(dict.fromkeys(row["period"] for row in rows))[-last:]
    released: dict[str, list[float]] = {period: [] for period in periods}
    for row in rows:
        if row["period"] in released:
            released[row["period"]].append(row["normal_value"])
    told = {
        period: [round(_moved(value, values[0], is_rate), 3) for value in values]
        for period, values in released.items()
        if is_rate or values[0]
    }
    if not told:
        raise NoFigures
    releases = [
        Line(
            f"第{number + 1}版 / release {number + 1}",
            {period: values[number] for period, values in told.items() if len(values) > number},
        )
        for number in range(1, max(map(len, told.values())))
    ]
    return Chart(
        f"{division[1]} {name} {BASES[basis]}：各版与首次发布之差 / releases against the first",
        "百分点 / points" if is_rate else "%",
        periods,
        [*releases, Line("最近一版 / latest", {period: values[-1] for period, values in told.items()})],
        Band("各版范围 / range", {period: (min(values), max(values)) for period, values in told.items()}),
    )


def _moved(value: float, first: float, is_rate: bool) -> float:
    return value - first if is_rate else 100 * (value / first - 1)


def _of_most(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the frequency and reference (an index's unit) that most have; of indices the month's own, if there is one."""
    kinds = [(row["frequency"], row["normal_unit"]) for row in rows]
    if not kinds:
        raise NoFigures
    most = max(set(kinds), key=lambda kind: (_MONTHS_OWN in kind[1], kinds.count(kind), str(kind)))
    return [row for row, kind in zip(rows, kinds, strict=True) if kind == most]
