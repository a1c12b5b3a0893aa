"""Joining surveys: records of lesser sources become sources of the leading source's features."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from basedb.domain import Load
from basedb.store import scalar
from geospatial.conflation.judging import Sides, are_judgements, judge, judgements_in_force
from geospatial.conflation.pairs import REACH, Pairs, match
from geospatial.follow import VERSION_COLUMNS, frame, in_metres, metric
from geospatial.layers import Layer
from geospatial.priority import EDITS, priority_of
from geospatial.stored import near

#: Shapes within this many metres of what changed are compared anew, and tell the shift around it.
_SURROUNDINGS = 600.0
_COLUMNS = "record_id, feature_id, source, source_key, priority, valid_from"


def join_surveys(load: Load, layer: Layer) -> None:
    """Match the surveys of a layer where this load changed one of them.

    Reads TEMP `followed`; rewrites `new_link` of this load's records, adds links of standing records
    that must be decided anew (`relinked` names them with their leading feature), `new_match` (evidence)
    and `redirected` (features that turned out to be another one's). The leading source is the one with the
    highest priority; a record of another is linked to every leading feature it matches, and stays a
    feature of its own if there is none.
    """
    priority = priority_of(load.settings)
    if layer.dimension != 2:
        return
    load.session.ask(
        "other_survey",
        f"SELECT max(priority) AS priority FROM geospatial.feature_version WHERE {_surveyed(layer)}"
        f" AND source <> '{load.source}'",
    )
    other = scalar(load.engine, "FROM other_survey")
    if other is None:
        return
    surveys = _surveys(load, layer, priority, max(priority, int(other)))
    if surveys is None or not len(surveys.first) or not surveys.anew.any():
        return
    _Joining(load, surveys).run(judgements_in_force(load, layer.name))


class _Surveys:
    """Both sides around what changed: `first` of the leading source, `second` of the others.

    anew: which of `second` are decided anew.
    """

    def __init__(self, first: pd.DataFrame, second: pd.DataFrame, anew: NDArray[np.bool_]):
        self.first, self.second, self.anew = first, second, anew


def _surveyed(layer: Layer) -> str:
    """SQL over `feature_version`: what stands of a layer's surveys."""
    return f"layer = '{layer.name}' AND status = 'current' AND priority < {EDITS}"


def _surveys(load: Load, layer: Layer, priority: int, leading: int) -> _Surveys | None:
    """Both sides around what this load or its judgements changed; None where they changed nothing."""
    new = frame(
        load,
        f"""SELECT n.record_id, f.feature_id, n.source, n.source_key, {priority} AS priority, n.valid_from, f.method, p.wkb
            FROM new_record n JOIN placed p USING (row_no) JOIN followed f USING (record_id)
            WHERE n.status = 'current' AND p.wkb IS NOT NULL ORDER BY 1""",
    )
    judged = _judged_anew(load, layer.name)
    gone = frame(
        load,
        "SELECT o.record_id, o.wkb FROM old_version o SEMI JOIN closed USING (record_id) WHERE o.wkb IS NOT NULL",
    )
    changed = np.concatenate([rows["geometry"].to_numpy(object) for rows in (new, judged, gone)])
    if not len(changed):
        return None
    standing = near(
        load.session,
        "geospatial.feature_version",
        "record_id",
        _COLUMNS,
        _surveyed(layer),
        changed,
        _SURROUNDINGS,
    )
    closed = load.engine.execute("SELECT record_id FROM closed").fetchnumpy()["record_id"]
    standing = standing[~standing["record_id"].isin(closed)].assign(method=None)
    rows = pd.concat([standing, new], ignore_index=True)
    fresh = rows["method"].notna().to_numpy() | rows["record_id"].isin(judged["record_id"]).to_numpy()
    to_metres = metric(changed)
    plane = in_metres(rows.pop("geometry").to_numpy(object), to_metres)
    tree = shapely.STRtree(plane)
    beside = np.zeros(len(rows), bool)
    beside[tree.query(in_metres(changed, to_metres), predicate="dwithin", distance=REACH)[1]] = True
    leads = (rows["priority"] == leading).to_numpy()
    anew = ~leads & (fresh | (beside if priority == leading else False))
    first = rows[leads].assign(plane=plane[leads]).reset_index(drop=True)
    second = rows[~leads].assign(plane=plane[~leads]).reset_index(drop=True)
    return _Surveys(first, second, anew[~leads])


def _judged_anew(load: Load, layer: str) -> pd.DataFrame:
    """The standing records (`record_id`, `geometry`) that a judgement of this load, or one it ends, is about."""
    if not are_judgements(load.settings):
        return pd.DataFrame({"record_id": np.array([], np.int64), "geometry": np.array([], object)})
    staged = load.session.stage(
        "SELECT second_source AS source, second_key AS source_key FROM judged UNION"
        " SELECT second_source, second_key FROM geospatial.pair_judgement SEMI JOIN closed USING (record_id)"
    )
    load.session.ask(
        "judged_version",
        f"""SELECT v.record_id, ST_AsBinary(v.geom) AS wkb FROM geospatial.feature_version AS v
            JOIN {staged} AS s ON v.source = s.source AND v.source_key = s.source_key
            WHERE v.layer = '{layer}' AND v.status = 'current' AND v.geom IS NOT NULL""",
    )
    return frame(load, "FROM judged_version ORDER BY record_id")


class _Joining:
    """Turns the pairs of two surveys into links, and keeps feature numbers where they were."""

    def __init__(self, load: Load, surveys: _Surveys):
        self.load, self.surveys = load, surveys
        self.first_feature = surveys.first["feature_id"].to_numpy(np.int64).copy()
        self.redirected: dict[int, int] = {}

    def run(self, judged: Mapping[Sides, str]) -> None:
        """Match, hand on feature numbers, and leave the links. judged: see `judgements_in_force`."""
        first, second = self.surveys.first, self.surveys.second
        pairs = match(
            first["plane"].to_numpy(object),
            second["plane"].to_numpy(object),
            asked=np.flatnonzero(self.surveys.anew),
        )
        pairs = judge(pairs, first, second, judged)
        kept = pairs.grade != "none"
        pairs = Pairs(*(values[kept] for values in vars(pairs).values()))
        sure = Pairs(*(values[pairs.grade == "auto"] for values in vars(pairs).values()))
        self._known = self._owners()
        self._inherit(sure)
        self._link(sure)
        self._evidence(pairs)
        self._rename()

    def _owners(self) -> dict[int, int]:
        """Feature → the highest priority of a record that was ever linked to it."""
        ids = pa.table({"feature_id": pa.array(self.surveys.second["feature_id"].unique(), pa.int64())})
        self.load.engine.register("second_feature", ids)
        self.load.session.fetch(
            "second_link", "geospatial.feature_source", "record_id, feature_id", "feature_id",
            "SELECT feature_id FROM second_feature",
        )  # fmt: skip
        self.load.session.fetch(
            "second_version", "geospatial.feature_version", VERSION_COLUMNS, "record_id",
            "SELECT record_id FROM second_link",
        )  # fmt: skip
        self.load.engine.unregister("second_feature")
        return dict(
            self.load.engine.execute(
                "SELECT l.feature_id, max(v.priority) FROM second_link l JOIN second_version v USING (record_id)"
                f" WHERE v.priority < {EDITS} GROUP BY 1"
            ).fetchall()
        )

    def _is_solo(self, feature: int) -> bool:
        """Whether no record of the leading source was ever linked to the feature."""
        leading = int(self.surveys.first["priority"].iloc[0])
        return self._known.get(feature, -1) < leading and feature not in set(self.surveys.first["feature_id"])

    def _inherit(self, sure: Pairs) -> None:
        """A leading record that is new takes the number under which another source had it."""
        fresh = (self.surveys.first["method"] == "new").to_numpy()
        taken: set[int] = set()
        for place in np.argsort(-sure.overlap, kind="stable"):
            at, to = int(sure.first[place]), int(sure.second[place])
            feature = int(self.surveys.second["feature_id"][to])
            inherited = self.first_feature[at] != self.surveys.first["feature_id"][at]
            if not fresh[at] or inherited or feature in taken or not self._is_solo(feature):
                continue
            self.first_feature[at] = feature
            taken.add(feature)

    def _link(self, sure: Pairs) -> None:
        """Every record decided anew is linked to all leading features it matches, or stands alone."""
        second = self.surveys.second
        matched: dict[int, list[int]] = {}
        for place in np.argsort(-sure.overlap, kind="stable"):
            matched.setdefault(int(sure.second[place]), []).append(int(place))
        links: list[tuple[int, int, str, float | None]] = []
        anew: list[tuple[int, int]] = []
        current = set(self.first_feature.tolist())
        for to in np.flatnonzero(self.surveys.anew):
            record, had = int(second["record_id"][to]), int(second["feature_id"][to])
            places = matched.get(int(to), [])
            if places:
                features: dict[int, float] = {}
                for place in places:
                    features.setdefault(int(self.first_feature[sure.first[place]]), float(sure.weight[place]))
                links += [(record, feature, "conflation", weight) for feature, weight in features.items()]
                leading = next(iter(features))
                if had not in features and self._is_solo(had):
                    self.redirected[had] = leading
            else:
                alone = had
                if had in current and not self._is_solo(had):
                    alone = self.load.counters.take("geospatial.feature", 1)
                leading = alone
                links.append((record, alone, "new" if alone != had else "key", None))
            anew.append((record, leading))
        self._leave(links, anew)

    def _leave(self, links: list[tuple[int, int, str, float | None]], anew: list[tuple[int, int]]) -> None:
        engine = self.load.engine
        columns = list(zip(*links, strict=True))
        engine.register(
            "joined",
            pa.table(
                {
                    "record_id": pa.array(columns[0], pa.int64()),
                    "feature_id": pa.array(columns[1], pa.int64()),
                    "method": pa.array(columns[2], pa.string()),
                    "match_weight": pa.array(columns[3], pa.float64()),
                }
            ),
        )
        engine.register(
            "anew",
            pa.table(
                {
                    "record_id": pa.array([record for record, _ in anew], pa.int64()),
                    "feature_id": pa.array([feature for _, feature in anew], pa.int64()),
                }
            ),
        )
        engine.execute("DELETE FROM new_link WHERE record_id IN (SELECT record_id FROM anew)")
        engine.execute("INSERT INTO new_link BY NAME FROM joined")
        engine.execute("INSERT INTO relinked FROM anew ANTI JOIN followed USING (record_id)")
        engine.execute(
            "UPDATE followed SET feature_id = a.feature_id FROM anew a WHERE followed.record_id = a.record_id"
        )
        engine.executemany(
            "INSERT INTO redirected VALUES (?, ?)",
            [[a, b] for a, b in self.redirected.items()] or [[None, None]],
        )
        engine.execute("DELETE FROM redirected WHERE from_feature IS NULL")
        engine.unregister("joined")
        engine.unregister("anew")

    def _evidence(self, pairs: Pairs) -> None:
        records = self.surveys.second["record_id"].to_numpy(np.int64)[pairs.second]
        table = pa.table(
            {
                "record_id": pa.array(records),
                "feature_id": pa.array(self.first_feature[pairs.first]),
                "match_weight": pa.array(pairs.weight),
                "overlap": pa.array(pairs.overlap),
                "iou": pa.array(pairs.iou),
                "grade": pa.array(pairs.grade.tolist(), pa.string()),
            }
        )
        self.load.engine.register("evidence", table)
        self.load.engine.execute(
            "INSERT INTO new_match SELECT record_id, feature_id, max(match_weight), max(overlap), max(iou), min(grade)"
            " FROM evidence GROUP BY record_id, feature_id"
        )
        self.load.engine.unregister("evidence")

    def _rename(self) -> None:
        """Leading records that inherited a number are versions of that feature."""
        given = self.surveys.first["feature_id"].to_numpy(np.int64)
        for at in np.flatnonzero(given != self.first_feature):
            record, feature = int(self.surveys.first["record_id"][at]), int(self.first_feature[at])
            for table in ("followed", "new_link"):
                self.load.engine.execute(
                    f"UPDATE {table} SET feature_id = ?, method = 'conflation' WHERE record_id = ?",
                    [feature, record],
                )
            self.load.engine.execute(
                "UPDATE ancestry SET to_feature = ? WHERE to_record = ?", [feature, record]
            )
            self.load.engine.execute(
                "UPDATE new_lineage SET to_feature = ? WHERE to_record = ?", [feature, record]
            )
