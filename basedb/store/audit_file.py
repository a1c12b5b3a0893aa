"""The audit file beside an embedded store: one JSON line per read, each sealing the one before.

An embedded file is published whole, so a row in its table would cost a copy of the database. Reads
append here instead; every publication takes the new lines into ``basedb.audit``. The file is never
shortened, but for the beginning of a line whose writer was killed: it stays the record, and a changed or
missing line breaks the chain of digests after it.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from basedb.store.errors import StoreError

_FIELDS = ("read_at", "account", "command", "purpose", "detail", "rows")
_TAIL = 1 << 20


def audit_path(store: Path) -> Path:
    """Where reads of the embedded store are recorded; BASEDB_AUDIT names another file."""
    named = os.environ.get("BASEDB_AUDIT")
    return Path(named) if named else store.with_name(store.name + ".audit.jsonl")


def append(path: Path, entry: dict[str, Any]) -> None:
    """Add one read, later than every one before it; StoreError if it cannot be recorded."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
    except OSError as error:
        raise StoreError(f"无法写访问记录 {path}：{error.strerror} / cannot write the audit file") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        last = _last_line(descriptor, path)
        read_at = datetime.now(UTC)
        if last:
            read_at = max(read_at, _instant(json.loads(last)["read_at"]) + timedelta(microseconds=1))
        line = {**entry, "read_at": read_at.isoformat(), "previous": _digest(last)}
        _write_whole(descriptor, (json.dumps(line, ensure_ascii=False) + "\n").encode())
    except OSError as error:
        raise StoreError(f"无法写访问记录 {path}：{error.strerror} / cannot write the audit file") from error
    finally:
        os.close(descriptor)


def _write_whole(descriptor: int, line: bytes) -> None:
    """Write a line, all of it or nothing: a full disk takes the beginning without saying so."""
    size = os.fstat(descriptor).st_size
    try:
        if os.write(descriptor, line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The recorded reads, oldest first; StoreError where the chain is broken."""
    if not path.exists():
        return
    before = ""
    with path.open(encoding="utf-8") as file:
        for number, text in enumerate(file, 1):
            if not text.endswith("\n"):
                return  # its writer was killed before anything was shown
            entry = json.loads(text)
            if entry["previous"] != _digest(before):
                raise StoreError(
                    f"访问记录 {path} 第 {number} 行之前被改动 / the audit file was altered before line {number}"
                )
            before = text.rstrip("\n")
            yield {name: entry.get(name) for name in _FIELDS}


def absorb(engine: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Bring ``basedb.audit`` of the open transaction up to the file; doing it again adds nothing."""
    if not path.exists():
        return
    row = engine.execute("SELECT max(read_at) FROM basedb.audit").fetchone()
    last = row[0].astimezone(UTC) if row and row[0] else None
    new = [
        [_instant(entry["read_at"]), *(entry[name] for name in _FIELDS[1:])]
        for entry in lines(path)
        if last is None or _instant(entry["read_at"]) > last
    ]
    if new:
        engine.executemany(f"INSERT INTO basedb.audit ({', '.join(_FIELDS)}) VALUES (?, ?, ?, ?, ?, ?)", new)


def _last_line(descriptor: int, path: Path) -> str:
    """The last line. The beginning of one whose writer was killed goes: what it was to record was not shown."""
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, min(size, _TAIL), max(size - _TAIL, 0))
    torn = len(tail) - (tail.rfind(b"\n") + 1)
    if torn == len(tail) == _TAIL:
        raise StoreError(f"{path} 不是访问记录 / not an audit file")
    if torn:
        os.ftruncate(descriptor, size - torn)
        tail = tail[:-torn]
    return tail.rstrip(b"\n").rsplit(b"\n", 1)[-1].decode("utf-8", "replace")


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest() if line else ""


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
