"""Gather: the features this load touches, all their sources, and the row each has in its layer."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from basedb.domain import Load
from basedb.store import scalar
from geospatial.conflation.joining import join_surveys
from geospatial.editing.meeting import adopt_drawn, carry_edits
from geospatial.editing.reading import RETIRED
from geospatial.follow import VERSION_COLUMNS
from geospatial.layers import LAYERS, Layer
from geospatial.priority import RANK, are_edits, priority_of

_DIALECT = postgresql.dialect()


@dataclass(frozen=True)
class Gather:
    """Leaves TEMP `new_link`, `relinked`, `new_match`, `touched` (features), `ever` (their sources, now and
    before), `feature_state` and `layer_row`."""

    name: str = "gather"

    def run(self, load: Load) -> int:
        if "registry" in load.settings:
            return 0
        layer = LAYERS[load.settings["layer"]]
        if not are_edits(load.settings):
            adopt_drawn(load, layer)
        _link_own(load)
        if not are_edits(load.settings):
            join_surveys(load, layer)
            carry_edits(load)
        _find_touched(load)
        _collect_members(load, layer)
        _decide_states(load)
        _choose_rows(load, layer)
        return int(scalar(load.engine, "SELECT count(*) FROM touched"))


def _link_own(load: Load) -> None:
    """Each record of this source is a version of the feature it follows, until surveys are joined."""
    load.engine.execute(
        """CREATE OR REPLACE TEMP TABLE new_link AS
            SELECT record_id, feature_id, method, NULL::DOUBLE AS match_weight FROM followed"""
    )
    load.engine.execute("CREATE OR REPLACE TEMP TABLE relinked (record_id BIGINT, feature_id BIGINT)")
    load.engine.execute("CREATE OR REPLACE TEMP TABLE redirected (from_feature BIGINT, to_feature BIGINT)")
    load.engine.execute(
        "CREATE OR REPLACE TEMP TABLE new_match (record_id BIGINT, feature_id BIGINT, match_weight DOUBLE,"
        " overlap DOUBLE, iou DOUBLE, grade TEXT)"
    )


def _find_touched(load: Load) -> None:
    load.session.fetch(
        "closed_link",
        "geospatial.feature_source",
        "record_id, feature_id",
        "record_id",
        "SELECT record_id FROM closed UNION SELECT record_id FROM relinked",
    )
    load.engine.execute(
        """CREATE OR REPLACE TEMP TABLE touched AS
            SELECT feature_id FROM new_link UNION SELECT feature_id FROM closed_link
            UNION SELECT from_feature FROM redirected"""
    )


def _collect_members(load: Load, layer: Layer) -> None:
    """`ever`: every record version that was or is linked to a touched feature, and whether it counts now; `form`:
    what each says and looks like."""
    load.session.fetch(
        "standing_link",
        "geospatial.feature_source",
        "record_id, feature_id",
        "feature_id",
        "SELECT feature_id FROM touched",
    )
    load.session.fetch(
        "standing_version",
        "geospatial.feature_version",
        VERSION_COLUMNS,
        "record_id",
        "SELECT record_id FROM standing_link UNION SELECT record_id FROM new_link",
    )
    load.engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE ever AS
            SELECT l.feature_id, v.record_id, v.source, v.source_key, v.priority, v.change_class,
                v.valid_from, v.status = 'current' AND c.record_id IS NULL AS is_current,
                coalesce(c.closed_on, DATE '{load.as_of}') AS closed_on
            FROM (SELECT record_id, feature_id FROM standing_link ANTI JOIN relinked USING (record_id)
                  UNION ALL SELECT l.record_id, l.feature_id FROM new_link l SEMI JOIN relinked USING (record_id)) l
            JOIN standing_version v USING (record_id)
            LEFT JOIN (SELECT record_id, max(closed_on) AS closed_on FROM closed GROUP BY 1) c USING (record_id)
            UNION ALL
            SELECT l.feature_id, n.record_id, n.source, n.source_key, {priority_of(load.settings)},
                f.change_class, n.valid_from, n.status = 'current', n.valid_to
            FROM new_link l JOIN new_record n USING (record_id)
            JOIN (SELECT record_id, change_class FROM followed) f USING (record_id)"""
    )
    load.engine.execute(
        """CREATE OR REPLACE TEMP VIEW form AS
            SELECT record_id, attributes, wkb FROM standing_version UNION ALL
            SELECT n.record_id, p.attributes, p.wkb FROM new_record n JOIN placed p USING (row_no)"""
    )


