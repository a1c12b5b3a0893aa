"""Phone numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basedb.standards.phones import phone
from tests.standards.columns import codes_of, one


@pytest.mark.parametrize(
    ("value", "number", "kind", "codes"),
    [
        ("13067286797", "13067286797", "mobile", []),
        ("+86 138-1234-9876", "13812349876", "mobile", ["phone.folded"]),
        ("86-13712349876", "13712349876", "mobile", ["phone.folded"]),
        ("+86 13712349876", "13712349876", "mobile", ["phone.folded"]),
        ("008613712349876", "13712349876", "mobile", ["phone.folded"]),
        ("１３７１２３４９８７６", "13712349876", "mobile", ["phone.folded"]),
        ("138 1234 9876", "13812349876", "mobile", ["phone.folded"]),
        ("13712349876.0", "13712349876", "mobile", ["phone.folded"]),
        ("013712349876", "13712349876", "mobile", ["phone.folded"]),
        ("0395-3123456", "03953123456", "landline", ["phone.folded"]),
        ("03953123456", "03953123456", "landline", []),
        ("3123456", "3123456", "landline", []),
        ("010-62345678", "01062345678", "landline", ["phone.folded"]),
        ("(0395)3123456", "03953123456", "landline", ["phone.folded"]),
        ("4001234567", "4001234567", "landline", []),
        ("0395-3123456-801", "03953123456", "landline", ["phone.extension"]),
        ("13712349876/0395-3123456", "13712349876", "mobile", ["phone.several"]),
        ("13800000000", None, None, ["phone.placeholder"]),
        ("13888888888", None, None, ["phone.placeholder"]),
        ("11111111111", None, None, ["phone.placeholder"]),
        ("00000000000", None, None, ["phone.placeholder"]),
        ("12345678901", None, None, ["phone.placeholder"]),
        ("无", None, None, ["phone.placeholder"]),
        ("1.38E+10", None, None, ["phone.scientific"]),
        ("138****9876", None, None, ["phone.masked"]),
        ("1381234987", None, None, ["phone.length"]),
        ("abc", None, None, ["phone.unrecognized"]),
        ("", None, None, []),
        (None, None, None, []),
    ],
)
def test_forms(value, number, kind, codes):
    assert one(phone, value) == {"phone": number, "phone_kind": kind}
    assert codes_of(phone, value) == codes


@given(st.text("0123456789+-() 转/１", max_size=16))
def test_reading_twice_changes_nothing(text):
    once = one(phone, text)
    assert one(phone, once["phone"]) == once
