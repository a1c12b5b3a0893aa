"""FEBRL 4, linked without labels to the quality promised."""

from __future__ import annotations

import duckdb

from benchmarks import febrl


def test_febrl_4_without_labels() -> None:
    with duckdb.connect() as engine:
        febrl.load(engine)
        done, quality = febrl.link(engine, max_pairs=200_000)
    assert quality.true == 5000
    assert quality.f1 >= febrl.TARGET
    assert done.estimate is not None and all(item.converged for item in done.estimate.passes)
