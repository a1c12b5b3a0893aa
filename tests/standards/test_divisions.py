"""The division list, division codes in columns, and codes of land that begin with one."""

from __future__ import annotations

import pandas as pd
import pytest

from basedb.standards import divisions
from basedb.standards.identifiers import division_code, estate_unit_code, parcel_code
from tests.standards.columns import codes_of, one, suggestions_of


def test_names_by_time():
    assert divisions.name("411102") == "源汇区"
    assert divisions.name("412602", 1984) == "漯河市"
    assert divisions.name("412602", "2000-01-01") is None
    assert divisions.name("130502", 2010) == "桥东区"
    assert divisions.name("130502", 2024) == "襄都区"
    assert divisions.name("999999") is None


def test_in_force():
    assert divisions.is_valid("411102")
    assert divisions.is_valid("411123", "2003-06-01")
    assert not divisions.is_valid("411123")
    assert not divisions.is_valid("999999")


def test_successors_follow_the_chain():
    assert divisions.successors("412602") == ["411102"]
    assert divisions.successors("411123") == ["411102", "411103", "411104"]
    assert divisions.successors("411123", 2000) == ["411123"]
    assert divisions.successors("411102") == ["411102"]
    assert divisions.successors("999999") == []


def test_every_successor_is_in_force():
    for division in divisions.records():
        for code in divisions.successors(division.code):
            assert divisions.is_valid(code)


@pytest.mark.parametrize(
    ("value", "level", "name"),
    [
        ("410000", "province", "河南省"),
        ("411100", "prefecture", "漯河市"),
        ("411102", "county", "源汇区"),
        ("411102001", "town", "源汇区"),
        ("411102001003", "village", "源汇区"),
        ("411102000000", "county", "源汇区"),
    ],
)
def test_codes_of_every_length(value, level, name):
    read = one(division_code, value)
    assert read == {
        "division_code": value,
        "division_level": level,
        "division_name": name,
        "division_valid": True,
    }
    assert codes_of(division_code, value) == []


def test_codes_out_of_force_name_their_successor():
    assert not one(division_code, "411123")["division_valid"]
    assert suggestions_of(division_code, "411123") == ["411102 411103 411104"]
    assert one(division_code, "411123", on="2000-01-01")["division_valid"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("41110", "division_code.form"),
        ("999999", "division_code.unknown"),
        ("000000", "division_code.placeholder"),
        ("朝阳区", "division_code.name_unknown"),
        ("411102.0", "division_code.folded"),
    ],
)
def test_problems(value, code):
    assert codes_of(division_code, value) == [code]


def test_names_become_codes():
    assert one(division_code, "河南省漯河市源汇区")["division_code"] == "411102"
    assert one(division_code, "源匯區")["division_code"] == "411102"
    assert one(division_code, "鼓楼区", home="4102")["division_code"] == "410204"


def test_parcel_codes():
    value = "411102001001GB00001"
    assert one(parcel_code, value) == {
        "parcel_code": value,
        "parcel_code_valid": True,
        "division_code": "411102",
    }
    assert one(parcel_code, "411102 001001 gb00001")["parcel_code"] == value
    assert codes_of(parcel_code, "411102001001QB00001") == ["parcel_code.letters"]
    assert codes_of(parcel_code, "999999001001GB00001") == ["parcel_code.division"]
    assert codes_of(parcel_code, "411102001001GB0001") == ["parcel_code.form"]
    assert one(parcel_code, "411102001001QB00001", ownership="Q")["parcel_code_valid"]
    mixed = parcel_code(pd.Series(["411102 001001 gb00001", value, None, "无", value, "411102001001QB00001"]))
    assert mixed.columns["parcel_code"].fillna("").tolist() == [
        value,
        value,
        "",
        "",
        value,
        "411102001001QB00001",
    ]
    assert mixed.columns["parcel_code_valid"].tolist() == [True, True, False, False, True, False]
    assert mixed.findings["position"].tolist() == [0, 3, 5]


def test_estate_unit_codes():
    value = "411102001001GB00001F00010001"
    assert one(estate_unit_code, value) == {
        "estate_unit_code": value,
        "estate_unit_code_valid": True,
        "parcel_code": value[:19],
    }
    assert codes_of(estate_unit_code, value[:-1]) == ["estate_unit_code.form"]
    assert codes_of(estate_unit_code, value.replace("F", "A")) == ["estate_unit_code.letter"]
