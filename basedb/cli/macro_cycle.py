"""`basedb macro cycle`: where the economy is in its cycle."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
import pandas as pd

from basedb.cli.exits import Usage
from basedb.cli.macro import division_option, find_city, macro_reader, tell
from basedb.cli.macro_forecast import as_of_option, vintage_of
from basedb.cli.output import say
from basedb.cli.site import Site, pass_site
from macroeconomy.analysis.cycle import ROLES, cycle_table, roles
from macroeconomy.forecast.history import History, histories, leading, read_figures
from macroeconomy.forecast.panel import periods
from macroeconomy.indicators import indicators

_ROLE_NAMES = {"leading": "先行", "coincident": "一致", "lagging": "滞后"}


@click.command()
@division_option
@as_of_option
@click.option(
    "--span",
    default=6,
    show_default=True,
    type=click.IntRange(1, 24),
    help="扩散指数比较几个月前 / months over which rises are counted",
)
@click.option("--last", default=13, show_default=True, help="最近几个月 / how many months")
@pass_site
def cycle(site: Site, division: str | None, as_of: datetime | None, span: int, last: int) -> None:
    """景气指数：先行、一致、滞后合成指数和扩散指数 / composite and diffusion indices of the business cycle.

    各指标先作季节调整。需要 statsmodels（basedb[macro]）。/ Figures are seasonally adjusted first.
    """
    with macro_reader(site) as reader:
        place = find_city(reader, division)
        vintage = vintage_of(reader, as_of)
        found = [
            item
            for item in leading(histories(read_figures(reader, vintage, division=place), vintage))
            if item.indicator in roles() and item.frequency == "M"
        ]
    adjusted, rates, short = _adjusted(found)
    if not adjusted:
        raise Usage(f"{place} 没有足够长的月度指标 / no monthly series of {place} is long enough")
    indices = cycle_table(pd.DataFrame(adjusted), rates, span).tail(last).round(2)
    rows: list[dict[str, Any]] = [
        {"period": str(period), **{str(key): value for key, value in row.items()}}
        for period, row in zip(
            indices.index, indices.astype(object).where(indices.notna(), None).to_dict("records"), strict=True
        )
    ]
    parts = {role: [code for code in adjusted if roles()[code] == role] for role in ROLES}
    subject = {"division": place, "vintage": vintage, "span": span, "components": parts, "too_short": short}
    told = tuple([*_ROLE_NAMES.values(), "扩散指数"])
    tell(site, f"{place} 景气指数 / business cycle ({vintage})", rows, subject, told)
    if not site.json:
        for role, codes in parts.items():
            names = "、".join(indicators()[code].name for code in codes) or "（无 / none）"
            say(f"{_ROLE_NAMES[role]} / {role}：{names}")
        if short:
            say(f"序列过短未用 / too short: {'、'.join(short)}")


def _adjusted(found: list[History]) -> tuple[dict[str, pd.Series], tuple[str, ...], list[str]]:
    """Adjusted figures by indicator, those of them that are rates, and the indicators too short for it."""
    try:
        from macroeconomy.analysis.seasonal import SHORTEST, adjust
    except ModuleNotFoundError as error:
        raise Usage(
            "景气指数需要 statsmodels：pip install 'basedb[macro]' / the cycle needs the extra macro"
        ) from error
    adjusted: dict[str, pd.Series] = {}
    rates, short = [], []
    for item in found:
        if len(item.values) < SHORTEST * 12:
            short.append(item.indicator)
            continue
        level = item.basis in ("cur", "ytd", "stock") and item.values.min() > 0
        figures = adjust(item.values, "M", level, item.basis == "stock", item.estimated).adjusted
        adjusted[item.indicator] = figures.set_axis(periods("M", item.values.index))
        if not level:
            rates.append(item.indicator)
    return adjusted, tuple(rates), short
