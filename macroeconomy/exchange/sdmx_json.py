"""SDMX-JSON 1.0 data messages, in the layout statistical offices serve: header, structure and data sets on top."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

from macroeconomy.exchange.observations import ATTRIBUTES, DIMENSIONS, Header, Observation


class _Values:
    """The values of a component, numbered as they come."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._places: dict[str, int] = {}

    def place(self, value: str) -> int:
        return self._places.setdefault(value, len(self._places))

    def document(self) -> dict[str, Any]:
        values = [{"id": value, "name": value} for value in self._places]
        return {"id": self.name, "name": self.name, "values": values}


def write_json(path: Path, header: Header, found: Iterable[Observation]) -> int:
    """Write a message with observations grouped in series (they come in order of these); their number."""
    dimensions = [_Values(name) for name in DIMENSIONS]
    attributes = [_Values(name) for name in ATTRIBUTES]
    periods = _Values("TIME_PERIOD")
    series: dict[str, Any] = {}
    count = 0
    for key, items in groupby(found, key=lambda item: item.key):
        told: dict[str, list[Any]] = {}
        for item in items:
            marks = [part.place(value) for part, value in zip(attributes, item.attributes, strict=True)]
            told[str(periods.place(item.period))] = [float(item.value), *marks]
            count += 1
        place = ":".join(str(part.place(value)) for part, value in zip(dimensions, key, strict=True))
        series[place] = {"attributes": [], "observations": told}
    structure = header.structure
    urn = f"urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure={structure}"
    placed = [{"keyPosition": at, "role": None, **part.document()} for at, part in enumerate(dimensions)]
    time = {"keyPosition": len(dimensions), "role": "time", **periods.document()}
    document = {
        "header": {
            "id": header.message_id,
            "test": False,
            "prepared": header.prepared.isoformat(timespec="seconds"),
            "sender": {"id": structure.agency, "name": structure.agency},
        },
        "structure": {
            "id": structure.id,
            "name": structure.id,
            "links": [{"rel": "datastructure", "urn": urn}],
            "dimensions": {"dataSet": [], "series": placed, "observation": [time]},
            "attributes": {
                "dataSet": [],
                "series": [],
                "observation": [part.document() for part in attributes],
            },
        },
        "dataSets": [{"action": "Replace", "series": series}],
    }
    path.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")), "utf-8")
    return count
