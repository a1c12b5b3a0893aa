"""Extensions of the engine are taken from installed wheels, and only if DuckDB signed them."""

from __future__ import annotations

import importlib
from pathlib import Path

import duckdb
import pytest

from basedb.store.engine import load_extension, open_engine
from basedb.store.errors import StoreError


def test_an_extension_somebody_changed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = importlib.import_module("duckdb_extension_postgres_scanner")
    below = Path("extensions") / f"v{duckdb.__version__}"
    signed = Path(str(package.__file__)).parent / below / "postgres_scanner.duckdb_extension"
    changed = tmp_path / below / signed.name
    changed.parent.mkdir(parents=True)
    with open_engine() as engine:
        load_extension(engine, "postgres_scanner")
        monkeypatch.setattr(package, "__file__", str(tmp_path / "__init__.py"))
        changed.write_bytes(signed.read_bytes()[:-1] + b"?")
        with pytest.raises(StoreError, match="signature"):
            load_extension(engine, "postgres_scanner")
