"""What a wrong identifier may have been before one slip: evidence for linkage, never a silent repair."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from basedb.standards import divisions
from basedb.standards.identifiers.check_digits import CREDIT_ALPHABET, citizen_check_digit
from basedb.standards.identifiers.organization import credit_problem
from basedb.standards.text import fold_identifier


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
    """Valid credit codes one slip away from `text`, both check characters and the division being right."""
    bare = fold_identifier(text).upper().replace(" ", "")
    if _is_good_credit(bare):
        return [bare]
    if len(bare) == 17:
        slips = _inserted(bare, CREDIT_ALPHABET)
    elif len(bare) == 18:
        slips = _changed(bare, CREDIT_ALPHABET, CREDIT_ALPHABET)
    else:
        return []
    return sorted({candidate for candidate in slips if _is_good_credit(candidate)})


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
