"""`basedb macro nowcast`: a quarter before it is published, what moved it, and what if."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from basedb.cli.exits import Usage
from basedb.cli.macro import asking, division_option, find_division
from basedb.cli.macro_forecast import as_of_option, rows_of, vintage_of
from basedb.cli.output import print_json, say, table
from basedb.cli.site import Site, pass_site
from etl.derived import publish
from macroeconomy.forecast.history import History, histories, leading, read_figures
from macroeconomy.forecast.keep import keep
from macroeconomy.forecast.predict import Prediction, published
from macroeconomy.indicators import indicators
from macroeconomy.periods import ordinal, parse_period

if TYPE_CHECKING:
    from macroeconomy.forecast.backtest import Record
    from macroeconomy.forecast.nowcast import News, Nowcaster

_DAY = click.DateTime(["%Y-%m-%d", "%Y%m%d"])


@click.command()
@click.argument("indicator", default="GDP")
@division_option
@as_of_option
@click.option("--since", type=_DAY, help="与某日所知相比，各指标的影响 / the news since a day")
@click.option(
    "--quarters", default=1, show_default=True, type=click.IntRange(1, 8), help="至少几季 / at least"
)
@click.option(
    "--assume", "assumptions", multiple=True, metavar="指标=百分比",
    help="情景：该指标今后比预期高百分之几，可重复 / a scenario: an indicator runs above what is expected",
)  # fmt: skip
@click.option("--save", is_flag=True, help="存入预测表 / keep the nowcast in the store")
@pass_site
def nowcast(
    site: Site,
    indicator: str,
    division: str | None,
    as_of: datetime | None,
    since: datetime | None,
    quarters: int,
    assumptions: tuple[str, ...],
    save: bool,
) -> None:
    """用月度指标即时预测季度指标 INDICATOR，缺省为 GDP / a quarterly figure nowcast from monthly ones.

    需要 statsmodels（basedb[macro]）。/ Needs the extra macro.
    """
    try:
        from macroeconomy.forecast.backtest import record
        from macroeconomy.forecast.nowcast import Nowcaster
        from macroeconomy.forecast.panel import build
    except ModuleNotFoundError as error:
        raise Usage(
            "即时预测需要 statsmodels：pip install 'basedb[macro]' / needs the extra macro"
        ) from error
    assumed = dict(_assumption(text) for text in assumptions)
    with asking(site, indicator) as (reader, code, name):
        place = find_division(reader, code, division)
        vintage = vintage_of(reader, as_of)
        found = leading(histories(read_figures(reader, vintage, division=place), vintage))
        then = since.date() if since else None
        earlier = histories(read_figures(reader, then, division=place), then) if then else []
    target = next((item for item in found if item.indicator == code), None)
    if target is None:
        raise Usage(f"{vintage} 尚无 {name} {place} 的数据 / no figures known on that day")
    others = [item for item in found if item.indicator != code]
    try:
        panel = build(target, others)
        before = panel.of(earlier) if since else None
        model = Nowcaster(panel)
    except ValueError as error:
        raise Usage(f"不能即时预测{name}：{error} / cannot be nowcast") from error
    unknown = sorted(set(assumed) - set(panel.columns))
    if unknown:
        raise Usage(f"模型中没有 {'、'.join(unknown)}；有 {'、'.join(panel.columns)} / not in the model")
    seen = record(target, others)
    coming = model.quarters(quarters)
    scenario = "，".join(f"{key}={value:+g}%" for key, value in sorted(assumed.items()))
    beside = tuple(taken.history for taken in panel.columns.values())
    base = published(target, seen.widen(model.forecast(coming)), beside)
    changed = published(target, seen.widen(model.forecast(coming, assumed)), beside) if assumed else None
    news = model.news(before, coming[0]) if before else None
    kept = _save(site, changed or base, scenario) if save else {}
    if site.json:
        tested = {"tested": {"quarters": seen.quarters, "factor": seen.factor}}
        print_json(_document(model, base, changed, scenario, news) | tested | kept)
        return
    _tell(name, model, base, changed, scenario)
    say(_told(seen))
    if news:
        _tell_news(str(coming[0]), then.isoformat() if then else "", news)
    if kept:
        say(
            f"已存 {kept['kept']} 个预测（运行 {kept['run_id']}） / kept"
            if kept["kept"]
            else "已在库中 / in the store already"
        )


def _assumption(text: str) -> tuple[str, float]:
    """``POWER=+5`` as the indicator's code and per cent."""
    code, _, number = text.partition("=")
    try:
        percent = float(number.strip().rstrip("%"))
    except ValueError:
        raise Usage(f"{text}：应写作 指标=百分比，如 POWER=+5 / write INDICATOR=PERCENT") from None
    if code not in indicators() or percent <= -100:
        raise Usage(
            f"{text}：没有这个指标，或百分比不大于 -100 / no such indicator, or not above -100 per cent"
        )
    return code, percent


