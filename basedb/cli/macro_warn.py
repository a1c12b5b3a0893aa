"""`basedb macro warn`: five colours of light, and how far they could be trusted."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from basedb.cli.exits import Usage
from basedb.cli.macro import division_option, find_city, macro_reader
from basedb.cli.macro_forecast import as_of_option, vintage_of
from basedb.cli.output import print_json, say, table
from basedb.cli.site import Site, pass_site
from macroeconomy.indicators import indicators
from macroeconomy.warning.lights import Colour, together
from macroeconomy.warning.limits import InvalidLimits, read_rules
from macroeconomy.warning.record import Record
from macroeconomy.warning.watch import Watched, expect, watch

_SIDES = {"cold": "过冷", "hot": "过热"}


@click.command()
@division_option
@as_of_option
@click.option(
    "--limits", type=click.Path(dir_okay=False, exists=True, path_type=Path), metavar="FILE",
    help="界限文件（CSV），代替随包的 / limits of the lights, in place of those shipped",
)  # fmt: skip
@click.option("--record", is_flag=True, help="预警成绩：提前期与误报 / lead times and false alarms")
@pass_site
def warn(site: Site, division: str | None, as_of: datetime | None, limits: Path | None, record: bool) -> None:
    """预警信号灯：蓝 过冷、浅蓝 趋冷、绿 正常、黄 趋热、红 过热 / warning lights.

    每盏灯只用当时已知的数和界限。/ Each light by what was known when its figure came out.
    """
    try:
        rules = read_rules(limits)
    except InvalidLimits as error:
        raise Usage(str(error)) from error
    with macro_reader(site) as reader:
        vintage = vintage_of(reader, as_of)
        place = find_city(reader, division)
        watched, without = watch(reader, place, vintage, rules)
    if not watched:
        raise Usage(f"{vintage} {place} 的数据不足以亮灯 / too few figures for any light")
    if record:
        _tell_record(site, place, vintage, watched)
    else:
        _tell_lights(site, place, vintage, watched, [rule.indicator for rule in without])


def _light(colour: Colour) -> str:
    return f"{colour.zh} {colour.meaning}"


def _row(item: Watched) -> dict[str, Any]:
    expected = expect(item)
    return {
        "indicator": item.rule.indicator,
        "name": indicators()[item.rule.indicator].name,
        "basis": item.rule.basis,
        "period": item.period,
        "value": float(item.known["value"].iloc[-1]),
        "light": item.last.name,
        "previous": item.previous.name if item.previous else None,
        "limits": list(item.known["limits"].iloc[-1]),
        "rule": "fixed" if item.rule.fixed else "quantile",
        "reason": item.rule.reason,
        "next": expected
        and {
            "period": expected.period, "value": expected.value, "light": expected.colour.name,
            "too_low": expected.cold, "too_high": expected.hot,
        },
    }  # fmt: skip


def _tell_lights(
    site: Site, division: str, vintage: date, watched: list[Watched], without: list[str]
) -> None:
    score, colour = together([item.last for item in watched])
    if site.json:
        subject = {"division": division, "vintage": vintage, "score": score, "light": colour.name}
        print_json({**subject, "lights": [_row(item) for item in watched], "without": without})
        return
    lines = []
    for item in watched:
        row = _row(item)
        ahead = row["next"]
        lines.append(
            [
                row["name"], row["period"], f"{row['value']:.1f}", _light(item.last),
                _light(item.previous) if item.previous else "",
                " / ".join(f"{limit:.1f}" for limit in row["limits"]),
                *([ahead["period"], f"{ahead['value']:.1f}", f"{ahead['too_low']:.0%}", f"{ahead['too_high']:.0%}"]
                  if ahead else [""] * 4),
            ]
        )  # fmt: skip
    right = ["数值", "预计", "偏冷可能", "偏热可能"]
    table(
        f"{division} 预警信号灯 / warning lights（{vintage}）",
        ["指标", "时期", "数值", "信号灯", "上期", "界限", "下期", "预计", "偏冷可能", "偏热可能"],
        lines,
        right,
    )
    say(
        f"综合：{_light(colour)}，得分 {score:.0f}%（满分 100%，{len(watched)} 个指标） / all lights together"
    )
    if without:
        say(f"数据不足、未亮灯：{'、'.join(without)} / too few figures")


def _tell_record(site: Site, division: str, vintage: date, watched: list[Watched]) -> None:
    told = [(item, record) for item in watched for record in item.records()]
    if site.json:
        print_json(
            {
                "division": division,
                "vintage": vintage,
                "records": [_record(item, record) for item, record in told],
            }
        )
        return
    numbers = ["过冷/过热次数", "事先亮灯", "平均提前期", "亮灯次数", "误报", "未定", "实时期数", "还原期数"]
    rows = [_record(item, record) for item, record in told]
    table(
        f"{division} 预警成绩 / record of the lights（{vintage}）",
        ["指标", "方向", *numbers, "与事后一致"],
        [
            [
                row["name"], _SIDES[row["side"]], row["episodes"], row["foreseen"],
                "" if row["mean_lead"] is None else f"{row['mean_lead']:.1f}", row["alarms"], row["false_alarms"],
                row["open"], row["real_time"], row["reconstructed"], f"{row['agreement']:.0%}",
            ]
            for row in rows
        ],
        [*numbers, "与事后一致"],
    )  # fmt: skip
    if any(row["reconstructed"] for row in rows):
        say(
            "还原：历史数据一次送达，发布日不详，以首次发布数代替当时所知 / reconstructed from first releases"
        )


def _record(item: Watched, record: Record) -> dict[str, Any]:
    timely = int(item.then["timely"].sum())
    return {
        "indicator": item.rule.indicator, "name": indicators()[item.rule.indicator].name, "side": record.side,
        "frequency": item.history.frequency, "episodes": record.episodes, "foreseen": record.foreseen,
        "leads": list(record.leads), "mean_lead": record.mean_lead, "alarms": record.alarms,
        "false_alarms": record.false_alarms, "open": record.open, "real_time": timely,
        "reconstructed": len(item.then) - timely, "agreement": item.agreement(),
    }  # fmt: skip
