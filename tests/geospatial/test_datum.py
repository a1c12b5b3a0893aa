"""Nothing enters but by an exact operation: systems, shifted systems, registered parameters, mistakes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from geospatial.datum import mistakes, obfuscated
from geospatial.datum.angles import parse_angles
from geospatial.datum.comparison import likelier_system, shift_of
from geospatial.datum.gate import DatumRefused, operation, to_standard
from geospatial.datum.mistakes import CHINA, Region, examine
from geospatial.datum.parameter_text import NoParameters, parse_parameters
from geospatial.datum.parameters import ParametersWrong
from geospatial.datum.systems import GCJ02, System, UnknownSystem, identify

ESRI_PRJ = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_38",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",38500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],'
    'UNIT["Meter",1.0]]'
)
METRES = 111_320.0
longitudes, latitudes = st.floats(73, 135), st.floats(4, 54)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (ESRI_PRJ, "EPSG:4526"),
        ("urn:ogc:def:crs:EPSG::2362", "EPSG:2362"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("4490", "EPSG:4490"),
        ("２０００国家大地坐标系", "EPSG:4490"),
        ("gcj02", "GCJ-02"),
        ("火星坐标", "GCJ-02"),
        ("百度坐标系", "BD-09"),
        ("1980西安坐标系", "EPSG:4610"),
    ],
)
def test_a_system_is_known_by_code_definition_or_name(text: str, name: str) -> None:
    assert identify(text).name == name


@pytest.mark.parametrize("text", ["", "  ", "EPSG:0", "市里的坐标系", "EPSG:99999", "EPSG:5703"])
def test_what_names_no_system_is_refused(text: str) -> None:
    with pytest.raises(UnknownSystem):
        identify(text)


@pytest.mark.parametrize(
    ("plain", "shifted"),
    [  # the vectors the published implementations are tested with: Shanghai, Shenzhen, Beijing
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_places_as_the_map_services_write_them(
    plain: tuple[float, float], shifted: tuple[float, float]
) -> None:
    lon, lat = obfuscated.gcj02_from_wgs84(np.array([plain[0]]), np.array([plain[1]]))
    assert (lon[0], lat[0]) == pytest.approx(shifted, abs=1e-10)


@given(longitudes, latitudes)
def test_shifts_are_taken_back_to_under_a_millimetre(lon: float, lat: float) -> None:
    here = np.array([lon]), np.array([lat])
    for forward, back in (
        (obfuscated.gcj02_from_wgs84, obfuscated.wgs84_from_gcj02),
        (obfuscated.bd09_from_gcj02, obfuscated.gcj02_from_bd09),
    ):
        again = back(*forward(*here))
        assert np.hypot(again[0] - lon, again[1] - lat)[0] * METRES < 0.001


@pytest.mark.parametrize("name", ["EPSG:2362", "EPSG:4610", "EPSG:2414", "EPSG:4214"])
def test_another_datum_needs_registered_parameters(name: str) -> None:
    with pytest.raises(DatumRefused, match="没有可用的转换参数"):
        operation(identify(name))


def test_an_exact_projection_is_taken_back() -> None:
    by = operation(identify("EPSG:4526"))
    point = to_standard(np.array([shapely.Point(38502115.971, 3716330.066, 7.0), None], object), by)
    assert (point[0].x, point[0].y) == pytest.approx((114.0228, 33.5733), abs=1e-3)
    assert not point[0].has_z and point[1] is None
    assert (by.accuracy, by.text.startswith("EPSG:4526")) == (0.0, True)


SEVEN = {"dx": -17.7578, "dy": -143.3135, "dz": -80.3951, "rx": -2.195395, "ry": -2.602394, "rz": 3.126343}


def seven_parameters(convention: str) -> str:
    """A note with seven parameters, whose check points were computed by PROJ under a convention."""
    shifted = Transformer.from_pipeline(
        "+proj=pipeline +step +inv +proj=tmerc +lon_0=114 +x_0=38500000 +a=6378140 +rf=298.257"
        " +step +proj=cart +a=6378140 +rf=298.257"
        f" +step +proj=helmert +x={SEVEN['dx']} +y={SEVEN['dy']} +z={SEVEN['dz']} +rx={SEVEN['rx']}"
        f" +ry={SEVEN['ry']} +rz={SEVEN['rz']} +s=0.28 +convention={convention}"
        " +step +inv +proj=cart +a=6378137 +rf=298.257222101"
        " +step +proj=tmerc +lon_0=114 +x_0=500000 +a=6378137 +rf=298.257222101"
    )
    lines = ["公路坐标转换参数", "适用文件:roads.geojson", "源坐标系:1980西安坐标系 3度带第38带"]
    lines += [f"{name.upper()} = {value} {'米' if name[0] == 'd' else '秒'}" for name, value in SEVEN.items()]
    lines += ["m = 0.28 ppm", "检核点(中央子午线114度):"]
    for at, (east, north) in enumerate([(38488830.0, 3746798.0), (38500444.0, 3715950.0)]):
        x, y = shifted.transform(east, north)
        lines.append(f"G{at} X80={north} Y80={east} X2000={y:.4f} Y2000={x:.4f}")
    return "\n".join(lines)


@pytest.mark.parametrize("convention", ["coordinate_frame", "position_vector"])
def test_check_points_tell_the_convention_of_rotations(convention: str) -> None:
    found = parse_parameters(seven_parameters(convention)).proved()
    assert (found.model, found.rotation, found.source.name) == ("bursa7", convention, "EPSG:2362")
    assert found.accuracy is not None and found.accuracy < 0.01
    by = operation(identify("EPSG:2362"), [found], "roads.geojson")
    lon, lat = by.apply(np.array([38488830.0]), np.array([3746798.0]))
    assert CHINA.holds(lon, lat).all() and "bursa7" in by.text


def test_parameters_are_for_the_files_they_name() -> None:
    found = parse_parameters(seven_parameters("coordinate_frame"))
    with pytest.raises(DatumRefused):
        operation(identify("EPSG:2362"), [found], "parcels.shp")


FOUR = """农村公路坐标转换参数
源:1980西安坐标系3度带第38带平面坐标(计算时Y坐标去掉带号38)
目标:CGCS2000 3度带中央子午线114度
DX = 4.81986 米
DY = 82.36238 米
A  = 1.772395 秒
K  = 0.999999121
检核点:
  G1   X80=3746896.0440  Y80=38488684.4708   X2000=3746893.3710  Y2000=488798.6000
  G2   X80=3716047.9776  Y80=38500298.9022   X2000=3716045.2320  Y2000=500412.7560
