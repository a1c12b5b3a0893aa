"""The geometries of a load as they were given: from WKB, well-known text or two columns of coordinates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from basedb.domain import Load
from basedb.findings import Severity, define
from basedb.refusal import Refused
from geospatial.datum import angles
from geospatial.datum.systems import System, UnknownSystem, identify
from geospatial.noted import Noted

ASSUMED = define(
    "crs.assumed",
    Severity.INFO,
    "该行未注明坐标系，按合同约定的坐标系处理",
    "no coordinate system is given; the one of the contract was taken",
)
UNKNOWN = define(
    "crs.unknown_in_row",
    Severity.ERROR,
    "该行注明的坐标系无法识别",
    "the row names an unknown coordinate system",
)
UNREADABLE = define("geometry.unreadable", Severity.ERROR, "图形无法读出", "the geometry cannot be read")
MISSING = define("geometry.missing", Severity.WARNING, "没有图形或坐标", "there is no geometry")
HALF = define(
    "coordinate.half", Severity.WARNING, "经纬度只填了一个", "only one of the two coordinates is given"
)

#: From this many rows on, a file of which none is in a known system is refused as a whole.
_FEW = 5

Geometries = NDArray[np.object_]


@dataclass(frozen=True)
class Given:
    """Rows as given: `geometry` in its `system` (an index into `systems`, -1 where it is unknown).

    axes: the column of eastings or longitudes and that of northings or latitudes, for findings; the
    same one twice where a geometry is one cell.
    """

    row_no: NDArray[np.int64]
    geometry: Geometries
    system: NDArray[np.int64]
    systems: tuple[System, ...]
    axes: tuple[str, str]


def fed_by(load: Load) -> dict[str, str]:
    """Attribute → the contract's column that feeds it."""
    return {target.split(".", 1)[1]: column for column, targets in load.feeds.items() for target in targets}


def read_given(rows: pa.Table, fed: Mapping[str, str], default: str | None, noted: Noted) -> Given:
    """The geometries of raw rows.

    rows: `row_no` and the contract's columns as text. fed: target (`geometry`, `wkt`, `longitude`,
    `latitude`, `crs`) → column. default: the system of rows that name none, from the contract. Raises Refused where
    no row is in a known system.
    """
    row_no = rows["row_no"].to_numpy()
    if "geometry" in fed:
        axes = (fed["geometry"], fed["geometry"])
        geometry = _parsed(rows, fed["geometry"], noted, _from_hex)
    elif "wkt" in fed:
        axes = (fed["wkt"], fed["wkt"])
        geometry = _parsed(rows, fed["wkt"], noted, _from_text)
    else:
        axes = (fed["longitude"], fed["latitude"])
        geometry = _points(rows, axes, noted)
    noted.add(row_no[shapely.is_missing(geometry) | shapely.is_empty(geometry)], MISSING, axes[0])
    system, systems = _systems(rows, fed.get("crs"), default, geometry, noted)
    return Given(row_no, geometry, system, systems, axes)


def _from_hex(texts: NDArray[np.object_]) -> Geometries:
    """Shapes of hexadecimal WKB; rings that are not closed are, what cannot be read is None."""
    blobs = np.array([None if text is None else _bytes(text) for text in texts], object)
    return np.asarray(shapely.from_wkb(blobs, on_invalid="fix"), object)


def _bytes(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None


def _from_text(texts: NDArray[np.object_]) -> Geometries:
    return np.asarray(shapely.from_wkt(texts, on_invalid="ignore"), object)


def _parsed(
    rows: pa.Table, column: str, noted: Noted, parse: Callable[[NDArray[np.object_]], Geometries]
) -> Geometries:
    """Cells as geometries; one that cannot be read fails its row."""
    texts = np.array(rows[column].to_pylist(), object)
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers get a finding of their own
        geometry = parse(texts)
    broken = shapely.is_missing(geometry) & (texts != None)  # noqa: E711 - element by element
    noted.add(
        rows["row_no"].to_numpy()[broken],
        UNREADABLE,
        column,
        [str(t)[:60] for t in texts[broken]],
        failed=True,
    )
    return geometry


def _points(rows: pa.Table, axes: tuple[str, str], noted: Noted) -> Geometries:
    row_no = rows["row_no"].to_numpy()
    values = []
    blanks = []
    for column in axes:
        texts = pd.Series(rows[column].to_pylist(), dtype=object)
        texts = texts.where(texts.notna() & (texts.astype(str).str.strip() != ""), None)
        value, sexagesimal = angles.parse_angles(texts)
        blank = texts.isna().to_numpy()
        lost = np.isnan(value) & ~blank
        noted.add(
            row_no[sexagesimal],
            angles.SEXAGESIMAL,
            column,
            texts[sexagesimal].to_numpy(),
            [f"{v:.8f}" for v in value[sexagesimal]],
        )
        noted.add(row_no[lost], angles.UNREADABLE, column, texts[lost].to_numpy())
        values.append(value)
        blanks.append(blank)
    noted.add(row_no[blanks[0] != blanks[1]], HALF, axes[0])
    found = np.full(len(row_no), None, object)
    whole = np.isfinite(values[0]) & np.isfinite(values[1])
    found[whole] = shapely.points(values[0][whole], values[1][whole])
    return found


def _systems(
    rows: pa.Table, column: str | None, default: str | None, geometry: Geometries, noted: Noted
) -> tuple[NDArray[np.int64], tuple[System, ...]]:
    row_no = rows["row_no"].to_numpy()
    texts = pd.Series(rows[column].to_pylist() if column else [None] * len(row_no), dtype=object)
    texts = texts.where(texts.notna() & (texts.astype(str).str.strip() != ""), None)
    blank = texts.isna().to_numpy()
    here = ~shapely.is_missing(geometry)
    if column and default:
        noted.add(row_no[blank & here], ASSUMED, column, suggestion=default)
    codes, names = pd.factorize(texts.fillna(default or ""))
    systems: list[System] = []
    place = np.full(len(names), -1)
    for at, name in enumerate(names):
        try:
            system = identify(str(name))
        except UnknownSystem:
            continue
        if system not in systems:
            systems.append(system)
        place[at] = systems.index(system)
    found = place[codes] if len(names) else np.array([], np.int64)
    lost = (found < 0) & here
    if lost.sum() >= _FEW and lost[here].all():
        said = "、".join(texts[lost].drop_duplicates().astype(str).str.slice(0, 60)[:3])
        raise Refused(UNKNOWN, f"坐标系无法识别：{said}；请核对后重送", f"unknown coordinate system: {said}")
    noted.add(row_no[lost], UNKNOWN, column, texts[lost].to_numpy(), failed=True)
    return found, tuple(systems)
