"""`basedb macro disaggregate`: the months of a quarterly figure, after a monthly one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
import numpy as np
import pandas as pd

from basedb.cli.exits import Usage
from basedb.cli.macro import division_option, tell
from basedb.cli.macro_forecast import as_of_option, one_history
from basedb.cli.output import say
from basedb.cli.site import Site, pass_site
from macroeconomy.analysis.benchmarking import chow_lin, denton
from macroeconomy.forecast.history import History
from macroeconomy.forecast.panel import periods

_MONTHS = 3


@click.command()
@click.argument("indicator")
@click.option(
    "--by", required=True, metavar="MONTHLY", help="据以分解的月度指标，如 IVA / a monthly indicator"
)
@click.option(
    "--method",
    type=click.Choice(["denton", "chow-lin"]),
    default="denton",
    show_default=True,
    help="按比例 Denton–Cholette，或 Chow–Lin 回归 / proportional, or by regression",
)
@division_option
@as_of_option
@click.option("--last", default=15, show_default=True, help="最近几个月 / how many months")
@pass_site
def disaggregate(
    site: Site, indicator: str, by: str, method: str, division: str | None, as_of: datetime | None, last: int
) -> None:
    """把季度指标 INDICATOR 分解到月，各季之和不变 / months of a quarterly figure, whose sums stay.

    末季之后的月份按最后的比例或回归外推。/ Months after the last quarter carry on its ratio or the regression.
    """
    quarterly, name = one_history(site, indicator, division, None, as_of)
    monthly, by_name = one_history(site, by, quarterly.division, None, as_of)
    _require(quarterly, name, "Q")
    _require(monthly, by_name, "M")
    totals, movement = _together(quarterly, monthly)
    if len(totals) < 2:
        raise Usage(f"{name}与{by_name}没有两个共同的季度 / they have no two quarters in common")
    subject = {"indicator": quarterly.indicator, "by": monthly.indicator, "division": quarterly.division,
               "method": method, "unit": quarterly.unit, "vintage": quarterly.vintage}  # fmt: skip
    try:
        if method == "denton":
            values, said = denton(movement.to_numpy(), totals.to_numpy(), _MONTHS), ""
        else:
            found = chow_lin(movement.to_numpy(), totals.to_numpy(), _MONTHS)
            values, said = (
                found.values,
                f"系数 {found.coefficients[1]:.4g}，rho {found.rho:.2f} / coefficient, rho",
            )
            subject |= {"coefficients": found.coefficients.tolist(), "rho": found.rho}
    except (ValueError, np.linalg.LinAlgError) as error:
        raise Usage(f"{name}不能按{by_name}分解：{error} / cannot be taken apart") from error
    rows: list[dict[str, Any]] = [
        {"period": str(period), "value": round(float(value), 6), "monthly": round(float(beside), 6)}
        for period, value, beside in zip(movement.index, values, movement, strict=True)
    ][-last:]
    title = (
        f"{name} {quarterly.division} 按{by_name}分解到月 / by month ({quarterly.unit}, {quarterly.vintage})"
    )
    tell(site, title, rows, subject, ("数值", "月度"))
    if said and not site.json:
        say(said)


def _require(history: History, name: str, frequency: str) -> None:
    if history.frequency != frequency or history.basis not in ("cur", "ytd"):
        wanted = "季度" if frequency == "Q" else "月度"
        raise Usage(
            f"{name}不是{wanted}流量指标 / not a {'quarterly' if frequency == 'Q' else 'monthly'} flow"
        )


def _together(quarterly: History, monthly: History) -> tuple[pd.Series, pd.Series]:
    """The quarters whose months are all known, and the months from the first of them on."""
    totals = quarterly.values.set_axis(periods("Q", quarterly.values.index))
    movement = monthly.values.set_axis(periods("M", monthly.values.index))
    first = max(totals.index[0], (movement.index[0] + _MONTHS - 1).asfreq("Q"))
    last = min(totals.index[-1], (movement.index[-1] - _MONTHS + 1).asfreq("Q"))
    return totals.loc[first:last], movement.loc[first.asfreq("M", how="S") :]
