"""Which rows carry which defect: rates per extract, draws that stay with a record, and the tags of the truth.

Rates are those of a city with average discipline. A channel ending in `_c` is conditional: its rate is of the
rows it can apply to.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from etl.demo.draws import Draws, Ints

Bools = NDArray[np.bool_]
_CAP = 0.95

RATES: dict[str, dict[str, float]] = {
    "ga_population": {
        "birth_other": 0.001,
        "dup": 0.0046,
        "dup_other_id": 0.45,
        "employer_missing_c": 0.44,
        "employer_stale_c": 0.15,
        "id_check": 0.0011,
        "id_wrong": 0.0017,
        "marital_stale_c": 0.32,
        "name_homophone": 0.0009,
        "name_private_c": 0.9,
        "not_cancelled_c": 0.087,
    },
    "rs_insured": {
        "addr_hukou": 0.114,
        "addr_missing": 0.029,
        "addr_variant": 0.92,
        "birth_format": 0.10,
        "birth_other": 0.0076,
        "dup": 0.042,
        "employer_short_c": 0.155,
        "id_15": 0.030,
        "id_apostrophe": 0.0054,
        "id_excel": 0.0094,
        "id_fullwidth": 0.0047,
        "id_lowerx_c": 0.22,
        "id_missing": 0.058,
        "id_old_c": 0.73,
        "id_relative": 0.0025,
        "id_sci": 0.0115,
        "id_second_c": 0.4,
        "id_short": 0.0022,
        "id_space": 0.006,
        "id_swap": 0.010,
        "id_wrong": 0.0236,
        "name_dot_c": 0.55,
        "name_drop": 0.0036,
        "name_former_c": 0.195,
        "name_homophone": 0.011,
        "name_rare_c": 0.42,
        "name_space": 0.0086,
        "name_trad": 0.0056,
        "phone_format": 0.0158,
        "phone_missing": 0.20,
        "phone_placeholder": 0.0066,
        "phone_wrong": 0.0036,
        "sex_missing": 0.0028,
        "sex_wrong": 0.0018,
    },
    "wj_births": {
        "addr_variant": 0.85,
        "child_unnamed": 0.34,
        "father_id_missing": 0.052,
        "father_id_wrong": 0.016,
        "father_missing": 0.063,
        "id_lowerx_c": 0.30,
        "mother_id_missing": 0.025,
        "mother_id_wrong": 0.014,
        "name_dot_c": 0.6,
        "name_homophone": 0.015,
        "name_rare_c": 0.375,
    },
    "wj_deaths": {
        "birth_other": 0.029,
        "id_15": 0.087,
        "id_lowerx_c": 0.39,
        "id_missing": 0.116,
        "id_old_c": 0.6,
        "id_wrong": 0.021,
        "name_dot_c": 0.4,
        "name_drop": 0.002,
        "name_homophone": 0.004,
        "name_rare_c": 0.4,
        "phone_missing": 0.167,
    },
    "mz_marriages": {
        "id_15_c": 0.28,
        "id_lowerx_c": 0.195,
        "id_wrong": 0.0084,
        "late": 0.1,
        "name_dot_c": 0.42,
        "name_homophone": 0.0024,
        "name_not_in_gbk": 1.0,  # whatever the level
    },
    "scjg_enterprises": {
        "addr_variant": 0.55,
        "id_15": 0.021,
        "id_lowerx_c": 0.116,
        "id_missing": 0.02,
        "id_wrong": 0.012,
        "phone_missing": 0.062,
        "uscc_lower": 0.012,
        "uscc_missing": 0.01,
    },
    "sw_taxpayers": {
        "addr_variant": 0.80,
        "code_old15": 0.08,
        "code_parent_c": 0.2,
        "code_wrong": 0.01,
        "id_15": 0.03,
        "id_missing": 0.055,
        "id_wrong": 0.012,
        "name_short": 0.054,
    },
    "zj_orgcodes": {"addr_variant": 0.80, "code_nohyphen": 0.08, "rep_stale": 0.23},
    "bb_institutions": {
        "addr_variant": 0.70,
        "id_missing": 0.12,
        "phone_missing": 0.062,
        "uscc_missing": 0.03,
    },
    "tj_units": {
        "addr_variant": 0.85,
        "code_hyphen": 0.035,
        "code_missing": 0.012,
        "code_orphan": 0.012,
        "code_wrong": 0.012,
        "name_short": 0.051,
        "phone_missing": 0.127,
        "rep_stale": 0.07,
    },
    "scjg_officers": {
        "id_15": 0.02,
        "id_missing": 0.03,
        "id_wrong": 0.01,
        "name_short": 0.03,
        "uscc_missing": 0.01,
    },
    "fg_licenses": {"code_wrong": 0.01, "name_short": 0.02, "person": 0.03, "uscc_missing": 0.05},
    "fg_penalties": {
        "code_wrong": 0.01,
        "fine_in_yuan": 0.04,
        "name_short": 0.03,
        "person": 0.05,
        "uscc_missing": 0.06,
    },
    "jy_students": {
        "addr_variant": 0.90,
        "birth_other": 0.0044,
        "deleted": 0.0013,
        "id_lowerx_c": 0.26,
        "id_missing": 0.148,
        "id_old_c": 0.6,
        "id_relative": 0.0044,
        "id_swap": 0.0044,
        "id_wrong": 0.0146,
        "name_dot_c": 0.49,
        "name_former_c": 0.137,
        "name_homophone": 0.0076,
        "name_not_in_gbk": 1.0,  # whatever the level
        "name_rare_c": 0.43,
        "name_trad": 0.0016,
        "phone_missing": 0.0744,
    },
    "mz_divisions": {},
    "jt_roads": {},
    "zj_projects": {"name_short": 0.06, "uscc_missing": 0.08},
    "zj_buildings": {"year_missing": 0.03},
    "gh_buildings": {"height_missing": 0.05},
    "zrzy_parcels": {"area_in_mu": 0.004},
    "ga_addresses": {"swapped": 0.002, "town_missing": 0.06},
    "sthj_pollution_sources": {"minutes": 0.4},
}


@dataclass
class Noise:
    """The defects of one extract, drawn per record, noted as tags in a bit set."""

    draws: Draws
    source: str
    level: float
    keys: Ints
    tags: NDArray[np.uint64] = field(init=False)

    def __post_init__(self) -> None:
        self.tags = np.zeros(len(self.keys), dtype=np.uint64)

    def rate(self, channel: str) -> float:
        """The rate at this level of noise."""
        return min(_CAP, RATES[self.source][channel] * self.level)

    def hit(self, channel: str, where: Bools | None = None, role: str = "") -> Bools:
        """The records the channel strikes; they still have to be tagged once the defect is real."""
        struck = self.draws.hit(f"{self.source}.{channel}{role}", self.keys, self.rate(channel))
        return struck if where is None else struck & where

    def one_of(self, channels: list[str], role: str = "") -> Ints:
        """At most one of several channels per record: its position in the list, or -1."""
        edges = np.cumsum([self.rate(c) for c in channels])
        chance = self.draws.uniform(f"{self.source}.{'/'.join(channels)}{role}", self.keys)
        at = np.searchsorted(edges, chance, side="right")
        return np.where(at < len(channels), at, -1)

    def below(self, label: str, limit: int) -> Ints:
        """A whole number per record, for the detail of a defect."""
        return self.draws.below(f"{self.source}.{label}", self.keys, limit)

    def tag(self, channel: str, rows: NDArray[np.integer] | Bools) -> None:
        """Note a defect that was really put in."""
        self.tags[rows] |= np.uint64(1) << np.uint64(list(RATES[self.source]).index(channel))


def tag_texts(source: str, tags: NDArray[np.uint64]) -> pa.Array:
    """Tags as the truth writes them: names with a semicolon after each."""
    sets, at = np.unique(tags, return_inverse=True)
    channels = list(RATES[source])
    words = ["".join(f"{c};" for i, c in enumerate(channels) if int(s) >> i & 1) for s in sets]
    return pa.DictionaryArray.from_arrays(pa.array(at.astype(np.int32)), pa.array(words, pa.string()))


def tag_counts(source: str, tags: NDArray[np.uint64]) -> dict[str, int]:
    """How many records carry each channel."""
    return {c: int((tags >> np.uint64(i) & np.uint64(1)).sum()) for i, c in enumerate(RATES[source])}
