"""dBASE III tables of character fields, written in one piece."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from etl.demo.columns import Column, join
from etl.demo.lines import encode

CODE_PAGE_936 = 0x4D
_BLANK, _DELETED, _END_OF_HEADER, _END_OF_FILE = 0x20, 0x2A, 0x0D, 0x1A


def table(
    fields: Sequence[tuple[str, int]], columns: Sequence[Column], deleted: NDArray[np.bool_], written: date
) -> bytes:
    """The bytes of a table; texts too long for their field are cut between characters."""
    rows = len(deleted)
    size = 1 + sum(width for _, width in fields)
    head = bytearray(32)
    head[0] = 0x03
    head[1:4] = bytes([written.year - 1900, written.month, written.day])
    head[4:8] = rows.to_bytes(4, "little")
    head[8:10] = (32 * (len(fields) + 1) + 1).to_bytes(2, "little")
    head[10:12] = size.to_bytes(2, "little")
    head[29] = CODE_PAGE_936
    for name, width in fields:
        descriptor = bytearray(32)
        descriptor[: len(name)] = name.encode("ascii")
        descriptor[11:12] = b"C"
        descriptor[16] = width
        head += descriptor
    head.append(_END_OF_HEADER)
    records = np.full((rows, size), _BLANK, dtype=np.uint8)
    records[deleted, 0] = _DELETED
    at = 1
    for (_, width), column in zip(fields, columns, strict=True):
        _fill(records[:, at : at + width], column)
        at += width
    return bytes(head) + records.tobytes() + bytes([_END_OF_FILE])


def _fill(cells: NDArray[np.uint8], column: Column) -> None:
    """Write texts into a field, from the left."""
    lines = encode(join(column, "\n"), "gbk")
    edges = np.frombuffer(lines.buffers()[1], np.int64)[lines.offset : lines.offset + len(lines) + 1]
    data = np.frombuffer(lines.buffers()[2], np.uint8)
    length = np.diff(edges) - 1
    for row in np.flatnonzero(length > cells.shape[1]):  # rare: cut without splitting a character
        text = (
            bytes(data[edges[row] : edges[row + 1] - 1])[: cells.shape[1]]
            .decode("gbk", "ignore")
            .encode("gbk")
        )
        cells[row, : len(text)] = np.frombuffer(text, np.uint8)
    fits = np.flatnonzero(length <= cells.shape[1])
    for place in range(cells.shape[1]):
        there = fits[length[fits] > place]
        cells[there, place] = data[edges[there] + place]
