"""A lock file beside an embedded store.

DuckDB's own lock is a POSIX lock, which the operating system drops as soon as the process closes
*any* descriptor of the file; a copy or a checksum taken in the loading process would silently
admit a second writer. This lock is on a file of its own that nothing else ever opens.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from basedb.store.errors import StoreBusy

_POLL_SECONDS = 0.2


@contextmanager
def hold(path: Path, owner: str, wait: float) -> Iterator[None]:
    """Hold the lock at `path` for the duration of the block, named `owner`.

    Waits up to `wait` seconds; raises StoreBusy naming the holder after that. The lock dies with
    the process, so a killed load leaves nothing to clean up.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        deadline = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    holder = os.pread(descriptor, 500, 0).decode("utf-8", "replace").strip()
                    raise StoreBusy(
                        f"数据库正被另一任务写入：{holder}；请等它完成或加大 --wait"
                        f" / the store is being written by: {holder}"
                    ) from None
                time.sleep(_POLL_SECONDS)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{owner} (pid {os.getpid()})\n".encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)
