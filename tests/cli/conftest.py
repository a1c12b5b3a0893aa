from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.desk import Desk
from tests.etl.city import City

Fill = Callable[[Desk], object]


@pytest.fixture
def desk(new_city: Callable[[], City], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk with an initialised store, on each kind of store."""
    return _desk(new_city(), monkeypatch)


@pytest.fixture
def grown_desk(grown: Callable[..., City], monkeypatch: pytest.MonkeyPatch) -> Callable[[Fill], Desk]:
    """Desks with a past: what fills one is done once on each kind of store, and then copied."""

    def found(fill: Fill) -> Desk:
        city = grown(lambda city: fill(_desk(city, monkeypatch)), story=fill)
        return _desk(city, monkeypatch)

    return found


def _desk(city: City, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("BASEDB_ARCHIVE", str(city.folder / "archive"))
    monkeypatch.chdir(city.folder)
    return Desk(city.store.url, city.folder)
