from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.etl.city import CONTRACTS, City, loosened
from tests.stewardship.village import settle


@pytest.fixture
def village(grown: Callable[..., City]) -> City:
    """The village of `settle`, on each kind of store."""
    city = grown(settle)
    city.contracts = {source: loosened(contract) for source, contract in CONTRACTS.items()}
    return city
