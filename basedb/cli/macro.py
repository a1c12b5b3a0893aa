"""`basedb macro`: figures, where they agree and how they were revised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from typing import Any

import click

from basedb.cli import options
from basedb.cli.exits import Usage
from basedb.cli.output import print_json, say, table
from basedb.cli.site import Site, pass_site
from basedb.store.native import Reader, reading

_BASES = ("cur", "ytd", "ytd_yoy", "cur_yoy", "stock", "stock_yoy", "index")
DATE = click.DateTime(["%Y-%m-%d", "%Y%m%d"])


def _month(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value):
        raise click.BadParameter("月份写作 2026-10 / write a month as 2026-10", ctx, parameter)
    return value


month_argument = click.argument("month", callback=_month)
division_option = click.option(
    "--division", help="地区代码（6或12位），缺省为全市 / division code; the city unless given"
)
basis_option = click.option(
    "--basis", type=click.Choice(_BASES), help="口径，缺省为该指标最常用的 / what is measured"
)


# Subcommands that need the domain's package, loaded when they are asked for.
_APART = {
    "adjust": "macro_adjust",
    "brief": "macro_brief",
    "bulletin": "macro_bulletin",
    "chart": "macro_chart",
    "contributions": "macro_growth",
    "cycle": "macro_cycle",
    "disaggregate": "macro_disaggregate",
    "discrepancies": "macro_check",
    "export": "macro_export",
    "forecast": "macro_forecast",
    "growth": "macro_growth",
    "nowcast": "macro_nowcast",
    "registers": "macro_check",
    "warn": "macro_warn",
}


class _Figures(click.Group):
    """Loads what needs more than the store when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_APART])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _APART:
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(import_module(f"basedb.cli.{_APART[cmd_name]}"), cmd_name)
        options.share(command)
        return command


@click.group(cls=_Figures)
def macro() -> None:
    """宏观数据：查询、比对、修订、预测、导出 / figures, revisions, forecasts, SDMX."""


@macro.command()
@click.argument("indicator")
@division_option
@basis_option
@click.option("--as-of", "as_of", type=DATE, help="某日应当引用的数，缺省为现在 / as known on a day")
@click.option(
    "--boundaries",
    type=click.Choice(["published", "today"]),
    default="published",
    show_default=True,
    help="today：区划变更前的数换到现行区划上，并列所用规则 / on today's boundaries, with the rule",
)
@click.option("--last", default=13, show_default=True, help="最近几期 / how many periods")
@pass_site
def show(
    site: Site,
    indicator: str,
    division: str | None,
    basis: str | None,
    as_of: datetime | None,
    boundaries: str,
    last: int,
) -> None:
    """显示指标 INDICATOR（代码或名称）的现行数 / the current figures of an indicator."""
    if boundaries == "today":
        _show_rebased(site, indicator, division, basis, as_of, last)
        return
    with asking(site, indicator) as (reader, code, name):
        place = find_division(reader, code, division)
        measure = basis or usual_basis(reader, code, place)
        figures = current_or_as_of(as_of)
        rows = reader.ask(
            "SELECT o.period, o.value, o.unit, o.status, o.released_at, o.source,"
            " (SELECT min(i.code) FROM macroeconomy.observation_issue i"
            "  WHERE i.observation_id = o.observation_id) AS issue"
            f" FROM {figures} o WHERE o.indicator = ? AND o.division = ? AND o.basis = ?"
            f" ORDER BY o.period_end DESC, o.frequency, o.unit LIMIT {int(last)}",
            [code, place, measure],
        ).records()
    title = f"{name} {place} {measure}"
    tell(site, title, rows, {"indicator": code, "division": place, "basis": measure}, right=("数值",))


def _show_rebased(
    site: Site, indicator: str, division: str | None, basis: str | None, as_of: datetime | None, last: int
) -> None:
    figures = "macroeconomy.observation_rebased"
    if as_of:
        figures += f"_as_of(DATE '{as_of:%Y-%m-%d}')"
    with asking(site, indicator) as (reader, code, name):
        place = find_division(reader, code, division)
        measure = basis or usual_basis(reader, code, place, figures)
        rows = reader.ask(
            "SELECT period, normal_value, normal_unit, rule, members, effective, explanation"
            f" FROM {figures} WHERE indicator = ? AND division = ? AND basis = ?"
            f" ORDER BY period_end DESC, frequency, normal_unit LIMIT {int(last)}",
            [code, place, measure],
        ).records()
    title = f"{name} {place} {measure}，今日区划 / today's boundaries"
    tell(site, title, rows, {"indicator": code, "division": place, "basis": measure}, right=("换算值",))


