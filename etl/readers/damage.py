"""What the libraries that parse workbooks raise when the bytes make no sense."""

from __future__ import annotations

import struct
import zipfile
import zlib

#: They check little, so a damaged file surfaces as almost any error; catch these around parsing only.
DAMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
