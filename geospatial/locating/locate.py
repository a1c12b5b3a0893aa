"""Locating addresses: the most exact place that all of a text's parts agree with, and how sure that is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geospatial.locating.candidates import Candidates, Pairs
from geospatial.locating.register import Register, parse_addresses

#: From the most to the least exact; a text that names nothing known has none.
GRADES = ("unit", "building", "road_number", "estate", "village", "town", "county", "none")

# Ways a building is told by, the most telling first; every one is tried where its parts are given.
_WAYS = (
    ("road", "number", "estate", "block"),
    ("estate", "block"),
    ("road", "number", "block"),
    ("road", "number"),
    ("village", "number", "block"),
    ("village", "number"),
    ("estate",),
)
_NOT_EXACT = {"road": "road_number", "village": "village", "estate": "estate"}


_Columns = dict[str, NDArray[Any]]


def locate(texts: pd.Series, register: Register) -> pd.DataFrame:
    """Where addresses are: one row per text, in its order.

    Columns: `grade` (see GRADES), `building`, `address` and `parcel` (feature ids, -1 for none),
    `division_code` and `division` (the smallest division known), `candidates` (how many buildings agree),
    `longitude` and `latitude` (CGCS2000; NaN where there is no place).

    A candidate must not contradict any part of the text. Several candidates are never chosen from: the
    grade is then that of what they have in common.
    """
    codes, distinct = pd.factorize(texts.fillna("").astype(str))
    asked = parse_addresses(pd.Series(distinct, dtype=object))
    found = _empty(len(distinct))
    open_ = np.ones(len(distinct), bool)
    candidates = Candidates(asked, register.places)
    # A plate's sub-number (6号附2号) is another door of the same plate, unless it has a building to itself.
    for bare in (False, True):
        for way in _WAYS:
            open_ &= ~_settled(way, candidates.telling(way, open_, bare), register, found)
    _divisions(asked, open_, register, found)
    _surroundings(register, found)
    return pd.DataFrame({name: values[codes] for name, values in found.items()})


def with_stated(register: Register, stated: pd.DataFrame, lying: NDArray[np.int64]) -> Register:
    """The register with standard addresses added as wordings of their buildings.

    stated: PARTS, `unit`, `text` and `address` (feature id). lying: the building each lies in, -1 for none;
    it counts only where the text itself names no building, since coordinates of addresses are coarse.
    """
    by_text = locate(stated["text"], register)
    told = by_text["candidates"].to_numpy() > 0
    building = np.where(told, by_text["building"].to_numpy(), lying)
    rows = stated.drop(columns="text").assign(building=building)
    places = pd.concat([register.places, rows[building >= 0]], ignore_index=True)
    return replace(register, places=places)


def _empty(count: int) -> _Columns:
    return {
        "grade": np.full(count, "none", object),
        "building": np.full(count, -1),
        "address": np.full(count, -1),
        "parcel": np.full(count, -1),
        "division_code": np.full(count, "", object),
        "division": np.full(count, "", object),
        "candidates": np.zeros(count, np.int64),
        "longitude": np.full(count, np.nan),
        "latitude": np.full(count, np.nan),
    }


def _settled(way: tuple[str, ...], pairs: Pairs, register: Register, found: _Columns) -> NDArray[np.bool_]:
    """Settle texts by one way of telling a building; which of them found a candidate."""
    settled = np.zeros(len(found["grade"]), bool)
    if not len(pairs.text):
        return settled
    building = register.places["building"].to_numpy(np.int64)[pairs.place]
    start = np.append(True, pairs.text[1:] != pairs.text[:-1])
    text, exact = pairs.text[start], pairs.exact[start]
    several = np.unique(np.column_stack([pairs.text, building]), axis=0) if len(text) < len(start) else None
    count = (
        np.ones(len(text), np.int64) if several is None else np.unique(several[:, 0], return_counts=True)[1]
    )
    settled[text] = True
    one = count == 1
    found["grade"][text] = np.where(one & exact, "unit", np.where(one, "building", _NOT_EXACT[way[0]]))
    found["candidates"][text] = count
    found["building"][text[one]] = building[start][one]
    address = register.places["address"].to_numpy(np.int64)[pairs.place[start]]
    found["address"][text[one & exact]] = address[one & exact]
    if several is not None and not one.all():
        _middle(several[np.isin(several[:, 0], text[~one])], register, found)
    return settled


def _middle(several: NDArray[np.int64], register: Register, found: _Columns) -> None:
    """Several candidates, as pairs of a text and a building: the middle of them all stands for the place."""
    shape = register.buildings.set_index("feature_id")["geometry"]
    standing, at = np.unique(several[:, 1], return_inverse=True)
    centre = shapely.centroid(shape.reindex(standing).to_numpy(object))
    text, whose = np.unique(several[:, 0], return_inverse=True)
    for name, values in (("longitude", shapely.get_x(centre)[at]), ("latitude", shapely.get_y(centre)[at])):
        there = np.isfinite(values)
        number = np.bincount(whose[there], minlength=len(text))
        with np.errstate(invalid="ignore"):
            mean = np.bincount(whose[there], values[there], minlength=len(text)) / number
        found[name][text] = mean.round(9)  # a mean depends a little on the order of what it is of


def _divisions(asked: pd.DataFrame, open_: NDArray[np.bool_], register: Register, found: _Columns) -> None:
    """Texts without a building: the smallest division whose name is unique below what else is named."""
    known = register.divisions.assign(
        code=register.divisions["code"].astype(str), name=register.divisions["name"].astype(str)
    )
    for grade, part, width in (
        ("village", "village", 12),
        ("town", "town", 9),
        ("county", "division_code", 6),
    ):
        ground = known[known["code"].str[width:].str.strip("0") == ""]
        ground = ground[ground["code"].str[width - 3 : width] != "000"] if width > 6 else ground
        rows = np.flatnonzero(open_ & (asked[part] != "").to_numpy(bool) & (found["grade"] == "none"))
        if not len(rows) or ground.empty:
            continue
        left = asked.iloc[rows].assign(text=rows)
        key = ground.assign(wanted=ground["code"].str[:6] if width == 6 else ground["name"])
        pairs = left.merge(key[["wanted", "code", "name", "geometry"]], left_on=part, right_on="wanted")
        inside = (pairs["division_code"] == "") | (pairs["code"].str[:6] == pairs["division_code"])
        pairs = pairs[inside]
        single = pairs[pairs.groupby("text")["code"].transform("nunique") == 1].drop_duplicates("text")
        at = single["text"].to_numpy()
        found["grade"][at] = grade
        found["division_code"][at] = single["code"].to_numpy()
        found["division"][at] = single["name"].to_numpy()
        centre = shapely.point_on_surface(single["geometry"].to_numpy(object))
        found["longitude"][at], found["latitude"][at] = shapely.get_x(centre), shapely.get_y(centre)


def _surroundings(register: Register, found: _Columns) -> None:
    """The place of a building, and the parcel and smallest division it lies in."""
    building = found["building"]
    rows = np.flatnonzero(building >= 0)
    standing, at = np.unique(building[rows], return_inverse=True)
    shape = register.buildings.set_index("feature_id")["geometry"]
    inside = shapely.point_on_surface(shape.reindex(standing).to_numpy(object))
    found["longitude"][rows] = shapely.get_x(inside)[at]
    found["latitude"][rows] = shapely.get_y(inside)[at]
    placed = np.flatnonzero(np.isfinite(found["longitude"]))
    # Many texts are of one place: it is looked up once.
    spots, spot = np.unique(found["longitude"][placed] + 1j * found["latitude"][placed], return_inverse=True)
    points = shapely.points(spots.real, spots.imag)
    parcel = lying_in(points, register.parcels["geometry"].to_numpy(object))[spot]
    there = parcel >= 0
    found["parcel"][placed[there]] = register.parcels["feature_id"].to_numpy(np.int64)[parcel[there]]
    # Where divisions of all levels lie over each other the longest code without trailing zeros is the smallest.
    divisions = register.divisions.assign(code=register.divisions["code"].astype(str))
    divisions = divisions.iloc[
        np.argsort(-divisions["code"].str.rstrip("0").str.len().to_numpy(), kind="stable")
    ]
    lying = lying_in(points, divisions["geometry"].to_numpy(object))[spot]
    there = (lying >= 0) & (found["division_code"][placed] == "")
    found["division_code"][placed[there]] = divisions["code"].to_numpy()[lying[there]]
    found["division"][placed[there]] = divisions["name"].to_numpy()[lying[there]]


def lying_in(points: NDArray[np.object_], areas: NDArray[np.object_]) -> NDArray[np.int64]:
    """The place of the first area each point lies in; -1 for none."""
    first = np.full(len(points), len(areas), np.int64)
    if len(points) and len(areas):
        # Areas ask the tree of points: GEOS prepares the side that asks.
        area, which = shapely.STRtree(points).query(areas, predicate="intersects")
        np.minimum.at(first, which, area)
    return np.where(first == len(areas), -1, first)
