"""What commands print: tables and sentences for people, one JSON document for machines."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

# A file or a pipe has no width; a table cut at 80 columns in a log is of no use.
_WIDE = 200
# A folded column narrower than this (three characters) is no longer read; a column's frame and padding.
_READABLE, _FRAME = 6, 3


def console() -> Console:
    """A console on today's standard output."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _WIDE
    return Console(width=width, highlight=False, emoji=False)


def say(text: str = "", style: str = "") -> None:
    """A sentence for people; what looks like markup in it is printed as it is."""
    console().print(escape(text), style=style or None, soft_wrap=True)


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], right: Sequence[str] = ()
) -> None:
    """A table for people. `right` names the columns of numbers.

    Where its columns would be a few letters wide, every row is a paragraph instead.
    """
    cells = [[shown(value) for value in row] for row in rows]
    screen = console()
    if _least_width(columns, cells) > screen.width:
        _paragraphs(screen, title, columns, cells)
        return
    drawn = Table(title=escape(title) if title else None, title_justify="left", header_style="bold")
    for name in columns:
        drawn.add_column(escape(name), justify="right" if name in right else "left", overflow="fold")
    for row in cells:
        drawn.add_row(*(escape(cell) for cell in row))
    screen.print(drawn)


def _least_width(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """The width below which folded cells can no longer be read."""
    naturally = [max(cell_len(cell) for cell in column) for column in zip(columns, *rows, strict=True)]
    return sum(min(width, _READABLE) + _FRAME for width in naturally) + 1


def _paragraphs(screen: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if title:
        screen.print(escape(title), style="italic", soft_wrap=True)
    for row in rows:
        screen.rule(characters="─", style="dim")
        for name, cell in zip(columns, row, strict=True):
            if cell:
                screen.print(escape(f"{name}：{cell}"), soft_wrap=True)
    screen.rule(characters="─", style="dim")


def shown(value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.1f}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return str(value)


def local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """An instant in the zone people work in."""
    return None if moment is None else moment.astimezone(zone)


def print_json(document: Any) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=plain))


def plain(value: Any) -> Any:
    """What JSON has no form for: dates in ISO form, dataclasses as objects, the rest as text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return list(value) if isinstance(value, set | frozenset | tuple) else str(value)


class Bar:
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self, progress: Progress | None, task: Any):
        self._progress, self._task = progress, task

    def __call__(self, text: str, done: float | None = None, total: float | None = None) -> None:
        """Say what is going on, and how far it is."""
        if self._progress is not None:
            self._progress.update(self._task, description=escape(text), completed=done, total=total)


@contextmanager
def progress(text: str, quiet: bool = False) -> Iterator[Bar]:
    """A bar on standard error while the block runs, if a person is watching."""
    if quiet or not sys.stderr.isatty():
        yield Bar(None, None)
        return
    shape = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*shape, console=Console(stderr=True), transient=True) as running:
        yield Bar(running, running.add_task(escape(text), total=None))
