"""Spark, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import IN_CI, WITHOUT_SPARK
from tests.linkage.conformance.engines import Spark
from tests.spark import NOT_INSTALLED, available, start


@pytest.fixture(scope="session")
def spark() -> Iterator[Spark]:
    """Spark in this process, one for the session."""
    if reason := available():
        if IN_CI and reason == NOT_INSTALLED:
            pytest.fail(f"{WITHOUT_SPARK}: {reason}. A build must test both engines.", pytrace=False)
        pytest.skip(f"{WITHOUT_SPARK}: {reason}")
    session = start()
    yield Spark(session)
    session.stop()
