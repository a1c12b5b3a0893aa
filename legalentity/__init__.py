"""The legal-entity base: organisations, their codes and names, branches, representatives."""

from pathlib import Path

from basedb.domain import Domain, Entity, Jump, Movement
from legalentity.attributes import ORGANIZATION, RECORD
from legalentity.credit_checks import check_credit_record
from legalentity.doubts import DOUBTS
from legalentity.headers import HEADERS
from legalentity.matching import BY_CODE, SAME_RECORD, SUCCESSION
from legalentity.matching import ORGANIZATION as ORGANIZATION_MODEL
from legalentity.migrations import MIGRATIONS
from legalentity.reconciliation import RECONCILIATION
from legalentity.standardize import CAPITAL_JUMPED, check_organization
from legalentity.survivorship import DERIVED
from legalentity.tables import (
    PEOPLE,
    metadata,
    organization,
    organization_block,
    organization_evidence,
    organization_mention,
    organization_version,
    source_record,
)

_HERE = Path(__file__).parent

DOMAIN = Domain(
    name="legalentity",
    title="法人单位基础信息库",
    metadata=metadata,
    entity=Entity(
        schema="legalentity",
        name="organization",
        zh="机构",
        attributes=ORGANIZATION,
        model=ORGANIZATION_MODEL,
        key_rule=BY_CODE,
        same_record=SAME_RECORD,
        succession=SUCCESSION,
        identifier="org_code",
        doubts=DOUBTS,
        closing=("cancelled_date",),
        counted="registered AND status = 'active'",
        derived=DERIVED,
        master=organization,
        version=organization_version,
        mention=organization_mention,
        evidence=organization_evidence,
        block=organization_block,
        check=check_organization,
        jumps=(Jump("registered_capital", 10_000, CAPITAL_JUMPED),),
    ),
    source_record=source_record,
    record_attributes=RECORD,
    check_record=check_credit_record,
    contracts=_HERE / "sources",
    views=_HERE / "views",
    headers=HEADERS,
    crossings=(PEOPLE,),
    reconciliation=RECONCILIATION,
    migrations=MIGRATIONS,
    facts=(
        "legalentity.identifier",
        "legalentity.name",
        "legalentity.branch",
        "legalentity.role",
        "legalentity.status_event",
        "legalentity.license_record",
        "legalentity.penalty_record",
        "legalentity.land_holding",
        "legalentity.housing_unit",
    ),
    movements=(Movement("enterprise", "legalentity.enterprise_movement"),),
)