def _decide_states(load: Load) -> None:
    """A feature stands while its leading source shows it, or one that looked later than that source dropped it;
    and not while an edit deletes it."""
    load.engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE feature_state AS
            WITH ranked AS (SELECT *, {RANK} AS rank FROM ever),
            first_source AS (
                SELECT feature_id, max(rank) AS rank, min(valid_from) AS since FROM ranked GROUP BY feature_id),
            stated AS (
                SELECT e.feature_id, l.since,
                    bool_or(e.is_current AND e.change_class = '{RETIRED}') AS removed,
                    bool_or(e.is_current AND e.rank = l.rank) AS led,
                    max(e.closed_on) FILTER (WHERE e.rank = l.rank AND NOT e.is_current) AS dropped,
                    max(e.valid_from) FILTER (WHERE e.is_current AND e.rank IS NOT NULL) AS seen
                FROM ranked e JOIN first_source l USING (feature_id) GROUP BY ALL)
            SELECT t.feature_id, coalesce(s.since, NULL) AS since, r.to_feature AS redirected_to,
                CASE WHEN r.to_feature IS NOT NULL THEN 'redirected'
                    WHEN s.removed THEN 'retired'
                    WHEN s.led OR s.seen > s.dropped THEN 'current' ELSE 'retired' END AS status
            FROM touched t LEFT JOIN stated s USING (feature_id)
            LEFT JOIN redirected r ON r.from_feature = t.feature_id"""
    )


def _choose_rows(load: Load, layer: Layer) -> None:
    """The surviving values: of the source that comes first, each attribute from the first that has it.

    Records of departments leave blanks out; an edit that emptied an attribute has it, with nothing in it. Most
    features have one source, and nothing to choose from.
    """
    chosen = "arg_min(struct_pack(v := {value}), (-priority, -epoch(valid_from::TIMESTAMP), record_id))"
    stated = [(item.name, item.type) for item in layer.attributes]
    stated += [(form.name, form.type) for item in layer.attributes for form in item.features]
    names = [name for name, _ in stated]
    kinds = [(kind() if isinstance(kind, type) else kind).compile(dialect=_DIALECT) for _, kind in stated]
    paths = ", ".join(f"'$.{name}'" for name in names)
    only = [
        f"TRY_CAST(said[{at}] AS {kind}) AS {name}"
        for at, (name, kind) in enumerate(zip(names, kinds, strict=True), 1)
    ]
    first = []
    for name, kind in zip(names, kinds, strict=True):
        value = chosen.format(value=f"json_extract_string(attributes, '$.{name}')")
        has = f"FILTER (WHERE json_exists(attributes, '$.{name}'))"
        first.append(f"TRY_CAST(({value} {has}).v AS {kind}) AS {name}")
    shown = chosen.format(value="record_id") + " FILTER (WHERE wkb IS NOT NULL)"
    whose = "source, source_key, valid_from, wkb"
    load.engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE layer_row AS
            WITH standing AS (
                SELECT e.* FROM ever e SEMI JOIN (FROM feature_state WHERE status = 'current') s USING (feature_id)
                WHERE e.is_current),
            shared AS (SELECT feature_id FROM standing GROUP BY feature_id HAVING count(*) > 1),
            several AS (
                SELECT feature_id, {", ".join(first)}, coalesce(({shown}).v, min(record_id)) AS shown,
                    count(*)::INTEGER AS sources
                FROM standing SEMI JOIN shared USING (feature_id) JOIN form USING (record_id) GROUP BY feature_id)
            SELECT feature_id, {", ".join(only)}, record_id AS shown, 1::INTEGER AS sources, {whose}
            FROM (SELECT *, json_extract_string(attributes, [{paths}]) AS said FROM standing
                  ANTI JOIN shared USING (feature_id) JOIN form USING (record_id))
            UNION ALL
            SELECT r.feature_id, {", ".join(f"r.{name}" for name in names)}, r.shown, r.sources, {whose}
            FROM several r JOIN standing m ON m.feature_id = r.feature_id AND m.record_id = r.shown
            JOIN form USING (record_id)
            ORDER BY feature_id"""
    )


def layer_columns(layer: Layer, table: sa.Table) -> list[str]:
    """Columns of a layer's table that `layer_row` brings under the same name."""
    own = {"known_from", "run_id", "geom"}
    return [item.name for item in table.columns if item.name not in own]
