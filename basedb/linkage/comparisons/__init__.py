"""Comparisons made for Chinese data, the same in DuckDB and Spark.

Each function takes the names of columns in their standard form (`basedb.standards`) and returns a
`Comparison`; the conditions they are made of can be used alone, for constraints. The probabilities of
their levels are those a store starts from before a model is trained: m as among departments of one city,
u as among random pairs of its people.
"""

from basedb.linkage.comparisons.addresses import address, address_columns
from basedb.linkage.comparisons.citizen_ids import NumberColumns, citizen_id, two_numbers
from basedb.linkage.comparisons.dates import birth_date
from basedb.linkage.comparisons.names import NameColumns, person_name
from basedb.linkage.comparisons.organization_codes import (
    CodeColumns,
    RepresentativeColumns,
    organization_code,
    representative,
)
from basedb.linkage.comparisons.organizations import OrganizationColumns, organization_name
from basedb.linkage.comparisons.phones import phone
from basedb.linkage.comparisons.values import exact, sex

__all__ = [
    "CodeColumns",
    "NameColumns",
    "NumberColumns",
    "OrganizationColumns",
    "RepresentativeColumns",
    "address",
    "address_columns",
    "birth_date",
    "citizen_id",
    "exact",
    "organization_code",
    "organization_name",
    "person_name",
    "phone",
    "representative",
    "sex",
    "two_numbers",
]
