"""Small columns read whole: what comes out is compared with files that were read and agreed by eye.

A golden file holds the values in its first column, the standard forms after it and the codes of the findings
in the last. `python -m tests.standards.test_golden` writes the files anew; look at the difference.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from basedb.standards import addresses, codes, dates, identifiers, names, phones

FOLDER = Path(__file__).parent / "golden"
FUNCTIONS = {
    "citizen_id": identifiers.citizen_id,
    "credit_code": identifiers.credit_code,
    "person_name": names.person_name,
    "address": partial(addresses.parse, home="4206"),
    "date": dates.parse_date,
    "timestamp": dates.parse_timestamp,
    "phone": phones.phone,
    "relation": partial(codes.lookup, "relation"),
    "education": partial(codes.lookup, "education"),
}


def read_values(name: str) -> pd.Series:
    """The values of a golden file; an empty cell is NA."""
    table = pd.read_csv(FOLDER / f"{name}.csv", dtype="string[pyarrow]", keep_default_na=False)
    return table["value"].replace("", pd.NA)


def render(name: str, values: pd.Series) -> pd.DataFrame:
    """Values, standard forms and findings as text."""
    standard = FUNCTIONS[name](values)
    table = standard.columns.astype("string[pyarrow]").fillna("")
    table.insert(0, "value", values.fillna(""))
    found = standard.findings.groupby("position")["code"].agg(" ".join)
    table["findings"] = found.reindex(range(len(values))).fillna("").to_numpy()
    return table


@pytest.mark.parametrize("name", FUNCTIONS)
def test_golden(name):
    expected = pd.read_csv(FOLDER / f"{name}.csv", dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(render(name, read_values(name)).astype(object), expected.astype(object))


if __name__ == "__main__":
    for each in FUNCTIONS:
        render(each, read_values(each)).to_csv(FOLDER / f"{each}.csv", index=False, lineterminator="\n")
