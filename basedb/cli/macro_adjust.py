"""`basedb macro adjust`: a series without the seasons and the calendar."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
import pandas as pd

from basedb.cli.exits import Usage
from basedb.cli.macro import basis_option, division_option, tell
from basedb.cli.macro_forecast import as_of_option, one_history
from basedb.cli.output import say
from basedb.cli.site import Site, pass_site
from macroeconomy.forecast.history import History
from macroeconomy.indicators import indicators
from macroeconomy.periods import period_at

_EFFECTS = {
    "working_days": "工作日（每多一天）", "before": "春节前20天", "during": "春节7天", "after": "春节后20天",
}  # fmt: skip


@click.command()
@click.argument("indicator")
@division_option
@basis_option
@as_of_option
@click.option(
    "--method", type=click.Choice(["stl", "x13"]), default="stl", show_default=True,
    help="x13 用美国普查局的 X-13ARIMA-SEATS（basedb[x13]） / needs the extra x13",
)  # fmt: skip
@click.option("--last", default=13, show_default=True, help="最近几期 / how many periods")
@pass_site
def adjust(
    site: Site,
    indicator: str,
    division: str | None,
    basis: str | None,
    as_of: datetime | None,
    method: str,
    last: int,
) -> None:
    """季节调整 INDICATOR，含春节与工作日 / seasonally adjusted, with the Spring Festival and working days.

    累计数先化为当期数。需要 statsmodels（basedb[macro]）。/ Totals are taken apart first.
    """
    try:
        from macroeconomy.analysis.seasonal import Adjusted, by_stl
        from macroeconomy.analysis.seasonal import adjust as adjusted
        from macroeconomy.analysis.x13 import by_x13
    except ModuleNotFoundError as error:
        raise Usage(
            "季节调整需要 statsmodels：pip install 'basedb[macro]' / seasonal adjustment needs the extra macro"
        ) from error
    history, name = one_history(site, indicator, division, basis, as_of)
    factors = indicators()[history.indicator].kind != "index" and not history.basis.endswith("_yoy")
    factors = factors and history.values.min() > 0
    try:
        found: Adjusted = adjusted(
            history.values, history.frequency, factors, history.basis == "stock", history.estimated,
            by_x13 if method == "x13" else by_stl,
        )  # fmt: skip
    except ModuleNotFoundError as error:
        raise Usage(
            "X-13 没有安装：pip install 'basedb[x13]' / X-13 is not installed, it comes with the extra x13"
        ) from error
    except ValueError as error:
        raise Usage(f"{name}不能作季节调整：{error} / cannot be adjusted") from error
    parts = pd.DataFrame(
        {"value": history.values, "adjusted": found.adjusted, "trend": found.trend, "seasonal": found.seasonal,
         "calendar": found.calendar}
    )  # fmt: skip
    before = found.adjusted.shift(1)
    parts["change"] = 100 * (found.adjusted / before - 1) if factors else found.adjusted - before
    rows: list[dict[str, Any]] = [
        {
            "period": period_at(history.frequency, int(number)).code,
            **{str(key): value for key, value in row.items()},
        }
        for number, row in zip(parts.index[-last:], parts.tail(last).round(6).to_dict("records"), strict=True)
    ]
    effects = {key: {"coefficient": beta, "t": t} for key, (beta, t) in found.effects.items()}
    subject = {
        "indicator": history.indicator, "division": history.division, "basis": history.basis,
        "vintage": history.vintage, "method": method, "model": found.model, "multiplicative": factors, "effects": effects,
        "outliers": list(found.outliers),
        "seasonality": {
            key: {"qs": tests[0], "kruskal": tests[1]}
            for key, tests in (("before", found.seasonality_before), ("after", found.seasonality_after))
        },
    }  # fmt: skip
    title = f"{name} {history.division} 季节调整 / seasonally adjusted ({history.unit}, {history.vintage})"
    tell(site, title, rows, subject, ("数值", "季调后", "趋势", "季节", "日历", "环比"))
    if not site.json:
        say(f"方法 / by {found.model}")
        if found.outliers:
            say(f"离群值（保留在季调后序列中） / outliers, left in: {'、'.join(found.outliers)}")
        _tell_diagnostics(history, effects, subject["seasonality"])


def _tell_diagnostics(history: History, effects: dict[str, Any], seasonality: Any) -> None:
    for key, effect in effects.items():
        say(f"{_EFFECTS[key]}：{effect['coefficient']:+.4f}（t {effect['t']:.1f}）")
    if not effects:
        say("未见春节和工作日影响 / no effect of the festival or of working days")
    before, after = seasonality["before"], seasonality["after"]
    if min(before.values()) >= 0.05:
        say("未见季节性，未作季节调整 / no seasons were found, none were taken out")
    verdict = (
        "有残余季节性 / seasons are left" if min(after.values()) < 0.01 else "无残余季节性 / none is left"
    )
    say(f"季节性检验 p：QS {after['qs']:.3f}，Kruskal–Wallis {after['kruskal']:.3f}，{verdict}")
    if history.filled:
        say(f"{history.filled} 期为分摊或补齐，其中不见日历影响 / shared out or filled")
