"""Which coordinate system a text means: EPSG codes, URNs, WKT of a .prj, Chinese names, GCJ-02 and BD-09."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from pyproj import CRS
from pyproj.exceptions import CRSError

from basedb.findings import Severity, define

UNKNOWN_SYSTEM = define(
    "crs.unknown",
    Severity.ERROR,
    "坐标系无法识别，请部门注明（如 EPSG:4490、GCJ-02）",
    "the coordinate system is not known; have the department name it",
)

#: The geographic system of the base, CGCS2000 (GB 22021-2008).
STANDARD = "EPSG:4490"
GCJ02 = "GCJ-02"
BD09 = "BD-09"

_CONFIDENCE = 70
_NAMES = {
    "GCJ02": GCJ02, "GCJ-02": GCJ02, "GCJ_02": GCJ02, "火星": GCJ02, "火星坐标": GCJ02, "火星坐标系": GCJ02,
    "国测局": GCJ02, "高德": GCJ02, "腾讯": GCJ02,
    "BD09": BD09, "BD-09": BD09, "BD_09": BD09, "BD09LL": BD09, "百度": BD09, "百度坐标": BD09, "百度坐标系": BD09,
    "CGCS2000": STANDARD, "国家2000": STANDARD, "2000": STANDARD, "2000坐标系": STANDARD, "大地2000": STANDARD,
    "2000国家大地坐标系": STANDARD, "国家大地2000": STANDARD, "CGCS2000坐标系": STANDARD,
    "WGS84": "EPSG:4326", "WGS-84": "EPSG:4326", "WGS_84": "EPSG:4326", "WGS1984": "EPSG:4326",
    "WGS84坐标系": "EPSG:4326",
    "西安80": "EPSG:4610", "80西安": "EPSG:4610", "1980西安坐标系": "EPSG:4610", "西安80坐标系": "EPSG:4610",
    "XIAN80": "EPSG:4610",
    "北京54": "EPSG:4214", "54北京": "EPSG:4214", "1954北京坐标系": "EPSG:4214", "北京54坐标系": "EPSG:4214",
    "BEIJING54": "EPSG:4214",
}  # fmt: skip


class UnknownSystem(ValueError):
    """A text that names no coordinate system; `text` is what was given."""

    def __init__(self, text: str):
        self.text = text
        super().__init__(
            f"无法识别的坐标系“{text[:80]}” / no coordinate system is known under this name"
            if text.strip()
            else "没有注明坐标系 / no coordinate system is given"
        )


@dataclass(frozen=True)
class System:
    """A coordinate system. `name` is its authority code ('EPSG:4526'), GCJ-02, BD-09, or its WKT."""

    name: str

    @property
    def is_obfuscated(self) -> bool:
        """Whether it is one of the shifted systems of map services, which no registry has."""
        return self.name in (GCJ02, BD09)

    @property
    def crs(self) -> CRS:
        """Its definition; the shifted systems are written in degrees of CGCS2000."""
        return _crs(STANDARD if self.is_obfuscated else self.name)

    @property
    def is_geographic(self) -> bool:
        """Whether coordinates are longitude and latitude in degrees."""
        return bool(self.crs.is_geographic)

    @property
    def datum(self) -> str:
        """The authority code of its geographic base ('EPSG:4610' for every Xi'an 80 projection)."""
        base = self.crs.geodetic_crs
        code = base.to_epsg(min_confidence=_CONFIDENCE) if base is not None else None
        return f"EPSG:{code}" if code else self.name

    @property
    def zone_prefix(self) -> int:
        """The zone number that eastings carry in front (38 of 38 500 000), 0 if none."""
        return int(self.false_easting // 1_000_000) if self.false_easting > 1_000_000 else 0

    @property
    def false_easting(self) -> float:
        """The false easting of a projection in metres, 0 for a geographic system."""
        return self._parameter("False easting")

    @property
    def central_meridian(self) -> float:
        """The central meridian of a projection in degrees, 0 for a geographic system."""
        return self._parameter("Longitude of natural origin")

    def _parameter(self, name: str) -> float:
        operation = self.crs.coordinate_operation
        for item in operation.params if operation is not None else ():
            if item.name.lower() == name.lower():
                return float(item.value)
        return 0.0


@cache
def identify(text: str) -> System:
    """The system that `text` means; UnknownSystem if none.

    text: an EPSG code or URN, the WKT of a .prj (ESRI's too), PROJJSON, or a name in use ('火星坐标').
    """
    tidy = unicodedata.normalize("NFKC", text).strip()
    if not tidy or tidy == "EPSG:0":
        raise UnknownSystem(text)
    named = _NAMES.get(re.sub(r"\s+", "", tidy).upper())
    if named:
        return System(named)
    if re.fullmatch(r"\d{4,5}", tidy):
        tidy = f"EPSG:{tidy}"
    try:
        crs = CRS.from_user_input(tidy)
    except CRSError as error:
        raise UnknownSystem(text) from error
    if crs.is_compound:
        crs = next(part for part in crs.sub_crs_list if not part.is_vertical)
    if not (crs.is_geographic or crs.is_projected):
        raise UnknownSystem(text)
    code = crs.to_epsg(min_confidence=_CONFIDENCE)
    if code is None and _is_world(crs):
        code = 4326
    return System(f"EPSG:{code}" if code else crs.to_wkt())


def _is_world(crs: CRS) -> bool:
    """OGC:CRS84 is WGS 84 with longitude first, which every coordinate here is anyway."""
    return bool(crs.is_geographic and crs.to_authority() == ("OGC", "CRS84"))


@cache
def _crs(name: str) -> CRS:
    return CRS.from_user_input(name)


def metric_system(longitude: float) -> System:
    """The CGCS2000 3-degree Gauss-Kruger system without zone prefix whose meridian is nearest."""
    zone = min(max(round(longitude / 3), 25), 45)
    return System(f"EPSG:{4534 + zone - 25}")
