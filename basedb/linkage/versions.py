"""The versions of a match model in the store: what was learnt, and which version decides."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import duckdb

from basedb.domain import Entity
from basedb.linkage.model import MatchModel
from basedb.linkage.parameters import Parameters, defaults
from basedb.store.session import Session


@dataclass(frozen=True)
class ModelVersion:
    """Parameters and frozen term frequencies of one version; version 0 is what the domain declares."""

    entity: str
    version: int
    parameters: Parameters
    has_frequencies: bool = False

    def frequencies(self, session: Session, model: MatchModel, records: str) -> str | None:
        """TEMP `frequency` (column_name, value, frequency) of the values in relation `records`, as a
        name; None if this version has none."""
        if not self.has_frequencies:
            return None
        values = " UNION ".join(
            f"SELECT {column}::TEXT FROM {records} WHERE {column} IS NOT NULL"
            for column in model.tf_columns()
        )
        session.fetch(
            "frequency_of_value",
            "basedb.term_frequency t",
            "t.entity, t.version, t.column_name, t.value, t.frequency",
            "t.value",
            values,
        )
        session.engine.execute(
            """CREATE OR REPLACE TEMP TABLE frequency AS
                SELECT column_name, value, frequency FROM frequency_of_value WHERE entity = ? AND version = ?""",
            [self.entity, self.version],
        )
        return "frequency"


def active_version(engine: duckdb.DuckDBPyConnection, entity: Entity) -> ModelVersion:
    """The version new evidence is scored with. InvalidModel if it does not fit the declaration."""
    row = engine.execute(
        "SELECT version, document::TEXT FROM basedb.match_model WHERE entity = ? AND is_active",
        [entity.qualified],
    ).fetchone()
    if row is None:
        return ModelVersion(entity.qualified, 0, defaults(entity.model))
    parameters = Parameters.from_document(json.loads(row[1])["parameters"])
    parameters.check(entity.model)
    return ModelVersion(entity.qualified, int(row[0]), parameters, True)


def declaration_digest(model: MatchModel) -> str:
    """A fingerprint of what is compared with what: parameters learnt under another do not fit."""
    parts = [(c.name, [(level.name, level.condition.sql) for level in c.levels]) for c in model.comparisons]
    return hashlib.sha256(repr((model.records, parts)).encode()).hexdigest()[:16]
