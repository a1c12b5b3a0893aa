"""`basedb macro export`: current figures as an SDMX message or as the office's table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import click

from basedb.cli.exits import Usage
from basedb.cli.macro import DATE, current_or_as_of, division_names, macro_reader
from basedb.cli.output import print_json, say
from basedb.cli.site import Site, pass_site
from basedb.store.native import Reader
from basedb.whole_file import whole_file
from macroeconomy.exchange.observations import ORDER, SELECTED, Header, Observation, Structure, observations
from macroeconomy.exchange.sdmx_csv import write_csv, write_csv2
from macroeconomy.exchange.sdmx_json import write_json
from macroeconomy.exchange.sdmx_ml import write_generic, write_structure
from macroeconomy.sdmx_codes import measure_name, unit_codes

_Writer = Callable[[Path, Header, Iterable[Observation]], int]
_WRITERS: dict[str, _Writer] = {
    "sdmx-csv": write_csv,
    "sdmx-csv-2": write_csv2,
    "sdmx-ml": write_generic,
    "sdmx-json": write_json,
}
_BY_SUFFIX = {".csv": "sdmx-csv", ".xml": "sdmx-ml", ".json": "sdmx-json"}


@click.command()
@click.argument("output", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--format", "form", type=click.Choice(sorted(_WRITERS)), help="格式，缺省按文件名 / by the name"
)
@click.option("--indicator", multiple=True, help="只导出这些指标代码，可重复 / these indicators only")
@click.option("--as-of", "as_of", type=DATE, help="某日应当引用的数，缺省为现在 / as known on a day")
@click.option(
    "--dataflow", default="BASEDB:MACRO(1.0)", show_default=True, help="数据流标识 / the dataflow's name"
)
@click.option(
    "--structure",
    type=click.Path(path_type=Path, dir_okay=False),
    help="另写 SDMX-ML 2.1 结构报文 / write the structure message, too",
)
@pass_site
def export(
    site: Site,
    output: Path,
    form: str | None,
    indicator: tuple[str, ...],
    as_of: datetime | None,
    dataflow: str,
    structure: Path | None,
) -> None:
    """把现行数写成 SDMX 报文 OUTPUT / the current figures as an SDMX message.

    .csv 为 SDMX-CSV 1.0（2.0 用 --format sdmx-csv-2），.xml 为 SDMX-ML 2.1 通用数据，.json 为 SDMX-JSON 1.0。
    数值与单位照印；单位写作 UNIT_MEASURE 与 UNIT_MULT。/ Values and units as printed.
    """
    kind = form or _BY_SUFFIX.get(output.suffix.lower())
    if kind is None:
        raise Usage(
            "请用 --format 指定格式，或以 .csv、.xml、.json 命名 / give a format, or name it .csv, .xml, .json"
        )
    try:
        header = Header(Structure.parse(dataflow), datetime.now(UTC))
    except ValueError as error:
        raise Usage("数据流应写作 机构:标识(版本) / write the dataflow as AGENCY:ID(VERSION)") from error
    figures = current_or_as_of(as_of)
    chosen = f" WHERE indicator IN ({', '.join('?' * len(indicator))})" if indicator else ""
    with macro_reader(site) as reader:
        answer = reader.ask(f"SELECT {SELECTED} FROM {figures}{chosen} ORDER BY {ORDER}", list(indicator))
        with whole_file(output) as partial:
            count = _WRITERS[kind](partial, header, observations(answer.rows))
        if structure is not None:
            with whole_file(structure) as partial:
                write_structure(partial, header, _code_lists(reader))
    if site.json:
        print_json({"output": str(output), "format": kind, "observations": count})
    else:
        say(f"已写入 {output}：{count:,} 个观测值 / observations written")


def _code_lists(reader: Reader) -> dict[str, dict[str, str]]:
    """The codes in use of the dimensions whose lists depend on the figures, with their names."""
    names = dict(reader.ask("SELECT indicator, name FROM macroeconomy.indicator ORDER BY indicator").rows)
    units = reader.ask("SELECT DISTINCT unit FROM macroeconomy.observation_current ORDER BY unit").rows
    measures = sorted({unit_codes(str(unit))[0] for (unit,) in units})
    return {
        "REF_AREA": division_names(reader),
        "INDICATOR": names,
        "UNIT_MEASURE": {code: measure_name(code) for code in measures},
    }
