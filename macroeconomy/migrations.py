"""How an older macroeconomic base becomes what is declared now."""

from __future__ import annotations

from basedb.store.ddl import forward_statements
from basedb.store.migrate import Migration
from macroeconomy.forecast.tables import SAID
from macroeconomy.tables import SCHEMA


def _forecasts(kind: str) -> list[str]:
    return list(forward_statements(SAID, kind))


MIGRATIONS = (Migration(SCHEMA, 2, "forecasts", _forecasts),)
