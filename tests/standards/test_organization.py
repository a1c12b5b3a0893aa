"""Organisation codes, credit codes, registration and tax numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basedb.standards.identifiers import (
    credit_check_digit,
    credit_code,
    credit_code_repairs,
    organization_check_digit,
    organization_code,
    registration_number,
    taxpayer_number,
)
from basedb.standards.identifiers.check_digits import CREDIT_ALPHABET
from tests.standards.columns import codes_of, one, suggestions_of

CREDIT = "91350100M000100Y43"


@pytest.mark.parametrize(
    "value", ["D2143569-X", "D2143569X", "d2143569-x", "Ｄ２１４３５６９Ｘ", " D2143569X "]
)
def test_organization_code_written_in_many_ways(value):
    assert one(organization_code, value) == {"org_code": "D2143569X", "org_code_valid": True}


@pytest.mark.parametrize("value", ["000000000", "00000000-0", "111111111", "PDY000019", "PDY999995", "无"])
def test_placeholders_are_never_keys(value):
    assert one(organization_code, value) == {"org_code": None, "org_code_valid": False}
    assert codes_of(organization_code, value) == ["org_identifier.placeholder"]


def test_hyphen_is_the_normal_form_and_no_finding():
    assert codes_of(organization_code, "D2143569-X") == []


def test_organization_code_that_fails():
    assert one(organization_code, "D21435691") == {"org_code": "D21435691", "org_code_valid": False}
    assert codes_of(organization_code, "D21435691") == ["org_code.check_digit"]
    assert codes_of(organization_code, "D2143569") == ["org_code.form"]


def test_credit_code_in_a_column_of_organization_codes():
    assert one(organization_code, CREDIT) == {"org_code": "M000100Y4", "org_code_valid": True}
    assert codes_of(organization_code, CREDIT) == ["org_code.from_credit_code"]


@pytest.mark.parametrize("value", [CREDIT, "N2411100MF0000128H", "Y1411100MF0000128C"])
def test_credit_codes_of_figures_and_letters_are_valid(value):
    assert one(credit_code, value) == {
        "credit_code": value,
        "credit_code_valid": True,
        "org_code": value[8:17],
    }
    assert codes_of(credit_code, value) == []


@pytest.mark.parametrize(
    ("value", "code", "suggestion"),
    [
        ("9135O1OOM000100Y43", "credit_code.alphabet", CREDIT),
        ("9I350100M000100Y43", "credit_code.alphabet", CREDIT),
        # Both checks, the kind and the division leave one code that it may be.
        ("9135010VM000100Y43", "credit_code.alphabet", CREDIT),
        ("91350100M000700Y43", "credit_code.check_digit", CREDIT),
        ("91350100M00100Y43", "credit_code.form", CREDIT),
        ("91350100M0001000Y43", "credit_code.form", CREDIT),
        ("91350100M000100Y34", "credit_code.check_digit", CREDIT),
        # Or 81350100M000100Y44, a trade union.
        ("91350100M000100Y44", "credit_code.check_digit", None),
        ("440301103097413", "credit_code.form", None),
    ],
)
def test_credit_code_problems(value, code, suggestion):
    read = one(credit_code, value)
    assert (read["credit_code"], read["credit_code_valid"], read["org_code"]) == (value, False, None)
    assert codes_of(credit_code, value) == [code]
    assert suggestions_of(credit_code, value) == [suggestion]


@pytest.mark.parametrize(
    ("function", "value", "suggestion"),
    [
        (organization_code, "MAOOO101-8", "MA0001018"),
        (organization_code, "MA0001017", None),
        (taxpayer_number, "411102MAOOO1018", "411102MA0001018"),
        (registration_number, "44O3O1103097413", "440301103097413"),
        (registration_number, "440301103097414", None),
        (credit_code, "000000000000000000", "留空，取得代码后补填 / leave it blank until there is a code"),
    ],
)
def test_letters_for_digits_are_suggested_where_the_check_then_holds(function, value, suggestion):
    assert suggestions_of(function, value) == [suggestion]


def test_the_organization_code_inside_is_checked():
    body = "91350100M000100Y5"
    value = body + credit_check_digit(body)
    assert codes_of(credit_code, value) == ["credit_code.org_code"]
    assert not one(credit_code, value)["credit_code_valid"]


def test_all_zero_credit_code_passes_the_checks_and_is_no_identifier():
    assert credit_check_digit("0" * 17) == "0"
    assert one(credit_code, "0" * 18)["credit_code"] is None
    assert codes_of(credit_code, "0" * 18) == ["org_identifier.placeholder"]


def test_lower_case_credit_code_is_folded_and_told():
    assert one(credit_code, CREDIT.lower())["credit_code"] == CREDIT
    assert codes_of(credit_code, CREDIT.lower()) == ["org_identifier.folded"]


def test_registration_numbers():
    assert one(registration_number, "440301103097413")["registration_number_valid"]
    assert one(registration_number, "110108012660422")["registration_number_valid"]
    assert codes_of(registration_number, "440301103097414") == ["registration_number.check_digit"]
    assert codes_of(registration_number, "4403011030974") == ["registration_number.form"]


def test_taxpayer_numbers():
    assert one(taxpayer_number, CREDIT) == {
        "taxpayer_number": CREDIT,
        "taxpayer_kind": "credit_code",
        "taxpayer_valid": True,
        "credit_code": CREDIT,
        "org_code": "M000100Y4",
    }
    old = one(taxpayer_number, "411102D2143569X")
    assert (old["taxpayer_kind"], old["taxpayer_valid"], old["org_code"]) == ("old15", True, "D2143569X")
    assert codes_of(taxpayer_number, "411102D21435691") == ["org_code.check_digit"]
    assert one(taxpayer_number, "411102000000000")["taxpayer_number"] is None
    assert one(taxpayer_number, "11010519491231002X00")["taxpayer_kind"] == "individual"


organizations = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8)


@given(organizations, st.sampled_from(["91", "92", "93", "12", "51", "N2"]), st.integers(0, 16), st.data())
def test_credit_code_repairs_hold_the_true_code(org, category, place, data):
    org += organization_check_digit(org)
    body = category + "411102" + org
    code = body + credit_check_digit(body)
    wrong = data.draw(st.sampled_from(CREDIT_ALPHABET))
    candidates = credit_code_repairs(code[:place] + wrong + code[place + 1 :])
    assert code in candidates
    assert len(candidates) < 40


@given(organizations, st.integers(0, 17), st.integers(0, 30), st.booleans())
def test_credit_code_repairs_are_all_there_are(org, place, step, lost):
    body = "91411102" + org + organization_check_digit(org)
    code = body + credit_check_digit(body)
    other = CREDIT_ALPHABET[(CREDIT_ALPHABET.index(code[place]) + step) % 31]
    wrong = code[:place] + ("" if lost else other) + code[place + 1 :]
    tried = {wrong} | {wrong[:at] + c + wrong[at + (not lost) :] for at in range(18) for c in CREDIT_ALPHABET}
    tried |= set() if lost else {wrong[:at] + wrong[at : at + 2][::-1] + wrong[at + 2 :] for at in range(17)}
    good = {one for one in tried if credit_code_repairs(one) == [one]}
    assert credit_code_repairs(wrong) == ([wrong] if wrong in good else sorted(good))


@given(st.text("0123456789ADMNXYox- '０Ｘ", max_size=20))
def test_reading_twice_changes_nothing(text):
    for function, name in (
        (organization_code, "org_code"),
        (credit_code, "credit_code"),
        (registration_number, "registration_number"),
        (taxpayer_number, "taxpayer_number"),
    ):
        once = one(function, text)[name]
        assert one(function, once)[name] == once
