"""Publish: features, their versions, sources, lineage and the rows of their layer."""

from __future__ import annotations

from dataclasses import dataclass

from basedb.domain import Load
from basedb.store import scalar
from geospatial.conflation.judging import are_judgements, publish_judgements
from geospatial.gather import layer_columns
from geospatial.layers import LAYERS
from geospatial.priority import priority_of
from geospatial.tables import LAYER_TABLES

_OPEN = "TIMESTAMPTZ '9999-12-31 00:00:00+00'"


@dataclass(frozen=True)
class PublishFeatures:
    """Writes what `Follow` and `Gather` found, or the datum parameters a file stated."""

    name: str = "publish features"

    def run(self, load: Load) -> int:
        if "registry" in load.settings:
            _write_parameters(load)
            return 0
        if are_judgements(load.settings):
            publish_judgements(load)
        else:
            _close_versions(load)
            _write_versions(load)
        _write_links(load)
        _write_features(load)
        _write_lineage(load)
        _write_layer(load)
        return int(scalar(load.engine, "SELECT count(*) FROM followed"))


def _close_versions(load: Load) -> None:
    if scalar(load.engine, "SELECT count(*) FROM closed"):
        staged = load.session.stage("SELECT record_id, status, closed_on FROM closed")
        load.session.apply(
            "UPDATE geospatial.feature_version AS t SET status = s.status, valid_to = s.closed_on,"
            f" known_to = TIMESTAMPTZ '{load.received}' FROM {staged} AS s WHERE t.record_id = s.record_id"
        )


def _write_versions(load: Load) -> None:
    load.engine.execute(
        f"""INSERT INTO geospatial.feature_version (record_id, feature_id, layer, source, source_key, priority, status,
                change_class, source_geometry, source_crs, operation, accuracy, content_digest, geometry_digest,
                attributes, valid_from, valid_to, known_from, known_to, run_id, geom)
            SELECT n.record_id, f.feature_id, '{load.settings["layer"]}', n.source, n.source_key,
                {priority_of(load.settings)}, n.status, f.change_class, p.source_wkb, p.source_crs, p.operation,
                p.accuracy, p.content_digest, p.geometry_digest, p.attributes, n.valid_from, n.valid_to,
                TIMESTAMPTZ '{load.received}',
                CASE n.status WHEN 'current' THEN {_OPEN} ELSE TIMESTAMPTZ '{load.received}' END, {load.run_id},
                ST_GeomFromWKB(p.wkb)
            FROM new_record n JOIN placed p USING (row_no) JOIN followed f USING (record_id)"""
    )


def _write_links(load: Load) -> None:
    if scalar(load.engine, "SELECT count(*) FROM relinked"):
        staged = load.session.stage("SELECT DISTINCT record_id FROM relinked")
        load.session.apply(
            f"DELETE FROM geospatial.feature_source AS t USING {staged} AS s WHERE t.record_id = s.record_id"
        )
        load.session.apply(
            f"DELETE FROM geospatial.feature_match AS t USING {staged} AS s WHERE t.record_id = s.record_id"
        )
        placed = load.session.stage("SELECT DISTINCT record_id, feature_id FROM relinked")
        load.session.apply(
            f"UPDATE geospatial.feature_version AS t SET feature_id = s.feature_id FROM {placed} AS s"
            " WHERE t.record_id = s.record_id"
        )
    load.engine.execute(
        f"""INSERT INTO geospatial.feature_source (record_id, feature_id, role, method, match_weight, decided_at, run_id)
            SELECT record_id, feature_id, 'self', method, match_weight, TIMESTAMPTZ '{load.received}', {load.run_id}
            FROM new_link"""
    )
    load.engine.execute(
        f"""INSERT INTO geospatial.feature_match (record_id, feature_id, match_weight, overlap, iou, grade, known_from,
                run_id)
            SELECT record_id, feature_id, match_weight, overlap, iou, grade, TIMESTAMPTZ '{load.received}',
                {load.run_id} FROM new_match"""
    )


