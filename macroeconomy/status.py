"""Statuses of a figure, and what prints them."""

from __future__ import annotations

import re

#: From the first release to the revision after a census.
STATUSES = ("preliminary", "revised", "final", "benchmark")
RANK = {name: place for place, name in enumerate(STATUSES, 1)}

_CENSUS = re.compile("普查")
_FINAL = re.compile("最终核实|最终核算|终核")


def of_slot(slot: str, title: str) -> str:
    """The status of a column before or after a revision (`previous`, `revised`) under a table's title.

    A census revises to a benchmark what was final, the final accounting to final what was revised.
    """
    after = "benchmark" if _CENSUS.search(title) else "final" if _FINAL.search(title) else "revised"
    return after if slot == "revised" else STATUSES[RANK[after] - 2]
