"""Identifiers of people, organisations, land and divisions: a column function each, and check digits."""

from basedb.standards.identifiers.check_digits import (
    citizen_check_digit,
    credit_check_digit,
    organization_check_digit,
    registration_check_digit,
)
from basedb.standards.identifiers.citizen import citizen_id
from basedb.standards.identifiers.division import division_code
from basedb.standards.identifiers.land import estate_unit_code, parcel_code
from basedb.standards.identifiers.organization import (
    credit_code,
    inner_organization_code,
    organization_code,
    registration_number,
    taxpayer_number,
)
from basedb.standards.identifiers.repairs import citizen_id_repairs, credit_code_repairs
from basedb.standards.identifiers.student import student_number

__all__ = [
    "citizen_check_digit",
    "citizen_id",
    "citizen_id_repairs",
    "credit_check_digit",
    "credit_code",
    "credit_code_repairs",
    "division_code",
    "estate_unit_code",
    "inner_organization_code",
    "organization_check_digit",
    "organization_code",
    "parcel_code",
    "registration_check_digit",
    "registration_number",
    "student_number",
    "taxpayer_number",
]
