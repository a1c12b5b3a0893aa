"""What the reader tests share: the departments' files and contracts, and files made worse than they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from etl.contract import Column, Contract, ReaderSpec, Target, load_contracts
from etl.contract.model import Arrival, AsOf, Delivery, Owner

ROOT = Path(__file__).parents[3]
DEPARTMENTS = ROOT / "tests" / "fixtures" / "departments"

Write = Callable[[str, bytes], Path]


@pytest.fixture(scope="session")
def contracts() -> dict[str, Contract]:
    return load_contracts(ROOT / "population" / "sources")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write bytes under a name and return the path."""

    def to_file(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return to_file


def extract(reader_format: str, columns: list[str], **options: Any) -> Contract:
    """A contract of `columns` for a file of some format."""
    return Contract(
        source="some_extract",
        domain="population",
        title="某来源",
        owner=Owner("某局"),
        arrival=Arrival("day"),
        reader=ReaderSpec(reader_format, options),
        delivery=Delivery("snapshot"),
        file_patterns=(),
        as_of=AsOf(),
        key=(columns[0],),
        columns={name: Column(name, (Target("self", f"a{at}"),)) for at, name in enumerate(columns)},
        version="0",
        path=Path("some_extract.yml"),
    )
