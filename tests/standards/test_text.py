"""Folding of text, and the frame of column functions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basedb.findings import FINDING_COLUMNS, finding_type
from basedb.standards import addresses, codes, dates, identifiers, names, phones, text
from tests.standards.columns import column

FUNCTIONS = [
    identifiers.citizen_id,
    identifiers.organization_code,
    identifiers.credit_code,
    identifiers.registration_number,
    identifiers.taxpayer_number,
    identifiers.parcel_code,
    identifiers.estate_unit_code,
    identifiers.division_code,
    names.person_name,
    addresses.parse,
    dates.parse_date,
    dates.parse_timestamp,
    phones.phone,
    lambda series: codes.lookup("sex", series),
]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(
    "values", [[], [None], ["", None], ["１", "?", None, "x" * 200, "张伟", "\x00", "😀", "-", "0"]]
)
def test_every_column_function_keeps_to_the_seam(function, values):
    series = column(values).set_axis([f"r{i}" for i in range(len(values))])
    standard = function(series)
    assert list(standard.columns.index) == list(series.index)
    assert list(standard.findings.columns) == list(FINDING_COLUMNS)
    assert standard.findings["position"].between(0, max(len(values) - 1, 0)).all()
    for code in standard.findings["code"]:
        assert finding_type(code).zh


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_is_found_in_an_empty_cell(function):
    assert len(function(column([None, "", "  "])).findings) == 0


@pytest.mark.parametrize("function", FUNCTIONS)
def test_columns_of_other_types_are_read_as_text(function):
    for series in (
        pd.Series([1, 2]),
        pd.Series(["1", np.nan], dtype=object),
        pd.Series(["1"], dtype="category"),
    ):
        assert len(function(series).columns) == len(series)


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        ("　Ａ１  b ", "A1 b"),
        ("\ufeffa\u200bb", "ab"),
        ("Ⅹ", "X"),
        ("\ue81e", "\u9fb4"),
        ("\ue816", "\U00020087"),
    ],
)
def test_clean(value, cleaned):
    assert text.clean(value) == cleaned


def test_cyrillic_is_folded_only_in_identifiers():
    assert text.clean("х") == "х"
    assert text.fold_identifier("х") == "X"
    assert text.fold_identifier("А－１") == "A-1"


def test_han_folding():
    assert text.simplify("張偉") == "张伟"
    assert text.fold_han("峯髙") == "峰高"
    assert text.simplify("乾著") == "乾著"
    assert text.has_traditional("張") and not text.has_traditional("张乾")


@pytest.mark.parametrize(
    ("numeral", "number"),
    [
        ("一零七", 107),
        ("二十一", 21),
        ("十", 10),
        ("廿三", 23),
        ("一百零五", 105),
        ("一〇", 10),
        ("甲", None),
        ("", None),
    ],
)
def test_numerals(numeral, number):
    assert text.numeral(numeral) == number


@given(st.text(max_size=12))
def test_folding_twice_changes_nothing(value):
    assert text.clean(text.clean(value)) == text.clean(value)
    assert text.fold_han(text.fold_han(value)) == text.fold_han(value)
