"""`basedb macro growth` and `contributions`: growth in every sense, at constant prices, and where it comes from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
import pandas as pd

from basedb.cli.exits import Usage
from basedb.cli.macro import (
    asking,
    basis_option,
    division_names,
    division_option,
    find_division,
    tell,
)
from basedb.cli.macro_forecast import as_of_option, one_history, vintage_of
from basedb.cli.output import say
from basedb.cli.site import Site, pass_site
from basedb.store.native import Reader
from macroeconomy.analysis.measures import (
    at_constant_prices,
    by_quarter,
    measures,
    parts_of_growth,
    price_level,
)
from macroeconomy.forecast.history import History, histories, read_figures, usual
from macroeconomy.forecast.panel import periods
from macroeconomy.indicators import indicators
from macroeconomy.periods import PER_YEAR, period_at

_SAME_MONTH = "上年同月"
_VALUES = ("value", "total", "real")
_LEVELS = ("cur", "ytd", "stock")


@click.command()
@click.argument("indicator")
@division_option
@basis_option
@as_of_option
@click.option(
    "--deflate", metavar="INDEX", help="以该价格指数（上年同月=100）缩减，如 CPI / deflate by prices"
)
@click.option("--base", metavar="YEAR", help="基年：按该年价格计算，或定基指数 / at this year's prices")
@click.option("--last", default=13, show_default=True, help="最近几期 / how many periods")
@pass_site
def growth(
    site: Site,
    indicator: str,
    division: str | None,
    basis: str | None,
    as_of: datetime | None,
    deflate: str | None,
    base: str | None,
    last: int,
) -> None:
    """INDICATOR 的环比、同比、累计与累计同比 / growth over the period before and the year before, and totals.

    由本期数重新计算；累计数先化为当期数。价格指数给出定基指数（--base）。
    / Recomputed from the periods' own figures; a price index gives one on a fixed base.
    """
    history, name = one_history(site, indicator, division, basis, as_of)
    values, per_year = _series(history), PER_YEAR[history.frequency]
    try:
        if history.basis == "index":
            if deflate:
                raise Usage("价格指数不再缩减 / a price index is not deflated")
            found = _of_prices(history, base)
        else:
            _require_level(history, name)
            found = measures(values, per_year, indicators()[history.indicator].kind == "flow")
            if deflate:
                prices = _prices(site, deflate, history, as_of)
                found = at_constant_prices(found, prices, base, per_year)
            elif base:
                raise Usage("--base 须与 --deflate 合用 / --base goes with --deflate")
    except ValueError as error:
        raise Usage(f"{name}：{error} / cannot be computed") from error
    rows: list[dict[str, Any]] = [
        {"period": period_at(history.frequency, int(number)).code, **row}
        for number, row in zip(history.values.index[-last:], _plain(found.tail(last)), strict=True)
    ]
    subject = {
        "indicator": history.indicator, "division": history.division, "basis": history.basis,
        "unit": history.unit, "vintage": history.vintage, "deflated_by": deflate, "base": base,
    }  # fmt: skip
    told = f"，{base}年价格 / at prices of {base}" if base else ""
    title = f"{name} {history.division} 增长 / growth ({history.unit}, {history.vintage}{told})"
    tell(
        site, title, rows, subject, ("数值", "环比", "同比", "累计", "累计同比", "实际同比", "可比价", "定基")
    )
    if history.filled and not site.json:
        say(f"{history.filled} 期为分摊或补齐 / shared out or filled")


@click.command()
@click.argument("indicator")
@division_option
@as_of_option
@click.option(
    "--counties", is_flag=True, help="按县区分解，而不按构成指标 / by county instead of by component"
)
@pass_site
def contributions(
    site: Site, indicator: str, division: str | None, as_of: datetime | None, counties: bool
) -> None:
    """INDICATOR 的增长由哪些部分拉动：各部分的比重、增速和拉动点数 / which parts growth comes from.

    各部分与“其余”的拉动点数之和等于总体（名义）增速。/ The points of the parts and of the rest add up to growth.
    """
    with asking(site, indicator) as (reader, code, name):
        place = find_division(reader, code, division)
        vintage = vintage_of(reader, as_of)
        whole = _level(reader, code, place, vintage)
        if whole is None:
            raise Usage(f"{vintage} 尚无 {name} {place} 的数据 / no figures known on that day")
        parts = (
            _counties(reader, code, place, vintage) if counties else _components(reader, code, place, vintage)
        )
    alike = {key: _series(part) for key, part in parts.items() if part.frequency == whole.frequency}
    if not alike:
        raise Usage(
            f"{name}没有可分解的{'县区' if counties else '构成指标'} / there is nothing to take it apart into"
        )
    try:
        found = parts_of_growth(_series(whole), pd.DataFrame(alike), PER_YEAR[whole.frequency])
    except ValueError as error:
        raise Usage(f"{name}不能分解：{error} / cannot be taken apart") from error
    numbers = dict(zip(_series(whole).index, whole.values.index, strict=True))
    last = period_at(whole.frequency, int(numbers[found.index.name])).code
    rows = [
        {"division" if counties else "name": "其余 / rest" if key == "rest" else str(key), **row}
        for key, row in zip(found.index, _plain(found), strict=True)
    ]
    total = round(float(found["points"].sum()), 6)
    subject = {"indicator": code, "division": place, "period": last, "unit": whole.unit,
               "vintage": vintage, "growth": total}  # fmt: skip
    title = f"{name} {place} {last} 名义同比 {total:.2f}% / contributions ({whole.unit}, {vintage})"
    tell(site, title, rows, subject, ("数值", "比重", "同比", "拉动点数"))


def _series(history: History) -> pd.Series:
    return history.values.set_axis(periods(history.frequency, history.values.index))


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows with text keys, rates to two places; what is not known is None."""
    places = {str(key): 6 if key in _VALUES else 2 for key in frame.columns}
    rounded = frame.round(places).astype(object).where(frame.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in rounded.to_dict("records")]


