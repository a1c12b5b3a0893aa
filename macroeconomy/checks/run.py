"""Checks of a load's new figures."""

from __future__ import annotations

from basedb.domain import Load


def check(load: Load) -> int:
    """Leaves TEMP `new_issue`."""
    load.engine.execute(
        "CREATE OR REPLACE TEMP TABLE new_issue (observation_id BIGINT, code TEXT, expected DOUBLE, evidence TEXT)"
    )
    return 0
