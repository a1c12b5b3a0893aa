"""ID numbers: every form and every trap that departments' columns hold."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from basedb.standards import divisions
from basedb.standards.identifiers import citizen_check_digit, citizen_id, citizen_id_repairs
from tests.standards.columns import codes_of, column, one, suggestions_of

GOOD = "11010519491231002X"


@pytest.mark.parametrize(
    ("value", "kind", "birth", "sex"),
    [
        (GOOD, "citizen", "1949-12-31", "2"),
        ("440524188001010014", "citizen", "1880-01-01", "1"),
        ("810000199408230021", "residence_permit", "1994-08-23", "2"),
        ("830000199201300022", "residence_permit", "1992-01-30", "2"),
        ("911124198110281287", "permanent_residence", "1981-10-28", "2"),
    ],
)
def test_valid_numbers_pass_without_findings(value, kind, birth, sex):
    read = one(citizen_id, value)
    assert (read["id_number"], read["id_kind"], read["id_valid"]) == (value, kind, True)
    assert (read["id_birth_date"], read["id_sex"]) == (datetime.date.fromisoformat(birth), sex)
    assert codes_of(citizen_id, value) == []


@pytest.mark.parametrize(
    ("value", "number", "code"),
    [
        ("11010519491231002x", GOOD, "id_number.lower_case"),
        ("１１０１０５１９４９１２３１００２Ｘ", GOOD, "id_number.folded"),
        ("11010519491231002Ⅹ", GOOD, "id_number.folded"),
        ("11010519491231002х", GOOD, "id_number.folded"),
        ("'" + GOOD, GOOD, "id_number.quoted"),
        ("‘" + GOOD, GOOD, "id_number.quoted"),
        ('="11010519491231002X"', GOOD, "id_number.quoted"),
        (" " + GOOD, GOOD, "id_number.blanks"),
        ("110105 19491231 002X", GOOD, "id_number.blanks"),
        ("110105-19491231-002X", GOOD, "id_number.blanks"),
        ("110105194912310\u200b02X", GOOD, "id_number.folded"),
    ],
)
def test_repairs_are_made_and_told(value, number, code):
    read = one(citizen_id, value)
    assert (read["id_number"], read["id_valid"], read["id_kind"]) == (number, True, "citizen")
    assert code in codes_of(citizen_id, value)


@pytest.mark.parametrize(
    ("value", "number", "alternative"),
    [
        ("110105491231002", GOOD, "110105184912310020"),
        ("440524800101001", "440524198001010013", "440524188001010014"),
        ("110105491231998", "110105184912319981", "110105194912319980"),
    ],
)
def test_fifteen_digits_get_a_century_and_keep_the_other(value, number, alternative):
    read = one(citizen_id, value)
    assert (read["id_number"], read["id_alternative"], read["id_kind"]) == (number, alternative, "citizen15")
    assert read["id_valid"]
    assert suggestions_of(citizen_id, value)[0] == alternative
    assert codes_of(citizen_id, value)[0] == "id_number.century_inferred"


def test_fifteen_digits_without_a_real_date_are_invalid():
    assert not one(citizen_id, "110105490231002")["id_valid"]
    assert "id_number.birth_date" in codes_of(citizen_id, "110105490231002")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("4.11102E+17", "id_number.scientific"),
        ("4.11102198001E+17", "id_number.scientific"),
        ("110105194912310000", "id_number.excel_zeros"),
        ("110105194912310021.0", "id_number.float"),
        ("11010519491231002", "id_number.length"),
        ("1101051949123100211", "id_number.length"),
        ("1101**********002X", "id_number.masked"),
    ],
)
def test_damaged_numbers(value, code):
    read = one(citizen_id, value)
    assert (read["id_kind"], read["id_valid"]) == ("damaged", False)
    assert codes_of(citizen_id, value) == [code]


def test_a_true_number_may_end_in_zeros():
    bodies = (f"110105198001{day:02d}{sequence}00" for day in range(1, 29) for sequence in range(10))
    body = next(body for body in bodies if citizen_check_digit(body) == "0")
    assert one(citizen_id, body + "0")["id_valid"]
    assert codes_of(citizen_id, body + "0") == ["id_number.ends_in_000"]


def test_the_sequence_digit_a_spreadsheet_cut_tells_no_sex():
    assert one(citizen_id, "110105194912310000")["id_sex"] is None


@pytest.mark.parametrize(
    "value", ["0" * 18, "1" * 18, "1" * 15, "123456789012345678", "无", "-", "NULL", "不详"]
)
def test_placeholders_are_no_numbers(value):
    read = one(citizen_id, value)
    assert (read["id_number"], read["id_kind"], read["id_valid"]) == (None, None, False)
    assert codes_of(citizen_id, value) == ["id_number.placeholder"]


@pytest.mark.parametrize("value", [None, "", "  ", "\u3000"])
def test_empty_is_na_without_finding(value):
    assert one(citizen_id, value)["id_number"] is None
    assert codes_of(citizen_id, value) == []


@pytest.mark.parametrize("value", ["G12345678", "E00000001", "H0123456789", "军字第1234567号"])
def test_other_documents_are_kept(value):
    read = one(citizen_id, value)
    assert (read["id_number"], read["id_kind"], read["id_valid"]) == (value, "other", False)
    assert codes_of(citizen_id, value) == ["id_number.other_document"]


def test_old_permanent_residence_number():
    assert one(citizen_id, "FRA110081010101")["id_kind"] == "permanent_residence"


def test_wrong_check_digit_and_wrong_date():
    assert codes_of(citizen_id, "110105194912310021") == ["id_number.check_digit"]
    body = "11010519490230002"
    assert codes_of(citizen_id, body + citizen_check_digit(body)) == ["id_number.birth_date"]
    assert one(citizen_id, body + citizen_check_digit(body))["id_birth_date"] is None


def test_a_type_is_never_inferred_from_a_check_digit():
    """A number of credit-code form that passes the citizen check is still read by its form alone."""
    assert one(citizen_id, "91350100M000100Y43")["id_kind"] == "other"


def test_unknown_address_code_is_only_a_note():
    for code, year, found in (("411102", 1980, False), ("412602", 1980, False), ("412602", 2001, True)):
        body = f"{code}{year}0101001"
        number = body + citizen_check_digit(body)
        assert one(citizen_id, number)["id_valid"]
        assert ("id_number.address_code" in codes_of(citizen_id, number)) is found


def test_birth_after_the_day_of_the_data():
    body = "11010520300101001"
    number = body + citizen_check_digit(body)
    assert one(citizen_id, number)["id_valid"]
    assert not one(citizen_id, number, latest=datetime.date(2026, 11, 1))["id_valid"]
    assert codes_of(citizen_id, number, latest=datetime.date(2026, 11, 1)) == ["id_number.birth_date_future"]


def test_a_mixed_column_keeps_rows_apart():
    values = [GOOD, None, "110105491231002", "", "无", "11010519491231002x", "G12345678", "4.1E+17"]
    series = column(values).set_axis(range(10, 18))
    standard = citizen_id(series)
    assert list(standard.columns.index) == list(series.index)
    alone = pd.concat([citizen_id(column([value])).columns for value in values], ignore_index=True)
    pd.testing.assert_frame_equal(standard.columns.reset_index(drop=True), alone)
    assert list(standard.findings["position"]) == sorted(standard.findings["position"])


def test_slices_and_objects_read_alike():
    values = [GOOD, None, "810000199408230021", "x"] * 5
    whole = citizen_id(column(values)).columns
    part = citizen_id(column(values).iloc[5:17]).columns
    pd.testing.assert_frame_equal(part, whole.iloc[5:17])
    pd.testing.assert_frame_equal(citizen_id(pd.Series(values, dtype=object)).columns, whole)


dates = st.dates(datetime.date(1880, 1, 1), datetime.date(2026, 1, 1))


@given(st.sampled_from(divisions.records()), dates, st.integers(0, 999))
def test_any_number_of_the_standard_reads_back(division, birth, sequence):
    body = f"{division.code}{birth:%Y%m%d}{sequence:03d}"
    number = body + citizen_check_digit(body)
    read = one(citizen_id, number)
    assert read["id_valid"]
    assert (read["id_number"], read["id_birth_date"]) == (number, birth)
    assert read["id_sex"] == ("1" if sequence % 2 else "2")


@given(st.text("0123456789Xx '*.E+-１Ⅹх", max_size=20))
@example("0000.")
def test_reading_twice_changes_nothing(text):
    once = one(citizen_id, text)["id_number"]
    assert one(citizen_id, once)["id_number"] == once


@given(dates, st.integers(0, 999), st.integers(0, 16), st.sampled_from("0123456789"))
def test_repairs_hold_the_true_number(birth, sequence, place, wrong):
    body = f"411102{birth:%Y%m%d}{sequence:03d}"
    number = body + citizen_check_digit(body)
    candidates = citizen_id_repairs(number[:place] + wrong + number[place + 1 :])
    assert number in candidates
    assert all(citizen_check_digit(c[:17]) == c[17] for c in candidates)


def test_repairs_of_a_lost_digit_and_of_nonsense():
    assert GOOD in citizen_id_repairs(GOOD[:7] + GOOD[8:])
    assert citizen_id_repairs(GOOD) == [GOOD]
    assert citizen_id_repairs("G12345678") == []


@pytest.mark.parametrize(
    ("value", "pattern"),
    [
        ("11010519491231002X", None),
        ("110105491231002", None),
        ("440524188001010000", "440524188001010***"),
        ("110105194912310000", "110105194912310***"),
        ("110105194912310021.0", "110105194912310***"),
        ("1.10105E+17", "110105************"),
        ("1.101E+17", "110***************"),
        ("1.10105194912310E+17", "11010519491231****"),
        ("1101**********002X", "1101**********002X"),
        ("110105********002X", "110105********002X"),
        ("110105XXXXXXXX002X", "110105********002X"),
        ("110105****002X", "110105********002X"),
        ("1101051949123100X", None),
        ("11010519491231002", None),
        ("H12345678", None),
        (None, None),
    ],
)
def test_what_is_left_of_a_damaged_number(value, pattern):
    assert one(citizen_id, value)["id_pattern"] == pattern
