"""`basedb macro brief`: a month in one page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from basedb.cli.exits import Usage
from basedb.cli.macro import DATE, current_or_as_of, division_names, find_city, macro_reader, month_argument
from basedb.cli.macro_forecast import vintage_of
from basedb.cli.output import print_json, say
from basedb.cli.site import Site, pass_site
from basedb.store.native import Reader
from basedb.whole_file import write_whole
from macroeconomy.briefing import page, tables
from macroeconomy.briefing.headlines import Headline, headlines
from macroeconomy.charts.chart import Chart
from macroeconomy.charts.figures import NoFigures, series_chart
from macroeconomy.warning.limits import read_rules
from macroeconomy.warning.watch import watch

_PERIODS = 25


@click.command()
@month_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="HTML 文件 / the file",
)
@click.option("--division", help="全市的代码，缺省为序列最多的市 / the city's code")
@click.option("--as-of", "as_of", type=DATE, help="按某日已知的数，缺省为现在 / as known on a day")
@pass_site
def brief(site: Site, month: str, output: Path, division: str | None, as_of: datetime | None) -> None:
    """MONTH（如 2026-10）的经济运行简报，存为可离线打开的 HTML / the briefing of a month as one page.

    主要指标、信号灯、走势、县区增速、存疑的数、不一致与修订。
    / Figures, lights, charts, doubts, discrepancies, revisions.
    """
    if output.suffix.lower() != ".html":
        raise Usage("文件名须以 .html 结尾 / name the file .html")
    figures = current_or_as_of(as_of)
    with macro_reader(site) as reader:
        city = find_city(reader, division)
        names = {**division_names(reader), f"{city[:4]}01000000": "市本级"}
        told = headlines(reader, figures, city, month)
        if not told:
            raise Usage(f"{month} 没有全市数 / there are no figures of the city for this month")
        sections = [
            page.summary(told),
            page.headline_table(told),
            page.lights(watch(reader, city, vintage_of(reader, as_of), read_rules(None))[0]),
            page.charts(_drawn(reader, figures, city, names, told)),
            page.county_table(tables.county_growth(reader, figures, city, month), names),
            page.doubt_table(tables.doubts(reader, city, month), names),
            page.discrepancy_table(tables.discrepancies(reader, city, month), names),
            page.revision_table(tables.revisions(reader, city, month)),
        ]
    year, number = month.split("-")
    place = names.get(city, city)
    title = (f"{place}经济运行简报（{year}年{int(number)}月）", f"Economic briefing, {month}")
    known = f"{as_of:%Y-%m-%d}" if as_of else f"{datetime.now(UTC).astimezone(site.time_zone):%Y-%m-%d}"
    made = f"按 {known} 所知的数 / from figures as known on {known}"
    write_whole(output, page.write_page(title, made, sections))
    if site.json:
        print_json({"output": str(output), "month": month, "headlines": len(told)})
    else:
        say(f"已写入 {output}：{len(told)} 项指标 / indicators")


def _drawn(
    reader: Reader, figures: str, city: str, names: dict[str, str], told: Sequence[Headline]
) -> list[Chart]:
    """A chart of each headline's growth, or of its level where no growth is published."""
    found = []
    for headline in told:
        if headline.indicator.parent:
            continue
        basis = f"{headline.basis}_yoy" if headline.growth is not None else headline.basis
        subject = (headline.indicator.code, headline.indicator.name)
        try:
            found.append(
                series_chart(reader, figures, subject, basis, {city: names.get(city, city)}, _PERIODS)
            )
        except NoFigures:
            continue
    return found
