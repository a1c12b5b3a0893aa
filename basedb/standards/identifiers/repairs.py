"""What a wrong identifier may have been before one slip: evidence for linkage, never a silent repair."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from basedb.standards import divisions
from basedb.standards.identifiers.check_digits import (
    CREDIT_ALPHABET,
    CREDIT_WEIGHTS,
    citizen_check_digit,
)
from basedb.standards.identifiers.organization_checks import (
    credit_problem,
    is_placeholder,
    organization_problem,
    registration_problem,
)
from basedb.standards.text import fold_identifier

_VALUES = {c: value for value, c in enumerate(CREDIT_ALPHABET)}
_BASE = len(CREDIT_ALPHABET)
# The check character counts once: then the weighted sum of a right code is a multiple of 31.
_WEIGHTS = (*CREDIT_WEIGHTS, 1)
_INVERSES = tuple(pow(weight, -1, _BASE) for weight in _WEIGHTS)
_CONFUSED = str.maketrans("OIZS", "0125")


def citizen_id_repairs(text: str) -> list[str]:
    """Valid citizen IDs one slip away from `text`: a wrong character, two neighbours swapped, one lost.

    Candidates have a right check digit, a real birth date and an address code in force since that year.
    A valid number has no repairs but itself: [text].
    """
    bare = fold_identifier(text).upper().replace(" ", "")
    if _is_good_citizen(bare):
        return [bare]
    if len(bare) == 17:
        slips = _inserted(bare, "0123456789X")
    elif len(bare) == 18:
        slips = _changed(bare, "0123456789", "0123456789X")
    else:
        return []
    return sorted({candidate for candidate in slips if _is_good_citizen(candidate)})


def credit_code_repairs(text: str) -> list[str]:
    """Valid credit codes one slip away from `text`: a wrong character, two neighbours swapped, one lost or
    one too many. Both check characters and the division are right.

    A valid code has no repairs but itself: [text]. The outer check is linear, so that it names the one
    character that can stand in each place; the inner one and the division leave few of them.
    """
    bare = fold_identifier(text).upper().replace(" ", "")
    if _is_good_credit(bare):
        return [bare]
    slips: Iterator[str] = iter(())
    if len(bare) == 17:
        slips = (_completed(bare[:place], bare[place:]) for place in range(18))
    elif len(bare) == 18:
        slips = _credit_slips(bare)
    elif len(bare) == 19:
        slips = (bare[:place] + bare[place + 1 :] for place in range(19))
    return sorted({candidate for candidate in slips if _is_good_credit(candidate)})


def likely_credit_code(text: str) -> str | None:
    """The code that a wrong one of 18 characters or so stands for, if only one comes into question.

    Letters the standard leaves out were written for the digits they look like (O for 0); else one slip.
    """
    read = text.translate(_CONFUSED)
    if read != text and _is_good_credit(read):
        return read
    candidates = [one for one in credit_code_repairs(text) if not is_placeholder(one[8:17])]
    return candidates[0] if len(candidates) == 1 else None


def likely_organization_code(text: str) -> str | None:
    """The organisation code that `text` stands for if its O, I, Z and S were written for digits.

    One check character alone leaves some twenty-five candidates for any other slip: none is named.
    """
    read = text.translate(_CONFUSED)
    return read if read != text and organization_problem(read) is None else None


def likely_registration_number(text: str) -> str | None:
    """The registration number that `text` stands for if its O, I, Z and S were written for digits."""
    read = text.translate(_CONFUSED)
    return read if read != text and registration_problem(read) is None else None


def _credit_slips(text: str) -> Iterator[str]:
    """Every text that one wrong character or two swapped neighbours of `text` may have been."""
    wrong = [place for place, c in enumerate(text) if c not in _VALUES]
    places = range(18) if not wrong else wrong if len(wrong) == 1 else ()
    for place in places:
        yield _completed(text[:place], text[place + 1 :])
    for place in range(17 if not wrong else 0):
        yield text[:place] + text[place : place + 2][::-1] + text[place + 2 :]


def _completed(head: str, tail: str) -> str:
    """The 18 characters with the one between `head` and `tail` that makes the outer check right."""
    place = len(head)
    rest = 0
    for at, c in enumerate(head):
        rest += _VALUES.get(c, 0) * _WEIGHTS[at]
    for at, c in enumerate(tail, place + 1):
        rest += _VALUES.get(c, 0) * _WEIGHTS[at]
    return head + CREDIT_ALPHABET[-rest * _INVERSES[place] % _BASE] + tail


def _changed(text: str, alphabet: str, last: str) -> Iterator[str]:
    for place in range(len(text)):
        for c in last if place == len(text) - 1 else alphabet:
            yield text[:place] + c + text[place + 1 :]
        yield text[:place] + text[place : place + 2][::-1] + text[place + 2 :]


def _inserted(text: str, alphabet: str) -> Iterator[str]:
    for place in range(len(text) + 1):
        for c in alphabet:
            yield text[:place] + c + text[place:]


def _is_good_citizen(text: str) -> bool:
    body = text[:17]
    if len(text) != 18 or not (body.isascii() and body.isdigit()) or citizen_check_digit(body) != text[17]:
        return False
    try:
        birth = datetime.date(int(body[6:10]), int(body[10:12]), int(body[12:14]))
    except ValueError:
        return False
    special = body[:6] in ("810000", "820000", "830000")
    return birth.year >= 1850 and (special or divisions.last_years()[int(body[:6])] >= birth.year)


def _is_good_credit(text: str) -> bool:
    return credit_problem(text) is None and bool(
        text[2:8] == "100000" or divisions.last_years()[int(text[2:8])]
    )
