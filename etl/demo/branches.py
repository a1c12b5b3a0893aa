"""Branches of companies in other counties: entered with a code of their own, named after their parent."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from etl.demo.columns import join, lookup
from etl.demo.draws import Draws
from etl.demo.organisations import BRANCH, COMPANY, Organisations, credit_codes
from etl.demo.spec import City

# One company in so many has a branch, if there is another county to have it in.
_ONE_IN = 15
# The register enters branches of enterprises under the same department and category.
_PREFIX = "91"


def with_branches(draws: Draws, city: City, known: Organisations) -> Organisations:
    """The organisations with branches of some companies after them; people work for the parent, not for the branch."""
    company = np.flatnonzero(known.kind == COMPANY)
    parent = company[draws.below("branch.has", company, _ONE_IN) == 0]
    if len(city.counties) < 2 or not len(parent):
        return known
    elsewhere = 1 + draws.below("branch.county", parent, len(city.counties) - 1)
    county = (known.county[parent] + elsewhere) % len(city.counties)
    name = join(lookup(known.name, parent), lookup([c.name[:-1] for c in city.counties], county), "分公司")
    division = np.array([c.code for c in city.counties], dtype=np.int64)[county]
    prefix = lookup([_PREFIX], np.zeros(len(parent), dtype=np.int64))
    code = credit_codes(prefix, division, len(known) + np.arange(len(parent)))
    none = np.zeros(len(parent), dtype=np.int64)
    return replace(
        known,
        kind=np.concatenate([known.kind, none + BRANCH]),
        county=np.concatenate([known.county, county]),
        name=pa.concat_arrays([known.name, name]),
        short=pa.concat_arrays([known.short, name]),
        credit_code=pa.concat_arrays([known.credit_code, code]),
        weight=np.concatenate([known.weight, none]),
        parent=np.concatenate([known.parent, parent]),
    )
