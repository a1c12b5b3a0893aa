"""Columns of bytes as text."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

# The two digits of each byte, as they lie in memory.
_DIGITS = np.frombuffer("".join(f"{byte:02X}" for byte in range(256)).encode(), np.uint16)
_LONGEST = 2**31 - 1


def hexadecimal(blobs: pa.Array) -> pa.Array:
    """A binary column as upper-case hexadecimal text, nulls kept; large_string where it is more than a string column
    holds."""
    blobs = blobs.cast(pa.large_binary())
    _, places, data = blobs.buffers()
    count = len(blobs)
    at = np.frombuffer(places, np.int64)[blobs.offset : blobs.offset + count + 1]
    start, end = (int(at[0]), int(at[-1])) if count else (0, 0)
    digits = _DIGITS[np.frombuffer(data, np.uint8)[start:end]] if end > start else np.zeros(0, np.uint16)
    known = pa.array(~np.asarray(blobs.is_null()), pa.bool_()).buffers()[1] if blobs.null_count else None
    offsets = 2 * (at - start) if count else np.zeros(1, np.int64)
    text = pa.LargeStringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(digits), known)
    return text.cast(pa.string()) if 2 * (end - start) <= _LONGEST else text
