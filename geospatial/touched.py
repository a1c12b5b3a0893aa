"""What changed in a layer since some run: its features, and every shape and address they ever had."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from basedb.store import Session, scalar
from geospatial.follow import frame_of
from geospatial.given import Geometries


@dataclass(frozen=True)
class Touched:
    """What changed in a layer. ids: features that came, changed or went; ground: shapes (EPSG:4490) they have and
    had, of: the feature each is of; wordings: address texts they have and had."""

    ids: NDArray[np.int64]
    ground: Geometries
    of: NDArray[np.int64]
    wordings: pd.Series = field(default_factory=lambda: pd.Series([], dtype=object))


#: Where nothing changed.
NOTHING = Touched(np.array([], np.int64), np.array([], object), np.array([], np.int64))


def changed_features(session: Session, layer: str, since: int) -> NDArray[np.int64]:
    """The features of a layer that came, changed or went in a later run than `since`."""
    rows = session.engine.execute(
        f"SELECT feature_id FROM geospatial.{layer} WHERE run_id > ?"
        " UNION SELECT feature_id FROM geospatial.feature WHERE layer = ? AND run_id > ?",
        [since, layer, since],
    ).fetchnumpy()
    return np.asarray(rows["feature_id"], np.int64)


def touched_by(session: Session, ids: NDArray[np.int64]) -> Touched:
    """What features have and had, which is more than what they had last."""
    session.engine.register("touched_feature", pa.table({"feature_id": pa.array(ids, pa.int64())}))
    session.fetch(
        "touched_link", "geospatial.feature_source", "record_id, feature_id", "feature_id",
        "SELECT feature_id FROM touched_feature",
    )  # fmt: skip
    session.fetch(
        "touched_version", "geospatial.feature_version",
        "record_id, attributes::TEXT AS attributes, ST_AsBinary(geom) AS wkb", "record_id",
        "SELECT record_id FROM touched_link",
    )  # fmt: skip
    rows = frame_of(
        session.engine,
        "SELECT feature_id, json_extract_string(attributes, '$.address') AS address, wkb FROM touched_link"
        " JOIN touched_version USING (record_id)",
    )
    session.engine.unregister("touched_feature")
    shapes: Geometries = rows["geometry"].to_numpy(object)
    there = rows["geometry"].notna().to_numpy()
    return Touched(ids, shapes[there], rows["feature_id"].to_numpy(np.int64)[there], rows["address"].dropna())


def reshaped(session: Session, layer: str, touched: Touched, since: int) -> Touched:
    """What `touched_by` just found, without the features that stood where they stand when run `since` had ended, in
    the one shape they ever had: only what is said of them changed.

    Where several sources draw a layer all of it is kept: a feature may have had the shape of a record that is another
    feature's now.
    """
    session.ask(
        "drawing_source",
        f"SELECT DISTINCT source FROM geospatial.feature_version WHERE layer = '{layer}'",
    )
    if int(scalar(session.engine, "SELECT count(*) FROM drawing_source")) > 1:
        return touched
    session.engine.register("touched_feature", pa.table({"feature_id": pa.array(touched.ids, pa.int64())}))
    session.fetch(
        "touched_standing", "geospatial.feature", "feature_id, run_id", "feature_id",
        "SELECT feature_id FROM touched_feature",
    )  # fmt: skip
    session.engine.unregister("touched_feature")
    same = session.engine.execute(
        """SELECT feature_id FROM touched_link JOIN touched_version USING (record_id)
            JOIN touched_standing s USING (feature_id) WHERE s.run_id <= ?
            GROUP BY feature_id HAVING count(DISTINCT coalesce(md5(wkb), '')) = 1""",
        [since],
    ).fetchnumpy()["feature_id"]
    moved = ~np.isin(touched.of, same)
    return Touched(
        touched.ids[~np.isin(touched.ids, same)], touched.ground[moved], touched.of[moved], touched.wordings
    )
