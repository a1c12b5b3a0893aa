"""Where people were born: the division code of a number depends on the county and the year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from etl.demo.columns import Column
from etl.demo.draws import Ints
from etl.demo.spec import City, outside_counties


@dataclass(frozen=True)
class Origins:
    """Codes with their labels: those of the city's counties through time, then the counties outside."""

    codes: Ints
    labels: Column
    spans: tuple[tuple[int, tuple[int, ...]], ...]  # by county: first position, years
    outside: int  # first position of the counties outside

    @classmethod
    def of(cls, city: City) -> Origins:
        """The origins that a city knows."""
        codes: list[int] = []
        labels: list[str] = []
        spans = []
        for county in city.counties:
            spans.append((len(codes), tuple(o.until for o in county.history)))
            codes += [o.code for o in county.history]
            labels += [o.label for o in county.history]
        outside = len(codes)
        more_codes, more_labels = outside_counties()
        return cls(
            np.array(codes + more_codes, dtype=np.int64),
            pa.array(labels + more_labels, pa.string()),
            tuple(spans),
            outside,
        )

    def local(self, county: NDArray[np.integer], year: NDArray[np.integer]) -> Ints:
        """The origin of people born in a county of the city in a year."""
        out = np.zeros(len(county), dtype=np.int64)
        for i, (start, years) in enumerate(self.spans):
            mine = np.flatnonzero(county == i)
            out[mine] = start + np.searchsorted(np.array(years), year[mine], side="right")
        return out

    def current(self, origin: NDArray[np.integer]) -> Ints:
        """The origin of the same county as it is named now."""
        out = np.array(origin, dtype=np.int64)
        for start, years in self.spans:
            mine = (origin >= start) & (origin < start + len(years))
            out[mine] = start + len(years) - 1
        return out
