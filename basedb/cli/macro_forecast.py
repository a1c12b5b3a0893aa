"""`basedb macro forecast`: the periods to come, from what was known on a day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib.util import find_spec
from typing import Any

import click

from basedb.cli.exits import Usage
from basedb.cli.macro import asking, basis_option, division_option, find_division, tell, usual_basis
from basedb.cli.output import say
from basedb.cli.site import Site, pass_site
from basedb.store.native import Reader, reading
from etl.derived import publish
from macroeconomy.forecast.combine import TooShort
from macroeconomy.forecast.family import ENGINES, NAMES
from macroeconomy.forecast.hierarchy import predict_hierarchies
from macroeconomy.forecast.history import (
    History,
    histories,
    last_release,
    leading,
    read_figures,
    usual,
)
from macroeconomy.forecast.keep import keep
from macroeconomy.forecast.predict import Prediction, predict, predict_all
from macroeconomy.forecast.reconcile import METHODS

_DATE = click.DateTime(["%Y-%m-%d", "%Y%m%d"])
as_of_option = click.option(
    "--as-of", "as_of", type=_DATE, help="按某日已知的数，缺省为最后发布日 / from what was known on a day"
)
horizon_option = click.option(
    "--horizon", default=6, show_default=True, type=click.IntRange(1, 60), help="预测几期 / periods ahead"
)
model_option = click.option(
    "--model", default="combined", show_default=True, type=click.Choice(NAMES), help="模型 / the model"
)


@click.command()
@click.argument("indicator", required=False)
@division_option
@basis_option
@horizon_option
@as_of_option
@model_option
@click.option(
    "--all", "every", is_flag=True, help="各指标、各地区的主要序列 / every indicator's leading series"
)
@click.option(
    "--reconcile",
    "method",
    type=click.Choice(METHODS),
    help="县区与全市相加一致（与 --all 合用）/ make counties add up to the city; with --all",
)
@click.option("--save", is_flag=True, help="存入预测表 / keep the forecasts in the store")
@pass_site
def forecast(
    site: Site,
    indicator: str | None,
    division: str | None,
    basis: str | None,
    horizon: int,
    as_of: datetime | None,
    model: str,
    every: bool,
    method: str | None,
    save: bool,
) -> None:
    """预测 INDICATOR 今后几期，附 80% 与 95% 区间 / forecasts with their intervals.

    缺数较多的时期之前的数不用，疑点以推算值代替。/ Figures before a long gap are not used, doubted ones are replaced.
    """
    if every == bool(indicator):
        raise Usage("请指明 INDICATOR，或用 --all / name an indicator, or say --all")
    if every and (division or basis):
        raise Usage("--all 不与 --division、--basis 合用 / --all goes without --division and --basis")
    if method and not every:
        raise Usage("--reconcile 须与 --all 合用 / --reconcile goes with --all")
    if model in ENGINES and find_spec("statsforecast") is None:
        raise Usage(
            f"{model} 需要 statsforecast：pip install 'basedb[statsforecast]' / needs the extra statsforecast"
        )
    made = (
        _predict_all(site, as_of, horizon, model, method)
        if every
        else [_predict_one(site, str(indicator), division, basis, as_of, horizon, model)]
    )
    kept = _save(site, made) if save else {}
    if every:
        _tell_all(site, made, kept)
    else:
        _tell_one(site, made[0], kept)
    if kept and not site.json:
        say(
            _KEPT.format(**kept)
            if kept["kept"]
            else "这些预测已在库中 / these forecasts are in the store already"
        )


def vintage_of(reader: Reader, as_of: datetime | None) -> date:
    """The day to forecast from: that asked for, else the day of the last release."""
    day = as_of.date() if as_of else last_release(reader)
    if day is None:
        raise Usage("还没有数据 / there are no figures yet")
    return day


def one_history(
    site: Site, indicator: str, division: str | None, basis: str | None, as_of: datetime | None
) -> tuple[History, str]:
    """The series usually meant by an indicator, and the indicator's name."""
    with asking(site, indicator) as (reader, code, name):
        place = find_division(reader, code, division)
        measure = basis or usual_basis(reader, code, place)
        vintage = vintage_of(reader, as_of)
        found = histories(read_figures(reader, vintage, code, place), vintage)
    history = usual([item for item in found if item.basis == measure])
    if history is None:
        raise Usage(f"{vintage} 尚无 {name} {place} {measure} 的数据 / no figures known on that day")
    return history, name


