"""A snapshot kept as rendered lines: the next night re-renders only what changed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from etl.demo.columns import Column, flat
from etl.demo.draws import Ints

_CHUNK = 100_000
_LINE_FEED = 10


def encode(lines: Column, encoding: str) -> pa.LargeBinaryArray:
    """Lines (each ending in a line feed) in an encoding; no byte but the last of a line is a line feed."""
    if encoding == "utf-8":
        return lines.cast(pa.binary()).cast(pa.large_binary())
    parts = []
    for start in range(0, len(lines), _CHUNK):
        chunk = lines.slice(start, _CHUNK)
        text = flat(pa.array(chunk.cast(pa.large_string())))
        offsets = np.frombuffer(text.buffers()[1], np.int64)[text.offset : text.offset + len(text) + 1]
        data = memoryview(text.buffers()[2])[offsets[0] : offsets[-1]]
        coded = str(data, "utf-8").encode(encoding)
        ends = np.flatnonzero(np.frombuffer(coded, np.uint8) == _LINE_FEED) + 1
        edges = np.concatenate([[0], ends]).astype(np.int64)
        parts.append(
            pa.LargeBinaryArray.from_buffers(
                pa.large_binary(), len(chunk), [None, pa.py_buffer(edges), pa.py_buffer(coded)]
            )
        )
    return pa.concat_arrays(parts) if parts else pa.array([], pa.large_binary())


def bytes_of(lines: pa.LargeBinaryArray) -> memoryview:
    """All the lines, one after another, without a copy."""
    if not len(lines):
        return memoryview(b"")
    offsets = np.frombuffer(lines.buffers()[1], np.int64)[lines.offset : lines.offset + len(lines) + 1]
    return memoryview(lines.buffers()[2])[offsets[0] : offsets[-1]]


@dataclass
class Rendered:
    """Some records as they stand in the file, with what the truth says of them."""

    lines: pa.LargeBinaryArray
    key: Column
    tags: NDArray[np.uint64]


@dataclass
class Cache:
    """The records of a snapshot in the order they were first seen."""

    rendered: Rendered | None = None
    changed: list[int] = field(default_factory=list)

    def put(self, records: Ints, new: Rendered) -> None:
        """Replace the lines of known records and append those of new ones (positions after the last)."""
        self.changed.append(len(records))
        if self.rendered is None:
            self.rendered = new
            return
        if not len(records):
            return
        old = self.rendered
        size = max(len(old.tags), int(records.max()) + 1)
        at = np.arange(size, dtype=np.int64)
        at[records] = len(old.tags) + np.arange(len(records))
        take = pa.array(at)
        self.rendered = Rendered(
            pa.concat_arrays([old.lines, new.lines]).take(take),
            pa.concat_arrays([old.key, new.key]).take(take),
            np.concatenate([old.tags, new.tags])[at],
        )

    def ordered(self, order: Ints) -> Rendered:
        """The records of one night's file, in its order."""
        assert self.rendered is not None, "nothing was rendered yet"
        take = pa.array(order)
        r = self.rendered
        return Rendered(r.lines.take(take), r.key.take(take), r.tags[order])
