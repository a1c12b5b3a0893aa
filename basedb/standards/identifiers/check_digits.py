"""Check digits of the national identifiers, one function per standard, over single values."""

from __future__ import annotations

CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CITIZEN_CHECKS = "10X98765432"
ORGANIZATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANIZATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))


def citizen_check_digit(body: str) -> str:
    """Check character of the 17 digits of a citizen ID (GB 11643-1999, ISO 7064 MOD 11-2).

    Raises ValueError if `body` is not 17 ASCII digits.
    """
    if len(body) != 17 or not (body.isascii() and body.isdigit()):
        raise ValueError(f"not 17 digits: {body!r}")
    return CITIZEN_CHECKS[sum(int(c) * w for c, w in zip(body, CITIZEN_WEIGHTS, strict=True)) % 11]


def organization_check_digit(body: str) -> str:
    """Check character of the 8 characters of an organisation code (GB 11714-1997).

    Raises ValueError if `body` is not 8 characters of 0-9A-Z.
    """
    if len(body) != 8 or any(c not in ORGANIZATION_ALPHABET for c in body):
        raise ValueError(f"not 8 characters of 0-9A-Z: {body!r}")
    values = (ORGANIZATION_ALPHABET.index(c) for c in body)
    remainder = 11 - sum(v * w for v, w in zip(values, ORGANIZATION_WEIGHTS, strict=True)) % 11
    return "X" if remainder == 10 else "0" if remainder == 11 else str(remainder)


def credit_check_digit(body: str) -> str:
    """Check character of the 17 characters of a unified social credit code (GB 32100-2015).

    Raises ValueError if `body` is not 17 characters of the standard's 31.
    """
    if len(body) != 17 or any(c not in CREDIT_ALPHABET for c in body):
        raise ValueError(f"not 17 characters of the credit code alphabet: {body!r}")
    values = (CREDIT_ALPHABET.index(c) for c in body)
    return CREDIT_ALPHABET[-sum(v * w for v, w in zip(values, CREDIT_WEIGHTS, strict=True)) % 31]


def registration_check_digit(body: str) -> str:
    """Check digit of the 14 digits of a registration number (GS15-2006, ISO 7064 MOD 11,10).

    Raises ValueError if `body` is not 14 ASCII digits.
    """
    if len(body) != 14 or not (body.isascii() and body.isdigit()):
        raise ValueError(f"not 14 digits: {body!r}")
    product = 10
    for c in body:
        total = (product + int(c)) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)