def _predict_one(
    site: Site,
    indicator: str,
    division: str | None,
    basis: str | None,
    as_of: datetime | None,
    horizon: int,
    model: str,
) -> Prediction:
    history, name = one_history(site, indicator, division, basis, as_of)
    try:
        return predict(history, horizon, model)
    except TooShort as error:
        raise Usage(
            f"{name}在缺数之后只有 {len(history.values)} 期，不足以预测 / too few figures after the last gap"
        ) from error


def _predict_all(
    site: Site, as_of: datetime | None, horizon: int, model: str, method: str | None
) -> list[Prediction]:
    with reading(site.ready_store, site.time_zone.key) as reader:
        vintage = vintage_of(reader, as_of)
        found = leading(histories(read_figures(reader, vintage), vintage))
    together, there = predict_hierarchies(found, horizon, model, method) if method else ([], set())
    alone, short = predict_all((item for item in found if item.series_id not in there), horizon, model)
    if short and not site.json:
        names = "、".join(f"{item.indicator} {item.division}" for item in short)
        say(f"历史太短，未作预测：{names} / too little history")
    return together + alone


_KEPT = "已存 {kept:,} 个预测（运行 {run_id}） / forecasts kept"
_RIGHT = ("数值", "80%低", "80%高", "95%低", "95%高")


def rows_of(prediction: Prediction) -> list[dict[str, Any]]:
    """One row per period: the point and both intervals."""
    found = prediction.forecast
    (low80, high80), (low95, high95) = found.interval(0.8), found.interval(0.95)
    columns = {"value": found.point, "low80": low80, "high80": high80, "low95": low95, "high95": high95}
    return [
        {
            "period": period.code,
            "unit": prediction.history.unit,
            **{name: float(values[at]) for name, values in columns.items()},
        }
        for at, period in enumerate(prediction.periods)
    ]


def _tell_one(site: Site, prediction: Prediction, kept: dict[str, Any]) -> None:
    history, model = prediction.history, prediction.forecast.model
    subject = {
        "indicator": history.indicator, "division": history.division, "basis": history.basis, "model": model,
        "vintage": history.vintage, "to": history.origin, "figures": len(history.values),
        "repaired": history.repaired, "filled": history.filled,
    }  # fmt: skip
    title = f"{history.indicator} {history.division} {history.basis} ({model}, {history.vintage}, –{history.origin})"
    tell(site, title, rows_of(prediction), subject | kept, _RIGHT)
    if not site.json and (history.repaired or history.filled):
        say(
            f"所据 {len(history.values)} 期中，{history.repaired} 个疑点以推算值代替，{history.filled} 期补齐"
            " / doubted figures replaced, missing ones filled"
        )


def _tell_all(site: Site, made: list[Prediction], kept: dict[str, Any]) -> None:
    vintage = made[0].history.vintage if made else None
    model = "、".join(sorted({item.forecast.model for item in made}))
    rows = [
        {"indicator": item.history.indicator, "division": item.history.division, "basis": item.history.basis, **row}
        for item in made
        for row in rows_of(item)
    ]  # fmt: skip
    tell(
        site,
        f"预测 / forecasts ({model}, {vintage})",
        rows,
        {"model": model, "vintage": vintage} | kept,
        _RIGHT,
    )


def _save(site: Site, made: list[Prediction]) -> dict[str, Any]:
    """How many forecasts are new in the store, and the run that wrote them."""
    rows, run_id = publish(
        site.ready_store,
        "macro forecast",
        site.wait,
        lambda session, counters, run: keep(session, counters, run, made, datetime.now(UTC)),
    )
    return {"kept": rows, "run_id": run_id}
