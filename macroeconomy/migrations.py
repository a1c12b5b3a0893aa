"""How an older macroeconomic base becomes what is declared now."""

from __future__ import annotations

from basedb.store.ddl import forward_statements
from basedb.store.migrate import Migration
from macroeconomy.forecast.tables import SAID
from macroeconomy.tables import SCHEMA, discrepancy, note, register_count, release_rule

MIGRATIONS = (
    Migration(SCHEMA, 2, "forecasts", lambda kind: list(forward_statements(SAID, kind))),
    Migration(
        SCHEMA,
        3,
        "notes and discrepancies",
        lambda kind: list(forward_statements([note, release_rule, register_count, discrepancy], kind)),
    ),
)
