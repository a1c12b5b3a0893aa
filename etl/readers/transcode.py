"""Columns of raw bytes to columns of text, decoding every distinct value once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.readers.encoding import UTF8_CELL, is_utf8_cell

_SEPARATOR = b"\x00"
#: Values decoded at a time; keeps a joined text well under the 2 GB of an Arrow string.
_SLICE = 1 << 20


class UndecodableError(ValueError):
    """A column holds values that are not in the declared encoding."""


def decode_column(column: pa.ChunkedArray, encoding: str) -> pa.ChunkedArray:
    """A binary column, free of NUL bytes, as a string column.

    UndecodableError if any value is not valid in `encoding`, or a GB18030 column holds UTF-8 values; the
    caller then goes through the records one by one.
    """
    if is_ascii(column):
        return column.cast(pa.string())
    if encoding == "utf-8":
        try:
            return column.cast(pa.string())
        except pa.ArrowInvalid as error:
            raise UndecodableError(str(error)) from error
    coded = column.dictionary_encode()
    if coded.num_chunks == 0:
        return pa.chunked_array([], pa.string())
    values = _decode_values(coded.chunk(coded.num_chunks - 1).dictionary, encoding)
    return pc.take(values, pa.chunked_array([chunk.indices for chunk in coded.chunks]))


def is_ascii(column: pa.ChunkedArray) -> bool:
    """Whether no byte of a binary column is above 0x7F."""
    for chunk in column.chunks:
        data = chunk.buffers()[2]
        if data is not None and data.size and np.frombuffer(data, np.uint8).max() > 0x7F:
            return False
    return True


def _decode_values(values: pa.Array, encoding: str) -> pa.Array:
    if encoding == "gb18030":
        looks_utf8 = pc.match_substring_regex(values, UTF8_CELL.decode())
        if pc.any(looks_utf8).as_py() and any(map(is_utf8_cell, values.filter(looks_utf8).to_pylist())):
            raise UndecodableError("values in UTF-8")
    parts = [_decode_slice(values.slice(at, _SLICE), encoding) for at in range(0, len(values), _SLICE)]
    return pa.concat_arrays(parts) if parts else pa.array([], pa.string())


def _decode_slice(values: pa.Array, encoding: str) -> pa.Array:
    rows = pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)
    joined = pc.binary_join(rows, _SEPARATOR)[0].as_py()
    try:
        text = joined.decode(encoding).encode()
    except UnicodeDecodeError as error:
        raise UndecodableError(str(error)) from error
    parts = pc.split_pattern(pa.array([text], pa.binary()).cast(pa.string()), "\x00").values
    if len(parts) != len(values):
        raise UndecodableError("NUL in a value")
    return parts