def _require_level(history: History, name: str) -> None:
    if history.basis not in _LEVELS:
        raise Usage(f"{name} {history.basis} 本身是增速 / is growth already")


def _of_prices(history: History, base: str | None) -> pd.DataFrame:
    """A price index: its growth over a year, and the index on a fixed base."""
    rates = _price_growth(history)
    found = pd.DataFrame({"value": _series(history), "growth": rates})
    if base:
        found["fixed_base"] = price_level(rates, PER_YEAR[history.frequency], base).reindex(found.index)
    return found


def _price_growth(history: History) -> pd.Series:
    if history.reference != _SAME_MONTH:
        raise Usage(
            f"{history.indicator} 不是以上年同月为 100 的指数 / not an index with the same month last year at 100"
        )
    return _series(history) - 100


def _prices(site: Site, code: str, of: History, as_of: datetime | None) -> pd.Series:
    """Growth of prices where and as often as a series is told; where a county has none, the city's."""
    with asking(site, code) as (reader, index, name):
        vintage = vintage_of(reader, as_of)
        found = [
            item
            for place in dict.fromkeys((of.division, of.division[:4].ljust(12, "0")))
            for item in histories(read_figures(reader, vintage, index, place), vintage)
            if item.basis == "index" and item.reference == _SAME_MONTH
        ]
    if not found:
        raise Usage(
            f"{name}在 {of.division} 没有以上年同月为 100 的指数 / no such price index, same month last year at 100"
        )
    prices = _price_growth(found[0])
    if found[0].frequency == of.frequency:
        return prices
    if (found[0].frequency, of.frequency) == ("M", "Q"):
        return by_quarter(prices)
    raise Usage(f"{name}的频率不合 / prices of another frequency")


def _level(reader: Reader, code: str, place: str, vintage: Any) -> History | None:
    return _usual_level(histories(read_figures(reader, vintage, code, place), vintage))


def _usual_level(found: list[History]) -> History | None:
    """The level usually meant, as often as its indicator is published."""
    levels = [item for item in found if item.basis in _LEVELS]
    often = [item for item in levels if item.frequency == indicators()[item.indicator].frequency]
    return usual(often or levels)


def _components(reader: Reader, code: str, place: str, vintage: Any) -> dict[str, History]:
    listed = indicators()
    parts = {
        item.name: _level(reader, item.code, place, vintage)
        for item in listed.values()
        if item.parent == code
    }
    return {name: part for name, part in parts.items() if part is not None}


def _counties(reader: Reader, code: str, place: str, vintage: Any) -> dict[str, History]:
    names = division_names(reader)
    found = histories(read_figures(reader, vintage, code), vintage)
    inside = {
        item.division for item in found if item.division[:4] == place[:4] and item.division[4:6] != "00"
    }
    parts = {
        names[division]: _usual_level([item for item in found if item.division == division])
        for division in sorted(inside)
    }
    return {name: part for name, part in parts.items() if part is not None}
