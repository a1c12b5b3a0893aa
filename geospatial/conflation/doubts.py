"""Pairs of two surveys that nobody but a person can decide, and what one sees of them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from geospatial.follow import in_metres, metric
from geospatial.layers import Layer

Ask = Callable[[str], pd.DataFrame]

_HEADER = ("主要来源", "主要来源主键", "次要来源", "次要来源主键", "判定", "判定人", "判定时间", "理由")
# What is drawn around a pair, in metres.
_AROUND = 40.0


@dataclass(frozen=True)
class Pair:
    """A record of a lesser survey and one of the leading survey's feature, as they stand.

    weight: log2 odds that they are one; overlap, iou: with the shift between the surveys taken out; None where
    they were never compared close enough. grade: auto or review, None likewise.
    """

    record_id: int
    feature_id: int
    first_source: str
    first_key: str
    second_source: str
    second_key: str
    weight: float | None
    overlap: float | None
    iou: float | None
    grade: str | None
    first: shapely.Geometry
    second: shapely.Geometry


class NoSuchPair(LookupError):
    """A record or a feature that does not stand, or is none of two surveys."""


def doubtful(ask: Ask, layer: Layer, limit: int) -> pd.DataFrame:
    """Pairs in the review band, the likeliest first: record_id, feature_id, source, source_key (of the record),
    leading_source, leading_key, match_weight, overlap, iou."""
    return ask(
        f"""SELECT m.record_id, m.feature_id, v.source, v.source_key, t.source AS leading_source,
                t.source_key AS leading_key, m.match_weight, m.overlap, m.iou
            FROM geospatial.feature_match m
            JOIN geospatial.feature_version v ON v.record_id = m.record_id
            JOIN geospatial.{layer.name} t ON t.feature_id = m.feature_id
            WHERE m.grade = 'review' AND v.status = 'current' AND v.layer = '{layer.name}'
            ORDER BY m.match_weight DESC, m.record_id, m.feature_id LIMIT {limit}"""
    )


def pair_of(ask: Ask, layer: Layer, record_id: int, feature_id: int) -> Pair:
    """The pair of a lesser survey's record and a feature. Raises NoSuchPair."""
    records = ask(
        "SELECT record_id, source, source_key, priority, ST_AsBinary(geom) AS wkb FROM geospatial.feature_version"
        f" WHERE layer = '{layer.name}' AND status = 'current' AND record_id = {record_id}"
    )
    leading = ask(
        "SELECT v.source, v.source_key, v.priority, ST_AsBinary(v.geom) AS wkb FROM geospatial.feature_version v"
        " JOIN geospatial.feature_source s ON s.record_id = v.record_id"
        f" WHERE s.feature_id = {feature_id} AND v.layer = '{layer.name}' AND v.status = 'current'"
        " AND v.geom IS NOT NULL AND v.priority = (SELECT max(priority) FROM geospatial.feature_version"
        f" WHERE layer = '{layer.name}' AND status = 'current' AND priority <= 100) ORDER BY v.record_id LIMIT 1"
    )
    if records.empty or leading.empty or pd.isna(records["wkb"].iloc[0]):
        raise NoSuchPair(f"没有记录 {record_id} 与要素 {feature_id} 这一对 / no such pair")
    one, other = leading.iloc[0], records.iloc[0]
    if other["priority"] >= one["priority"]:
        raise NoSuchPair(f"记录 {record_id} 不是次要来源的 / record {record_id} is not of a lesser survey")
    known = ask(
        "SELECT match_weight, overlap, iou, grade FROM geospatial.feature_match"
        f" WHERE record_id = {record_id} AND feature_id = {feature_id}"
    )
    weight, overlap, iou, grade = (None,) * 4 if known.empty else known.iloc[0].tolist()
    return Pair(
        record_id=record_id,
        feature_id=feature_id,
        first_source=one["source"],
        first_key=one["source_key"],
        second_source=other["source"],
        second_key=other["source_key"],
        weight=weight,
        overlap=overlap,
        iou=iou,
        grade=grade,
        first=shapely.from_wkb(bytes(one["wkb"])),
        second=shapely.from_wkb(bytes(other["wkb"])),
    )


