"""Codes told to be sound for a whole column are those that nothing is found about, one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from basedb.findings import Standardized
from basedb.standards.identifiers import credit_check_digit, organization_check_digit
from basedb.standards.identifiers.check_digits import CREDIT_ALPHABET
from basedb.standards.identifiers.organization import (
    _read_credit,
    _read_inner,
    _read_taxpayer,
    credit_code,
    inner_organization_code,
    taxpayer_number,
)
from basedb.standards.identifiers.sound_codes import sound_credit_codes

_BODIES = st.one_of(
    st.text(CREDIT_ALPHABET, min_size=8, max_size=8), st.sampled_from(["00000000", "PDY00001", "11111111"])
)


@st.composite
def _codes(draw: st.DrawFn) -> str:
    """A code with both checks right, and perhaps something done to it."""
    kind = draw(st.sampled_from(["91", "92", "12", "Y1", "51", "99", "00", "ZZ"]))
    division = draw(st.sampled_from(["411102", "350100", "100000", "999999", "41110A"]))
    body = draw(_BODIES)
    start = f"{kind}{division}{body}{organization_check_digit(body)}"
    known = all(character in CREDIT_ALPHABET for character in start)
    code = start + (credit_check_digit(start) if known else "0")
    at = draw(st.none() | st.integers(0, 17))
    return code if at is None else code[:at] + draw(st.sampled_from("0O1I7Xé－ ")) + code[at + 1 :]


@given(st.lists(st.one_of(_codes(), st.text(max_size=20)), max_size=8))
@example(["91350100M000100Y43", "A1411100MF0000128", "91350100m000100y43"])
def test_sound_is_what_nothing_is_found_about(values: list[str]) -> None:
    clean = [bool(value) and _read_credit(value) == ((value, True, value[8:17]), []) for value in values]
    assert sound_credit_codes(pa.array(values, pa.large_string())).tolist() == clean


@given(st.lists(st.none() | _codes(), max_size=8))
def test_columns_are_those_read_one_by_one(values: list[str | None]) -> None:
    """Sound codes among others, repeated and missing ones: every row has what its value alone would give."""
    readers: dict[Callable[[pd.Series], Standardized], Callable[[str], tuple[Sequence[object], object]]] = {
        credit_code: _read_credit, taxpayer_number: _read_taxpayer, inner_organization_code: _read_inner,
    }  # fmt: skip
    for read, read_one in readers.items():
        columns = read(pd.Series(values, dtype="string[pyarrow]")).columns
        for value, row in zip(values, columns.astype(object).itertuples(index=False), strict=True):
            told = [None if pd.isna(field) else field for field in row]
            if value is None:
                assert not any(told)
            else:
                assert told == list(read_one(value)[0])
