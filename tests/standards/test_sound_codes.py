"""Codes told to be sound for a whole column are those that nothing is found about, one by one."""

from __future__ import annotations

import pandas as pd
from hypothesis import example, given
from hypothesis import strategies as st

from basedb.standards.identifiers import credit_check_digit, organization_check_digit
from basedb.standards.identifiers.check_digits import CREDIT_ALPHABET
from basedb.standards.identifiers.organization import _read_credit
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
    clean = {value for value in values if value and _read_credit(value) == ((value, True, value[8:17]), [])}
    assert sound_credit_codes(pd.Series(values, dtype="string[pyarrow]")) == clean