"""


def test_four_plane_parameters() -> None:
    found = parse_parameters(FOUR).proved()
    assert (found.model, found.strip_prefix, found.target.name) == ("plane4", True, "EPSG:4547")
    assert found.accuracy is not None and found.accuracy < 0.001


def test_parameters_that_miss_their_check_points_are_refused() -> None:
    with pytest.raises(ParametersWrong, match="检核点"):
        parse_parameters(FOUR.replace("82.36238", "82.86238")).proved()


@pytest.mark.parametrize(
    "text", ["", "参数另行提供", FOUR.replace("1980西安", "某地"), FOUR.replace("A  =", "B  =")]
)
def test_a_note_without_parameters(text: str) -> None:
    with pytest.raises(NoParameters):
        parse_parameters(text)


CITY = Region(113.0, 33.0, 115.0, 34.0)


@pytest.mark.parametrize(
    ("system", "x", "y", "code", "repaired"),
    [
        ("EPSG:4490", 114.0, 33.5, "", (114.0, 33.5)),
        ("EPSG:4490", 33.5, 114.0, mistakes.SWAPPED, (114.0, 33.5)),
        ("EPSG:4526", 500000.0, 3715000.0, mistakes.PREFIX_MISSING, (38500000.0, 3715000.0)),
        ("EPSG:4547", 38500000.0, 3715000.0, mistakes.PREFIX_DOUBLED, (500000.0, 3715000.0)),
        ("EPSG:4526", 3838500000.0, 3715000.0, mistakes.PREFIX_DOUBLED, (38500000.0, 3715000.0)),
        ("EPSG:4526", 3715000.0, 38500000.0, mistakes.SWAPPED, (38500000.0, 3715000.0)),
        ("EPSG:4490", 120.0, 30.0, mistakes.OUTSIDE, (120.0, 30.0)),
        ("EPSG:4490", np.nan, 33.0, mistakes.NOT_FINITE, (np.nan, 33.0)),
        ("EPSG:4490", np.inf, 33.0, mistakes.NOT_FINITE, (np.inf, 33.0)),
    ],
)
def test_mistakes_are_noticed(
    system: str, x: float, y: float, code: str, repaired: tuple[float, float]
) -> None:
    known = identify(system)
    seen = examine(np.array([x]), np.array([y]), known, operation(known), CITY)
    assert seen.code[0] == code
    assert np.array_equal([seen.x[0], seen.y[0]], repaired, equal_nan=True)


@pytest.mark.parametrize(
    ("text", "value", "sexagesimal"),
    [
        ("114.0225", 114.0225, False),
        ("E114.0225°", 114.0225, False),
        ("１１４．５", 114.5, False),
        ("114°1′21″", 114.0225, True),
        ("114度1分21秒", 114.0225, True),
        ("114°1'21.0\"", 114.0225, True),
        ("33°34′", 33.566667, True),
        ("114:1:21", 114.0225, True),
        ("西经10.5", -10.5, False),
    ],
)
def test_angles_as_people_write_them(text: str, value: float, sexagesimal: bool) -> None:
    values, marked = parse_angles(pd.Series([text, None]))
    assert values[0] == pytest.approx(value, abs=1e-6) and np.isnan(values[1])
    assert list(marked) == [sexagesimal, False]


@pytest.mark.parametrize("text", ["约114度", "114°61′0″", "114°1′75″", "不详", "114°1.5′30″"])
def test_what_is_no_angle(text: str) -> None:
    assert np.isnan(parse_angles(pd.Series([text]))[0][0])


@given(st.floats(0, 180), st.sampled_from(["{d}°{m}′{s:.4f}″", "{d}度{m}分{s:.4f}秒", "{d}:{m}:{s:.4f}"]))
def test_any_angle_comes_back_from_its_sexagesimal_form(angle: float, form: str) -> None:
    seconds = round(angle * 3600, 4)
    d, m, s = int(seconds // 3600), int(seconds % 3600 // 60), seconds % 60
    if round(s, 4) >= 60:
        return
    values, _ = parse_angles(pd.Series([form.format(d=d, m=m, s=s)]))
    assert values[0] == pytest.approx(angle, abs=1e-6)


def test_a_shifted_system_is_told_where_the_ground_is_full() -> None:
    """Side by side over two kilometres there is a parcel wherever a building is put, but not all around it."""
    west, south = (
        axis.ravel() for axis in np.meshgrid(114 + np.arange(70) * 3e-4, 33.5 + np.arange(70) * 3e-4)
    )
    parcels = shapely.box(west, south, west + 2.8e-4, south + 2.8e-4)
    houses = shapely.box(west + 4e-5, south + 4e-5, west + 2.4e-4, south + 2.4e-4)[::7]
    named = System("EPSG:4490")
    assert likelier_system(houses, named, parcels) is None
    there = shapely.transform(
        houses, lambda p: np.column_stack(obfuscated.gcj02_from_wgs84(p[:, 0], p[:, 1]))
    )
    assert likelier_system(there, named, parcels) == System(GCJ02)
    east, north = (shapely.centroid(there[0]).coords[0] - np.array(shapely.centroid(houses[0]).coords[0])) * [
        111_320 * np.cos(np.radians(33.5)), 111_320,
    ]  # fmt: skip
    assert shift_of(114.0, 33.5, east, north) == System(GCJ02)
    assert shift_of(114.0, 33.5, 500, 0) is None
