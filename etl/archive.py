"""The archive of delivered files: every byte that was ever loaded, by its SHA-256."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import ENOENT
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from basedb.store import Store, StoreError
from basedb.store.embedded import EmbeddedStore
from etl.bundle import as_one_file


class Archive:
    """A folder of delivered files named by content; adding a file twice stores it once."""

    def __init__(self, directory: Path):
        self.directory = directory

    @classmethod
    def of(cls, store: Store) -> Archive:
        """The archive that belongs to a store: BASEDB_ARCHIVE, else beside the embedded file, else
        ``basedb-archive`` in the working directory."""
        configured = os.environ.get("BASEDB_ARCHIVE")
        if configured:
            return cls(Path(configured))
        if isinstance(store, EmbeddedStore):
            return cls(store.path.with_name(store.path.stem + "-archive"))
        return cls(Path("basedb-archive"))

    def path(self, sha256: str) -> Path:
        """Where the file with this fingerprint is, or would be."""
        return self.directory / sha256[:2] / sha256

    @contextmanager
    def named(self, sha256: str, file_name: str) -> Iterator[Path]:
        """The kept file under the name it came with, by which readers know its form.

        FileNotFoundError if the archive does not have it.
        """
        kept = self.path(sha256)
        if not kept.exists():
            raise FileNotFoundError(ENOENT, f"归档中没有 {file_name} / not in the archive", str(kept))
        with TemporaryDirectory(prefix="basedb-archive-") as directory:
            link = Path(directory) / PurePosixPath(file_name).name
            link.symlink_to(kept.resolve())
            yield link

    def add(self, path: Path, sha256: str) -> Path:
        """Keep a copy of the file; a half-written copy of a killed run is never taken for one."""
        kept = self.path(sha256)
        partial = kept.with_suffix(f".partial-{os.getpid()}")
        try:
            with as_one_file(path) as whole:
                if kept.exists() and kept.stat().st_size == whole.stat().st_size:
                    return kept
                kept.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(whole, partial)
            os.replace(partial, kept)
        except OSError as error:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise StoreError(
                f"存档 {path.name} 到 {self.directory} 失败：{error.strerror} / archiving the file failed: {error}"
            ) from error
        return kept


def fingerprint(path: Path) -> str:
    """SHA-256 of the file's bytes and of what belongs to it (see `etl.bundle`), as lower-case hex."""
    with as_one_file(path) as whole, whole.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
