"""How an older space base becomes what is declared now."""

from __future__ import annotations

from basedb.store.ddl import forward_statements
from basedb.store.migrate import Migration
from geospatial.sharing.server_styles import style_statements
from geospatial.tables import SCHEMA, pair_judgement, place_count


def _styles(kind: str) -> list[str]:
    return style_statements() if kind == "postgresql" else []


def _place_counts(kind: str) -> list[str]:
    return list(forward_statements([place_count], kind))


def _pair_judgements(kind: str) -> list[str]:
    return list(forward_statements([pair_judgement], kind))


MIGRATIONS = (
    Migration(SCHEMA, 2, "layer styles", _styles),
    Migration(SCHEMA, 3, "place counts", _place_counts),
    Migration(SCHEMA, 4, "pair judgements", _pair_judgements),
)
