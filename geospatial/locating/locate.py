"""Locating addresses: the most exact place that all of a text's parts agree with, and how sure that is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geospatial.locating.register import PARTS, Register, parse_addresses

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
    # A plate's sub-number (6号附2号) is another door of the same plate, unless it has a building to itself.
    plain = without_suffix(asked["number"])
    for numbers in (asked["number"], plain):
        worded = asked.assign(number=numbers)
        for way in _WAYS:
            rows = open_ & np.logical_and.reduce([worded[name].to_numpy() != "" for name in way])
            if rows.any():
                open_ &= ~_by(way, worded, rows, register, found)
    _divisions(asked, open_, register, found)
    _surroundings(register, found)
    return found.iloc[codes].reset_index(drop=True)


def without_suffix(numbers: pd.Series) -> pd.Series:
    """Plate numbers without their sub-numbers."""
    return numbers.str.replace(r"附\d*$", "", regex=True)


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


def _empty(count: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
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
    )


def _by(
    way: tuple[str, ...],
    asked: pd.DataFrame,
    rows: NDArray[np.bool_],
    register: Register,
    found: pd.DataFrame,
) -> NDArray[np.bool_]:
    """Settle texts by one way of telling a building; which of them found a candidate."""
    left = asked[rows].assign(text=np.flatnonzero(rows))
    pairs = left.merge(register.places, on=list(way), suffixes=("", "_of"))
    for name in PARTS:
        if name not in way:
            ours, theirs = pairs[name], pairs[f"{name}_of"]
            pairs = pairs[(ours == "") | (theirs == "") | (ours == theirs)]
    settled = np.zeros(len(asked), bool)
    if pairs.empty:
        return settled
    # The same unit, or the building's own wording, before other units of the building.
    unit = (pairs["unit"] != "") & (pairs["unit"] == pairs["unit_of"].fillna(""))
    pairs = pairs.assign(exact=unit & (pairs["address"] >= 0)).sort_values(
        ["text", "exact"], ascending=[True, False]
    )
    count = pairs.groupby("text")["building"].nunique()
    first = pairs.drop_duplicates("text").set_index("text")
    places = count.index.to_numpy()
    settled[places] = True
    one = (count == 1).to_numpy()
    exact = first["exact"].to_numpy(bool)
    grade = np.where(one & exact, "unit", np.where(one, "building", _NOT_EXACT[way[0]]))
    found.loc[places, "grade"] = grade
    found.loc[places, "candidates"] = count.to_numpy()
    found.loc[places[one], "building"] = first["building"].to_numpy()[one]
    found.loc[places[one & exact], "address"] = first["address"].to_numpy()[one & exact]
    _middle(pairs, places[~one], register, found)
    return settled


def _middle(pairs: pd.DataFrame, places: NDArray[np.int64], register: Register, found: pd.DataFrame) -> None:
    """Several candidates: the middle of them all stands for the place."""
    several = pairs[pairs["text"].isin(places)].drop_duplicates(["text", "building"])
    if several.empty:
        return
    shape = register.buildings.set_index("feature_id")["geometry"]
    centre = shapely.centroid(shape.reindex(several["building"]).to_numpy(object))
    middle = (
        pd.DataFrame(
            {"text": several["text"].to_numpy(), "x": shapely.get_x(centre), "y": shapely.get_y(centre)}
        )
        .groupby("text")
        .mean()
    )
    # A mean depends a little on the order of what it is of.
    found.loc[middle.index, "longitude"] = middle["x"].round(9)
    found.loc[middle.index, "latitude"] = middle["y"].round(9)


def _divisions(
    asked: pd.DataFrame, open_: NDArray[np.bool_], register: Register, found: pd.DataFrame
) -> None:
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
        rows = np.flatnonzero(open_ & (asked[part].to_numpy() != "") & (found["grade"].to_numpy() == "none"))
        if not len(rows) or ground.empty:
            continue
        left = asked.iloc[rows].assign(text=rows)
        key = ground.assign(wanted=ground["code"].str[:6] if width == 6 else ground["name"])
        pairs = left.merge(key[["wanted", "code", "name", "geometry"]], left_on=part, right_on="wanted")
        inside = (pairs["division_code"] == "") | (pairs["code"].str[:6] == pairs["division_code"])
        pairs = pairs[inside]
        single = pairs[pairs.groupby("text")["code"].transform("nunique") == 1].drop_duplicates("text")
        at = single["text"].to_numpy()
        found.loc[at, "grade"] = grade
        found.loc[at, "division_code"] = single["code"].to_numpy()
        found.loc[at, "division"] = single["name"].to_numpy()
        centre = shapely.point_on_surface(single["geometry"].to_numpy(object))
        found.loc[at, "longitude"], found.loc[at, "latitude"] = shapely.get_x(centre), shapely.get_y(centre)


def _surroundings(register: Register, found: pd.DataFrame) -> None:
    """The place of a building, and the parcel and smallest division it lies in."""
    building = found["building"].to_numpy(np.int64)
    rows = np.flatnonzero(building >= 0)
    standing, at = np.unique(building[rows], return_inverse=True)
    shape = register.buildings.set_index("feature_id")["geometry"]
    inside = shapely.point_on_surface(shape.reindex(standing).to_numpy(object))
    found.loc[rows, "longitude"] = shapely.get_x(inside)[at]
    found.loc[rows, "latitude"] = shapely.get_y(inside)[at]
    placed = np.flatnonzero(found["longitude"].notna().to_numpy())
    # Many texts are of one place: it is looked up once.
    spots, spot = np.unique(
        found["longitude"].to_numpy()[placed] + 1j * found["latitude"].to_numpy()[placed], return_inverse=True
    )
    points = shapely.points(spots.real, spots.imag)
    parcel = lying_in(points, register.parcels["geometry"].to_numpy(object))[spot]
    there = parcel >= 0
    found.loc[placed[there], "parcel"] = register.parcels["feature_id"].to_numpy(np.int64)[parcel[there]]
    # Where divisions of all levels lie over each other the longest code without trailing zeros is the smallest.
    divisions = register.divisions.assign(code=register.divisions["code"].astype(str))
    divisions = divisions.iloc[
        np.argsort(-divisions["code"].str.rstrip("0").str.len().to_numpy(), kind="stable")
    ]
    lying = lying_in(points, divisions["geometry"].to_numpy(object))[spot]
    there = (lying >= 0) & (found["division_code"].to_numpy()[placed] == "")
    found.loc[placed[there], "division_code"] = divisions["code"].to_numpy()[lying[there]]
    found.loc[placed[there], "division"] = divisions["name"].to_numpy()[lying[there]]


def lying_in(points: NDArray[np.object_], areas: NDArray[np.object_]) -> NDArray[np.int64]:
    """The place of the first area each point lies in; -1 for none."""
    first = np.full(len(points), len(areas), np.int64)
    if len(points) and len(areas):
        # Areas ask the tree of points: GEOS prepares the side that asks.
        area, which = shapely.STRtree(points).query(areas, predicate="intersects")
        np.minimum.at(first, which, area)
    return np.where(first == len(areas), -1, first)
