"""Headers of published tables: which table a sheet is, and what stands over its columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from basedb.standards.labels import fold_label, plain
from etl.readers.grid import Grid

#: A title stands in one of the first rows.
_TITLE_ROWS = 20
UNIT_LINE = re.compile(r"^[(（]?\s*(?:计量)?单\s*位\s*[:：]\s*(?P<unit>.+?)[)）]?\s*$")
NUMBER = re.compile(r"^[-+−－]?[\d０-９][\d０-９,，]*(?:[.．][\d０-９]+)?%?$")
SYMBOLS = frozenset({"-", "—", "–", "－", "…", "……", "...", "——", "／", "/", "x", "X"})


@dataclass(frozen=True)
class Shape:
    """A table of the contract: its name, what its title looks like, and the headings over its labels."""

    name: str
    title: re.Pattern[str]
    stub: Mapping[str, str]


@dataclass
class Table:
    """A header in force: its rows, where labels stand and by what role, and what stands over the value columns."""

    shape: Shape
    title: str
    period: str
    stub: dict[int, str]
    heads: dict[int, str]
    top: int
    body: int
    parents: list[tuple[float, str]] = field(default_factory=list)


def header_of(grid: Grid, shapes: Sequence[Shape], end: int) -> Table | None:
    """The first header of the first shape whose title stands above it; rows from `end` on are empty."""
    titles = [cell for row in grid.rows[:_TITLE_ROWS] for cell in row if cell] + [grid.name]
    for shape in shapes:
        found = next(((text, m) for text in titles if (m := shape.title.search(plain(text)))), None)
        if found is None:
            continue
        title, match = found
        period = match.groupdict().get("period") or ""
        for at in range(end):
            header = header_at(grid, shape, title, period, at, end)
            if header is not None:
                return header
    return None


def header_at(grid: Grid, shape: Shape, title: str, period: str, at: int, end: int) -> Table | None:
    """The header whose first row is `at`: one of the shape's headings stands there, and values beside it."""
    stub = {
        column: shape.stub[folded]
        for column in range(grid.width)
        if (folded := fold_label(grid.own_text(at, column))) in shape.stub
    }
    if not stub:
        return None
    depth = max(grid.extent.get((at, column), (at, column))[0] - at for column in stub) + 1
    while at + depth < end and _continues(grid, at + depth, stub):
        depth += 1
    heads = {
        column: "/".join(_parts(grid, at, depth, column, stub))
        for column in range(grid.width)
        if column not in stub
    }
    if not any(heads.values()):
        return None
    return Table(shape, title.strip(), period, stub, heads, at, at + depth)


def _continues(grid: Grid, row: int, stub: Mapping[int, str]) -> bool:
    """Whether a row without labels still belongs to the header: it has texts, none of them a number."""
    if any(grid.own_text(row, column).strip() for column in stub):
        return False
    texts = [cell.strip() for cell in grid.rows[row] if cell and cell.strip()]
    return bool(texts) and not any(
        NUMBER.match(text) or text in SYMBOLS or UNIT_LINE.match(text) for text in texts
    )


def _parts(grid: Grid, at: int, depth: int, column: int, stub: Mapping[int, str]) -> list[str]:
    """What stands over a column, from the top. A blank upper cell belongs to the group on its left, up to the labels."""
    labels = max((place for place in stub if place < column), default=-1)
    parts: list[str] = []
    for row in range(at, at + depth):
        text = "".join(grid.text(row, column).split())
        if not text and row < at + depth - 1 and (row, column) not in grid.covered:
            left = next((c for c in range(column, labels, -1) if grid.own_text(row, c).strip()), None)
            below = any(grid.text(line, column).strip() for line in range(row + 1, at + depth))
            text = "".join(grid.own_text(row, left).split()) if left is not None and below else ""
        if text and (not parts or parts[-1] != text):
            parts.append(text)
    return parts


def shifted_column(grid: Grid, table: Table, end: int) -> str:
    """The first column of figures from which a part of the header has moved away, as its letter; else empty.

    A part that moved to the right stands beside all figures; or it leaves the first column alone with a measure that
    other columns have below a group (本月 | 零售额: 累计, 增长, 本月 …).
    """
    filled = {
        column
        for at in range(table.body, end)
        for column in table.heads
        if (text := grid.own_text(at, column).strip()) in SYMBOLS or NUMBER.match(text)
    }
    if not filled:
        return ""
    beside = [column for column in table.heads if column > max(filled)]
    lowest = table.body - 1
    for line in range(table.top, table.body):
        stands = {
            column
            for column in table.heads
            if (line, column) in grid.covered or grid.own_text(line, column).strip()
        }
        # A blank above the lowest row belongs to the group on its left.
        bare = sorted(
            column for column in filled - stands if line == lowest or column < min(stands, default=0)
        )
        if bare and (stands & {*beside} or (line < lowest and _is_repeated(table, bare[0], filled))):
            return get_column_letter(bare[0] + 1)
    return ""


def _is_repeated(table: Table, column: int, filled: set[int]) -> bool:
    """Whether a column's part of the header is the lowest part of another one's."""
    part = table.heads[column]
    return any(table.heads[other].endswith(f"/{part}") for other in filled - {column})
