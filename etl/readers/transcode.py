"""Columns of raw bytes to columns of text, decoding every distinct value once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.readers.encoding import UTF8_CELL, is_utf8_cell

_SEPARATOR = b"\x00"


class UndecodableError(ValueError):
    """A column holds values that are not in the declared encoding."""


def decode_column(column: pa.ChunkedArray, encoding: str) -> pa.ChunkedArray:
    """A binary column, plain or dictionary-encoded and free of NUL bytes, as a string column.

    UndecodableError if any value is not valid in `encoding`, or a GB18030 column holds UTF-8 values; the
    caller then goes through the records one by one.
    """
    if pa.types.is_dictionary(column.type):
        return pa.chunked_array([_decode_coded(chunk, encoding) for chunk in column.chunks], pa.string())
    if is_ascii(column):
        return column.cast(pa.string())
    if encoding == "utf-8":
        try:
            return column.cast(pa.string())
        except pa.ArrowInvalid as error:
            raise UndecodableError(str(error)) from error
    return pa.chunked_array([_decode_chunk(chunk, encoding) for chunk in column.chunks], pa.string())


def is_ascii(column: pa.ChunkedArray) -> bool:
    """Whether no byte of a binary column is above 0x7F."""
    for chunk in column.chunks:
        data = chunk.buffers()[2]
        if data is not None and data.size and np.frombuffer(data, np.uint8).max() > 0x7F:
            return False
    return True


def _decode_chunk(chunk: pa.Array, encoding: str) -> pa.Array:
    """A chunk at a time: its distinct values fit the processor's cache, and neighbours repeat most."""
    return _decode_coded(chunk.dictionary_encode(), encoding)


def _decode_coded(coded: pa.DictionaryArray, encoding: str) -> pa.Array:
    return _decode_values(coded.dictionary, encoding).take(coded.indices)


def _decode_values(values: pa.Array, encoding: str) -> pa.Array:
    if encoding == "gb18030":
        looks_utf8 = pc.match_substring_regex(values, UTF8_CELL.decode())
        if pc.any(looks_utf8).as_py() and any(map(is_utf8_cell, values.filter(looks_utf8).to_pylist())):
            raise UndecodableError("values in UTF-8")
    rows = pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)
    joined = pc.binary_join(rows, _SEPARATOR)[0].as_py()
    try:
        text = joined.decode(encoding).encode()
    except UnicodeDecodeError as error:
        raise UndecodableError(str(error)) from error
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == 0)
    if len(ends) != max(0, len(values) - 1):
        raise UndecodableError("NUL in a value")
    offsets = np.concatenate(([0], ends - np.arange(len(ends)), [len(text) - len(ends)])).astype(np.int32)
    data = pa.py_buffer(text.replace(_SEPARATOR, b""))
    return pa.StringArray.from_buffers(len(values), pa.py_buffer(offsets[: len(values) + 1]), data)