def _year_before(history: History, rows: list[dict[str, Any]]) -> None:
    """Adds growth over the year before, where that is known."""
    known = history.totals if history.total else history.values
    for row in rows:
        period = parse_period(row["period"])
        before = known.get(ordinal(period) - 4) if period else None
        row["growth"] = 100 * (row["value"] / float(before) - 1) if before else None


def _document(
    model: Nowcaster, base: Prediction, changed: Prediction | None, scenario: str, news: News | None
) -> dict[str, Any]:
    history = base.history
    rows = rows_of(base)
    _year_before(history, rows)
    document: dict[str, Any] = {
        "indicator": history.indicator, "division": history.division, "basis": history.basis,
        "vintage": history.vintage, "to": history.origin, "from_monthly": list(model.panel.columns),
        "autocorrelated": model.autocorrelated, "rows": rows,
    }  # fmt: skip
    if changed is not None:
        document["scenario"] = {"assumed": scenario, "rows": rows_of(changed)}
        _year_before(history, document["scenario"]["rows"])
    if news is not None:
        document["news"] = {
            "before": news.before, "after": news.after, "revisions": news.revisions,
            "surprises": news.surprises.to_dict("records"),
        }  # fmt: skip
    return document


def _tell(name: str, model: Nowcaster, base: Prediction, changed: Prediction | None, scenario: str) -> None:
    history = base.history
    titles = ["时期", "单位", "数值", "同比%（名义）", "80%低", "80%高"]
    for prediction, told in ((base, ""), (changed, f"，情景 / scenario {scenario}")):
        if prediction is None:
            continue
        rows = rows_of(prediction)
        _year_before(history, rows)
        table(
            f"{name} {history.division} {history.basis} 即时预测 / nowcast（{history.vintage}{told}）",
            titles,
            [
                [row["period"], row["unit"], f"{row['value']:,.6g}",
                 "" if row["growth"] is None else f"{row['growth']:.1f}", f"{row['low80']:,.6g}", f"{row['high80']:,.6g}"]
                for row in rows
            ],
            titles[2:],
        )  # fmt: skip
    say(f"所据月度指标：{'、'.join(model.panel.columns)} / from these monthly indicators")
    if not model.autocorrelated:
        say("个别波动按白噪声估计 / what is not common was taken for white noise")


def _tell_news(quarter: str, since: str, news: News) -> None:
    titles = ["预期", "公布", "影响（百分点）"]
    table(
        f"{quarter} 季调环比自 {since} 以来的变动 / what moved the quarter's growth: "
        f"{news.before:.2f} → {news.after:.2f}",
        ["指标", "时期", *titles],
        [
            [row.indicator, row.period, f"{row.expected:.2f}", f"{row.observed:.2f}", f"{row.impact:+.3f}"]
            for row in news.surprises.sort_values("impact", key=abs, ascending=False).itertuples()
        ],
        titles,
    )
    say(f"历史数据修订的影响 {news.revisions:+.3f} / revisions of earlier figures")


def _told(seen: Record) -> str:
    """What the intervals are founded on."""
    if not seen.quarters:
        return "历史太短，区间未经以往误差检验 / too short a history: the intervals are the model's own"
    return (
        f"区间按最近 {seen.quarters} 季的实际预测误差而定，为模型自称误差的 {seen.factor:.2f} 倍"
        f" / intervals from the errors of the last {seen.quarters} quarters, so many times what the model claims"
    )


def _save(site: Site, prediction: Prediction, scenario: str) -> dict[str, Any]:
    rows, run_id = publish(
        site.ready_store,
        "macro nowcast",
        site.wait,
        lambda session, counters, run: keep(
            session, counters, run, [prediction], datetime.now(UTC), scenario
        ),
    )
    return {"kept": rows, "run_id": run_id}
