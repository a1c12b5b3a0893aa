"""The one way to read a delivered file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from etl.contract.model import Contract
from etl.readers.delimited import read_delimited
from etl.readers.result import ReadResult

_READERS = {
    "delimited": read_delimited,
}


def read(path: Path | str, contract: Contract, others: Iterable[Contract] = ()) -> ReadResult:
    """Read the file at `path` as its contract declares it.

    others: further contracts, so that another department's extract is recognised and named.
    Every physical record is in the result exactly once: as a table row, ignored or rejected.
    ReadRefusal (a ValueError) if the file as a whole is not what the contract declares; OSError if it
    cannot be opened.
    """
    path = Path(path)
    spec = contract.reader_for(path.name)
    return _READERS[spec.format](path, contract, spec, others)