def _write_features(load: Load) -> None:
    """New features, and changed states of those that stand."""
    load.session.fetch(
        "known_feature",
        "geospatial.feature",
        "feature_id, status",
        "feature_id",
        "SELECT feature_id FROM touched",
    )
    changed = (
        "SELECT s.feature_id, s.status, s.redirected_to FROM feature_state s JOIN known_feature k USING (feature_id)"
        " WHERE k.status <> s.status"
    )
    if scalar(load.engine, f"SELECT count(*) FROM ({changed})"):
        staged = load.session.stage(changed)
        load.session.apply(
            "UPDATE geospatial.feature AS t SET status = s.status, redirected_to = s.redirected_to,"
            f" valid_to = CASE s.status WHEN 'current' THEN DATE '9999-12-31' ELSE DATE '{load.as_of}' END,"
            f" known_to = CASE s.status WHEN 'current' THEN {_OPEN} ELSE TIMESTAMPTZ '{load.received}' END,"
            f" run_id = {load.run_id} FROM {staged} AS s WHERE t.feature_id = s.feature_id"
        )
    load.engine.execute(
        f"""INSERT INTO geospatial.feature (feature_id, layer, status, redirected_to, valid_from, valid_to, known_from,
                known_to, run_id)
            SELECT s.feature_id, '{load.settings["layer"]}', s.status, s.redirected_to,
                coalesce(s.since, DATE '{load.as_of}'),
                CASE s.status WHEN 'current' THEN DATE '9999-12-31' ELSE DATE '{load.as_of}' END,
                TIMESTAMPTZ '{load.received}',
                CASE s.status WHEN 'current' THEN {_OPEN} ELSE TIMESTAMPTZ '{load.received}' END, {load.run_id}
            FROM feature_state s ANTI JOIN known_feature USING (feature_id) ORDER BY s.feature_id"""
    )


def _write_lineage(load: Load) -> None:
    load.engine.execute(
        f"""INSERT INTO geospatial.feature_lineage (from_feature, to_feature, layer, relation, source, from_key, to_key,
                from_name, to_name, effective, known_from, run_id)
            SELECT from_feature, to_feature, '{load.settings["layer"]}', relation, '{load.source}', from_key, to_key,
                from_name, to_name, DATE '{load.as_of}', TIMESTAMPTZ '{load.received}', {load.run_id}
            FROM (SELECT from_feature, to_feature, relation, from_key, to_key, from_name, to_name FROM new_lineage
                  UNION ALL
                  SELECT from_feature, to_feature, 'conflated', NULL, NULL, NULL, NULL FROM redirected)
            ORDER BY from_feature, to_feature"""
    )


def _write_layer(load: Load) -> None:
    layer = LAYERS[load.settings["layer"]]
    table = LAYER_TABLES[layer.name]
    staged = load.session.stage("SELECT feature_id FROM touched")
    load.session.apply(
        f"DELETE FROM {table.fullname} AS t USING {staged} AS s WHERE t.feature_id = s.feature_id"
    )
    names = ", ".join(layer_columns(layer, table))
    load.engine.execute(
        f"""INSERT INTO {table.fullname} ({names}, known_from, run_id, geom)
            SELECT {names}, TIMESTAMPTZ '{load.received}', {load.run_id}, ST_GeomFromWKB(wkb) FROM layer_row"""
    )


def _write_parameters(load: Load) -> None:
    if scalar(load.engine, "SELECT count(*) FROM closed"):
        staged = load.session.stage("SELECT record_id, status FROM closed")
        load.session.apply(
            f"UPDATE geospatial.datum_parameter AS t SET status = s.status FROM {staged} AS s"
            " WHERE t.record_id = s.record_id"
        )
    load.engine.execute(
        f"""INSERT INTO geospatial.datum_parameter (record_id, name, model, applies_to, source_crs, target_crs,
                definition, accuracy, status, run_id)
            SELECT n.record_id, p.name, p.model, p.applies_to, p.source_crs, p.target_crs, p.definition, p.accuracy,
                n.status, {load.run_id}
            FROM new_record n JOIN stated_parameters p USING (row_no)"""
    )
