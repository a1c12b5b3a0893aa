"""Identifiers of people, organisations and land: one column function each, and their check digits."""

from basedb.standards.identifiers.check_digits import (
    citizen_check_digit,
    credit_check_digit,
    organization_check_digit,
    registration_check_digit,
)
from basedb.standards.identifiers.citizen import citizen_id

__all__ = [
    "citizen_check_digit",
    "citizen_id",
    "credit_check_digit",
    "organization_check_digit",
    "registration_check_digit",
]
