"""`basedb sql`: a read-only query, its answer, and the record of who read personal rows."""

from __future__ import annotations

import csv
import json
import math
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, Any

import click

from basedb import audit
from basedb.cli.exits import Usage
from basedb.cli.output import plain, say, table
from basedb.cli.site import Site, pass_site
from basedb.masking import mask_text
from basedb.query import parse, reach
from basedb.store import Store
from basedb.store.native import QueryError, reading

_TABLE_ROWS = 200


@click.command()
@click.argument("query", required=False)
@click.option(
    "-f",
    "--file",
    "script",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="查询文件 / a file",
)
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV / print CSV")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    help=f"最多行数；缺省表格 {_TABLE_ROWS} 行，CSV 和 JSON 不限；0 不限 / at most so many rows",
)
@click.option(
    "--purpose", default="", envvar="BASEDB_PURPOSE", help="查询个人信息的用途 / what the data is for"
)
@pass_site
def sql(
    site: Site, query: str | None, script: Path | None, as_csv: bool, limit: int | None, purpose: str
) -> None:
    """只读查询，如 basedb sql "SELECT * FROM population.resident_count"。

    A read-only query in SQL that both stores understand, over two-part names.

    数据库以只读方式打开。读到含个人信息列的表或视图时，账号、用途、语句和行数记入访问记录：
    PostgreSQL 记入 basedb.audit 表；单文件数据库记入旁边的 <文件>.audit.jsonl（环境变量 BASEDB_AUDIT
    可另行指定），下次入库时并入 basedb.audit。记录写不进去，就不显示结果。
    只想看统计或示例，请用 population.resident_count、population.person_masked 等不含个人信息的视图。

    Reads of personal rows are entered in basedb.audit (PostgreSQL) or in a file beside an embedded
    store, which the next load takes into basedb.audit. If that fails, nothing is shown.
    """
    if (query is None) == (script is None):
        raise Usage("请给出一条查询，或用 -f 指定查询文件 / give a query, or a file with -f")
    text = query if query is not None else _script(Path(str(script)))
    store = site.ready_store
    try:
        parsed = parse(text, site.domains)
        with reading(store, site.time_zone.key, spatial=parsed.is_spatial) as reader:
            personal = reach(reader, parsed, site.domains).personal
            with (
                _refusals_recorded(store, personal, purpose, parsed.text),
                tempfile.SpooledTemporaryFile(
                    max_size=1 << 24, mode="w+", encoding="utf-8", newline=""
                ) as spool,
            ):
                answer = reader.ask(parsed.text)
                if limit is None and not (site.json or as_csv):
                    limit = _TABLE_ROWS
                # Nothing is shown before the read is on record, and that needs the number of rows.
                rows = islice(answer.rows, limit or None)
                shown: list[tuple[Any, ...]] = []
                if as_csv:
                    count = _write_csv(answer.columns, rows, spool)
                elif site.json:
                    count = _write_json(answer.columns, rows, spool)
                else:
                    shown = list(rows)
                    count = len(shown)
                more = bool(limit) and next(answer.rows, None) is not None
                if personal:
                    audit.record(store, "sql", purpose, parsed.text, count)
                if as_csv or site.json:
                    _release(spool)
                else:
                    _print(answer.columns, shown)
    except QueryError as error:
        raise Usage(str(error)) from error
    if more:
        click.echo(f"只显示前 {limit} 行，--limit 0 显示全部 / only the first {limit} rows", err=True)
    if personal and not purpose:
        click.echo(
            f"读取了个人信息（{'、'.join(personal)}），已记录；请用 --purpose 写明用途"
            " / a read of personal data was recorded; say what for with --purpose",
            err=True,
        )


def _script(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Usage(f"{path} 不是 UTF-8 文本，请另存为 UTF-8 / not UTF-8 text: {error.reason}") from error


@contextmanager
def _refusals_recorded(store: Store, personal: Sequence[str], purpose: str, text: str) -> Iterator[None]:
    """What a store says of a value that does not fit shows the value: it is a read of a row, and is masked."""
    try:
        yield
    except QueryError as error:
        if personal:
            audit.record(store, "sql", purpose, text, 0)
        raise QueryError(mask_text(str(error))) from error


def _print(columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    numbers = [
        name
        for place, name in enumerate(columns)
        if any(isinstance(row[place], int | float | Decimal) for row in rows)
        and not any(isinstance(row[place], bool | str) for row in rows)
    ]
    table("", columns, [[_cell(value) for value in row] for row in rows], right=numbers)
    say(f"{len(rows)} 行 / rows", "dim")


def _cell(value: Any) -> Any:
    """Numbers as they are (an id has no thousands), the rest as text."""
    if value is None or isinstance(value, bool | datetime):
        return value
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _value(value: Any) -> Any:
    """A value as JSON and CSV have it: the same from both stores."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no number for it
    if value is None or isinstance(value, str | int | float | list | dict):
        return value
    return plain(value)


def _write_csv(columns: Sequence[str], rows: Iterable[tuple[Any, ...]], spool: IO[str]) -> int:
    writer = csv.writer(spool, lineterminator="\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([str(value).lower() if isinstance(value, bool) else _value(value) for value in row])
        count += 1
    return count


def _write_json(columns: Sequence[str], rows: Iterable[tuple[Any, ...]], spool: IO[str]) -> int:
    count = 0
    spool.write("[")
    for row in rows:
        record = dict(zip(columns, map(_value, row), strict=True))
        spool.write(("," if count else "") + "\n" + json.dumps(record, ensure_ascii=False, default=plain))
        count += 1
    spool.write("\n]\n")
    return count


def _release(spool: IO[str]) -> None:
    spool.seek(0)
    while part := spool.read(1 << 20):
        sys.stdout.write(part)
