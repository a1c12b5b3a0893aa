"""The register of places: what buildings, standard addresses and divisions are called."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from basedb.standards import addresses

#: The parts of an address that tell buildings apart, from the county down.
PARTS = ("division_code", "town", "village", "road", "number", "estate", "block")


@dataclass(frozen=True)
class Register:
    """What a site's places are called.

    places: one row per building and wording: PARTS, `unit` (of a standard address), `building` and
    `address` (feature ids, -1 for none). buildings: feature ids and their shapes; divisions: code, name,
    level, shape; parcels: feature ids, codes and shapes. Shapes are in EPSG:4490.
    """

    places: pd.DataFrame
    buildings: pd.DataFrame
    divisions: pd.DataFrame
    parcels: pd.DataFrame


def parse_addresses(texts: pd.Series) -> pd.DataFrame:
    """PARTS, `unit` and `county` of addresses, blanks as empty text."""
    series = pd.Series(pd.array(texts.tolist(), dtype="string[pyarrow]"))
    read = addresses.parse(series).columns
    found = read[[*PARTS, "unit", "county"]].astype("string[pyarrow]").fillna("")
    found["estate"] = found["estate"].str.replace("小区$", "", regex=True)
    # A county's code ends the ambiguity of its name; a city's tells nothing about the county.
    found["division_code"] = found["division_code"].mask(found["division_code"].str.endswith("00"), "")
    return found
