"""What can go wrong with a store, in words its operator understands."""

from __future__ import annotations

import duckdb


class StoreError(RuntimeError):
    """The store cannot do what was asked; the message is Chinese first, with the way out."""


class StoreBusy(StoreError):
    """Another load holds the store and did not finish within the wait."""


class StoreMissing(StoreError):
    """There is no initialised store at the URL."""


def is_interruption(error: BaseException) -> bool:
    """Whether an error means that somebody pressed Ctrl-C; the engine reports it as an error of its own."""
    return isinstance(error, KeyboardInterrupt | duckdb.InterruptException) or (
        type(error) is RuntimeError and str(error) == "Query interrupted"
    )
