"""`basedb dictionary`: the data dictionary, for people, sheets and programs."""

from __future__ import annotations

import json
from pathlib import Path

import click
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from basedb import dictionary as book
from basedb.cli.exits import Usage
from basedb.cli.output import plain, print_json, say
from basedb.cli.site import Site, pass_site
from basedb.dictionary import Entry, Feed
from basedb.store.native import reading
from basedb.whole_file import whole_file, write_whole

_WIDTHS = {"title": 40, "sources": 60, "rule": 40, "table": 30, "column": 26}


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="FILE.md、.xlsx 或 .json；缺省显示 Markdown",
)
@click.option(
    "--fill-rates", is_flag=True, help="从数据库计算填充率；显式给出 --store 时总是计算 / count filled cells"
)
@pass_site
def dictionary(site: Site, output: Path | None, fill_rates: bool) -> None:
    """数据字典：每张表、每一列的来源、规则、责任部门与密级 / the data dictionary。

    Every column: what feeds it, how a value is chosen, who owns it, who may have it.
    """
    if output is not None and output.suffix not in (".md", ".xlsx", ".json"):
        raise Usage("文件名须以 .md、.xlsx 或 .json 结尾 / name the file .md, .xlsx or .json")
    listed = book.entries(site.domains, _feeds(site))
    if fill_rates or site.url:
        with reading(site.ready_store, site.time_zone.key) as reader:
            listed = book.with_fill_rates(listed, reader)
    if output is None:
        if site.json:
            print_json({"columns": book.documents(listed)})
        else:
            click.echo(book.markdown(listed), nl=False)
        return
    if output.suffix == ".xlsx":
        _write_sheet(listed, output)
    elif output.suffix == ".json":
        document = {"columns": book.documents(listed)}
        write_whole(output, json.dumps(document, ensure_ascii=False, indent=2, default=plain) + "\n")
    else:
        write_whole(output, book.markdown(listed))
    if not site.json:
        say(f"已写入 {output}：{len(listed)} 列 / written")


def _feeds(site: Site) -> dict[str, list[Feed]]:
    """The departmental columns behind every attribute, by domain, from the contracts at hand."""
    feeds: dict[str, list[Feed]] = {name: [] for name in site.domains}
    for contract in site.contracts().values():
        for column in contract.columns.values():
            for target in column.targets:
                feeds[contract.domain].append(
                    Feed(
                        contract.source,
                        contract.owner.department,
                        column.name,
                        target.role,
                        target.attribute,
                        contract.priority(target.attribute),
                    )
                )
    return feeds


def _write_sheet(listed: list[Entry], path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "数据字典"
    for row in book.rows(listed):
        sheet.append(row)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for place, name in enumerate(book.HEADERS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(name, 14)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    with whole_file(path) as partial:
        workbook.save(partial)
