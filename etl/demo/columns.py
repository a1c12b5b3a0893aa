"""Text columns: whole columns of strings built, patched and joined in Arrow, never row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Column: TypeAlias = pa.Array
Matrix: TypeAlias = NDArray[np.uint8]


def flat(values: pa.Array | pa.ChunkedArray) -> Column:
    """One contiguous array."""
    if isinstance(values, pa.ChunkedArray):
        return values.combine_chunks() if values.num_chunks != 1 else values.chunk(0)
    return values


def constant(text: str, size: int) -> Column:
    """The same text in every row."""
    return pa.repeat(pa.scalar(text, pa.string()), size)


def lookup(words: Column | Sequence[str], positions: NDArray[np.integer]) -> Column:
    """The word at each position; a negative position gives the empty text."""
    table = pa.array(words, pa.string()) if not isinstance(words, pa.Array) else words
    table = pa.concat_arrays([table.cast(pa.string()), pa.array([""], pa.string())])
    at = np.where(positions < 0, len(table) - 1, positions)
    return table.take(pa.array(at, pa.int64()))


def number(values: NDArray[np.integer], width: int = 0) -> Column:
    """Whole numbers as text, padded with zeros to a width."""
    text = pa.array(values.astype(np.int64)).cast(pa.string())
    return flat(pc.utf8_lpad(text, width, "0")) if width else text


def join(*parts: Column | str) -> Column:
    """Columns and constant texts, side by side."""
    return flat(pc.binary_join_element_wise(*[_text(p) for p in parts], _text("")))


def separated(parts: Sequence[Column], separator: str) -> Column:
    """Columns with a separator between them."""
    return flat(pc.binary_join_element_wise(*parts, _text(separator)))


def _text(part: Column | str) -> Column | pa.Scalar:
    return pa.scalar(part, pa.string()) if isinstance(part, str) else part


def choose(condition: NDArray[np.bool_], yes: Column | str, no: Column | str) -> Column:
    """One or the other, by row."""
    return flat(pc.if_else(pa.array(condition), _text(yes), _text(no)))


def overlay(base: Column, patches: Sequence[tuple[NDArray[np.integer], Column]]) -> Column:
    """The base with some rows replaced; a later patch wins."""
    patches = [(rows, values) for rows, values in patches if len(rows)]
    if not patches:
        return base
    position = np.arange(len(base), dtype=np.int64)
    end = len(base)
    for rows, _values in patches:
        position[rows] = end + np.arange(len(rows))
        end += len(rows)
    return pa.concat_arrays([base, *(v.cast(base.type) for _, v in patches)]).take(pa.array(position))


def matrix(text: Column, width: int) -> Matrix:
    """The bytes of a column whose texts all have the same number of bytes."""
    start = text.offset * width
    data = np.frombuffer(text.buffers()[2], np.uint8)
    first = int(np.frombuffer(text.buffers()[1], np.int32)[text.offset]) if len(text) else start
    return data[first : first + len(text) * width].reshape(len(text), width).copy()


def fixed(cells: Matrix) -> Column:
    """A column of texts from a matrix of bytes, one row each."""
    size, width = cells.shape
    offsets = np.arange(size + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(
        size, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(cells).tobytes())
    )


def calendar(days: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Year, month and day of days counted from 1970-01-01."""
    date = days.astype("datetime64[D]")
    months = date.astype("datetime64[M]")
    year = date.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = (date - months).astype(np.int64) + 1
    return year, month, day


def yyyymmdd(days: NDArray[np.integer]) -> NDArray[np.int64]:
    """Days as the number a date reads as."""
    year, month, day = calendar(days)
    return np.asarray(year * 10_000 + month * 100 + day)


def compact_date(days: NDArray[np.integer]) -> Column:
    """19850302; a negative number below the calendar (NEVER) is empty."""
    known = days > NEVER
    return choose(known, number(yyyymmdd(np.where(known, days, 0))), "")


def dashed_date(days: NDArray[np.integer]) -> Column:
    """1985-03-02"""
    year, month, day = calendar(days)
    return join(number(year), "-", lookup(TWO_DIGITS, month), "-", lookup(TWO_DIGITS, day))


NEVER = -1_000_000
TWO_DIGITS = [f"{i:02d}" for i in range(100)]