@macro.command()
@click.argument("indicator")
@click.option("--period", required=True, help="时期，如 2026-09、2026-Q3、2025 / the period")
@division_option
@basis_option
@pass_site
def compare(site: Site, indicator: str, period: str, division: str | None, basis: str | None) -> None:
    """比对 INDICATOR 某一时期在各来源、各表中的数 / one figure in every source and table that prints it."""
    with asking(site, indicator) as (reader, code, name):
        place = find_division(reader, code, division)
        measure = basis or usual_basis(reader, code, place)
        rows = reader.ask(
            "SELECT o.source, d.file_name, o.cell, o.value, o.unit, o.normal_value, o.normal_unit, o.status, o.action,"
            " o.released_at, CASE WHEN o.current_to = DATE '9999-12-31' THEN 'current' ELSE '' END AS standing"
            " FROM macroeconomy.observation o JOIN basedb.delivery d ON d.file_id = o.file_id"
            " WHERE o.indicator = ? AND o.division = ? AND o.basis = ? AND o.period = ?"
            " ORDER BY o.status_rank DESC, o.released_at DESC, o.priority DESC, o.observation_id DESC",
            [code, place, measure, period],
        ).records()
    subject = {"indicator": code, "division": place, "basis": measure, "period": period}
    tell(site, f"{name} {place} {measure} {period}", rows, subject, right=("数值", "换算值"))


@macro.command()
@click.argument("indicator")
@division_option
@basis_option
@click.option("--period", help="只看这一时期 / this period only")
@pass_site
def revisions(
    site: Site, indicator: str, division: str | None, basis: str | None, period: str | None
) -> None:
    """显示 INDICATOR 的修订：每个时期各次发布的数 / what every release said, with the differences.

    指明时期的，未经修订也显示。/ A period that is named is shown even if it was never revised.
    """
    revised = (
        " AND EXISTS (SELECT 1 FROM macroeconomy.revision o"
        " WHERE o.series_id = r.series_id AND o.period = r.period AND o.vintage > 1)"
    )
    with asking(site, indicator) as (reader, code, name):
        place = find_division(reader, code, division)
        measure = basis or usual_basis(reader, code, place)
        rows = reader.ask(
            "SELECT period, vintage, status, released_at, normal_value, normal_unit, revision, total_revision, source"
            " FROM macroeconomy.revision r WHERE indicator = ? AND division = ? AND basis = ?"
            " AND coalesce(CAST(? AS TEXT), period) = period"
            f"{'' if period else revised} ORDER BY period_end DESC, vintage",
            [code, place, measure, period],
        ).records()
    tell(
        site,
        f"{name} {place} {measure}",
        rows,
        {"indicator": code, "division": place, "basis": measure},
        right=("换算值", "修订", "累计修订"),
    )


def require_figures(site: Site) -> None:
    """Usage error without the macroeconomic base."""
    if "macroeconomy" not in site.domains:
        raise Usage("没有安装宏观经济库 / the macroeconomic base is not installed")


@contextmanager
def macro_reader(site: Site) -> Iterator[Reader]:
    """A reader of a store that has the macroeconomic base."""
    require_figures(site)
    with reading(site.ready_store, site.time_zone.key) as reader:
        yield reader


@contextmanager
def asking(site: Site, indicator: str) -> Iterator[tuple[Reader, str, str]]:
    """A reader of the store, and the code and name of the indicator meant."""
    with macro_reader(site) as reader:
        listed = reader.ask("SELECT indicator, name, aliases FROM macroeconomy.indicator").records()
        for item in listed:
            if indicator in (item["indicator"], item["name"], *str(item["aliases"]).split("|")):
                yield reader, str(item["indicator"]), str(item["name"])
                return
        near = "、".join(f"{item['indicator']} {item['name']}" for item in listed[:30])
        raise Usage(f"没有指标 {indicator}；现有 / no such indicator; known: {near or '（无 / none）'}")


