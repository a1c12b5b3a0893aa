"""A small town on each kind of store, asked through the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from basedb.cli.main import main
from tests.etl.city import City
from tests.population.town import town

__all__ = ["run", "town"]

Run = Callable[..., Result]


@pytest.fixture
def run(town: City, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `basedb` on the town's store; the result has `stdout`, `stderr` and `exit_code`."""
    monkeypatch.delenv("BASEDB_PURPOSE", raising=False)
    monkeypatch.setenv("COLUMNS", "240")

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["--store", town.store.url, *arguments])

    return call


def document(result: Result) -> Any:
    """The JSON a command printed."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)
