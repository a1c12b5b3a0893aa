"""How an older legal-entity base becomes what is declared now."""

from __future__ import annotations

from basedb.store.ddl import forward_statements
from basedb.store.migrate import Migration
from legalentity.tables import SCHEMA, organization_mention


def _holders(kind: str) -> list[str]:
    """Mentions of holders say that a name is all that is known of them."""
    return list(forward_statements([organization_mention], kind))


MIGRATIONS = (Migration(SCHEMA, 2, "holders of land", _holders),)
