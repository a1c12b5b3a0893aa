"""`basedb macro export`: current figures as an SDMX-CSV message."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import click

from basedb.cli.exits import Usage
from basedb.cli.output import print_json, say
from basedb.cli.site import Site, pass_site
from basedb.store.native import reading
from macroeconomy.sdmx_codes import STATUS_CODES, unit_codes

_DATE = click.DateTime(["%Y-%m-%d", "%Y%m%d"])
#: The series key, in the order of the columns.
DIMENSIONS = ("FREQ", "REF_AREA", "INDICATOR", "BASIS", "PRICE", "UNIT_MEASURE")
_ATTRIBUTES = ("OBS_STATUS", "UNIT_MULT", "DECIMALS")


@click.command()
@click.argument("output", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--indicator", multiple=True, help="只导出这些指标代码，可重复 / these indicators only")
@click.option("--as-of", "as_of", type=_DATE, help="某日应当引用的数，缺省为现在 / as known on a day")
@click.option(
    "--dataflow", default="BASEDB:MACRO(1.0)", show_default=True, help="数据流标识 / the dataflow's name"
)
@pass_site
def export(
    site: Site, output: Path, indicator: tuple[str, ...], as_of: datetime | None, dataflow: str
) -> None:
    """把现行数写成 SDMX-CSV 1.0 文件 OUTPUT / the current figures as SDMX-CSV 1.0.

    数值与单位照印；单位写作 UNIT_MEASURE 与 UNIT_MULT。/ Values and units as printed.
    """
    if output.suffix != ".csv":
        raise Usage("文件名须以 .csv 结尾 / name the file .csv")
    figures = (
        f"macroeconomy.observation_as_of(DATE '{as_of:%Y-%m-%d}')"
        if as_of
        else "macroeconomy.observation_current"
    )
    chosen = f" WHERE indicator IN ({', '.join('?' * len(indicator))})" if indicator else ""
    count = 0
    with (
        reading(site.ready_store, site.time_zone.key) as reader,
        output.open("w", encoding="utf-8", newline="") as file,
    ):
        answer = reader.ask(
            "SELECT frequency, division, indicator, basis, price, unit, period, value, status, decimals"
            f" FROM {figures}{chosen} ORDER BY indicator, division, basis, price, unit, frequency, period_end",
            list(indicator),
        )
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["DATAFLOW", *DIMENSIONS, "TIME_PERIOD", "OBS_VALUE", *_ATTRIBUTES])
        for frequency, division, code, basis, price, unit, period, value, status, decimals in answer.rows:
            measure, power = unit_codes(unit)
            key = (frequency, division, code, basis, price or "_Z", measure)
            printed = f"{value:.{max(int(decimals), 0)}f}"
            writer.writerow([dataflow, *key, period, printed, STATUS_CODES[status], power, decimals])
            count += 1
    if site.json:
        print_json({"output": str(output), "observations": count})
    else:
        say(f"已写入 {output}：{count:,} 个观测值 / observations written")
