"""SDMX-CSV 1.0 and 2.0 data messages."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from macroeconomy.exchange.observations import ATTRIBUTES, DIMENSIONS, Header, Observation


def write_csv(path: Path, header: Header, found: Iterable[Observation]) -> int:
    """Write SDMX-CSV 1.0, one row per observation; returns their number."""
    return _write(path, ("DATAFLOW",), (str(header.structure),), found)


def write_csv2(path: Path, header: Header, found: Iterable[Observation]) -> int:
    """Write SDMX-CSV 2.0; returns the number of observations."""
    first = ("STRUCTURE", "STRUCTURE_ID", "ACTION")
    return _write(path, first, ("dataflow", str(header.structure), "R"), found)


def _write(path: Path, names: tuple[str, ...], first: tuple[str, ...], found: Iterable[Observation]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*names, *DIMENSIONS, "TIME_PERIOD", "OBS_VALUE", *ATTRIBUTES])
        for item in found:
            writer.writerow([*first, *item.key, item.period, item.value, *item.attributes])
            count += 1
    return count