def find_division(reader: Reader, code: str, division: str | None) -> str:
    """The twelve-digit code asked for, else that of the whole that has most figures."""
    if division:
        return division.ljust(12, "0")
    found = list(
        reader.ask(
            "SELECT division FROM macroeconomy.series WHERE indicator = ?"
            " ORDER BY CASE WHEN division LIKE '____00000000' THEN 0 ELSE 1 END, division LIMIT 1",
            [code],
        ).rows
    )
    if not found:
        raise Usage(f"指标 {code} 还没有数据 / there are no figures of {code} yet")
    return str(found[0][0])


def find_city(reader: Reader, division: str | None) -> str:
    """The twelve-digit code of the city asked for, else of the one with most series."""
    if division:
        return division.ljust(12, "0")
    found = list(
        reader.ask(
            "SELECT division FROM macroeconomy.series WHERE division LIKE '____00000000'"
            " GROUP BY division ORDER BY count(*) DESC, division LIMIT 1"
        ).rows
    )
    if not found:
        raise Usage("还没有全市数据 / there are no figures of a city yet")
    return str(found[0][0])


def division_names(reader: Reader) -> dict[str, str]:
    """The names of all divisions with figures, by their twelve-digit codes."""
    return dict(
        reader.ask(
            "SELECT DISTINCT s.division, coalesce(c.label, s.division) FROM macroeconomy.series s"
            " LEFT JOIN basedb.code_list c ON c.list = 'division' AND c.code = substr(s.division, 1, 6)"
            " AND c.valid_to = DATE '9999-12-31' ORDER BY 1"
        ).rows
    )


def current_or_as_of(as_of: datetime | None) -> str:
    """The relation of current figures, or of those to quote on a day."""
    if as_of is None:
        return "macroeconomy.observation_current"
    return f"macroeconomy.observation_as_of(DATE '{as_of:%Y-%m-%d}')"


def usual_basis(
    reader: Reader, code: str, division: str, figures: str = "macroeconomy.observation_current"
) -> str:
    found = list(
        reader.ask(
            f"SELECT basis FROM {figures} WHERE indicator = ? AND division = ?"
            " GROUP BY basis ORDER BY CASE basis WHEN 'ytd' THEN 0 WHEN 'stock' THEN 1 WHEN 'index' THEN 2"
            " WHEN 'cur' THEN 3 ELSE 4 END LIMIT 1",
            [code, division],
        ).rows
    )
    if not found:
        raise Usage(f"没有 {code} 在 {division} 的数据 / no figures of {code} for {division}")
    return str(found[0][0])


_TITLES = {
    "indicator": "指标", "division": "地区", "basis": "口径",
    "period": "时期", "value": "数值", "unit": "单位", "status": "状态", "released_at": "发布日期", "source": "来源",
    "issue": "疑点", "file_name": "文件", "cell": "单元格", "normal_value": "换算值", "normal_unit": "换算单位",
    "action": "动作", "standing": "现行", "vintage": "第几版", "revision": "修订", "total_revision": "累计修订",
    "adjusted": "季调后", "trend": "趋势", "seasonal": "季节", "calendar": "日历", "change": "环比",
    "department": "责任部门", "code": "代码", "name": "指标", "periods": "期数",
    "published": "公布数", "expected": "对照数", "explanation": "说明", "meaning": "含义", "registered": "登记数",
    "difference": "差额", "coverage": "登记比", "explained": "定义可说明", "unexplained": "余下",
    "growth": "同比", "total": "累计", "total_growth": "累计同比", "real_growth": "实际同比", "real": "可比价",
    "fixed_base": "定基", "share": "比重", "points": "拉动点数", "monthly": "月度",
    "leading": "先行", "coincident": "一致", "lagging": "滞后", "rising": "扩散指数",
    "reconstructed": "倒推", "rule": "规则", "members": "所据地区",
    "effective": "变更生效", "low80": "80%低", "high80": "80%高", "low95": "95%低", "high95": "95%高",
}  # fmt: skip


def tell(
    site: Site, title: str, rows: list[dict[str, Any]], subject: dict[str, Any], right: tuple[str, ...]
) -> None:
    if site.json:
        print_json({**subject, "rows": rows})
        return
    if not rows:
        say(f"{title}：没有数据 / nothing to show")
        return
    shown = [[_rounded(value) for value in row.values()] for row in rows]
    table(title, [_TITLES[name] for name in rows[0]], shown, right)


def _rounded(value: Any) -> Any:
    return f"{value or 0.0:,.10g}" if isinstance(value, float) else value  # no -0
