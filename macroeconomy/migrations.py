"""How an older macroeconomic base becomes what is declared now."""

from __future__ import annotations

from basedb.store.ddl import forward_statements
from basedb.store.migrate import Migration
from macroeconomy.forecast.tables import SAID
from macroeconomy.tables import (
    SCHEMA,
    discrepancy,
    division_change,
    note,
    observation,
    rebased_figure,
    register_count,
    release_rule,
)
from macroeconomy.vintages import vintages


def _vintages(kind: str) -> list[str]:
    """Observations say which vintage they are; indexes leave other vintages out."""
    return [
        *forward_statements([observation], kind),
        *(["DROP INDEX IF EXISTS macroeconomy.observation_series"] if kind == "postgresql" else []),
        "UPDATE macroeconomy.observation AS t SET vintage = s.vintage, first_value = s.first_value,"
        f" previous_value = s.previous_value FROM ({vintages(observation.fullname)}) AS s"
        " WHERE t.observation_id = s.observation_id",
    ]


def _rebased_vintages(kind: str) -> list[str]:
    """Figures on today's boundaries have reigns; they and the changes behind them are made anew by the next night."""
    return [
        f"DROP TABLE IF EXISTS {rebased_figure.fullname} CASCADE",
        *forward_statements([rebased_figure], kind),
        f"DELETE FROM {division_change.fullname}",
    ]


MIGRATIONS = (
    Migration(SCHEMA, 2, "forecasts", lambda kind: list(forward_statements(SAID, kind))),
    Migration(
        SCHEMA,
        3,
        "notes and discrepancies",
        lambda kind: list(forward_statements([note, release_rule, register_count, discrepancy], kind)),
    ),
    Migration(SCHEMA, 4, "vintages", _vintages),
    Migration(
        SCHEMA,
        5,
        "divisions as they are today",
        lambda kind: list(forward_statements([division_change, rebased_figure], kind)),
    ),
    Migration(SCHEMA, 6, "vintages of divisions as they are today", _rebased_vintages),
)
