"""The DuckDB engine every load runs on: one in-memory instance, extensions from installed wheels."""

from __future__ import annotations

import importlib
import os
import tempfile
from pathlib import Path

import duckdb

from basedb.store.errors import StoreError

# Extension files whose signature this process has checked: path, size, time of change.
_PROVED: set[tuple[Path, int, int]] = set()
# Leaves room for pandas, Arrow and the readers beside the engine within the 4 GiB a 1 M-row load may use.
_MEMORY_LIMIT = os.environ.get("BASEDB_ENGINE_MEMORY", "2GB")


def open_engine() -> duckdb.DuckDBPyConnection:
    """A fresh in-memory engine that spills to a private temporary directory.

    The memory limit is 2 GB unless BASEDB_ENGINE_MEMORY says otherwise (DuckDB size syntax);
    BASEDB_ENGINE_THREADS limits its threads, which otherwise are as many as the processors.
    """
    spill = Path(tempfile.gettempdir()) / f"basedb-spill-{os.getpid()}"
    config: dict[str, str | bool | int | float | list[str]] = {
        # `load_extension` checks signatures: once for a process, where an engine would read the whole file again.
        # What it did not check is not loaded, whatever a query calls.
        "allow_unsigned_extensions": True,
        "autoload_known_extensions": False,
        "autoinstall_known_extensions": False,
        "memory_limit": _MEMORY_LIMIT,
        "temp_directory": str(spill),
    }
    if threads := os.environ.get("BASEDB_ENGINE_THREADS"):
        config["threads"] = int(threads)
    return duckdb.connect(config=config)


def load_extension(engine: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load DuckDB extension `name` from its PyPI wheel, without network and without installing it.

    Raises StoreError if the wheel is missing, was built for another DuckDB or is not signed by DuckDB.
    """
    try:
        package = importlib.import_module(f"duckdb_extension_{name}")
    except ModuleNotFoundError as error:
        raise StoreError(
            f"缺少 DuckDB 扩展 {name}，请安装 duckdb-extension-{name.replace('_', '-')}"
            f" / DuckDB extension {name} is not installed"
        ) from error
    root = Path(str(package.__file__)).parent / "extensions" / f"v{duckdb.__version__}"
    file = root / f"{name}.duckdb_extension"
    if not file.exists():
        raise StoreError(
            f"DuckDB 扩展 {name} 与 DuckDB {duckdb.__version__} 版本不符"
            f" / extension {name} has no build for DuckDB {duckdb.__version__}"
        )
    _prove(file)
    engine.execute(f"LOAD '{file}'")


def _prove(file: Path) -> None:
    """Raise StoreError unless the extension is signed as an engine demands that takes no unsigned ones."""
    found = file.stat()
    identity = (file, found.st_size, found.st_mtime_ns)
    if identity in _PROVED:
        return
    try:
        with duckdb.connect() as strict:
            strict.execute(f"LOAD '{file}'")
    except duckdb.Error as error:
        raise StoreError(
            f"DuckDB 扩展 {file.name} 不能加载：{error} / the extension cannot be loaded"
        ) from error
    _PROVED.add(identity)
