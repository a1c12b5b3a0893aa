"""`basedb macro forecast`: the periods to come, from what was known on a day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
import numpy as np

from basedb.cli.exits import Usage
from basedb.cli.macro import asking, basis_option, division_option, find_division, tell, usual_basis
from basedb.cli.site import Site, pass_site

_PERIODS = {"M": 12, "Q": 4, "H": 2, "A": 1}
_DATE = click.DateTime(["%Y-%m-%d", "%Y%m%d"])


@click.command()
@click.argument("indicator")
@division_option
@basis_option
@click.option(
    "--horizon", default=6, show_default=True, type=click.IntRange(1, 60), help="预测几期 / periods ahead"
)
@click.option("--as-of", "as_of", type=_DATE, help="按某日已知的数预测 / from what was known on a day")
@click.option(
    "--model",
    default="combined",
    show_default=True,
    type=click.Choice(["combined", "naive", "ses", "holt", "damped", "theta", "log_theta"]),
    help="模型 / the model",
)
@pass_site
def forecast(
    site: Site,
    indicator: str,
    division: str | None,
    basis: str | None,
    horizon: int,
    as_of: datetime | None,
    model: str,
) -> None:
    """预测 INDICATOR 今后几期，附 80% 与 95% 区间 / forecasts with their intervals.

    缺数的时期之前的数不用。累计数请先看当期数。/ Figures before a gap are not used.
    """
    # scipy takes a second to come; only this command needs it.
    from macroeconomy.forecast.combine import TooShort
    from macroeconomy.forecast.combine import forecast as forecast_series

    figures = (
        f"macroeconomy.observation_as_of(DATE '{as_of:%Y-%m-%d}')"
        if as_of
        else "macroeconomy.observation_current"
    )
    with asking(site, indicator) as (reader, code, name):
        place = find_division(reader, code, division)
        measure = basis or usual_basis(reader, code, place)
        rows = reader.ask(
            f"SELECT frequency, period, normal_value, normal_unit FROM {figures}"
            " WHERE indicator = ? AND division = ? AND basis = ? ORDER BY period_end",
            [code, place, measure],
        ).records()
    frequency, periods, values, unit = _longest_run(rows)
    try:
        found = forecast_series(np.array(values), horizon, _PERIODS[frequency], model)
    except TooShort as error:
        raise Usage(
            f"{name}在缺数之后只有 {len(values)} 期，不足以预测 / too few figures after the last gap"
        ) from error
    (low80, high80), (low95, high95) = found.intervals[0.8], found.intervals[0.95]
    told: list[dict[str, Any]] = [
        {
            "period": period, "value": float(found.point[at]), "unit": unit, "low80": float(low80[at]),
            "high80": float(high80[at]), "low95": float(low95[at]), "high95": float(high95[at]),
        }
        for at, period in enumerate(_following(periods[-1], frequency, horizon))
    ]  # fmt: skip
    subject = {
        "indicator": code, "division": place, "basis": measure, "model": model, "from": periods[0], "to": periods[-1],
    }  # fmt: skip
    right = ("数值", "80%低", "80%高", "95%低", "95%高")
    tell(site, f"{name} {place} {measure} ({model}, {periods[0]}–{periods[-1]})", told, subject, right)


def _longest_run(rows: list[dict[str, Any]]) -> tuple[str, list[str], list[float], str]:
    """The frequency with most figures, and its periods and values after the last gap."""
    if not rows:
        raise Usage("没有数据 / no figures")
    kinds = [row["frequency"] for row in rows]
    frequency = max(set(kinds), key=kinds.count)
    chosen = [row for row in rows if row["frequency"] == frequency]
    run = [chosen[-1]]
    for row in reversed(chosen[:-1]):
        if _following(str(row["period"]), frequency, 1) != [run[-1]["period"]]:
            break
        run.append(row)
    run.reverse()
    return (
        frequency,
        [str(row["period"]) for row in run],
        [float(row["normal_value"]) for row in run],
        str(run[-1]["normal_unit"]),
    )


def _following(period: str, frequency: str, count: int) -> list[str]:
    """The codes of the periods after one."""
    per_year = _PERIODS[frequency]
    year, _, rest = period.partition("-")
    last = int(year) * per_year + (int(rest.lstrip("QH")) - 1 if rest else 0)
    pattern = {"M": "{}-{:02d}", "Q": "{}-Q{}", "H": "{}-H{}", "A": "{}"}[frequency]
    return [pattern.format(at // per_year, at % per_year + 1) for at in range(last + 1, last + 1 + count)]
