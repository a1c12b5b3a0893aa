"""The population base: person, household, relationship, life event."""

from pathlib import Path

from basedb.domain import Domain, Entity, Movement
from population.attributes import EVENT, PERSON
from population.headers import HEADERS
from population.matching import BY_NUMBER, RELATIVES, SAME_RECORD, SUCCESSION
from population.matching import PERSON as PERSON_MODEL
from population.migrations import MIGRATIONS
from population.standardize import check_person
from population.survivorship import DERIVED
from population.tables import (
    HOUSEHOLDS,
    metadata,
    person,
    person_block,
    person_evidence,
    person_mention,
    person_version,
    source_record,
)

_HERE = Path(__file__).parent

DOMAIN = Domain(
    name="population",
    title="人口基础信息库",
    metadata=metadata,
    entity=Entity(
        schema="population",
        name="person",
        zh="人员",
        attributes=PERSON,
        model=PERSON_MODEL,
        key_rule=BY_NUMBER,
        same_record=SAME_RECORD,
        succession=SUCCESSION,
        identifier="id_number",
        closing=("death_date", "cancelled_date"),
        counted="registered AND status = 'active'",
        # Who is registered twice, or moved away and came back, has an entry that was cancelled. The dead have died.
        ended="cancelled_date <= start AND strpos(coalesce(cancel_reason, ''), '死') = 0",
        of_entry=("cancelled_date", "cancel_reason"),
        derived=DERIVED,
        master=person,
        version=person_version,
        mention=person_mention,
        evidence=person_evidence,
        block=person_block,
        check=check_person,
        kin=RELATIVES,
    ),
    source_record=source_record,
    record_attributes=EVENT,
    contracts=_HERE / "sources",
    views=_HERE / "views",
    headers=HEADERS,
    keyed_tables=(HOUSEHOLDS,),
    migrations=MIGRATIONS,
    facts=("population.household_member", "population.relationship", "population.life_event"),
    movements=(Movement("resident", "population.register_movement"),),
)
