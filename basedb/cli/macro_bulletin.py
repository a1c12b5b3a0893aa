"""`basedb macro bulletin`: a month's figures as the statistics office's table."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from basedb.cli.exits import Usage
from basedb.cli.macro import DATE, current_or_as_of, division_names, find_city, macro_reader, month_argument
from basedb.cli.output import print_json, say
from basedb.cli.site import Site, pass_site
from macroeconomy.exchange.office_table import Figure, write_office_table


@click.command()
@month_argument
@click.argument("output", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--division", help="全市的代码，缺省为序列最多的市 / the city's code")
@click.option("--as-of", "as_of", type=DATE, help="某日应当引用的数，缺省为现在 / as known on a day")
@pass_site
def bulletin(site: Site, month: str, output: Path, division: str | None, as_of: datetime | None) -> None:
    """把 MONTH（如 2026-10）的现行数写成统计月报 OUTPUT.xlsx / a month's bulletin, as the office lays it out.

    一张全市表，一张各县区表；tj_stats 合同可原样读回。/ Contract tj_stats reads it back.
    """
    if output.suffix.lower() != ".xlsx":
        raise Usage("文件名须以 .xlsx 结尾 / name the file .xlsx")
    figures = current_or_as_of(as_of)
    with macro_reader(site) as reader:
        city = find_city(reader, division)
        rows = reader.ask(
            "SELECT indicator, division, frequency, basis, value, unit, decimals, normal_value, normal_unit"
            f" FROM {figures} o WHERE substr(division, 1, 4) = ? AND frequency IN ('M', 'Q')"
            f" AND period_end = (SELECT max(m.period_end) FROM {figures} m WHERE m.period = ?)"
            " ORDER BY indicator, division",
            [city[:4], month],
        ).rows
        told = [Figure(*row) for row in rows]
        names = {**division_names(reader), f"{city[:4]}01000000": "市本级"}
    try:
        count = write_office_table(output, month, told, names, city)
    except ValueError as error:
        raise Usage(f"{month} 没有全市数 / there are no figures of the city for this month") from error
    if site.json:
        print_json({"output": str(output), "figures": count})
    else:
        say(f"已写入 {output}：{count:,} 个数 / figures written")
