"""Figures as SDMX sees them: a series key, a period, a value and attributes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from macroeconomy.sdmx_codes import STATUS_CODES, unit_codes

#: The series key, in the order of the data structure definition.
DIMENSIONS = ("FREQ", "REF_AREA", "INDICATOR", "BASIS", "PRICE", "UNIT_MEASURE")
ATTRIBUTES = ("OBS_STATUS", "UNIT_MULT", "DECIMALS")
#: What a query for `observations` selects, and the order that keeps series together.
SELECTED = "frequency, division, indicator, basis, price, unit, period, value, status, decimals"
ORDER = "indicator, division, basis, price, unit, frequency, period_end"


@dataclass(frozen=True)
class Structure:
    """The data structure (and dataflow) a message follows, ``BASEDB:MACRO(1.0)``."""

    agency: str
    id: str
    version: str

    @classmethod
    def parse(cls, text: str) -> Structure:
        """From ``AGENCY:ID(VERSION)``; ValueError if it is none."""
        agency, colon, rest = text.partition(":")
        name, bracket, version = rest.partition("(")
        if not (agency and colon and name and bracket and version.endswith(")")):
            raise ValueError(text)
        return cls(agency, name, version.removesuffix(")"))

    def __str__(self) -> str:
        return f"{self.agency}:{self.id}({self.version})"


@dataclass(frozen=True)
class Header:
    """Who sends a message, when, and the structure it follows."""

    structure: Structure
    prepared: datetime

    @property
    def message_id(self) -> str:
        """The message's id: the structure's and the time."""
        return f"{self.structure.id}_{self.prepared:%Y%m%d%H%M%S}"


@dataclass(frozen=True)
class Observation:
    """key: values of `DIMENSIONS`; value as printed; attributes: values of `ATTRIBUTES`."""

    key: tuple[str, ...]
    period: str
    value: str
    attributes: tuple[str, ...]


def observations(rows: Iterable[tuple[Any, ...]]) -> Iterator[Observation]:
    """Rows of `SELECTED` as observations: units become UNIT_MEASURE and UNIT_MULT."""
    for frequency, division, indicator, basis, price, unit, period, value, status, decimals in rows:
        measure, power = unit_codes(unit)
        yield Observation(
            (frequency, division, indicator, basis, price or "_Z", measure),
            period,
            f"{value:.{max(int(decimals), 0)}f}",
            (STATUS_CODES[status], power, str(decimals)),
        )
