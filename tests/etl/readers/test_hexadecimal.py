"""Bytes as text: what `bytes.hex` says of each."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from etl.readers.hexadecimal import hexadecimal

_COLUMN = st.lists(st.none() | st.binary(max_size=9), max_size=9)


@given(_COLUMN, st.integers(0, 9), st.sampled_from([pa.binary(), pa.large_binary()]))
def test_as_python_writes_it(blobs: list[bytes | None], start: int, kind: pa.DataType) -> None:
    found = hexadecimal(pa.array(blobs, kind)[start:])
    assert found.type == pa.string()
    assert found.to_pylist() == [None if blob is None else blob.hex().upper() for blob in blobs[start:]]
