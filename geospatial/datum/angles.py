"""Longitudes and latitudes as people write them: decimal degrees, or degrees, minutes and seconds."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from basedb.findings import Severity, define

SEXAGESIMAL = define(
    "coordinate.degrees_minutes_seconds",
    Severity.INFO,
    "坐标为度分秒写法，已换算为十进制度",
    "degrees, minutes and seconds were turned into decimal degrees",
)
UNREADABLE = define("coordinate.unreadable", Severity.ERROR, "坐标无法读出", "the coordinate cannot be read")

_HEMISPHERE = re.compile(r"^(?:东经|北纬|E|N)|(?:E|N)$")
_OPPOSITE = re.compile(r"^(?:西经|南纬|W|S)|(?:W|S)$")
_DECIMAL = re.compile(r"[-+]?\d+(?:\.\d+)?(?:E[-+]?\d+)?")
_PARTS = re.compile(
    r"(?P<sign>-?)(?P<d>\d{1,3})(?:°|度|º|˚|D|:| |-)"
    r"(?:(?P<m>\d{1,2}(?:\.\d+)?)(?:′|'|分|’|‘|´|M|:| |-|$))?"
    r"(?:(?P<s>\d{1,2}(?:\.\d+)?)(?:″|\"|秒|”|“|''|′′|S)?)?"
)
_WIDE = str.maketrans("０１２３４５６７８９．－＋：　ＥＮ，", "0123456789.-+: EN,")


def parse_angles(texts: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Angles in decimal degrees (NaN where blank or unreadable), and which were sexagesimal.

    Reads 113.9367, E113.9367°, 113°55'57.91", 114度1分21.92秒, 113:55:57.9, with minutes and seconds
    under 60; western and southern ones are negative.
    """
    codes, distinct = pd.factorize(texts)
    values = np.full(len(distinct) + 1, np.nan)
    sexagesimal = np.zeros(len(distinct) + 1, bool)
    for at, text in enumerate(distinct):
        values[at], sexagesimal[at] = _angle(str(text))
    return values[codes], sexagesimal[codes]


def _angle(text: str) -> tuple[float, bool]:
    tidy = text.translate(_WIDE).strip().upper()
    sign = -1.0 if _OPPOSITE.search(tidy) else 1.0
    bare = _OPPOSITE.sub("", _HEMISPHERE.sub("", tidy)).strip()
    decimal = _DECIMAL.fullmatch(bare.removesuffix("°").removesuffix("度"))
    if decimal:
        return sign * float(decimal[0]), False
    parts = _PARTS.fullmatch(bare)
    if parts is None:
        return np.nan, False
    minutes, seconds = float(parts["m"] or 0), float(parts["s"] or 0)
    if minutes >= 60 or seconds >= 60 or (parts["s"] and parts["m"] and "." in parts["m"]):
        return np.nan, False
    value = float(parts["d"]) + minutes / 60 + seconds / 3600
    return (-value if parts["sign"] else sign * value), True
