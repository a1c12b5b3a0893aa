"""The exported schema accepts what the parser accepts."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from etl.contract.schema import editor_schema

SOURCES = sorted((Path(__file__).parents[3] / "population" / "sources").glob("*.yml"))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(editor_schema())


@pytest.mark.parametrize("path", SOURCES, ids=[path.stem for path in SOURCES])
def test_contracts_fit_the_exported_schema(path: Path) -> None:
    content = yaml.safe_load(path.read_text("utf-8"))
    assert [error.message for error in Draft202012Validator(editor_schema()).iter_errors(content)] == []
    content["reader"] = {"format": "xml", "encoding": "gbk"}
    assert list(Draft202012Validator(editor_schema()).iter_errors(content))
