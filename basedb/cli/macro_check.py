"""`basedb macro discrepancies` and `registers`: what does not agree, and figures beside the other bases."""

from __future__ import annotations

import click

from basedb.cli.macro import macro_reader, tell
from basedb.cli.site import Site, pass_site
from basedb.findings import finding_type


@click.command()
@click.option("--department", help="只看这一责任部门 / of this department only")
@click.option("--code", help="只看这一代码，如 macro.release_missing / of this code only")
@pass_site
def discrepancies(site: Site, department: str | None, code: str | None) -> None:
    """县区差额、登记数差异、迟发与缺发，按责任部门 / gaps, registers and releases, by owner."""
    with macro_reader(site) as reader:
        rows = reader.ask(
            "SELECT d.department, d.code, i.name, d.division, d.basis, d.period, d.periods, d.published, d.expected,"
            " d.explanation FROM macroeconomy.discrepancy d"
            " JOIN macroeconomy.indicator i ON i.indicator = d.indicator"
            " WHERE coalesce(CAST(? AS TEXT), d.department) = d.department AND coalesce(CAST(? AS TEXT), d.code) = d.code"
            " ORDER BY d.department, d.code, d.period DESC, i.name, d.division",
            [department, code],
        ).records()
    told = [{**row, "meaning": finding_type(row["code"]).zh} for row in rows]
    if site.json:
        told = [{**row, "meaning_en": finding_type(row["code"]).en} for row in told]
    tell(site, "出入 / discrepancies", told, {}, right=("期数", "公布数", "对照数"))


@click.command()
@click.option("--period", help="时期，如 2025 / the period")
@pass_site
def registers(site: Site, period: str | None) -> None:
    """公布数与人口库、法人库登记数比对 / published figures beside the registers of the other bases."""
    with macro_reader(site) as reader:
        rows = reader.ask(
            "SELECT i.name, c.division, c.period, c.published, c.registered, c.difference, c.coverage, c.explained,"
            " c.unexplained, c.reconstructed, c.explanation FROM macroeconomy.base_comparison c"
            " JOIN macroeconomy.indicator i ON i.indicator = c.indicator"
            " WHERE coalesce(CAST(? AS TEXT), c.period) = c.period ORDER BY i.name, c.period_end DESC, c.division",
            [period],
        ).records()
    right = ("公布数", "登记数", "差额", "登记比", "定义可说明", "余下")
    tell(site, "公布数与登记数 / published and registered", rows, {}, right)
