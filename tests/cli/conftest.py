from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.desk import Desk


@pytest.fixture
def desk(store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk with an initialised store, on each kind of store."""
    monkeypatch.setenv("BASEDB_ARCHIVE", str(tmp_path / "archive"))
    monkeypatch.chdir(tmp_path)
    made = Desk(store_url, tmp_path)
    made("init")
    return made
