"""Check digits against the standards' own examples, python-stdnum, and what the codes promise to catch."""

from __future__ import annotations

import pytest
import stdnum.cn.ric
import stdnum.cn.uscc
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_10

from basedb.standards.identifiers import (
    citizen_check_digit,
    credit_check_digit,
    organization_check_digit,
    registration_check_digit,
)
from basedb.standards.identifiers.check_digits import CREDIT_ALPHABET, ORGANIZATION_ALPHABET

digits17 = st.text("0123456789", min_size=17, max_size=17)
digits14 = st.text("0123456789", min_size=14, max_size=14)
credit17 = st.text(CREDIT_ALPHABET, min_size=17, max_size=17)
organization8 = st.text(ORGANIZATION_ALPHABET, min_size=8, max_size=8)


@pytest.mark.parametrize(
    ("function", "number"),
    [
        (citizen_check_digit, "11010519491231002X"),
        (citizen_check_digit, "440524188001010014"),
        (citizen_check_digit, "810000199408230021"),
        (citizen_check_digit, "830000199201300022"),
        (citizen_check_digit, "911124198110281287"),
        (organization_check_digit, "D2143569X"),
        (organization_check_digit, "000000000"),
        (credit_check_digit, "91350100M000100Y43"),
        (credit_check_digit, "N2411100MF0000128H"),
        (credit_check_digit, "Y1411100MF0000128C"),
        (credit_check_digit, "000000000000000000"),
        (registration_check_digit, "440301103097413"),
        (registration_check_digit, "110108012660422"),
    ],
)
def test_published_vectors(function, number):
    assert function(number[:-1]) == number[-1]


def test_organization_code_of_ones_fails_its_check():
    assert organization_check_digit("11111111") != "1"


@given(digits17)
def test_citizen_agrees_with_stdnum(body):
    assert citizen_check_digit(body) == stdnum.cn.ric.calc_check_digit(body + "0")


@given(credit17)
def test_credit_agrees_with_stdnum(body):
    assert credit_check_digit(body) == stdnum.cn.uscc.calc_check_digit(body + "0")


@given(digits14)
def test_registration_agrees_with_iso_7064(body):
    assert registration_check_digit(body) == mod_11_10.calc_check_digit(body)


def _is_right(function, number):
    return function(number[:-1]) == number[-1]


@pytest.mark.parametrize(
    ("function", "bodies", "alphabet"),
    [
        (citizen_check_digit, digits17, "0123456789"),
        (registration_check_digit, digits14, "0123456789"),
        (credit_check_digit, credit17, CREDIT_ALPHABET),
    ],
)
def test_every_single_substitution_is_caught(function, bodies, alphabet):
    @given(bodies, st.data())
    def check(body, data):
        number = body + function(body)
        place = data.draw(st.integers(0, len(body) - 1))
        other = data.draw(st.sampled_from([c for c in alphabet if c != number[place]]))
        assert not _is_right(function, number[:place] + other + number[place + 1 :])

    check()


@pytest.mark.parametrize(
    ("function", "bodies"), [(citizen_check_digit, digits17), (credit_check_digit, credit17)]
)
def test_every_swap_of_neighbours_is_caught(function, bodies):
    @given(bodies, st.data())
    def check(body, data):
        place = data.draw(st.integers(0, len(body) - 2))
        swapped = body[:place] + body[place : place + 2][::-1] + body[place + 2 :]
        assert swapped == body or not _is_right(function, swapped + function(body))

    check()


@given(organization8, st.data())
def test_organization_code_catches_substitutions_below_eleven(body, data):
    """Values run to 35 but the modulus is 11, so only differences that are no multiple of 11 are caught."""
    place = data.draw(st.integers(0, 7))
    value = ORGANIZATION_ALPHABET.index(body[place])
    other = data.draw(st.sampled_from([c for i, c in enumerate(ORGANIZATION_ALPHABET) if (i - value) % 11]))
    assert organization_check_digit(body[:place] + other + body[place + 1 :]) != organization_check_digit(
        body
    )


@pytest.mark.parametrize(
    ("function", "body"),
    [
        (citizen_check_digit, "1101051949123100"),
        (citizen_check_digit, "1101051949123100²"),
        (organization_check_digit, "D214356-"),
        (credit_check_digit, "91350100M000100YO"),
        (registration_check_digit, "44030110309741X"),
    ],
)
def test_what_has_no_check_digit_is_refused(function, body):
    with pytest.raises(ValueError, match="not "):
        function(body)