def surroundings(ask: Ask, layer: Layer, pair: Pair) -> np.ndarray:
    """The layer's shapes around a pair (EPSG:4490), the pair's own feature left out."""
    west, south, east, north = shapely.union(pair.first, pair.second).bounds
    margin = _AROUND / 90_000
    rows = ask(
        f"SELECT feature_id, ST_AsBinary(geom) AS wkb FROM geospatial.{layer.name}"
        f" WHERE geom IS NOT NULL AND feature_id <> {pair.feature_id}"
    )
    shapes = np.asarray(shapely.from_wkb([bytes(value) for value in rows["wkb"]]), object).reshape(-1)
    frame = shapely.box(west - margin, south - margin, east + margin, north + margin)
    return shapes[shapely.intersects(shapes, frame)]


def draw_pair(pair: Pair, around: np.ndarray) -> str:
    """An SVG of a pair on a plane of metres: the leading shape filled, the other's outline, what lies around grey,
    and a scale of ten metres."""
    shapes = np.concatenate([np.array([pair.first, pair.second], object), around])
    plane = in_metres(shapes, metric(shapes[:2]))
    west, south, east, north = shapely.total_bounds(plane[:2])
    west, south, east, north = (
        west - _AROUND / 2,
        south - _AROUND / 2,
        east + _AROUND / 2,
        north + _AROUND / 2,
    )
    scale = 800 / (east - west)
    height = (north - south) * scale

    def path(shape: shapely.Geometry) -> str:
        rings = shapely.get_parts(shapely.boundary(shape))
        return "".join(
            "M"
            + "L".join(
                f"{(x - west) * scale:.1f} {(north - y) * scale:.1f}"
                for x, y in shapely.get_coordinates(ring)
            )
            + "Z"
            for ring in rings
        )

    drawn = [
        *(f'<path d="{path(shape)}" fill="#e4e2dc" stroke="#a8a49a"/>' for shape in plane[2:]),
        f'<path class="leading" d="{path(plane[0])}" fill="#c98b77" fill-opacity="0.6" stroke="#6e3a2a"/>',
        f'<path class="other" d="{path(plane[1])}" fill="none" stroke="#1f5fa8" stroke-width="2.5"'
        ' stroke-dasharray="7 4"/>',
    ]
    said = "" if pair.overlap is None else f"，重叠 {pair.overlap:.0%}，交并比 {pair.iou:.2f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 {height + 60:.0f}" width="800"'
        ' font-family="Noto Sans CJK SC,Microsoft YaHei,sans-serif" font-size="15">'
        f'<rect width="800" height="{height + 60:.0f}" fill="#fff"/>'
        f'<clipPath id="f"><rect width="800" height="{height:.0f}"/></clipPath><g clip-path="url(#f)">{"".join(drawn)}</g>'
        f'<path d="M12 {height - 12:.0f}h{10 * scale:.1f}" stroke="#000" stroke-width="3"/>'
        f'<text x="12" y="{height - 20:.0f}">10 m</text>'
        f'<text x="8" y="{height + 24:.0f}" fill="#6e3a2a">■ {pair.first_source} {pair.first_key}'
        f"（要素 {pair.feature_id}）</text>"
        f'<text x="8" y="{height + 48:.0f}" fill="#1f5fa8">┅ {pair.second_source} {pair.second_key}'
        f"（记录 {pair.record_id}）{said}</text></svg>"
    )


def write_judgement(
    folder: Path, layer: Layer, pair: Pair, verdict: str, made_by: str, made_at: datetime, reason: str
) -> Path:
    """Write a judgement on a pair for its contract; returns the file."""
    path = folder / f"pairs_{layer.name}_{made_at.strftime('%Y%m%dT%H%M%S%f')}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        written = csv.writer(file)
        written.writerow(_HEADER)
        written.writerow(
            [
                pair.first_source, pair.first_key, pair.second_source, pair.second_key, verdict, made_by,
                made_at.isoformat(timespec="seconds"), reason,
            ]
        )  # fmt: skip
    return path
