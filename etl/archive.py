"""The archive of delivered files: every byte that was ever loaded, by its SHA-256."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import ENOENT
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from basedb.refusal import Refused
from basedb.store import Store, StoreError
from basedb.store.embedded import EmbeddedStore
from basedb.whole_file import write_whole
from etl.bundle import as_one_file
from etl.delivery_findings import CHANGING

_CHUNK = 1 << 20


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
        """The kept file under the name it came with, by which readers know its form, and the .cpg file that
        named its code page. FileNotFoundError if the archive does not have it.
        """
        kept = self.path(sha256)
        if not kept.exists():
            raise FileNotFoundError(ENOENT, f"归档中没有 {file_name} / not in the archive", str(kept))
        with TemporaryDirectory(prefix="basedb-archive-") as directory:
            link = Path(directory) / PurePosixPath(file_name).name
            link.symlink_to(kept.resolve())
            if (code_page := _code_page(kept)).exists():
                link.with_suffix(".cpg").symlink_to(code_page.resolve())
            yield link

    def add(self, path: Path, sha256: str) -> Path:
        """Keep a copy of the file; a half-written copy of a killed run is never taken for one.

        A .cpg file beside it is kept with it: what is read again later is to be read as it was the first time.

        Raises Refused if the bytes are no longer those of `sha256`, StoreError if they cannot be kept.
        """
        kept = self.path(sha256)
        partial = kept.with_suffix(f".partial-{os.getpid()}")
        try:
            with as_one_file(path) as whole:
                if kept.exists() and kept.stat().st_size == whole.stat().st_size:
                    return kept
                kept.parent.mkdir(parents=True, exist_ok=True)
                if _copied(whole, partial) != sha256:
                    raise Refused(
                        CHANGING,
                        f"{path.name} 在读取时仍在写入，未处理；请传完后再改成正式文件名，下次会重新读取",
                        "the file was written to while it was read; rename it when it is complete",
                    )
            if (code_page := _delivered_code_page(path)) is not None:
                write_whole(_code_page(kept), code_page.read_text("ascii", "replace"))
            os.replace(partial, kept)
        except Refused:
            partial.unlink(missing_ok=True)
            raise
        except OSError as error:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise StoreError(
                f"存档 {path.name} 到 {self.directory} 失败：{error.strerror} / archiving the file failed: {error}"
            ) from error
        return kept


def _copied(source: Path, target: Path) -> str:
    """Copy a file; the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    with source.open("rb") as read, target.open("wb") as written:
        while chunk := read.read(_CHUNK):
            digest.update(chunk)
            written.write(chunk)
    return digest.hexdigest()


def _code_page(kept: Path) -> Path:
    """Where the .cpg file of a kept file is, or would be."""
    return kept.with_suffix(".cpg")


def _delivered_code_page(path: Path) -> Path | None:
    """The .cpg file beside a delivered DBF table."""
    beside = (path.with_suffix(end) for end in (".cpg", ".CPG"))
    return next((side for side in beside if path.suffix.lower() == ".dbf" and side.is_file()), None)


def fingerprint(path: Path) -> str:
    """SHA-256 of the file's bytes and of what belongs to it (see `etl.bundle`), as lower-case hex."""
    with as_one_file(path) as whole, whole.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
