"""How an older space base becomes what is declared now."""

from __future__ import annotations

from basedb.store.migrate import Migration
from geospatial.sharing.server_styles import style_statements
from geospatial.tables import SCHEMA


def _styles(kind: str) -> list[str]:
    return style_statements() if kind == "postgresql" else []


MIGRATIONS = (Migration(SCHEMA, 2, "layer styles", _styles),)
