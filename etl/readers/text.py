"""A document in words (a note that comes with data) as one record."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa

from etl.contract.model import Contract, ReaderSpec
from etl.readers import codes
from etl.readers.encoding import codec
from etl.readers.headers import resolve
from etl.readers.opening import open_bytes
from etl.readers.result import ReadRefusal, ReadResult, text_table

#: The columns of the one record.
NAME, TEXT = "name", "text"


def read_text(
    path: Path, contract: Contract, spec: ReaderSpec, others: Iterable[Contract] = ()
) -> ReadResult:
    """The whole file as one row: `name` (its base name) and `text`.

    The encoding is UTF-8 where the bytes are, else the contract's (gb18030 by default). ReadRefusal if
    they are neither.
    """
    data = bytes(open_bytes(path, spec.options))
    encoding = codec(spec.options.get("encoding", "gb18030"), path)
    try:
        text = _decoded(data, encoding)
    except UnicodeDecodeError as error:
        raise ReadRefusal(path, codes.WRONG_ENCODING) from error
    header = resolve([NAME, TEXT], contract, path, others)
    values = {NAME: pa.array([path.name]), TEXT: pa.array([text.replace("\0", "")])}
    return ReadResult(
        text_table(
            {name: values[[NAME, TEXT][at]] for name, at in header.positions.items()},
            contract.read_columns,
            np.arange(1, 2),
        ),
        notes=header.notes,
    )


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode(encoding)
