"""The versions of a match model in the store: what was learnt, and which version decides.

Version 0 is what the domain declares: its m and u, the default prior, no term frequencies. It is not
kept; it decides where no kept version is active.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb

from basedb.domain import Entity
from basedb.linkage.model import InvalidModel, MatchModel
from basedb.linkage.parameters import Parameters, defaults
from basedb.store.session import Session, scalar


class NoSuchVersion(LookupError):
    """A version the store does not keep; the message says where to look."""


SHIPPED, TRAINED, IMPORTED = "shipped", "trained", "imported"


@dataclass(frozen=True)
class ModelVersion:
    """Parameters and frozen term frequencies of one version."""

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


@dataclass(frozen=True)
class VersionEntry:
    """A kept version as the store has it. fits: whether it was made for the model as declared now.

    document: `parameters`, `frequencies` (how many values by column) and, if it was trained,
    `training` (how it came about).
    """

    version: int
    is_active: bool
    origin: str
    declaration: str
    made_by: str
    made_at: datetime
    reason: str
    fits: bool
    document: Mapping[str, Any] = field(repr=False)

    @property
    def parameters(self) -> Parameters:
        """What it has learnt; InvalidModel if the document holds no parameters."""
        return Parameters.from_document(self.document.get("parameters", {}))


def active_number(engine: duckdb.DuckDBPyConnection, entity: Entity) -> int:
    """The number of the version that decides, whether or not it fits the declaration."""
    row = engine.execute(
        "SELECT version FROM basedb.match_model WHERE entity = ? AND is_active", [entity.qualified]
    ).fetchone()
    return int(row[0]) if row else 0


def active_version(engine: duckdb.DuckDBPyConnection, entity: Entity) -> ModelVersion:
    """The version new evidence is scored with. InvalidModel if it does not fit the declaration."""
    return load_version(engine, entity, active_number(engine, entity))


def load_version(engine: duckdb.DuckDBPyConnection, entity: Entity, version: int) -> ModelVersion:
    """Any version. NoSuchVersion if there is none, InvalidModel if it does not fit the declaration."""
    if version == 0:
        return ModelVersion(entity.qualified, 0, defaults(entity.model))
    entry = find_version(engine, entity, version)
    if not entry.fits:
        raise InvalidModel(
            f"模型版本 {version} 依据的声明（{entry.declaration}）与现在的声明（{declaration_digest(entity.model)}）"
            "不同，不能再用；请重新训练（basedb model train --use），或改用声明的参数（basedb model use 0）"
            f" / model version {version} was made for another declaration of the model;"
            " train again (basedb model train --use) or use the declared parameters (basedb model use 0)"
        )
    parameters = entry.parameters
    parameters.check(entity.model)
    return ModelVersion(entity.qualified, version, parameters, bool(entry.document.get("frequencies", True)))


def find_version(engine: duckdb.DuckDBPyConnection, entity: Entity, version: int) -> VersionEntry:
    """A kept version, fitting or not; NoSuchVersion if there is none of that number."""
    for entry in list_versions(engine, entity):
        if entry.version == version:
            return entry
    raise NoSuchVersion(
        f"没有第 {version} 版模型，请用 basedb model list 查看 / there is no model version {version}"
    )


def list_versions(engine: duckdb.DuckDBPyConnection, entity: Entity) -> list[VersionEntry]:
    """All kept versions of the entity's model, oldest first."""
    rows = engine.execute(
        "SELECT version, is_active, origin, declaration, made_by, made_at, reason, document::TEXT"
        " FROM basedb.match_model WHERE entity = ? ORDER BY version",
        [entity.qualified],
    ).fetchall()
    declared = declaration_digest(entity.model)
    return [
        VersionEntry(
            version=row[0],
            is_active=row[1],
            origin=row[2],
            declaration=row[3],
            made_by=row[4],
            made_at=row[5],
            reason=row[6],
            fits=row[3] == declared,
            document=json.loads(row[7]),
        )
        for row in rows
    ]


def write_version(
    session: Session,
    entity: Entity,
    parameters: Parameters,
    *,
    origin: str,
    made_by: str,
    made_at: datetime,
    reason: str,
    frequencies: str | None = None,
    training: Mapping[str, Any] | None = None,
) -> int:
    """Keep parameters as the next version, not active yet; returns its number.

    frequencies: an engine relation (column_name, value, frequency) to freeze with it. training: how it
    came about, as JSON can hold it. InvalidModel if the parameters are not of the declared model.
    """
    parameters.check(entity.model)
    engine, name = session.engine, entity.qualified
    version = 1 + scalar(
        engine, "SELECT coalesce(max(version), 0) FROM basedb.match_model WHERE entity = ?", [name]
    )
    counted = {}
    if frequencies is not None:
        counted = dict(
            engine.execute(
                f"SELECT column_name, count(*) FROM {frequencies} GROUP BY 1 ORDER BY 1"
            ).fetchall()
        )
        engine.execute(
            "INSERT INTO basedb.term_frequency (entity, version, column_name, value, frequency)"
            f" SELECT ?, ?, column_name, value, frequency FROM {frequencies} ORDER BY column_name, value",
            [name, version],
        )
    document: dict[str, Any] = {"parameters": parameters.to_document(), "frequencies": counted}
    if training is not None:
        document["training"] = training
    engine.execute(
        "INSERT INTO basedb.match_model (entity, version, is_active, origin, document, declaration, made_by,"
        " made_at, reason) VALUES (?, ?, false, ?, ?::JSON, ?, ?, ?, ?)",
        [
            name, version, origin, json.dumps(document, ensure_ascii=False, allow_nan=False),
            declaration_digest(entity.model), made_by, made_at, reason,
        ],
    )  # fmt: skip
    return int(version)


def activate(session: Session, entity: Entity, version: int) -> None:
    """Let a version decide from now on; 0 goes back to what is declared. Errors as `load_version`."""
    load_version(session.engine, entity, version)
    name = entity.qualified.replace("'", "''")
    session.apply(
        f"UPDATE basedb.match_model SET is_active = (version = {version:d}) WHERE entity = '{name}'"
    )


def declaration_digest(model: MatchModel) -> str:
    """A fingerprint of what is compared with what: parameters learnt under another do not fit."""
    parts = [
        (item.name, [(level.name, level.condition.sql, level.missing, level.tf) for level in item.levels])
        for item in model.comparisons
    ]
    return hashlib.sha256(repr((model.records, parts)).encode()).hexdigest()[:16]
