"""How an older population base becomes what is declared now."""

from __future__ import annotations

from basedb.master.tables import ROLES_PER_RECORD
from basedb.store.ddl import forward_statements
from basedb.store.migrate import Migration
from population.tables import SCHEMA, person, person_block, person_evidence, person_mention, person_version


def _linkage(kind: str) -> list[str]:
    """Mentions get numbers. What is compared by scores stays empty for records that stand: those are
    linked by exact rules until they come again, or until the base is rebuilt from its archive."""
    tables = [person_mention, person, person_version, person_evidence, person_block]
    numbered = (
        f"SELECT record_id, role, record_id * {ROLES_PER_RECORD} - 1"
        f" + row_number() OVER (PARTITION BY record_id ORDER BY role) AS mention_id FROM {person_mention.fullname}"
    )
    return [
        *forward_statements(tables, kind),
        f"UPDATE {person_mention.fullname} AS t SET mention_id = s.mention_id FROM ({numbered}) AS s"
        " WHERE t.record_id = s.record_id AND t.role = s.role AND t.mention_id IS NULL",
    ]


def _representation(kind: str) -> list[str]:
    """Mentions of representatives say beside which organisation they stand."""
    return list(forward_statements([person_mention], kind))


MIGRATIONS = (
    Migration(SCHEMA, 2, "linkage", _linkage),
    Migration(SCHEMA, 3, "representation", _representation),
)
