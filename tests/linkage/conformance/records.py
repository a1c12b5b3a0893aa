"""Values as departments write them, made into the columns that comparisons read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from basedb.standards import addresses, codes, identifiers, names, phones
from basedb.standards.lunar import birth_date
from basedb.standards.organizations import organization_name
from tests.linkage.conformance.cases import Addresses, Number, Person
from tests.standards.columns import column


def names_of(values: Sequence[Any]) -> pd.DataFrame:
    """The columns of `NameColumns`."""
    people = [value if isinstance(value, Person) else Person(value) for value in values]
    own = names.person_name(column([person.name for person in people])).columns
    former = names.person_name(column([person.former for person in people])).columns
    return own.assign(former_name_folded=former["name_folded"])


def citizen_ids_of(values: Sequence[Any]) -> pd.DataFrame:
    """The columns of `NumberColumns`."""
    numbers = [value if isinstance(value, Number) else Number(value) for value in values]
    read = identifiers.citizen_id(column([number.text for number in numbers])).columns
    kept = read[["id_number", "id_kind", "id_valid", "id_alternative", "id_pattern"]]
    return kept.assign(is_anothers=[number.is_anothers for number in numbers])


def dates_of(values: Sequence[Any]) -> pd.DataFrame:
    """Birth dates as ISO text."""
    read = birth_date(column(values)).columns
    return pd.DataFrame(
        {
            "birth_date": read["date"].astype("string[pyarrow]"),
            "birth_as_lunar": read["as_lunar"].astype("string[pyarrow]"),
        }
    )


def addresses_of(values: Sequence[Any]) -> pd.DataFrame:
    """Address keys; the columns of the comparison are made from them in the engine."""
    cells = [value if isinstance(value, Addresses) else Addresses(value) for value in values]
    return pd.DataFrame(
        {
            f"{kind}_address_key": addresses.parse(
                column([getattr(cell, kind) for cell in cells]), home="4111"
            ).columns["address_key"]
            for kind in ("registered", "current")
        }
    )


def organizations_of(values: Sequence[Any]) -> pd.DataFrame:
    """The columns of `OrganizationColumns`."""
    return organization_name(column(values), home="4111").columns


def organization_codes_of(values: Sequence[Any]) -> pd.DataFrame:
    """The columns of `CodeColumns`: the organisation code in any code, valid or not."""
    read = identifiers.inner_organization_code(column(values)).columns
    return pd.DataFrame({"code": read["org_code"], "code_valid": read["org_code_valid"]})


def representatives_of(values: Sequence[Any]) -> pd.DataFrame:
    """The columns of `RepresentativeColumns`, from a name and, after a blank, a number."""
    parts = [(value or "").partition(" ") for value in values]
    read = names.person_name(column([name or None for name, _, _ in parts])).columns
    return pd.DataFrame(
        {
            "representative_folded": read["name_folded"],
            "representative_pinyin": read["name_pinyin"],
            "representative_number": column([number or None for _, _, number in parts]),
        }
    )


def phones_of(values: Sequence[Any]) -> pd.DataFrame:
    """Telephone numbers."""
    return phones.phone(column(values)).columns[["phone"]]


def sexes_of(values: Sequence[Any]) -> pd.DataFrame:
    """Sex codes."""
    return pd.DataFrame({"sex": codes.lookup("sex", column(values)).columns["code"]})


def texts_of(values: Sequence[Any]) -> pd.DataFrame:
    """Text as it is."""
    return pd.DataFrame({"value": column(values)})
