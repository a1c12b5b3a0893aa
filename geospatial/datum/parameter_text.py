"""The note a surveying office sends with its data: 坐标转换参数 as text, with check points."""

from __future__ import annotations

import re
import unicodedata

from geospatial.datum.parameters import CheckPoint, Model, ParameterSet
from geospatial.datum.systems import System

_VALUE = re.compile(
    r"^\s*(?P<name>DX|DY|DZ|RX|RY|RZ|[△Δ]X|[△Δ]Y|[△Δ]Z|[εω]X|[εω]Y|[εω]Z|M|A|K|尺度|旋转角|旋转)\s*[=:]\s*"
    r"(?P<value>[-+]?\d+(?:\.\d+)?(?:E[-+]?\d+)?)\s*(?P<unit>\S*)\s*$",
    re.I | re.M,
)
_NAMES = {
    "ΔX": "dx",
    "△X": "dx",
    "ΔY": "dy",
    "△Y": "dy",
    "ΔZ": "dz",
    "△Z": "dz",
    "尺度": "m",
    "旋转角": "a",
    "旋转": "a",
}
_POINT = re.compile(
    r"^\s*(?P<name>\S+)\s+X\w*\s*=\s*(?P<n1>[-\d.]+)\s+Y\w*\s*=\s*(?P<e1>[-\d.]+)\s+"
    r"X\w*\s*=\s*(?P<n2>[-\d.]+)\s+Y\w*\s*=\s*(?P<e2>[-\d.]+)\s*$",
    re.M,
)
_FILES = re.compile(r"^\s*适用(?:文件|数据|图层)\s*[:=]\s*(?P<files>.+?)\s*$", re.M)
_MERIDIAN = re.compile(r"中央(?:子午线|经线)\s*[:=]?\s*(\d{2,3})")
_ZONE = re.compile(r"第?\s*(\d{2})\s*带")
_XIAN = re.compile(r"(?:西安|XI'?AN)[^\n]{0,4}80|80\s*西安|1980\s*西安", re.I)
_BEIJING = re.compile(r"(?:北京|BEIJING)[^\n]{0,4}54|54\s*北京|1954\s*(?:年)?\s*北京", re.I)
_ZONED = {"EPSG:4610": 2324, "EPSG:4214": 2376}
_MINUTE, _DEGREE = 60.0, 3600.0


class NoParameters(ValueError):
    """A note from which no parameter set can be read; the message says what is missing."""


def parse_parameters(text: str, name: str = "") -> ParameterSet:
    """The parameter set a note states.

    text: lines such as ``DX = -17.7578 米``, ``RX = -2.19 秒``, ``K = 0.99999``, the source system in
    words, and check points ``GPS1 X80=… Y80=… X2000=… Y2000=…``. Values come out in metres, arc-seconds,
    ppm (m) and as a ratio (k). Raises NoParameters.
    """
    tidy = unicodedata.normalize("NFKC", text)
    values = _values(tidy)
    model = _model(values)
    source, target = _systems(tidy)
    files = _FILES.search(tidy)
    return ParameterSet(
        name=name or tidy.strip().splitlines()[0][:80],
        model=model,
        source=source,
        target=target,
        values=values,
        applies_to=tuple(re.split(r"[,;、\s]+", files["files"])) if files else (),
        strip_prefix=model == "plane4"
        and bool(re.search(r"(?:去掉|不含|不带|减去)\s*带号", _source_part(tidy))),
        check_points=tuple(
            CheckPoint(m["name"], float(m["e1"]), float(m["n1"]), float(m["e2"]), float(m["n2"]))
            for m in _POINT.finditer(tidy)
        ),
    )


def _values(text: str) -> dict[str, float]:
    values: dict[str, float] = {}
    for match in _VALUE.finditer(text):
        name = _NAMES.get(match["name"].upper(), re.sub("^[εω]", "r", match["name"].lower()))
        values[name] = _in_standard_unit(name, float(match["value"]), match["unit"].lower())
    return values


def _in_standard_unit(name: str, value: float, unit: str) -> float:
    if name in ("rx", "ry", "rz", "a"):
        if unit.startswith(("度", "°", "deg")):
            return value * _DEGREE
        if unit.startswith(("分", "′")):
            return value * _MINUTE
        if unit.startswith(("弧度", "rad")):
            return value * 206264.80624709636
        return value
    if name == "m" and not unit.startswith("ppm") and abs(value - 1) < 0.01:
        return (value - 1) * 1e6
    if name == "k":
        # A scale is written as a ratio near 1, or as its difference from 1 in ppm.
        return 1 + value * 1e-6 if unit.startswith("ppm") or abs(value - 1) > 0.01 else value
    return value


def _model(values: dict[str, float]) -> Model:
    names = set(values)
    if {"dx", "dy", "dz", "rx", "ry", "rz", "m"} <= names:
        return "bursa7"
    if {"dx", "dy", "dz"} <= names:
        return "bursa3"
    if {"dx", "dy", "a"} <= names:
        if "k" not in values:
            values["k"] = 1 + values.get("m", 0.0) * 1e-6
        return "plane4"
    raise NoParameters(
        f"读到的参数只有 {'、'.join(sorted(names)) or '（无）'}，凑不成三、四或七参数"
        " / the note holds neither a 3-, 4- nor 7-parameter set"
    )


def _source_part(text: str) -> str:
    """The lines about the source system, up to the line that names the target."""
    return re.split(r"^\s*目标", text, maxsplit=1, flags=re.M)[0]


def _systems(text: str) -> tuple[System, System]:
    source_text = _source_part(text)
    datum = "EPSG:4610" if _XIAN.search(source_text) else "EPSG:4214" if _BEIJING.search(source_text) else ""
    if not datum:
        raise NoParameters("没有写明源坐标系 / the note does not name the source system")
    meridian, zone = _MERIDIAN.search(text), _ZONE.search(source_text)
    number = int(zone[1]) if zone else round(int(meridian[1]) / 3) if meridian else 0
    if not 25 <= number <= 45:
        raise NoParameters("没有写明3度带带号或中央子午线 / the note names neither zone nor meridian")
    target_zone = round(int(meridian[1]) / 3) if meridian else number
    return System(f"EPSG:{_ZONED[datum] + number}"), System(f"EPSG:{4534 + target_zone - 25}")
