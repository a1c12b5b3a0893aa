"""`basedb macro chart`: a series over time, or its revisions, as a picture or a page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from basedb.cli.exits import Usage
from basedb.cli.macro import (
    DATE,
    asking,
    basis_option,
    current_or_as_of,
    division_names,
    find_division,
    usual_basis,
)
from basedb.cli.output import print_json, say
from basedb.cli.site import Site, pass_site
from basedb.whole_file import whole_file, write_whole
from macroeconomy.charts.chart import Chart, page, svg
from macroeconomy.charts.figures import NoFigures, revision_chart, series_chart
from macroeconomy.charts.picture import write_png

_SUFFIXES = (".png", ".html", ".svg")


@click.command()
@click.argument("indicator")
@click.argument("output", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--division", multiple=True, help="地区代码，可重复，缺省为全市 / division codes; the city unless given"
)
@basis_option
@click.option(
    "--last", default=37, show_default=True, type=click.IntRange(2, 1200), help="最近几期 / how many periods"
)
@click.option("--as-of", "as_of", type=DATE, help="某日应当引用的数，缺省为现在 / as known on a day")
@click.option("--revisions", is_flag=True, help="画历次修订的范围 / how the figures were revised")
@pass_site
def chart(
    site: Site, indicator: str, output: Path, division: tuple[str, ...], basis: str | None, last: int,
    as_of: datetime | None, revisions: bool,
) -> None:  # fmt: skip
    """画 INDICATOR 的图，存为 OUTPUT（.png、.html 或 .svg） / a chart of an indicator.

    .html 与 .svg 可离线打开；.png 需 basedb[maps]。/ Pages open offline; pictures need basedb[maps].
    """
    if output.suffix.lower() not in _SUFFIXES:
        raise Usage(f"文件名须以 {'、'.join(_SUFFIXES)} 结尾 / name the file so")
    with asking(site, indicator) as (reader, code, name):
        places = [find_division(reader, code, place) for place in division or (None,)]
        measure = basis or usual_basis(reader, code, places[0])
        names = division_names(reader)
        chosen = {place: names.get(place, place) for place in places}
        try:
            if revisions:
                drawn = revision_chart(reader, (code, name), measure, (places[0], chosen[places[0]]), last)
            else:
                drawn = series_chart(reader, current_or_as_of(as_of), (code, name), measure, chosen, last)
        except NoFigures as error:
            raise Usage(f"没有 {name} {measure} 的数据 / no figures to draw") from error
    _write(output, drawn)
    if site.json:
        print_json(
            {"output": str(output), "indicator": code, "basis": measure, "periods": len(drawn.periods)}
        )
    else:
        say(f"已写入 {output}：{len(drawn.periods)} 期 / periods drawn")


def _write(output: Path, drawn: Chart) -> None:
    kind = output.suffix.lower()
    if kind == ".png":
        try:
            with whole_file(output) as partial:
                write_png(partial, drawn)
        except ModuleNotFoundError as error:
            raise Usage(
                "画 PNG 需要 matplotlib：pip install 'basedb[maps]' / pictures need basedb[maps]"
            ) from error
    else:
        write_whole(output, page(drawn) if kind == ".html" else svg(drawn))
